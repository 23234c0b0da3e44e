package payload

import (
	"errors"
	"unicode/utf8"
)

// Encoding is how the bytes of a payload are text. Empty: UTF-8.
type Encoding string

// The encodings.
const (
	UTF8        Encoding = "utf-8"
	Latin1      Encoding = "latin-1"
	Windows1252 Encoding = "windows-1252"
)

// windows has the characters from 0x80 to 0x9f of windows-1252; those that it leaves free are as in
// latin-1.
const windows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

var windowsRunes = []rune(windows)

// Decode turns bytes into UTF-8. It fails on what is not UTF-8 where that is wanted.
func (e Encoding) Decode(data []byte) ([]byte, error) {
	if e == "" || e == UTF8 {
		if !utf8.Valid(data) {
			return nil, errors.New("it is not UTF-8; write how it is encoded in the map, such as `encoding: latin-1`")
		}
		return data, nil
	}
	out := make([]byte, 0, len(data)+len(data)/8)
	for _, b := range data {
		r := rune(b)
		if e == Windows1252 && b >= 0x80 && b <= 0x9f {
			r = windowsRunes[b-0x80]
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}

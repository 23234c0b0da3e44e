package jsontext

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Error reports a text that was refused.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

// errMalformed stops the decoder at text that is not JSON. The message comes
// from encoding/json.
var errMalformed = errors.New("not JSON")

var errSurrogate = &Error{"not JSON: half of a surrogate pair, which is no character"}

var errDepth = &Error{fmt.Sprintf("the JSON is nested more than %d levels deep", MaxDepth)}

// errTwice reports a name that an object has already. The place is said where the text has a shape.
func (d *Decoder) errTwice(name []byte) error {
	place := ""
	if d.stack[0].shape != nil {
		place = d.place()
	}
	return &Error{fmt.Sprintf("the key %s is given twice%s", Clip(string(AppendQuote(nil, string(name)))), place)}
}

// Clip cuts a text to 60 characters, for a message.
func Clip(text string) string {
	const most = 60
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// refused returns the error for a text: that it is not JSON, in the words of encoding/json, that it is
// not UTF-8, or else the error that the decoder has found.
func refused(data []byte, err error) error {
	if syntax := json.Unmarshal(data, new(json.RawMessage)); syntax != nil {
		return syntaxError(syntax)
	}
	if !utf8.Valid(data) {
		return &Error{"not JSON: it is not encoded in UTF-8"}
	}
	return err
}

func syntaxError(err error) error {
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return &Error{fmt.Sprintf("not JSON: %s (at byte %d)", syntax, syntax.Offset)}
	}
	return &Error{fmt.Sprintf("not JSON: %v", err)}
}

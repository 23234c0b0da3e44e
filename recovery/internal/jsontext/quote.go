package jsontext

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// special has the bytes that cannot be copied into a string unseen: the quote, the backslash, control
// characters, and all bytes that are not ASCII.
var special = func() (t [256]bool) {
	for c := range t {
		t[c] = c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf
	}
	return t
}()

// AppendQuote appends a string as RFC 8785 does: the quote, the backslash and
// control characters are escaped, all else stands as it is. Each byte that is
// not UTF-8 becomes U+FFFD, since JSON cannot hold it.
func AppendQuote(dst []byte, s string) []byte {
	n := len(dst)
	if cap(dst)-n < len(s)+2 {
		dst = slices.Grow(dst, len(s)+2)
	}
	dst = dst[:n+len(s)+2]
	text := dst[n+1 : n+1+len(s)]
	if copy(text, s); !isPlain(text) {
		return appendQuoted(dst[:n], s)
	}
	dst[n], dst[len(dst)-1] = '"', '"'
	return dst
}

// specials returns a word in which the lowest bit that is set is the high bit of the first special byte
// among eight; 0 where none is special. To look at one byte after the other is half of the work of reading
// and writing text.
func specials(w uint64) uint64 {
	const each, high = 0x0101010101010101, 0x8080808080808080
	// Each of the three differences has the high bit of a byte that is special. Where it borrows
	// from the byte above, that bit is set already.
	return (w | (w - each*' ') | ((w ^ each*'"') - each) | ((w ^ each*'\\') - each)) & high
}

// isPlain reports whether no byte is special.
func isPlain(text []byte) bool {
	last := len(text) - 8
	if last < 0 {
		for _, c := range text {
			if special[c] {
				return false
			}
		}
		return true
	}
	found := specials(binary.LittleEndian.Uint64(text[last:]))
	for i := 0; i < last; i += 8 {
		found |= specials(binary.LittleEndian.Uint64(text[i:]))
	}
	return found == 0
}

// plainPrefix returns how many bytes come before the first that is special. It may stop early among the
// last seven.
func plainPrefix[T string | []byte](text T) int {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		w := uint64(text[i]) | uint64(text[i+1])<<8 | uint64(text[i+2])<<16 | uint64(text[i+3])<<24 |
			uint64(text[i+4])<<32 | uint64(text[i+5])<<40 | uint64(text[i+6])<<48 | uint64(text[i+7])<<56
		if found := specials(w); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	return i
}

// appendQuoted is AppendQuote for a string with more than plain ASCII.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if special[c] {
				dst = appendEscape(append(dst, s[done:i]...), c)
				done = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(append(dst, s[done:i]...), "\uFFFD"...)
			done = i + 1
		}
		i += size
	}
	return append(append(dst, s[done:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\t':
		return append(dst, '\\', 't')
	case '\n':
		return append(dst, '\\', 'n')
	case '\f':
		return append(dst, '\\', 'f')
	case '\r':
		return append(dst, '\\', 'r')
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// AppendUnquote appends what a JSON string says, which is given with its quotes.
// Bytes that are not UTF-8 stand as they are.
func AppendUnquote(dst, src []byte) ([]byte, error) {
	s := src[1 : len(src)-1]
	for len(s) > 0 {
		plain := 0
		for plain < len(s) && s[plain] != '\\' {
			plain++
		}
		dst, s = append(dst, s[:plain]...), s[plain:]
		if len(s) == 0 {
			break
		}
		if len(s) < 2 {
			return nil, errMalformed
		}
		if s[1] == 'u' {
			r, n, err := unicodeEscape(s)
			if err != nil {
				return nil, err
			}
			dst, s = utf8.AppendRune(dst, r), s[n:]
			continue
		}
		c := unescaped[s[1]]
		if c == 0 {
			return nil, errMalformed
		}
		dst, s = append(dst, c), s[2:]
	}
	return dst, nil
}

// unescaped is what the byte behind a backslash stands for.
var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unicodeEscape reads \uXXXX, or two of them that are one character, and returns
// how many bytes that were.
func unicodeEscape(s []byte) (rune, int, error) {
	r, ok := hexRune(s)
	if !ok {
		return 0, 0, errMalformed
	}
	if !utf16.IsSurrogate(r) {
		return r, 6, nil
	}
	low, ok := hexRune(s[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0, errSurrogate
	}
	return r, 12, nil
}

func hexRune(s []byte) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s[2:6]), 16, 16)
	return rune(n), err == nil
}

// Compare orders two UTF-8 strings by their UTF-16 code units, as RFC 8785 sorts names. That is the
// order of their bytes, except that characters beyond U+FFFF, which UTF-16
// writes with surrogates, come before those from U+E000 to U+FFFF.
func Compare(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		if x, y := utf16Rank(a[i]), utf16Rank(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

func utf16Rank(c byte) byte {
	if c == 0xEE || c == 0xEF { // these begin U+E000 to U+FFFF
		return c + 0x10
	}
	return c
}

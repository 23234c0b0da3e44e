package jsontext

// Kind is the kind of a token: its first byte, 0 for every number, and t and f
// apart.
type Kind byte

// The kinds of tokens.
const (
	KindInvalid     Kind = 0
	KindNull        Kind = 'n'
	KindFalse       Kind = 'f'
	KindTrue        Kind = 't'
	KindString      Kind = '"'
	KindNumber      Kind = '0'
	KindBeginObject Kind = '{'
	KindEndObject   Kind = '}'
	KindBeginArray  Kind = '['
	KindEndArray    Kind = ']'
)

// kinds are the kinds by the first byte of a token.
var kinds = [256]Kind{
	'n': KindNull, 'f': KindFalse, 't': KindTrue, '"': KindString,
	'{': KindBeginObject, '}': KindEndObject, '[': KindBeginArray, ']': KindEndArray,
	'-': KindNumber, '0': KindNumber, '1': KindNumber, '2': KindNumber, '3': KindNumber, '4': KindNumber,
	'5': KindNumber, '6': KindNumber, '7': KindNumber, '8': KindNumber, '9': KindNumber,
}

// Token is the name of a member, a string, a number, a literal, or the beginning or the end of
// an object or an array. It is good as long as the text that it was read from.
type Token struct {
	kind Kind
	text []byte // of a string, what it says; of anything else, how it is written
}

// Kind returns the token's kind.
func (t Token) Kind() Kind { return t.kind }

// Bytes returns what a string says, or how another token is written. The bytes are
// not to be changed.
func (t Token) Bytes() []byte { return t.text }

// Is reports whether a string says just this.
func (t Token) Is(text string) bool { return string(t.text) == text }

// String is Bytes as a string of its own.
func (t Token) String() string { return string(t.text) }

package ledger

import (
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/recovery"
)

// The payloads are canonical JSON (RFC 8785): no white space, keys sorted,
// strings escaped only where they must be.

// appendText appends a string. Each byte that is not UTF-8 becomes U+FFFD, since
// JSON cannot hold it.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			dst = appendEscaped(append(dst, s[done:i]...), c)
			i++
			done = i
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

func appendEscaped(dst []byte, c byte) []byte {
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

// object writes members in the order in which it is told, which must be sorted.
// Those that do not exist are left out.
type object struct{ buf []byte }

func (o *object) open(bracket byte) { o.buf = append(o.buf, bracket) }

// next starts a member or an element. A comma is due unless the last byte opened
// something, which no value ends with.
func (o *object) next() {
	if c := o.buf[len(o.buf)-1]; c != '{' && c != '[' {
		o.buf = append(o.buf, ',')
	}
}

func (o *object) key(name string) {
	o.next()
	o.buf = append(append(append(o.buf, '"'), name...), '"', ':')
}

func (o *object) text(name, s string) {
	if s != "" {
		o.key(name)
		o.buf = appendText(o.buf, s)
	}
}

func (o *object) int(name string, n int64) {
	o.key(name)
	o.buf = strconv.AppendInt(o.buf, n, 10)
}

func (o *object) time(name string, t time.Time) {
	if !t.IsZero() {
		o.key(name)
		o.buf = append(t.UTC().AppendFormat(append(o.buf, '"'), time.RFC3339Nano), '"')
	}
}

func (o *object) flag(name string, set bool) {
	if set {
		o.key(name)
		o.buf = append(o.buf, "true"...)
	}
}

func (o *object) ints(name string, list []int64) {
	if len(list) == 0 {
		return
	}
	o.key(name)
	o.open('[')
	for _, n := range list {
		o.next()
		o.buf = strconv.AppendInt(o.buf, n, 10)
	}
	o.open(']')
}

// list writes a list that is left out when it is empty.
func list[T any](o *object, name string, elements []T, write func(*object, *T)) {
	if len(elements) == 0 {
		return
	}
	o.key(name)
	o.open('[')
	for i := range elements {
		o.next()
		write(o, &elements[i])
	}
	o.open(']')
}

// any writes what decoded JSON of texts is made of.
func (o *object) any(v any) {
	switch x := v.(type) {
	case string:
		o.buf = appendText(o.buf, x)
	case []any:
		o.open('[')
		for _, e := range x {
			o.next()
			o.any(e)
		}
		o.open(']')
	case map[string]any:
		o.open('{')
		for _, k := range slices.Sorted(maps.Keys(x)) {
			o.key(k)
			o.any(x[k])
		}
		o.open('}')
	default:
		o.buf = append(o.buf, "null"...)
	}
}

func (o *object) money(m recovery.Money) {
	o.open('{')
	o.text("currency", m.Currency())
	o.text("value", m.Decimal())
	o.open('}')
}

package ledger

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// The payloads are canonical JSON (RFC 8785): no white space, keys sorted,
// strings escaped only where they must be.

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
		o.buf = jsontext.AppendQuote(o.buf, s)
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
		o.buf = jsontext.AppendQuote(o.buf, x)
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

package ledger

import (
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// Payloads are canonical JSON (RFC 8785): no white space, keys sorted, strings escaped only where
// they must be.

// object writes members in the order in which it is told, which must be sorted.
// Members without a value are left out.
type object struct{ jsontext.Encoder }

func writing(dst []byte) *object { return &object{jsontext.NewEncoder(dst)} }

func (o *object) text(name, s string) {
	if s != "" {
		o.WriteKey(name)
		o.WriteString(s)
	}
}

// int is always written.
func (o *object) int(name string, n int64) {
	o.WriteKey(name)
	o.WriteInt(n)
}

func (o *object) time(name string, t time.Time) {
	if !t.IsZero() {
		o.WriteKey(name)
		o.Buf = append(t.UTC().AppendFormat(append(o.Buf, '"'), time.RFC3339Nano), '"')
	}
}

func (o *object) flag(name string, set bool) {
	if set {
		o.WriteKey(name)
		o.WriteBool(true)
	}
}

func (o *object) ints(name string, numbers []int64) {
	list(o, name, numbers, func(o *object, n *int64) { o.WriteInt(*n) })
}

// list writes a list that is left out when it is empty.
func list[T any](o *object, name string, elements []T, write func(*object, *T)) {
	if len(elements) > 0 {
		o.list(name, len(elements), func(i int) { write(o, &elements[i]) })
	}
}

// list writes a list even when it is empty.
func (o *object) list(name string, n int, write func(i int)) {
	o.WriteKey(name)
	o.BeginArray()
	for i := range n {
		write(i)
	}
	o.EndArray()
}

func (o *object) hashes(name string, list []Hash) {
	o.list(name, len(list), func(i int) { o.WriteString(list[i].String()) })
}

func (o *object) money(name string, m recovery.Money) {
	if !m.IsSet() {
		return
	}
	o.WriteKey(name)
	o.BeginObject()
	o.text("currency", m.Currency())
	o.text("value", m.Decimal())
	o.EndObject()
}

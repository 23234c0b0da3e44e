package ledger

import (
	"encoding/binary"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// What is known of an incident, and of a choice, as it stands in the heap of a snapshot: numbers are
// varints, texts stand behind their length, lists behind the number of their elements.

// encoder writes into buf.
type encoder struct{ buf []byte }

func (e *encoder) number(n int64) { e.buf = binary.AppendVarint(e.buf, n) }

func (e *encoder) text(s string) {
	e.number(int64(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) ref(r ref) {
	e.number(r.seq)
	e.buf = append(e.buf, r.id[:]...)
}

func (e *encoder) refs(list []ref) {
	e.number(int64(len(list)))
	for _, r := range list {
		e.ref(r)
	}
}

func (e *encoder) numbers(list []int64) {
	e.number(int64(len(list)))
	for _, n := range list {
		e.number(n)
	}
}

func (e *encoder) thread(t *thread) {
	e.number(int64(t.number))
	e.number(t.updated)
	if t.decided {
		e.number(1)
		e.ref(t.latest)
		e.refs(t.earlier)
	} else {
		e.number(0)
	}
	if t.extras == nil {
		return
	}
	e.refs(t.made)
	e.refs(t.choices)
	e.numbers(t.reports)
	e.numbers(t.marks)
	if t.told >= 0 || len(t.streams) > 0 {
		e.number(t.told)
		e.flag(t.cleared)
	}
	if len(t.streams) > 0 {
		e.numbers(t.streams)
	}
}

func (e *encoder) flag(set bool) {
	if set {
		e.number(1)
	} else {
		e.number(0)
	}
}

func (e *encoder) stood(x *stood, until int64) {
	e.number(until)
	e.buf = append(e.buf, x.incident[:]...)
	e.text(x.chosen.Decision)
	e.text(x.chosen.Reason)
	e.number(int64(len(x.chosen.Actions)))
	for _, a := range x.chosen.Actions {
		e.text(a.Type)
		amount := ""
		if a.Amount.IsSet() {
			amount = a.Amount.Decimal() + " " + a.Amount.Currency()
		}
		e.text(amount)
	}
}

// decoder reads what an encoder has written. Once something does not fit, bad is set, and everything
// that it reads is empty.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) number() int64 {
	n, size := binary.Varint(d.rest)
	if size <= 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

// count reads the length of a list whose elements take so many bytes at least.
func (d *decoder) count(least int) int {
	n := d.number()
	if n < 0 || n > int64(len(d.rest)/least) {
		d.bad, d.rest = true, nil
		return 0
	}
	return int(n)
}

func (d *decoder) bytes(n int) []byte {
	if n > len(d.rest) {
		d.bad, d.rest = true, nil
		return make([]byte, n)
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) text() string { return string(d.bytes(d.count(1))) }

func (d *decoder) id() store.ID { return store.ID(d.bytes(len(store.ID{}))) }

func (d *decoder) ref() ref {
	seq := d.number()
	return ref{seq, d.id()}
}

func (d *decoder) refs() (out []ref) {
	for range d.count(1 + len(store.ID{})) {
		out = append(out, d.ref())
	}
	return out
}

func (d *decoder) numbers() (out []int64) {
	for range d.count(1) {
		out = append(out, d.number())
	}
	return out
}

func (d *decoder) thread() *thread {
	t := &thread{number: int(d.number()), updated: d.number()}
	if d.number() != 0 {
		t.decided, t.latest = true, d.ref()
		t.earlier = d.refs()
	}
	if len(d.rest) > 0 {
		t.extras = &extras{made: d.refs(), choices: d.refs(), reports: d.numbers(), marks: d.numbers(), told: -1}
		if len(d.rest) > 0 {
			t.told, t.cleared = d.number(), d.number() != 0
			d.bad = d.bad || t.told < 0 && len(d.rest) == 0 // never written
		}
		if len(d.rest) > 0 {
			t.streams = d.numbers()
		}
	}
	return t
}

func (d *decoder) stood() *stood {
	x := &stood{until: d.number(), incident: d.id()}
	x.chosen = recovery.Chosen{Decision: d.text(), Reason: d.text()}
	for range d.count(2) {
		a := recovery.ChosenAction{Type: d.text()}
		if amount := d.text(); amount != "" {
			var err error
			if a.Amount, err = value.ParseMoney(amount); err != nil {
				d.bad = true
			}
		}
		x.chosen.Actions = append(x.chosen.Actions, a)
	}
	return x
}

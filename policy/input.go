package policy

import (
	"time"

	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// Input is what a decision is made from, as expressions see it: the fields of
// one incident, the facts, and the time. It and its frames are for one goroutine.
type Input struct {
	program *Program
	cel     celenv.Input
	frames  []*Frame // by the playbooks' numbers; made when first wanted
	// applying are the playbooks that Applying has found.
	applying []*Playbook
}

// NewInput returns an input without fields, with every fact at zero.
func (p *Program) NewInput(now time.Time) *Input {
	in := &Input{program: p, frames: make([]*Frame, len(p.Playbooks)+1)}
	in.cel = celenv.Input{Fields: make([]celenv.Val, p.slots), Facts: make([]celenv.Val, len(p.Facts)), Now: now}
	for _, f := range p.Facts {
		in.SetFact(f, nil)
	}
	return in
}

// Set gives a field its value, which must be of the field's type.
func (in *Input) Set(f *Field, v any) { in.cel.Fields[f.Slot] = celenv.Box(v) }

// Field returns the value of a field; nil when the incident has none.
func (in *Input) Field(f *Field) any { return in.cel.Fields[f.Slot].Native() }

// SetFact gives a fact its value, an int64 or a value.Money; nil for zero.
func (in *Input) SetFact(f *Fact, v any) {
	if v == nil {
		v = f.Zero()
	}
	in.cel.Facts[f.Slot] = celenv.Box(v)
}

// Fact returns a fact's value.
func (in *Input) Fact(f *Fact) any { return in.cel.Facts[f.Slot].Native() }

// Zero is what the fact says when nothing is known.
func (f *Fact) Zero() any {
	if f.Sum == "" {
		return int64(0)
	}
	m, _ := value.NewMoney(0, f.Currency)
	return m
}

// Frame evaluates the expressions of one playbook over an input. It remembers
// terms and tables, and is not safe for concurrent use.
type Frame struct {
	in  *Input
	pb  *Playbook
	cel *celenv.Frame
}

// Frame returns the frame of a playbook over this input.
func (in *Input) Frame(b *Playbook) *Frame {
	f := in.frames[b.number]
	if f == nil {
		f = &Frame{in: in, pb: b, cel: b.scope.NewFrame(&in.cel)}
		in.frames[b.number] = f
	}
	return f
}

// Said is what a message can say of the action that it goes with. What does not
// exist is zero.
type Said struct {
	Type    string
	Amount  value.Money
	DueAt   time.Time
	Partner string
}

// SetMessage says which action the next text is for.
func (f *Frame) SetMessage(m Said) {
	msg := celenv.Message{Type: m.Type}
	if m.Amount.IsSet() {
		msg.Amount = celenv.Box(m.Amount)
	}
	if !m.DueAt.IsZero() {
		msg.DueAt = celenv.Box(m.DueAt)
	}
	if m.Partner != "" {
		msg.Partner = celenv.Box(m.Partner)
	}
	f.cel.SetMessage(msg)
}

// holds evaluates a condition; a nil one always holds.
func (e *expression) holds(f *Frame) (bool, error) {
	if e == nil {
		return true, nil
	}
	ok, err := e.cel.Bool(f.cel)
	if err != nil {
		return false, placed(err)
	}
	return ok, nil
}

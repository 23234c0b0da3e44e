package policy

import (
	"context"
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/index"
	"github.com/servicerecovery/amends/policy/value"
)

// Input has the inputs of a decision, as expressions see them: the fields of one incident, the
// facts, and the time. An Input and its frames are for one goroutine.
//
// An Input keeps values as they are given. It converts a value when an expression first reads it,
// because expressions never read most values.
type Input struct {
	program *Program
	values  *atom.Values // fields, then facts
	cel     celenv.Input // the same values, for expressions
	boxed   []celenv.Val // the boxed values of cel
	// odd is set by a value that is not of its slot's type. Package atom cannot answer conditions
	// then, so all expressions are evaluated.
	odd bool

	frames  []*Frame // by the playbooks' numbers; made when first wanted
	version int      // counts changes of the values, so that frames can tell old results
	texts   []string // values as reasons show them, by slots; empty: not yet written

	// assumed are the fields whose values are their defaults, by name; for explanations.
	assumed map[string]bool
	itemAt  string // how the names of the fields of the item that is explained begin there

	// applying are the playbooks that Applying has found.
	applying []*Playbook
	asking   asking
}

// NewInput returns an input in which each shared field has its default, if it has one, no other
// field has a value, and every fact is zero. It uses an input again that was given back by
// [Input.Release], if there is one.
func (p *Program) NewInput(now time.Time) *Input {
	in, _ := p.inputs.Get().(*Input)
	if in == nil {
		in = p.makeInput()
	}
	in.program = p
	in.cel.Now = now
	return in
}

// Within makes evaluations end when the context is done; see [Input.Interrupted].
func (in *Input) Within(ctx context.Context) { in.cel.Context = ctx }

// Interrupted is an error that wraps the context's, if the context has ended an evaluation. Results
// of the input after that have no meaning. It is nil if no evaluation was ended, even if the
// context is done.
func (in *Input) Interrupted() error {
	if in.cel.Stopped == nil {
		return nil
	}
	return fmt.Errorf("it was stopped while conditions were evaluated: %w", in.cel.Stopped)
}

// Blank returns an empty input: no field has a value, and every fact and the time are zero.
func (p *Program) Blank() *Input {
	in := p.NewInput(time.Time{})
	for _, f := range p.Fields {
		in.Set(f, nil)
	}
	return in
}

func (p *Program) makeInput() *Input {
	n := p.slots + len(p.Facts)
	in := &Input{
		values: p.matching.space.NewValues(p.matching.base), boxed: make([]celenv.Val, n), texts: make([]string, n),
		frames: make([]*Frame, len(p.Playbooks)+1), asking: newAsking(p),
	}
	natives := in.values.All()
	in.cel = celenv.Input{
		Fields: in.boxed[:p.slots:p.slots], Facts: in.boxed[p.slots:],
		NativeFields: natives[:p.slots:p.slots], NativeFacts: natives[p.slots:],
	}
	return in
}

// Release gives the input back to its program, which uses it again for another decision. After
// that, do not use its frames or the results of Applying and Match.
func (in *Input) Release() {
	for _, slot := range in.values.Changed() {
		in.boxed[slot], in.texts[slot] = celenv.Val{}, ""
	}
	in.values.Reset()
	in.cel.Context, in.cel.Stopped = nil, nil
	in.odd = false
	in.assumed = nil
	in.version++
	clear(in.applying)
	in.applying = in.applying[:0]
	in.program.inputs.Put(in)
}

// Set gives a field a value of the field's type, or nil for no value. Do not change a list after
// that.
func (in *Input) Set(f *Field, v any) { in.set(f.Slot, v) }

// Field returns the value of a field, nil if the incident has none.
func (in *Input) Field(f *Field) any { return in.values.Get(f.Slot) }

// Assume marks fields, by their names, whose values are defaults, because nobody gave them a value. One
// of an item is named as in `lines["L-1"].late`.
// Explanations say so; nothing else depends on it.
func (in *Input) Assume(fields ...string) {
	if in.assumed == nil {
		in.assumed = map[string]bool{}
	}
	for _, name := range fields {
		in.assumed[name] = true
	}
}

// SetFact gives a fact its value, of the fact's type; nil for zero.
func (in *Input) SetFact(f *Fact, v any) {
	slot := in.program.slots + f.Slot
	if v == nil {
		v = in.program.matching.base[slot]
	}
	in.set(slot, v)
}

// Fact returns a fact's value.
func (in *Input) Fact(f *Fact) any { return in.values.Get(in.program.slots + f.Slot) }

func (in *Input) set(slot int, v any) {
	switch x := v.(type) {
	case int:
		v = int64(x)
	case time.Time:
		if x.Location() != time.UTC {
			v = x.UTC()
		}
	}
	if !in.values.Set(slot, v) {
		in.odd = true
		if !celenv.Box(v).IsSet() {
			in.values.Set(slot, nil)
		}
	}
	in.boxed[slot], in.texts[slot] = celenv.Val{}, ""
	in.version++
}

// Zero is the value of the fact when there are no earlier decisions.
func (f *Fact) Zero() any {
	switch f.Type().Kind {
	case value.KindInt:
		return int64(0)
	case value.KindDouble:
		return 0.0
	case value.KindDuration:
		return time.Duration(0)
	}
	m, _ := value.NewMoney(0, f.Currency)
	return m
}

// Frame evaluates the expressions of one playbook over an input. It remembers
// terms and tables, and is not safe for concurrent use.
type Frame struct {
	in      *Input
	pb      *Playbook
	cel     *celenv.Frame
	version int
}

// Frame returns the frame of a playbook over this input.
func (in *Input) Frame(b *Playbook) *Frame {
	f := in.frames[b.number]
	switch {
	case f == nil:
		f = &Frame{in: in, pb: b, cel: b.scope.NewFrame(&in.cel), version: in.version}
		in.frames[b.number] = f
	case f.version != in.version:
		f.cel.Reset(&in.cel)
		f.version = in.version
	}
	return f
}

// SetItem makes an item of a list of the incident the one that expressions read as item, until the
// next call or [Frame.NoItem]. It is given by its place in the list.
func (f *Frame) SetItem(list *Field, at int) { f.cel.SetItem(list.Slot, at) }

// NoItem ends what SetItem has begun.
func (f *Frame) NoItem() { f.cel.NoItem() }

// Said has the values of an action that its message can read. A zero value is absent.
type Said struct {
	Type    string
	Amount  value.Money
	DueAt   time.Time
	Partner string
	Total   value.Money // of the amounts of the decision in the currency of Amount, where the message reads it
}

// about sets the action that the next text is about.
func (f *Frame) about(m Said) {
	msg := celenv.Message{Type: m.Type}
	if m.Amount.IsSet() {
		msg.Amount = celenv.Box(m.Amount)
	}
	if !m.DueAt.IsZero() {
		msg.DueAt = celenv.Box(m.DueAt)
	}
	if m.Total.IsSet() {
		msg.Total = celenv.Box(m.Total)
	}
	if m.Partner != "" {
		msg.Partner = celenv.Box(m.Partner)
	}
	f.cel.SetMessage(msg)
}

// asking has the state of Match. It is kept in the input, so that matching allocates no memory.
type asking struct {
	books    []bookState // by the playbooks' numbers
	applying []int32     // the numbers of those that apply
	classes  []int32     // of the applying playbooks, each once
	inClass  []bool
	hits     []index.Hit
	found    []Match
	items    []ItemMatch // of found
	fallback bool        // whether one of found is a fallback
}

func newAsking(p *Program) asking {
	return asking{books: make([]bookState, len(p.Playbooks)), inClass: make([]bool, p.matching.classes)}
}

// RowUse is a row of a table that an expression has looked up.
type RowUse struct {
	Playbook *Playbook // the playbook whose expression looked the row up
	Table    string
	Row      int // its number in the table
}

// Rows returns the rows that expressions over this input have looked up so far, in the order of the
// program's playbooks.
func (in *Input) Rows() []RowUse {
	var out []RowUse
	for _, f := range in.frames {
		if f == nil || f.version != in.version {
			continue // its results are about earlier values
		}
		for _, r := range f.cel.Rows() {
			out = append(out, RowUse{f.pb, r.Table, r.Row})
		}
	}
	return out
}

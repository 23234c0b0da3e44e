package policy

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// Reasoning answers questions about every incident at once. It is for proofs.
//
// A [Box] is a set of inputs. A condition has a set of truths in it, and is known where that is one.
// Splitting a box makes smaller ones, in which more is known. What is said of a box is never too
// little: it may hold inputs that no incident has, and truths that no input of it gives.
type Reasoning struct {
	program *Program
	takes   *celenv.Conditions
	terms   preparer // of conditions that are no expressions
	space   *atom.Space
	valid   *Box
	asked   map[any]*Asked
	reads   map[*celenv.Expr]*Read
	rows    map[fitsRow]rowFits
	// unlike are the fields whose default is another one for a playbook than for its applies, by slots.
	unlike map[int]*unlike
	later  []func() // what is done once the constants are gathered
	all    []*atom.Cond
	own    map[*Playbook][]*atom.Cond // what fits the fields of a playbook
	zeros  map[*Fact]*atom.Cond       // that a fact says nothing
	ours   *atom.Cond                 // that our own service failed
}

// Box is a set of inputs.
type Box = atom.Box

// Possible is a set of truths.
type Possible = atom.Possible

// The truths of a condition: it fails, does not hold, holds.
const (
	CanFail = atom.CanFail
	CanNo   = atom.CanNo
	CanYes  = atom.CanYes
)

// Asked is a condition: of the format itself, such as the phase of a play, and an expression.
type Asked struct {
	cond   *atom.Cond // the whole
	fixed  *atom.Cond // of the format; nil: nothing
	read   *Read      // of the expression; nil: there is none
	expr   *expression
	book   *Playbook
	before bool // it is the condition in front of a playbook
	opaque bool // it sees other values than plays do
	at     Position
}

// Read is what an expression follows from.
type Read struct {
	reading *celenv.Reading
	conds   []*atom.Cond
	at      Position
}

// Reason prepares reasoning about a program. With actions, it can also reason about what plays give,
// and about guarantees. until is the latest time at which incidents occur; zero: any.
func (p *Program) Reason(actions bool, until time.Time) *Reasoning {
	r := p.reasoning(actions)
	r.freeze(until)
	return r
}

// reasoning gathers the conditions of a program.
func (p *Program) reasoning(actions bool) *Reasoning {
	r := &Reasoning{
		own: map[*Playbook][]*atom.Cond{}, zeros: map[*Fact]*atom.Cond{},
		program: p, takes: celenv.NewConditions(p.slots).Deep(), asked: map[any]*Asked{}, reads: map[*celenv.Expr]*Read{}, rows: map[fitsRow]rowFits{}, unlike: map[int]*unlike{},
		terms: preparer{program: p, zones: map[*time.Location]int{}, fits: map[fitKey]*atom.Cond{}},
	}
	r.findUnlike()
	for _, b := range p.Playbooks {
		r.ask(b, b, r.terms.inForce(b.InForce, b.Zone), b.applies, true)
	}
	for _, play := range p.Plays {
		r.play(play)
	}
	r.tables()
	if actions {
		for _, play := range p.Plays {
			r.actions(play)
		}
		r.limits()
		for _, g := range p.Guarantees {
			r.ask(g, g.Scope, nil, g.when, false)
		}
	}
	return r
}

func (r *Reasoning) play(p *Play) {
	std := r.program.std
	r.ask(p, p.Playbook, atom.AllOf(r.terms.fit(p.phase, std.phase, "failure"), r.terms.fit(p.provider, std.provider, ""), r.terms.inForce(p.InForce, p.Playbook.Zone)), p.when, false)
	r.asked[fitsOf{p}] = &Asked{cond: atom.AllOf(r.terms.fit(p.phase, std.phase, "failure"), r.terms.fit(p.provider, std.provider, "")), book: p.Playbook}
	r.gather(r.asked[fitsOf{p}])
	for _, c := range p.Cases {
		r.ask(c, p.Playbook, nil, c.when, false)
	}
	if p.Partners == nil {
		return
	}
	for _, partner := range p.Partners.Partners {
		for _, way := range []*Direction{partner.Outbound, partner.Inbound} {
			if way != nil {
				r.ask(way, p.Playbook, nil, way.covers, false)
			}
		}
	}
}

type fitsOf struct{ play *Play }

// ask gathers a condition.
func (r *Reasoning) ask(key any, book *Playbook, fixed *atom.Cond, e *expression, before bool) {
	if r.asked[key] != nil {
		return
	}
	a := &Asked{cond: fixed, fixed: fixed, expr: e, book: book, before: before}
	if e != nil {
		cond := r.takes.Of(e.cel)
		a.read = r.read(e.cel)
		if a.opaque = before && r.readsUnlike(a.read); a.opaque {
			cond = r.asToApplies(cond)
		}
		a.cond = atom.AllOf(fixed, cond)
		if at, ok := e.cel.Tag.(*place); ok {
			a.at = at.position()
		}
	}
	if a.cond == nil {
		a.cond = &atom.Cond{Op: atom.Known, Value: atom.Yes}
	}
	r.asked[key] = a
	r.gather(a)
}

func (r *Reasoning) gather(a *Asked) {
	r.all = append(r.all, a.cond)
	r.later = append(r.later, func() {
		a.cond = r.space.Keep(a.cond)
		if a.fixed != nil {
			a.fixed = r.space.Keep(a.fixed)
		}
	})
}

// read gathers what an expression follows from.
func (r *Reasoning) read(e *celenv.Expr) *Read {
	if e == nil {
		return nil
	}
	if known := r.reads[e]; known != nil {
		return known
	}
	x := &Read{reading: r.takes.Reading(e)}
	if at, ok := e.Tag.(*place); ok {
		x.at = at.position()
		if from := x.reading.At; from >= 0 {
			x.at = at.sub(from, from+1)
		}
	}
	r.reads[e] = x
	r.all = append(r.all, x.reading.Conds...)
	r.later = append(r.later, func() {
		for _, c := range x.reading.Conds {
			x.conds = append(x.conds, r.space.Keep(c))
		}
	})
	return x
}

// At is where an expression reads what cannot be reasoned about, else where it stands.
func (x *Read) At() Position { return x.at }

// Reads reports whether an expression follows from a slot in some way; byValue, from its value itself.
func (x *Read) Reads(slot int) (reads, byValue bool) {
	if x == nil {
		return false, false
	}
	if slices.Contains(x.reading.Values, slot) {
		return true, true
	}
	return slices.ContainsFunc(x.conds, func(c *atom.Cond) bool { return c.Reads(slot) }), false
}

// Values are the slots whose values an expression reads.
func (x *Read) Values() []int {
	if x == nil {
		return nil
	}
	return x.reading.Values
}

// Now reports whether an expression reads the time of the decision, and Item whether it reads the item
// at hand.
func (x *Read) Now() bool  { return x != nil && x.reading.Now }
func (x *Read) Item() bool { return x != nil && x.reading.Item }

// Applies, Play, Fits, Case, Covers, Cap and For are the conditions of a set: that a playbook is in
// force and applies; that a play matches where its playbook applies, whatever other plays do; that the
// phase and the provider of an incident are those that a play is for; that a case holds; that an
// agreement covers an incident; that a cap looks at one; that a guarantee is about it.
func (r *Reasoning) Applies(b *Playbook) *Asked   { return r.asked[b] }
func (r *Reasoning) Play(p *Play) *Asked          { return r.asked[p] }
func (r *Reasoning) Fits(p *Play) *Asked          { return r.asked[fitsOf{p}] }
func (r *Reasoning) Case(c *Case) *Asked          { return r.asked[c] }
func (r *Reasoning) Covers(way *Direction) *Asked { return r.asked[way] }
func (r *Reasoning) Cap(l *Limit) *Asked          { return r.asked[l] }
func (r *Reasoning) For(g *Guarantee) *Asked      { return r.asked[g] }

// At is where the condition stands.
func (a *Asked) At() Position {
	if a.read != nil && a.read.reading.At >= 0 {
		return a.read.at
	}
	return a.at
}

// Read is what the expression of a condition follows from; nil where there is none.
func (a *Asked) Read() *Read { return a.read }

// Reads reports whether a condition follows from a slot.
func (a *Asked) Reads(slot int) bool {
	reads, _ := a.read.Reads(slot)
	return reads || a.cond.Reads(slot)
}

// Possible are the truths that a condition can have in a box. Where all that it follows from is known,
// it is evaluated.
func (r *Reasoning) Possible(a *Asked, b *Box) Possible {
	p := b.Possible(a.cond)
	if p == CanYes || p == CanNo || a.expr == nil || a.opaque || !r.Known(a.read, b) {
		return p
	}
	in, ok := r.input(b)
	if !ok {
		return p
	}
	defer in.Release()
	truth := r.evaluated(a, in)
	if a.fixed == nil {
		return truth
	}
	return b.Possible(a.fixed).And(truth)
}

func (r *Reasoning) evaluated(a *Asked, in *Input) Possible {
	var holds bool
	var err error
	if a.before {
		holds, err = a.book.applyTo(in)
	} else {
		holds, err = a.expr.evaluate(in.Frame(a.book))
	}
	switch {
	case err != nil:
		return CanFail
	case holds:
		return CanYes
	}
	return CanNo
}

// Holds reports whether a condition holds for an input.
func (r *Reasoning) Holds(a *Asked, in *Input) bool {
	return a.expr == nil || r.evaluated(a, in) == CanYes
}

// Require returns a part of a box that holds all of its inputs for which a condition may have one of
// some truths; nil where there are none.
func (r *Reasoning) Require(a *Asked, b *Box, want Possible) *Box {
	out := b.Require(a.cond, want)
	if out != nil && r.Possible(a, out)&want == 0 {
		return nil
	}
	return out
}

// Split returns boxes that make up a box, in which more is known of a condition; nil where no more can
// be known.
// Slots that avoid names stay whole.
func (r *Reasoning) Split(a *Asked, b *Box, avoid Slots) []*Box {
	if out := b.Split(a.cond, avoid); len(out) > 1 {
		return out
	}
	if a.read == nil || a.opaque {
		return nil
	}
	return r.SplitRead(a.read, b, avoid)
}

// ReadsMissed reports whether a condition follows from the promises that were broken.
func (r *Reasoning) ReadsMissed(a *Asked) bool { return a.Reads(r.program.missed) }

// Slots is a set of slots.
type Slots = atom.Slots

// Known reports whether an expression has the same value, or the same error, for all inputs of a box.
func (r *Reasoning) Known(x *Read, b *Box) bool {
	if x == nil {
		return true
	}
	if x.reading.Now || x.reading.Item {
		return false
	}
	for _, slot := range x.reading.Values {
		if !r.single(b, slot) {
			return false
		}
	}
	return !slices.ContainsFunc(x.conds, func(c *atom.Cond) bool { return !b.Possible(c).One() })
}

// single reports whether a slot has one value in a box.
func (r *Reasoning) single(b *Box, slot int) bool {
	at := b.At(slot)
	if len(at) != 1 {
		return false
	}
	some, all := r.space.Samples(slot, at[0])
	return all && len(some) == 1
}

// mostSingles is how many values a slot may have to be taken apart by them.
const mostSingles = 40

// SplitRead is Split for the value of an expression.
func (r *Reasoning) SplitRead(x *Read, b *Box, avoid Slots) []*Box {
	if x == nil {
		return nil
	}
	for _, c := range x.conds {
		if out := b.Split(c, avoid); len(out) > 1 {
			return out
		}
	}
	for _, slot := range x.reading.Values {
		if avoid[slot] {
			continue
		}
		if out := r.apart(b, slot); len(out) > 1 {
			return out
		}
	}
	return nil
}

// apart takes the single values of a slot apart from the rest.
func (r *Reasoning) apart(b *Box, slot int) []*Box {
	at := b.At(slot)
	if len(at) < 2 || len(at) > 2*mostSingles || b.IsList(slot) {
		return nil
	}
	var out []*Box
	rest := b
	for _, p := range at {
		if some, all := r.space.Samples(slot, p); all && len(some) <= 1 {
			if len(some) == 1 {
				out = append(out, b.Only(slot, p))
			}
			if rest = rest.Without(slot, p); rest == nil {
				break
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	if rest != nil {
		out = append(out, rest)
	}
	return out
}

// Valid is the box of the incidents that fit the fields, with any facts.
func (r *Reasoning) Valid() *Box { return r.valid }

// FactSlot is the place of a fact among the slots, behind the fields.
func (r *Reasoning) FactSlot(f *Fact) int { return r.program.slots + f.Slot }

// SlotsOf are the slots of a field, and of what follows from it: the days of an instant, and the facts
// that it is a key of.
func (r *Reasoning) SlotsOf(f *Field) []int {
	out := []int{f.Slot}
	r.space.Days(func(day int, d atom.Day) {
		if d.Of == f.Slot {
			out = append(out, day)
		}
	})
	if u := r.unlike[f.Slot]; u != nil {
		out = append(out, u.told)
	}
	for _, fact := range r.program.Facts {
		if slices.ContainsFunc(fact.Same, func(s *Field) bool { return s.Slot == f.Slot }) {
			out = append(out, r.FactSlot(fact))
		}
	}
	return out
}

// evaluable reads the parts of an action, a limit or a choice.
func (r *Reasoning) evaluable(x any) (out []*celenv.Expr) {
	switch x := x.(type) {
	case *Param:
		switch {
		case x == nil:
		case x.expr != nil:
			return []*celenv.Expr{x.expr.cel}
		case x.text != nil:
			return r.evaluable(x.text)
		default:
			for _, i := range x.items {
				out = append(out, r.evaluable(i)...)
			}
		}
	case *Text:
		if x != nil {
			for _, p := range x.parts {
				if p.expr != nil {
					out = append(out, p.expr)
				}
			}
		}
	case *Deadline:
		if x != nil {
			return r.evaluable(x.duration)
		}
	case *CalendarOf:
		if x != nil && x.picks != nil {
			return []*celenv.Expr{x.picks}
		}
	}
	return out
}

// Reads returns what a [Param], a [Text], a [Deadline] or a [CalendarOf] follows from; none for what is
// always the same.
func (r *Reasoning) Reads(x any) []*Read {
	var out []*Read
	for _, e := range r.evaluable(x) {
		out = append(out, r.reads[e])
	}
	return out
}

// actions gathers what a play gives.
func (r *Reasoning) actions(p *Play) {
	lists := [][]*Action{p.Do, p.TooLate, p.Otherwise}
	for _, c := range p.Cases {
		lists = append(lists, c.Do)
	}
	for _, list := range lists {
		for _, a := range list {
			r.action(a)
		}
	}
	if p.Partners != nil {
		r.take(p.Partners.Units)
	}
	if p.where != nil {
		r.read(p.where.cel)
	}
	if c := p.Choice; c != nil {
		r.take(c.Within, c.Calendar, c.Decider)
		for _, o := range c.Options {
			r.take(o.From, o.To)
			for _, a := range o.Allowed {
				r.take(a.From, a.To)
				for _, v := range a.Values {
					r.take(v)
				}
			}
		}
	}
}

func (r *Reasoning) action(a *Action) {
	r.take(a.Amount, a.Within, a.After, a.Calendar)
	for _, p := range a.Params {
		r.take(p)
	}
	for _, list := range [][]*Action{a.IfLate, a.Remind} {
		for _, x := range list {
			r.action(x)
		}
	}
}

func (r *Reasoning) take(parts ...any) {
	for _, x := range parts {
		for _, e := range r.evaluable(x) {
			r.read(e)
		}
	}
}

func (r *Reasoning) limits() {
	take := func(limits []*Limit) {
		for _, l := range limits {
			r.ask(l, l.Scope, nil, l.when, false)
			r.take(l.AtMost, l.Escalate)
		}
	}
	for _, b := range r.program.Playbooks {
		take(b.Limits)
	}
	take(r.program.Limits)
}

// Fixed is the value of a parameter that is always the same.
func (p *Param) Fixed() (v any, ok bool) {
	if p == nil || !p.fixed {
		return nil, false
	}
	return p.constant, true
}

// Written is the length of a deadline that is always the same.
func (d *Deadline) Written() (span value.Span, ok bool) {
	if d == nil || d.duration == nil {
		if d == nil {
			return value.Span{}, false
		}
		return d.span, true
	}
	if v, ok := d.duration.Fixed(); ok {
		return value.Span{Duration: v.(time.Duration)}, true
	}
	return value.Span{}, false
}

// MayFail reports whether the expression of a condition can fail, as far as is known: it does more than
// compare what is known to be there with constants.
func (a *Asked) MayFail() bool { return a.cond.Asks() }

// Applies reports whether a playbook is among those that were found to apply.
func (in *Input) Applies(b *Playbook) bool { return slices.Contains(in.applying, b) }

// Where is what the condition on the items of a play follows from; nil where it has none.
func (r *Reasoning) Where(p *Play) *Read {
	if p.where == nil {
		return nil
	}
	return r.reads[p.where.cel]
}

package policy

import (
	"slices"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// Barrier is a reason why the condition of a play is not evaluated.
type Barrier uint8

// The barriers, in the order in which a play meets them.
const (
	BarrierNone       Barrier = iota
	BarrierPeriod             // it is not in force on the day the incident occurred
	BarrierApplies            // its playbook does not apply
	BarrierFirst              // its playbook takes the first play that matches, and another one came before
	BarrierNotNeeded          // it is a fallback, and another play with its purpose answers
	BarrierPhase              // it is for failures and this is a signal, or the other way round
	BarrierProvider           // it is for our own failures and this is a partner's, or the other way round
	BarrierOfPlaybook         // the applies of its playbook has failed
)

var barrierNames = [...]string{"none", "not-in-force", "not-applying", "first-only", "not-needed", "phase", "provider", "applies-failed"}

// String names the barrier: not-in-force, not-applying, first-only, not-needed,
// phase, provider, applies-failed; none.
func (b Barrier) String() string { return barrierNames[b] }

// Explanation says why a play matches an input or not.
type Explanation struct {
	Play    *Play
	Matched bool
	Barrier Barrier
	// By is the play that stands in the way, for BarrierFirst and BarrierNotNeeded.
	By *Play
	// Day is the day on which the incident occurred, in the playbook's zone.
	Day     value.Date
	Applies *Node // the playbook's condition; nil if it has none, or was not evaluated
	When    *Node // nil behind a barrier
	Cases   []CaseExplanation
	// Case is the case that held, by its place in Cases; -1 for none.
	Case int
	// Items are those that a play with Each is for, in their order. If it is for none, Items has the one
	// that came nearest, or nothing where the list is empty.
	Items []ItemExplanation
	// Partners are those of a play that matched, in the order of their ids.
	Partners []PartnerExplanation
}

// CaseExplanation is a case whose condition was evaluated.
type CaseExplanation struct {
	Case *Case
	When *Node // nil: always
}

// ItemExplanation says why a play is for an item, or not.
type ItemExplanation struct {
	Item  *value.Item
	Where *Node // nil: for all
	Cases []CaseExplanation
	Case  int // the case that held, by its place in Cases; -1 for none
}

// PartnerExplanation says whether the agreement with a partner covers the incident, in the
// direction that is needed.
type PartnerExplanation struct {
	Partner *Partner
	Covers  *Node // nil: everything
}

// Explainer explains plays part by part. It keeps its plans for the next input. It is for one
// goroutine. Deciding does not use it.
type Explainer struct {
	program *Program
	tracer  *celenv.Tracer
}

// Explainer returns one for the program.
func (p *Program) Explainer() *Explainer {
	return &Explainer{program: p, tracer: celenv.NewTracer()}
}

// Explain explains every play of the program, or those in only, in the order of the program. Call
// [Input.Applying] first. The plays that matched are those that [Program.Match] finds. If Match
// fails at a play, Explain treats that play as one that did not match, and goes on.
func (x *Explainer) Explain(in *Input, only ...*Play) []Explanation {
	x.tracer.Begin()
	e := explaining{Explainer: x, in: in, first: map[*Playbook]*Play{}, answered: map[purpose]*Play{}, applying: map[*Playbook]bool{}, asked: map[*Playbook]*Node{}}
	for _, b := range in.applying {
		e.applying[b] = true
	}
	e.occurred, _ = in.occurredAt()
	e.failure = in.text(x.program.std.phase) == "failure"
	e.ours = in.text(x.program.std.provider) == ""
	// Earlier plays of its playbook can stand in the way of a play.
	plays, wanted := x.program.Plays, func(*Play) bool { return true }
	if len(only) > 0 {
		plays = slices.DeleteFunc(slices.Clone(plays), func(p *Play) bool {
			return !slices.ContainsFunc(only, func(o *Play) bool { return o.Playbook == p.Playbook })
		})
		wanted = func(p *Play) bool { return slices.Contains(only, p) }
	}
	found := map[*Play]Explanation{}
	for _, fallback := range []bool{false, true} {
		for _, p := range plays {
			switch {
			case p.Fallback != fallback:
			case wanted(p):
				found[p] = e.play(p)
			default:
				e.pass(p)
			}
		}
	}
	out := make([]Explanation, 0, len(found))
	for _, p := range plays {
		if found, ok := found[p]; ok {
			out = append(out, found)
		}
	}
	return out
}

// explaining is the state of one pass over the plays. It follows the rules of matcher.
type explaining struct {
	*Explainer
	in            *Input
	occurred      time.Time
	failure, ours bool
	first         map[*Playbook]*Play // the first play that matched and answers
	answered      map[purpose]*Play   // the first such play for each purpose
	applying      map[*Playbook]bool
	asked         map[*Playbook]*Node // the applies conditions that were evaluated
}

func (e *explaining) play(p *Play) Explanation {
	out := Explanation{Play: p, Case: -1, Day: e.day(p.Playbook), Applies: e.applies(p.Playbook)}
	if out.Barrier, out.By = e.barrier(p, out.Applies); out.Barrier != BarrierNone {
		return out
	}
	f := e.in.Frame(p.Playbook)
	out.When = e.node(p.when, f)
	if out.Matched = out.When == nil || out.When.Value == true; out.Matched && p.Each != nil {
		out.Items, out.Matched = e.items(p, f)
	}
	if out.Matched {
		e.took(p)
		e.matched(&out, f)
	}
	return out
}

// items explains the items that a play is for; else the one that came nearest, which it is not for.
func (e *explaining) items(p *Play, f *Frame) (out []ItemExplanation, found bool) {
	list, _ := e.in.Field(p.Each).([]any)
	defer f.NoItem()
	var nearest *ItemExplanation
	least := 0.0
	for i, item := range list {
		f.SetItem(p.Each, i)
		e.in.itemAt = p.Each.Name + "[" + strconv.Quote(item.(*value.Item).ID()) + "]."
		x := ItemExplanation{Item: item.(*value.Item), Where: e.node(p.where, f), Case: -1}
		if x.Where == nil || x.Where.Value == true {
			x.Cases, x.Case = e.cases(p, f)
			out = append(out, x)
			continue
		}
		if far := sumOf(x.Where.misses()); nearest == nil || far < least {
			nearest, least = &x, far
		}
	}
	if len(out) == 0 && nearest != nil {
		return []ItemExplanation{*nearest}, false
	}
	return out, len(out) > 0
}

// cases explains the cases of a play up to the first that holds; held is its place, -1 for none.
func (e *explaining) cases(p *Play, f *Frame) (out []CaseExplanation, held int) {
	for i, c := range p.Cases {
		n := e.node(c.when, f)
		out = append(out, CaseExplanation{c, n})
		switch {
		case n == nil || n.Value == true:
			return out, i
		case n.Err != nil:
			return out, -1
		}
	}
	return out, -1
}

// pass matches a play that is not explained, because it can stand in the way of others.
func (e *explaining) pass(p *Play) {
	if b, _ := e.barrier(p, nil); b != BarrierNone {
		return
	}
	ok, err := p.when.holdsFor(e.in, p.Playbook)
	if ok && err == nil && p.Each != nil {
		var items []ItemMatch
		items, err = e.in.itemsOf(p)
		ok = len(items) > 0
	}
	if ok && err == nil {
		e.took(p)
	}
}

// took remembers a play that matched. If it answers, it can stand in the way of others.
func (e *explaining) took(p *Play) {
	if !p.Answers {
		return
	}
	side := purpose{p.Playbook, p.Preventive()}
	if e.first[p.Playbook] == nil {
		e.first[p.Playbook] = p
	}
	if e.answered[side] == nil {
		e.answered[side] = p
	}
}

func (e *explaining) day(b *Playbook) value.Date { return value.DateOf(e.occurred.In(b.Zone)) }

// barrier returns the barrier in front of a play's condition, and the play that stands in the way.
// applies is the condition of its playbook, nil if it was not evaluated.
func (e *explaining) barrier(p *Play, applies *Node) (Barrier, *Play) {
	first, answered := e.first[p.Playbook], e.answered[purpose{p.Playbook, p.Preventive()}]
	switch {
	case !p.InForce.Contains(e.day(p.Playbook)):
		return BarrierPeriod, nil
	case !e.applying[p.Playbook] && applies != nil && applies.Err != nil:
		return BarrierOfPlaybook, nil
	case !e.applying[p.Playbook]:
		return BarrierApplies, nil
	case first != nil && p.Answers && p.Playbook.Matches == MatchFirst:
		return BarrierFirst, first
	case p.Fallback && answered != nil:
		return BarrierNotNeeded, answered
	case !p.phase.fits(e.failure):
		return BarrierPhase, nil
	case !p.provider.fits(e.ours):
		return BarrierProvider, nil
	}
	return BarrierNone, nil
}

// matched explains the cases and partners of a play that has matched.
func (e *explaining) matched(out *Explanation, f *Frame) {
	if out.Play.Each == nil {
		out.Cases, out.Case = e.cases(out.Play, f)
	}
	if out.Play.Partners == nil {
		return
	}
	for _, p := range out.Play.Partners.Partners {
		if way := p.Way(!e.ours); way != nil {
			out.Partners = append(out.Partners, PartnerExplanation{p, e.node(way.covers, f)})
		}
	}
}

func (e *explaining) applies(b *Playbook) *Node {
	if b.applies == nil || !b.InForce.Contains(e.day(b)) {
		return nil
	}
	if e.asked[b] == nil {
		e.asked[b] = e.node(b.applies, b.beforeFrame(e.in))
	}
	return e.asked[b]
}

// beforeFrame is the frame for the condition in front of the playbook's plays.
func (b *Playbook) beforeFrame(in *Input) *Frame {
	return &Frame{in: in, pb: b, cel: b.before.NewFrame(&in.cel)}
}

// node traces a condition. It returns nil for one that always holds.
func (x *Explainer) node(c *expression, f *Frame) *Node {
	if c == nil {
		return nil
	}
	return treeOf(x.tracer.Trace(c.cel, f.cel), f, false)
}

// outline takes a condition apart over an empty input. The values have no meaning, so each term is
// shown where it first stands.
func (x *Explainer) outline(c *expression, f *Frame) *Node {
	if c == nil {
		return nil
	}
	return treeOf(x.tracer.Trace(c.cel, f.cel), f, true)
}

// Conditions returns all conditions of the program, taken apart over an input without fields.
// [Explainer.Explain] meets no others. A condition that several plays share is there for each of
// them.
func (x *Explainer) Conditions() []*Node {
	x.tracer.Begin()
	in := x.program.Blank()
	var out []*Node
	add := func(c *expression, f *Frame) {
		if n := x.outline(c, f); n != nil {
			out = append(out, n)
		}
	}
	for _, b := range x.program.Playbooks {
		if b.applies != nil {
			add(b.applies, b.beforeFrame(in))
		}
	}
	for _, p := range x.program.Plays {
		f := in.Frame(p.Playbook)
		add(p.when, f)
		add(p.where, f)
		for _, c := range p.Cases {
			add(c.when, f)
		}
		if p.Partners == nil {
			continue
		}
		for _, partner := range p.Partners.Partners {
			for _, way := range []*Direction{partner.Outbound, partner.Inbound} {
				if way != nil {
					add(way.covers, f)
				}
			}
		}
	}
	return out
}

// Param takes the expression of a playbook's parameter apart, over an input without fields. It is
// nil for a parameter that is not one expression: a constant, a text, a list.
func (x *Explainer) Param(p *Param, of *Playbook) *Node {
	if p == nil || p.expr == nil {
		return nil
	}
	x.tracer.Begin()
	return x.outline(p.expr, x.program.Blank().Frame(of))
}

// Limit takes the condition of a cap apart, over an input without fields. It is nil for a limit that
// always holds.
func (x *Explainer) Limit(l *Limit) *Node {
	x.tracer.Begin()
	return x.outline(l.when, x.program.Blank().Frame(l.Scope))
}

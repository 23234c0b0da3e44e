package policy

import (
	"time"

	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// Barrier is a reason that is no condition for which a play is not asked.
type Barrier uint8

// The barriers, in the order in which a play meets them.
const (
	BarrierNone       Barrier = iota
	BarrierPeriod             // it is not in force on the day the incident occurred
	BarrierApplies            // its playbook does not apply
	BarrierFirst              // another play of its playbook, of which the first match is taken, came before
	BarrierNotNeeded          // it is a fallback, and another play with its purpose matched
	BarrierPhase              // it is for failures and this is a signal, or the other way round
	BarrierProvider           // it is for our own failures and this is a partner's, or the other way round
	BarrierOfPlaybook         // the playbook's applies has failed
)

// Explanation says why a play matches an input or not.
type Explanation struct {
	Play    *Play
	Matched bool
	Barrier Barrier
	Applies *Node // the playbook's condition; nil where it has none, or was not asked
	When    *Node // nil behind a barrier
	Cases   []CaseExplanation
	// Case is the case that held, by its place in Cases; -1 for none.
	Case int
	// Partners are those of a play that matched, in the order of their ids.
	Partners []PartnerExplanation
}

// CaseExplanation is a case that was asked.
type CaseExplanation struct {
	Case *Case
	When *Node // nil: always
}

// PartnerExplanation is what the direction that is wanted of a partner covers.
type PartnerExplanation struct {
	Partner *Partner
	Covers  *Node // nil: everything
}

// Explainer explains plays part by part. It keeps what it has planned from one
// input to the next. It is for one goroutine, and deciding does without it.
type Explainer struct {
	program *Program
	tracer  *celenv.Tracer
}

// Explainer returns one for the program.
func (p *Program) Explainer() *Explainer {
	return &Explainer{program: p, tracer: celenv.NewTracer()}
}

// Explain explains every play of the program, in its order; [Input.Applying]
// comes first. What matched is what [Program.Match] finds; where that fails, the
// plays after the one that failed are explained as if it had not matched.
func (x *Explainer) Explain(in *Input) []Explanation {
	e := explaining{Explainer: x, in: in, first: map[*Playbook]bool{}, answered: map[purpose]bool{}, applying: map[*Playbook]bool{}, asked: map[*Playbook]*Node{}}
	for _, b := range in.applying {
		e.applying[b] = true
	}
	e.occurred, _ = in.occurredAt()
	e.failure = in.text(x.program.std.phase) == "failure"
	e.ours = in.text(x.program.std.provider) == ""
	found := map[*Play]Explanation{}
	for _, fallback := range []bool{false, true} {
		for _, p := range x.program.Plays {
			if p.Fallback == fallback {
				found[p] = e.play(p)
			}
		}
	}
	out := make([]Explanation, 0, len(found))
	for _, p := range x.program.Plays {
		out = append(out, found[p])
	}
	return out
}

// explaining is the state of one pass over the plays, as the matcher has it.
type explaining struct {
	*Explainer
	in            *Input
	occurred      time.Time
	failure, ours bool
	first         map[*Playbook]bool
	answered      map[purpose]bool
	applying      map[*Playbook]bool
	asked         map[*Playbook]*Node // applies, as far as it was asked
}

func (e *explaining) play(p *Play) Explanation {
	out := Explanation{Play: p, Case: -1}
	side := purpose{p.Playbook, p.Preventive()}
	out.Applies = e.applies(p.Playbook)
	switch {
	case !p.InForce.Contains(value.DateOf(e.occurred.In(p.Playbook.Zone))):
		out.Barrier = BarrierPeriod
	case !e.applying[p.Playbook] && out.Applies != nil && out.Applies.Err != nil:
		out.Barrier = BarrierOfPlaybook
	case !e.applying[p.Playbook]:
		out.Barrier = BarrierApplies
	case e.first[p.Playbook] && p.Playbook.Matches == MatchFirst:
		out.Barrier = BarrierFirst
	case p.Fallback && e.answered[side]:
		out.Barrier = BarrierNotNeeded
	case !p.phase.fits(e.failure):
		out.Barrier = BarrierPhase
	case !p.provider.fits(e.ours):
		out.Barrier = BarrierProvider
	}
	if out.Barrier != BarrierNone {
		return out
	}
	f := e.in.Frame(p.Playbook)
	out.When = e.node(p.when, f)
	if out.Matched = out.When == nil || out.When.Value == true; out.Matched {
		e.first[p.Playbook], e.answered[side] = true, true
		e.matched(&out, f)
	}
	return out
}

// matched explains what follows once a play has matched: its cases and partners.
func (e *explaining) matched(out *Explanation, f *Frame) {
	for i, c := range out.Play.Cases {
		n := e.node(c.when, f)
		out.Cases = append(out.Cases, CaseExplanation{c, n})
		if n == nil || n.Value == true {
			out.Case = i
			break
		}
		if n.Err != nil {
			break
		}
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
	if b.applies == nil || !b.InForce.Contains(value.DateOf(e.occurred.In(b.Zone))) {
		return nil
	}
	if e.asked[b] == nil {
		e.asked[b] = e.node(b.applies, b.beforeFrame(e.in))
	}
	return e.asked[b]
}

// beforeFrame is where the condition in front of the playbook's plays is
// evaluated.
func (b *Playbook) beforeFrame(in *Input) *Frame {
	return &Frame{in: in, pb: b, cel: b.before.NewFrame(&in.cel)}
}

// node traces a condition; nil for one that always holds.
func (x *Explainer) node(c *expression, f *Frame) *Node {
	if c == nil {
		return nil
	}
	n := newNode(x.tracer.Trace(c.cel, f.cel), f)
	n.decide()
	return n
}

// Conditions are all conditions of the program with the parts that they have,
// over an input without fields: what [Explainer.Explain] can come across. A
// condition that several plays share is there for each.
func (x *Explainer) Conditions() []*Node {
	in := x.program.NewInput(time.Time{})
	var out []*Node
	add := func(c *expression, f *Frame) {
		if n := x.node(c, f); n != nil {
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

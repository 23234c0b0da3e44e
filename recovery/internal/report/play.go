package report

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// approachWords are the four, for people who have not met them.
var approachWords = map[policy.Approach]Approach{
	policy.CaseByCase:             {"case-by-case", "Case by case", "A person decides, within limits, and looks at what was decided before."},
	policy.StandardisedResponse:   {"standardised-response", "Standard answer", "Everyone in this position gets the same."},
	policy.PreventiveIntervention: {"preventive-intervention", "Prevention", "Something is done so that customers do not feel it, or not again."},
	policy.PartnerSubstitute:      {"partner-substitute", "Partner stands in", "Another company keeps the customer going, under an agreement."},
}

func (s *scope) play(d *playbook.Play, p *policy.Play) Play {
	out := Play{
		Name: p.Name, Title: titled(d.ID.Value), About: oneLine(d.About.Value),
		Anchor: anchor("play", s.doc, d.ID), Approach: approachWords[p.Approach], Remarks: remarks(d, p), At: p.At,
		Do: s.actions(d.Do, p.Do), Choice: s.choice(d.Discretion, p.Choice), Cost: s.cost(p),
	}
	out.When, out.WhenExpr = s.when(d.When)
	out.Each = plain(d.Each.Value)
	out.Which, out.WhichExpr = s.when(d.Where)
	if d.InForce != nil {
		out.InForce = period(p.InForce)
	}
	if !p.ReviewBy.IsZero() {
		out.ReviewBy = p.ReviewBy.String()
		if s.now != nil && daysUntil(s.now, p.ReviewBy, s.book.Zone) < 0 {
			out.Stale = p.ReviewBy.String()
		}
	}
	for i, k := range d.Cases {
		c := Case{ID: k.ID.Value, Do: s.actions(k.Do, p.Cases[i].Do)}
		c.When, c.WhenExpr = s.when(k.When)
		out.Cases = append(out.Cases, c)
	}
	if p.Preventive() && (p.Lead != nil || len(d.TooLate) > 0) {
		out.Prevention = &Prevention{TooLate: s.actions(d.TooLate, p.TooLate)}
		if p.Lead != nil {
			out.Prevention.Lead = deadline(d.Lead, false)
			if e := p.Lead.Expression(); e != nil {
				out.Prevention.Lead = s.param(e)
			}
		}
	}
	if p.Partners != nil {
		out.Substitute = s.substitute(d, p)
	}
	out.Limits = s.limits(s.limitsOf(s.moneyTypes(p)))
	u := s.uses(d, p)
	out.Names, out.Tables, out.Messages = u.names(), u.tables(), s.messagesOf(d)
	out.Tests = s.playTests(out.Anchor, p)
	if s.happened != nil {
		if out.Happened = s.happened[p.Name]; out.Happened == nil {
			out.Happened = &Happened{}
		}
	}
	return out
}

func period(p policy.Period) string {
	switch {
	case p.From.IsZero() && p.Until.IsZero():
		return "always"
	case p.From.IsZero():
		return "until " + p.Until.String()
	case p.Until.IsZero():
		return "from " + p.From.String()
	}
	return "from " + p.From.String() + " until " + p.Until.String()
}

// remarks say what is not usual about when a play is asked.
func remarks(d *playbook.Play, p *policy.Play) []string {
	var out []string
	signal := d.Phase.Value == "signal" || d.Phase.Value == "" && p.Preventive()
	switch {
	case d.Phase.Value == "any":
		out = append(out, "on a sign, and when it has failed")
	case signal:
		out = append(out, "on a sign, before it fails")
	case p.Preventive():
		out = append(out, "after a failure, against the next one")
	}
	switch d.Provider.Value {
	case "partner":
		out = append(out, "when a partner’s service failed")
	case "any":
		out = append(out, "whoever’s service failed")
	}
	if p.Fallback {
		out = append(out, "only if nothing else answers")
	}
	if !p.Answers {
		out = append(out, "no answer by itself")
	}
	return out
}

// moneyTypes are the types of action under which a play gives money.
func (s *scope) moneyTypes(p *policy.Play) []string {
	var out []string
	for _, branch := range s.branches(p) {
		for _, g := range branch {
			out = union(out, []string{g.of})
		}
	}
	return out
}

// everyAction visits the actions of a play, their steps included.
func everyAction(d *playbook.Play, visit func(*playbook.Action)) {
	var walk func([]*playbook.Action)
	walk = func(list []*playbook.Action) {
		for _, a := range list {
			visit(a)
			walk(a.Remind)
			walk(a.IfLate)
		}
	}
	walk(d.Do)
	for _, c := range d.Cases {
		walk(c.Do)
	}
	if d.Discretion != nil {
		walk(d.Discretion.Options)
	}
	walk(d.TooLate)
	walk(d.Otherwise)
}

// messagesOf are the messages of a play, in the order in which it names them.
func (s *scope) messagesOf(d *playbook.Play) []Message {
	var out []Message
	var seen []string
	everyAction(d, func(a *playbook.Action) {
		m, ok := s.messages[a.Message.Value]
		if !ok || slices.Contains(seen, a.Message.Value) {
			return
		}
		seen = append(seen, a.Message.Value)
		out = append(out, message(m))
	})
	return out
}

func message(m *playbook.Message) Message {
	out := Message{ID: m.Name.Value}
	for _, t := range m.Texts {
		out.Texts = append(out.Texts, Words{t.Language.Value, pieces(strings.TrimSpace(t.Text.Value))})
	}
	return out
}

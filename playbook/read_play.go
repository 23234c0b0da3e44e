package playbook

import (
	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// The four approaches.
const (
	caseByCase   = "case-by-case"
	standardised = "standardised-response"
	preventive   = "preventive-intervention"
	partnered    = "partner-substitute"
)

// approachOf says which approach a key belongs to, and what to write when it is
// missing; empty where it may be left out.
var approachOf = [...]struct{ key, approach, remedy string }{
	{"discretion", caseByCase, "write who decides and between what"},
	{"lead", preventive, ""},
	{"too_late", preventive, ""},
	{"substitute", partnered, "write `substitute: {}` for any partner"},
	{"otherwise", partnered, ""},
}

// plays reads the plays of a playbook, which has a review_by of its own or not.
func (r *reader) plays(n *yamlnode.Node, key Text, reviewed bool) (out []*Play) {
	ids := r.unique("play")
	r.list(n, key, "a list of plays", func(item *yamlnode.Node) {
		if p := r.play(item, key, reviewed); p != nil {
			ids.add(p.ID)
			out = append(out, p)
		}
	})
	return out
}

func (r *reader) play(n *yamlnode.Node, key Text, reviewed bool) *Play {
	m := r.mapping(n, key, "a play `{id, approach, when, do}`")
	if m == nil {
		return nil
	}
	m.what = "a play"
	p := &Play{Range: m.rng()}
	p.ID = m.id("id")
	p.About = m.words("about")
	p.Approach = m.oneOf("approach", caseByCase, standardised, preventive, partnered)
	p.When = m.uncut("when", "a condition")
	p.Each = m.scalar("each", "the name of a list of items, such as `lines`")
	p.Where = m.uncut("where", "a condition on `item`")
	p.Phase = m.oneOf("phase", "failure", "signal", "any")
	p.Provider = m.oneOf("provider", "us", "partner", "any")
	p.Priority = m.int("priority", anyInt)
	p.Fallback = m.bool("fallback").Value == "true"
	p.Answers = m.bool("answers")
	p.InForce = m.period("in_force")
	p.ReviewBy = m.scalar("review_by", "a date such as `2027-06-30`")
	p.Do = m.actions("do")
	m.on("cases", func(n *yamlnode.Node, key Text) { p.Cases = r.cases(n, key) })
	m.on("discretion", func(n *yamlnode.Node, key Text) { p.Discretion = r.discretion(n, key) })
	p.Lead = m.scalar("lead", "a duration such as `2h`")
	p.TooLate = m.actions("too_late")
	m.on("substitute", func(n *yamlnode.Node, key Text) { p.Substitute = r.substitute(n, key) })
	p.Otherwise = m.actions("otherwise")
	m.require("id", "approach", "when")
	if !m.has("each") {
		m.add("where", "missing-key", "write `each:` and the name of a list of items, or write the condition in `when`", "`where` says which items a play is for, and this play has no `each`")
	}
	m.approach(p, reviewed)
	m.close()
	return p
}

// approach checks the keys that go with the play's approach.
func (m *mapping) approach(p *Play, reviewed bool) {
	if !p.Approach.IsSet() {
		return
	}
	approach := p.Approach.Value
	for _, k := range approachOf {
		if k.approach != approach && m.has(k.key) {
			m.add(k.key, "wrong-approach", "remove it, or write `approach: "+k.approach+"`",
				"`%s` belongs to `%s`; this play is a `%s`", k.key, k.approach, approach)
		}
		if k.approach == approach && k.remedy != "" {
			m.requireOf(approach, k.key, k.remedy)
		}
	}
	if approach != standardised && approach != preventive {
		m.add("each", "wrong-approach", "remove it, or write `approach: "+standardised+"`", "`each` belongs to `%s` and `%s`; this play is a `%s`", standardised, preventive, approach)
	}
	if approach == standardised && !reviewed && !m.has("review_by") {
		m.r.add(m.whole(p), "missing-review-by", "write `review_by:` and a date, here or for the whole playbook",
			"a standard answer goes stale: this play has no `review_by`, and neither has its playbook")
	}
}

// requireOf reports a key that the approach needs.
func (m *mapping) requireOf(approach, key, hint string) {
	if !m.has(key) {
		m.lack(key, "missing-key", hint, "a `%s` play needs `%s`", approach, key)
	}
}

// whole is what to point at when a play as a whole is at fault: its id.
func (m *mapping) whole(p *Play) Range {
	if p.ID.IsSet() {
		return p.ID.Range
	}
	return m.head()
}

// cases reads the branches of a play.
func (r *reader) cases(n *yamlnode.Node, key Text) (out []*Case) {
	ids := r.unique("case")
	r.list(n, key, "a list of cases `{id, when, do}`", func(item *yamlnode.Node) {
		m := r.mapping(item, key, "a case `{id, when, do}`")
		if m == nil {
			return
		}
		m.what = "a case"
		c := &Case{Range: m.rng()}
		c.ID = m.id("id")
		c.When = m.uncut("when", "a condition")
		c.Do = m.actions("do")
		if !m.needs("do") {
			m.missing("do", "write `do: []` for a case without actions")
		}
		if !m.has("when") && item != n.Items[len(n.Items)-1] {
			r.add(m.head(), "case-order", "move it to the end, or write `when:` and a condition",
				"a case without `when` always holds, so none behind it is ever reached")
		}
		m.close()
		ids.add(c.ID)
		out = append(out, c)
	})
	return out
}

// substitute reads which partners may stand in.
func (r *reader) substitute(n *yamlnode.Node, key Text) *Substitute {
	m := r.mapping(n, key, "a substitute `{partners, units}`")
	if m == nil {
		return nil
	}
	m.what = "a substitute"
	s := &Substitute{Range: m.rng()}
	s.Partners = m.texts("partners", "a list of partners")
	s.Units = m.scalar("units", "a whole number or an expression")
	m.close()
	return s
}

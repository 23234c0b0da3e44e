package report

import (
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// choice writes what a play leaves to a person.
func (s *scope) choice(d *playbook.Discretion, c *policy.Discretion) *Choice {
	if d == nil || c == nil {
		return nil
	}
	none := playbook.Text{}
	out := &Choice{
		Decider: flat(d.Decider.Value), By: s.times(none, d.Within, d.Ends, d.Calendar, none, false),
		Choose: choose(c.AtLeast, c.AtMost, len(c.Options)),
	}
	for i, o := range d.Options {
		if i < len(c.Options) {
			out.Options = append(out.Options, s.option(o, c.Options[i]))
		}
	}
	var alike []string
	for _, f := range d.Comparable {
		alike = append(alike, plain(f.Value))
	}
	out.Comparable = term.List(alike, "and")
	out.Authority, out.Second = s.authority(c), ""
	if d.Second != nil {
		out.Second = s.second(c.Second, d.Second.By.Value)
	}
	out.Remind = s.steps(d.Remind, c.Remind, c.Calendar != nil)
	out.IfLate = s.actions(d.IfLate, c.IfLate)
	out.Tolerance = "0%"
	if d.Tolerance.IsSet() {
		out.Tolerance = d.Tolerance.Value
	}
	return out
}

// authority says who may choose how much alone.
func (s *scope) authority(c *policy.Discretion) string {
	if len(c.Authority) == 0 {
		return ""
	}
	var out []string
	for _, a := range c.Authority {
		out = append(out, plain(a.Role)+" may choose up to "+term.List(s.amountsOf(a.UpTo), "and"))
	}
	return "Alone, " + term.List(out, "and") + ". Several amounts count together."
}

// second says who has to agree above which amount.
func (s *scope) second(x *policy.Second, by string) string {
	if x == nil {
		return ""
	}
	return "Above " + term.List(s.amountsOf(x.Above), "or") + ", another person has to agree: " + flat(by) + ". Who may choose that much alone may propose more."
}

func (s *scope) amountsOf(list []*policy.Param) (out []string) {
	for _, p := range list {
		out = append(out, s.amount(p).text)
	}
	return out
}

func choose(least, most, all int) string {
	switch {
	case all == 1 && least == 1:
		return "this"
	case least == most:
		return itoa(least) + " of these"
	case least == 0:
		return "at most " + itoa(most) + " of these"
	}
	return itoa(least) + " to " + itoa(most) + " of these"
}

// option writes what may be chosen. Its parameters may be ranges or lists.
func (s *scope) option(o *playbook.Action, c *policy.Option) Action {
	params := map[string]string{}
	for _, p := range c.Allowed {
		params[p.Name] = s.allowed(p)
	}
	amount := ""
	if c.From != nil && c.To != nil {
		amount = s.fromTo(c.From, c.To)
	}
	out := Action{By: s.due(o), Amount: amount}
	out.Short, out.Does = s.does(c.Type.Name, params, amount)
	out.Details = s.details(o, c.Action, params)
	for _, p := range c.Allowed {
		if _, said := params[p.Name]; said && s.declared[c.Type.Name] != nil {
			out.Details = append(out.Details, Detail{plain(p.Name), params[p.Name]})
		}
	}
	out.Message = o.Message.Value
	out.Remind = s.steps(o.Remind, c.Remind, c.Calendar != nil)
	out.IfLate = s.actions(o.IfLate, c.IfLate)
	return out
}

// fromTo writes a range of amounts.
func (s *scope) fromTo(from, to *policy.Param) string {
	low, high := s.amount(from), s.amount(to)
	if low.text == high.text {
		return low.text
	}
	return "between " + low.text + " and " + high.text
}

func (s *scope) allowed(p policy.OptionParam) string {
	if p.From != nil && p.To != nil {
		return s.fromTo(p.From, p.To)
	}
	var out []string
	for _, v := range p.Values {
		out = append(out, s.param(v))
	}
	return strings.TrimSpace(term.List(out, "or"))
}

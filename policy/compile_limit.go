package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// compileLimits compiles the limits of the scope's own documents, in order.
func (s *scope) compileLimits() []*Limit {
	docs := s.docs
	if s.doc != nil {
		docs = []*playbook.Document{s.doc}
	}
	var out []*Limit
	for _, d := range docs {
		for _, l := range d.Limits {
			out = append(out, s.limit(l)...)
		}
	}
	return out
}

// limit compiles a limit: one for each currency of a cap.
func (s *scope) limit(d *playbook.Limit) []*Limit {
	l := &Limit{Keep: d.Keep.IsSet(), PerItem: d.Per.IsSet(), Scope: s.playbook, Position: d.Range}
	if l.PerItem && len(s.listsGoneThrough()) == 0 && !s.incomplete {
		s.warnf(d.Per.Range, "no-effect", "let a play name a list in `each:`, or remove `per`", "`per: item` changes nothing here: no play goes through the items of a list")
	}
	for _, of := range d.Of {
		t := s.actionType(of, true)
		switch {
		case t == nil:
		case t.Name == "substitute":
			s.errorf(of.Range, "no-amount", "", "limits do not touch `substitute`, whose amount is a cost and no redress")
		case t.amount() == nil:
			s.errorf(of.Range, "no-amount", "", "`%s` has no amount that could be limited", t.Name)
		case slices.Contains(l.Of, t.Name):
			s.errorf(of.Range, "duplicate-value", "", "`%s` is listed twice", t.Name)
		default:
			l.Of = append(l.Of, t.Name)
		}
	}
	if len(d.AtMost) == 0 {
		return []*Limit{l}
	}
	return s.caps(l, d)
}

// caps makes a limit for each currency of a cap.
func (s *scope) caps(l *Limit, d *playbook.Limit) []*Limit {
	known, plain := s.knownOfLimit(l), s.assumed
	reads := s.factsReadBy(func() {
		l.when, known = s.condition(d.When, known)
		l.OfItem = l.when != nil && l.when.cel.Item()
		if d.Over.Value == "escalate" && d.To.IsSet() {
			l.Escalate = s.namedRole("to", d.To, plain)
		}
	})
	var out []*Limit
	for _, text := range d.AtMost {
		one := *l
		own := s.factsReadBy(func() { one.AtMost = s.capAmount(text, d, out, known) })
		one.OfItem = one.OfItem || one.AtMost != nil && one.AtMost.expr != nil && one.AtMost.expr.cel.Item()
		one.Facts = sortedUnion(reads, own)
		out = append(out, &one)
	}
	s.counting(out, d)
	return out
}

// capAmount compiles the amount of a cap for one currency.
func (s *scope) capAmount(text playbook.Text, d *playbook.Limit, others []*Limit, known celenv.Known) *Param {
	spec := &Field{Name: "at_most", Type: value.Type{Kind: value.KindMoney}}
	p := s.typedParam(spec, text, known)
	if p == nil {
		return nil
	}
	if m, ok := p.constant.(value.Money); ok && m.Sign() < 0 {
		s.errorf(text.Range, "out-of-range", "", "`at_most` is %s, and must be zero or more", m)
	}
	if len(d.AtMost) == 1 {
		return p
	}
	switch in := p.Currency(); {
	case in == "":
		s.errorf(text.Range, "no-currency", "declare the `currency` of the field, or write a limit for this amount alone",
			"an amount in a list of `at_most` needs a currency that is known")
	case slices.ContainsFunc(others, func(o *Limit) bool { return o.AtMost != nil && o.AtMost.Currency() == in }):
		s.errorf(text.Range, "duplicate-currency", "remove one of them", "`at_most` has an amount in %s already", in)
	}
	return p
}

// factsReadBy returns the slots of the facts that are read while do compiles something.
func (s *scope) factsReadBy(do func()) []int {
	before := s.reads
	s.reads = map[int]bool{}
	do()
	found := sortedKeys(s.reads)
	if before != nil {
		maps.Copy(before, s.reads)
	}
	s.reads = before
	return found
}

func sortedUnion(a, b []int) []int {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// counting gives each cap the fact in its currency.
func (s *scope) counting(caps []*Limit, d *playbook.Limit) {
	missing := len(d.Counting) == 0
	for _, name := range d.Counting {
		if f := s.countedFact(name); f != nil {
			s.countIn(caps, f, name)
		} else {
			missing = true // reported
		}
	}
	if missing || slices.ContainsFunc(caps, func(l *Limit) bool { return l.AtMost == nil }) {
		return
	}
	for i, l := range caps {
		if l.Counting == nil && len(caps) > 1 && !s.incomplete {
			in := l.AtMost.Currency()
			s.warnf(d.AtMost[i].Range, "uncounted-currency", "add a fact in "+in+" to `counting`",
				"no fact under `counting` is in %s: this cap does not count what was given before", in)
		}
	}
}

// countedFact finds a fact that a cap can count.
func (s *scope) countedFact(name playbook.Text) *Fact {
	f, ok := s.facts[name.Value]
	if !ok {
		known := slices.Sorted(maps.Keys(s.facts))
		s.mendf(name.Range, "unknown-fact", near(name, known), "there is no fact `%s`", name.Value)
		return nil
	}
	s.used[s.factDefs[name.Value]] = true
	switch {
	case f.Sum == "" && f.Count == "":
		s.incomplete = true
		return nil // reported when the file was read
	case f.Type().Kind != value.KindMoney:
		what := "counts"
		if f.Sum != "" {
			what = "is no sum of money"
		}
		s.errorf(name.Range, "wrong-type", "", "`%s` %s; a cap looks at a fact that is a sum of money", f.Plain, what)
		return nil
	}
	return f
}

// countIn finds the cap in the currency of a fact.
func (s *scope) countIn(caps []*Limit, f *Fact, name playbook.Text) {
	var currencies []string
	for _, l := range caps {
		if l.AtMost == nil {
			return // reported already
		}
		in := l.AtMost.Currency()
		if in != "" && f.Currency != "" && in != f.Currency {
			currencies = append(currencies, in)
			continue
		}
		if l.Counting != nil {
			s.errorf(name.Range, "duplicate-currency", "", "the cap in %s counts `%s` already", f.Currency, l.Counting.Plain)
			return
		}
		l.Counting = f
		l.Facts = sortedUnion(l.Facts, []int{f.Slot})
		if s.reads != nil {
			s.reads[f.Slot] = true
		}
		return
	}
	if len(caps) == 1 {
		s.errorf(name.Range, "mixed-currencies", "", "the cap is in %s and the fact `%s` in %s", currencies[0], f.Plain, f.Currency)
		return
	}
	s.errorf(name.Range, "mixed-currencies", "add an amount in "+f.Currency+" to `at_most`", "the fact `%s` is in %s, and no amount under `at_most` is", f.Plain, f.Currency)
}

// Applies reports whether a cap holds for the incident of a frame. The error is an *[EvalError].
func (l *Limit) Applies(f *Frame) (bool, error) { return l.when.holds(f) }

// When is the condition of a cap as written, empty for a limit that always holds.
func (l *Limit) When() string {
	if l.when == nil {
		return ""
	}
	return strings.TrimSpace(l.when.cel.Source())
}

// Currency is the currency of an amount if it is known at load, else empty.
func (p *Param) Currency() string {
	if p.fixed {
		return p.constant.(interface{ Currency() string }).Currency()
	}
	if p.expr != nil && p.expr.cel.Type().Kind == value.KindMoney {
		return p.expr.cel.Type().Currency
	}
	return ""
}

// warnUncapped warns of amounts in a currency that no cap names, where a cap looks at their type.
func (c *compiler) warnUncapped() {
	warned := map[string]bool{}
	for _, p := range c.program.Plays {
		limits := slices.Concat(p.Playbook.Limits, c.program.Limits)
		p.amounts(func(kind string, amount *Param) {
			var caps []*Limit
			for _, l := range limits {
				switch {
				case l.Keep || !slices.Contains(l.Of, kind):
				case l.AtMost == nil:
					return // the cap has a mistake, which has been reported
				default:
					caps = append(caps, l)
				}
			}
			named := func(l *Limit) bool { return l.AtMost.in() != "" && l.AtMost.in() == amount.in() }
			if len(caps) == 0 || slices.ContainsFunc(caps, named) {
				return
			}
			at := caps[0].AtMost.Position()
			if key := kind + amount.in() + at.String(); !warned[key] {
				warned[key] = true
				c.warnCap(at, kind, amount)
			}
		})
	}
}

func (c *compiler) warnCap(at Position, kind string, amount *Param) {
	in := amount.Currency()
	if in == "" {
		c.warnf(at, "uncapped-currency", "declare the `currency` of the field that the amount comes from",
			"`%s` can be in any currency (at %s:%d): no cap holds it in one that no cap names", kind, amount.Position().File, amount.Position().Start.Line)
		return
	}
	where := ""
	if p := amount.Position(); p.File != "" {
		where = fmt.Sprintf(" (at %s:%d)", p.File, p.Start.Line)
	}
	c.warnf(at, "uncapped-currency", "add an amount in "+in+" to `at_most`, such as `[…, 100 "+in+"]`", "`%s` can be in %s%s, and no cap names %s: nothing holds it there", kind, in, where, in)
}

// amounts goes through the amounts that a play can give.
func (p *Play) amounts(yield func(kind string, amount *Param)) {
	lists := [][]*Action{p.Do, p.TooLate, p.Otherwise}
	for _, k := range p.Cases {
		lists = append(lists, k.Do)
	}
	for _, list := range lists {
		for _, a := range list {
			if a.Amount != nil {
				yield(a.Type.Name, a.Amount)
			}
		}
	}
	if p.Choice != nil {
		for _, o := range p.Choice.Options {
			if o.To != nil {
				yield(o.Type.Name, o.To)
			}
		}
	}
}

// in is the currency of an amount: a code, or the one field without a currency that it comes from.
// Empty: it is not known.
func (p *Param) in() string {
	if code := p.Currency(); code != "" || p.expr == nil {
		return code
	}
	return p.expr.cel.AmountOf()
}

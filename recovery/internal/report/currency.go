package report

import (
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// currency is the currency of an amount. It is a code if that is known. If the amount has the
// currency of a field, it is the field's name behind an equals sign. Otherwise it is empty: any.
type currency string

// isKnown reports whether the currency is a code.
func (c currency) isKnown() bool { return c != "" && c[0] != '=' }

// is reports whether two amounts are certainly in one currency.
func (c currency) is(other currency) bool { return c != "" && c == other }

// maybe reports whether two amounts can be in one currency.
func (c currency) maybe(other currency) bool { return c == other || !c.isKnown() || !other.isKnown() }

// words says in which currency it is.
func (c currency) words() string {
	if c.isKnown() {
		return "in " + string(c)
	}
	return "in the currency of the cap"
}

// currencyOf is the currency of an amount. Where it is not known at load, the amount may come
// from one field alone, such as the price times two: it is in the currency of that.
func (s *scope) currencyOf(p *policy.Param) currency {
	if code := p.Currency(); code != "" {
		return currency(code)
	}
	n := s.explainer.Param(p, s.of())
	if n == nil {
		return ""
	}
	from := map[string]bool{}
	s.moneyIn(n, from, map[*policy.Node]bool{})
	if len(from) == 1 {
		for path := range from {
			return currency(path)
		}
	}
	return ""
}

// moneyIn gathers the sources of the money in an expression: =incident.price, or a source that is
// not a field. Each term is looked through once.
func (s *scope) moneyIn(n *policy.Node, from map[string]bool, been map[*policy.Node]bool) {
	switch n.Kind {
	case policy.NodeConstant:
		if m, ok := n.Value.(value.Money); ok {
			from[m.Currency()] = true
		}
	case policy.NodeRead:
		name, isField := strings.CutPrefix(n.Path, "incident.")
		switch {
		case isField && s.fields[name] != nil:
			if t := s.fields[name].Type; t.Kind == value.KindMoney {
				from["="+n.Path] = true
			}
		case strings.HasPrefix(n.Path, "terms.") && n.Body() != nil:
			if body := n.Body(); !been[body] {
				been[body] = true
				s.moneyIn(body, from, been)
			}
		case strings.HasPrefix(n.Path, "facts."):
			if f := s.facts[strings.TrimPrefix(n.Path, "facts.")]; f != nil && f.Currency.IsSet() {
				from[f.Currency.Value] = true
			}
		case s.kind(n) == value.KindMoney:
			from[""] = true
		}
	case policy.NodeIf:
		s.moneyIn(n.Parts[1], from, been)
		s.moneyIn(n.Parts[2], from, been)
	case policy.NodeCall:
		for _, p := range n.Parts {
			s.moneyIn(p, from, been)
		}
	case policy.NodeCompare, policy.NodeHas, policy.NodeAnd, policy.NodeOr, policy.NodeNot:
	default:
		from[""] = true
	}
}

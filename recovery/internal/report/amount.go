package report

import (
	"math/big"
	"slices"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// amount is an amount in words, with what bounds it.
type amount struct {
	text string
	span
}

// amount writes an amount. If it is not fixed, it writes how the amount is found and between
// which bounds it lies.
func (s *scope) amount(p *policy.Param) amount {
	n := s.expression(p, s.of())
	if n == nil {
		return amount{s.param(p), point(s.constant(p))}
	}
	b := s.span(n)
	if b.lo == nil || b.lo.Sign() < 0 {
		b.lo = new(big.Rat) // nothing less is given
	}
	text := s.words(n)
	if b.hi == nil {
		return amount{text, b}
	}
	if n.Kind == policy.NodeConstant {
		return amount{s.between(b), b}
	}
	return amount{s.between(b) + ": " + text, b}
}

// of is the playbook whose expressions these are.
func (s *scope) of() *policy.Playbook {
	if s.book != nil {
		return s.book
	}
	return s.program.Shared
}

// expression takes the expression of a parameter apart; nil where it holds none.
func (b *builder) expression(p *policy.Param, of *policy.Playbook) *policy.Node {
	if p == nil {
		return nil
	}
	key := paramOf{p, of}
	n, known := b.params[key]
	if !known {
		n = b.explainer.Param(p, of)
		b.params[key] = n
	}
	return n
}

// constant is the value of a parameter that holds no expression.
func (s *scope) constant(p *policy.Param) any {
	v, err := p.Value(s.empty.Frame(s.of()), value.Style{})
	if err != nil {
		return nil
	}
	return v
}

// param writes a parameter.
func (s *scope) param(p *policy.Param) string {
	if n := s.expression(p, s.of()); n != nil {
		return s.words(n)
	}
	if p.Spec.Type.Kind == value.KindString && p.Source() != "" {
		return flat(p.Source())
	}
	if v := s.constant(p); v != nil {
		return shown(v)
	}
	return flat(p.Source())
}

func plainAll(list []string) []string {
	var out []string
	for _, x := range list {
		out = append(out, plain(x))
	}
	return out
}

func sorted[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

package report

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// span is between what a value lies, for certain; nil is no bound. Amounts are in
// whole currency.
type span struct {
	lo, hi   *big.Rat
	currency string
}

// span bounds what a part of an expression can give, by constants, tables and the
// bounds of fields.
func (s *scope) span(n *policy.Node) span {
	switch n.Kind {
	case policy.NodeConstant:
		return point(n.Value)
	case policy.NodeRead:
		return s.spanOfRead(n)
	case policy.NodeIf:
		return s.span(n.Parts[1]).either(s.span(n.Parts[2]))
	case policy.NodeCall:
		return s.spanOfCall(n)
	}
	return span{}
}

// point is the span of one value.
func point(v any) span {
	switch x := v.(type) {
	case value.Money:
		return span{x.Rat(), x.Rat(), x.Currency()}
	case value.Percent:
		return span{x.Rat(), x.Rat(), ""}
	case int64:
		n := new(big.Rat).SetInt64(x)
		return span{n, n, ""}
	case float64:
		// A double counts as its shortest decimal.
		if r, ok := new(big.Rat).SetString(strconv.FormatFloat(x, 'g', -1, 64)); ok {
			return span{r, r, ""}
		}
	}
	return span{}
}

func (s *scope) spanOfRead(n *policy.Node) span {
	root, name, _ := strings.Cut(n.Path, ".")
	switch root {
	case "terms":
		if body := n.Body(); body != nil {
			return s.spanOfTerm(body)
		}
	case "tables":
		return ofCells(s.cells(n.Path))
	case "incident":
		if f := s.fields[name]; f != nil {
			return span{point(f.Min).lo, point(f.Max).hi, f.Type.Currency}
		}
	case "facts":
		if f := s.facts[name]; f != nil {
			return span{new(big.Rat), nil, f.Currency.Value}
		}
	}
	return span{}
}

// spanOfTerm bounds what a term stands for, which may be read often.
func (s *scope) spanOfTerm(body *policy.Node) span {
	out, known := s.spans[body]
	if !known {
		out = s.span(body)
		s.spans[body] = out
	}
	return out
}

func ofCells(list []playbook.Text) span {
	var out span
	for i, t := range list {
		p := point(literal(t))
		if i == 0 {
			out = p
			continue
		}
		out = out.either(p)
	}
	return out
}

// either spans the values of both.
func (a span) either(b span) span {
	out := span{currency: a.currency}
	if a.currency != b.currency {
		return span{} // amounts that cannot be compared
	}
	if a.lo != nil && b.lo != nil {
		out.lo = lower(a.lo, b.lo)
	}
	if a.hi != nil && b.hi != nil {
		out.hi = higher(a.hi, b.hi)
	}
	return out
}

func lower(a, b *big.Rat) *big.Rat {
	if b.Cmp(a) < 0 {
		return b
	}
	return a
}

func higher(a, b *big.Rat) *big.Rat {
	if b.Cmp(a) > 0 {
		return b
	}
	return a
}

func (s *scope) spanOfCall(n *policy.Node) span {
	name, _, _ := strings.Cut(n.Op, "@")
	var args []span
	for _, p := range n.Parts {
		args = append(args, s.span(p))
	}
	if len(args) != 2 {
		return span{}
	}
	a, b := args[0], args[1]
	switch name {
	case "_+_":
		return span{sum(a.lo, b.lo), sum(a.hi, b.hi), a.currency}.nearby()
	case "_-_":
		return span{difference(a.lo, b.hi), difference(a.hi, b.lo), a.currency}.nearby()
	case "_*_":
		return a.times(b).nearby()
	case "_/_":
		return a.over(b).nearby()
	case "min":
		return least(a, b)
	case "max":
		return most(a, b)
	}
	return span{}
}

// nearby lets the upper bound of a number be a little higher: arithmetic on doubles gives a double near
// the exact number, and money that is rounded up makes a unit of the difference.
func (a span) nearby() span {
	if a.currency == "" && a.hi != nil && a.hi.Sign() > 0 && !a.hi.IsInt() {
		a.hi = short(new(big.Rat).Mul(a.hi, new(big.Rat).SetFrac64(1<<50+1, 1<<50)))
	}
	return a
}

func sum(a, b *big.Rat) *big.Rat {
	if a == nil || b == nil {
		return nil
	}
	return short(new(big.Rat).Add(a, b))
}

func difference(a, b *big.Rat) *big.Rat {
	if a == nil || b == nil {
		return nil
	}
	return short(new(big.Rat).Sub(a, b))
}

// maxBits bounds the size of a bound. No amount comes near it, and terms that multiply a term
// by itself would double the digits each time.
const maxBits = 1_000

// short returns a bound, or nil (no bound) if it has too many digits.
func short(r *big.Rat) *big.Rat {
	if r.Num().BitLen()+r.Denom().BitLen() > maxBits {
		return nil
	}
	return r
}

// times multiplies two spans without negative values. With others, the product has no bound.
func (a span) times(b span) span {
	out := span{currency: a.currency + b.currency}
	if a.lo == nil || b.lo == nil || a.lo.Sign() < 0 || b.lo.Sign() < 0 {
		return out
	}
	out.lo = short(new(big.Rat).Mul(a.lo, b.lo))
	if a.hi != nil && b.hi != nil {
		out.hi = short(new(big.Rat).Mul(a.hi, b.hi))
	}
	return out
}

// over divides a span without negative values by one above zero. Otherwise there is no
// bound. A quotient of whole numbers is cut, so that the exact one is an upper bound.
func (a span) over(b span) span {
	out := span{currency: a.currency}
	if a.currency != "" && b.currency != "" {
		out.currency = ""
	}
	if a.lo == nil || b.lo == nil || a.lo.Sign() < 0 || b.lo.Sign() <= 0 {
		return out
	}
	out.lo = new(big.Rat)
	if b.hi != nil && a.currency != "" {
		out.lo = short(out.lo.Quo(a.lo, b.hi))
	}
	if a.hi != nil {
		out.hi = short(new(big.Rat).Quo(a.hi, b.lo))
	}
	return out
}

// least bounds the lower of two: either bound from above is enough.
func least(a, b span) span {
	out := a.either(b)
	if a.currency != b.currency {
		return out
	}
	switch {
	case a.hi == nil:
		out.hi = b.hi
	case b.hi == nil:
		out.hi = a.hi
	default:
		out.hi = lower(a.hi, b.hi)
	}
	return out
}

// most bounds the higher of two: either bound from below is enough.
func most(a, b span) span {
	out := a.either(b)
	if a.currency != b.currency {
		return out
	}
	switch {
	case a.lo == nil:
		out.lo = b.lo
	case b.lo == nil:
		out.lo = a.lo
	default:
		out.lo = higher(a.lo, b.lo)
	}
	return out
}

// percentOf writes a share as a percentage.
func percentOf(r *big.Rat) string {
	text := new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(4)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}

// amountOf writes an amount as it is given: rounded once, as its playbook says.
func (s *scope) amountOf(r *big.Rat, currency string) string {
	m, err := s.of().Rounding.Money(r, currency)
	if err != nil {
		return r.FloatString(2) + " " + currency
	}
	return m.String()
}

package recovery

import (
	"cmp"
	"math/big"
	"strings"
)

// deviation is how far the chosen amount lies from the median of the
// precedents; of several amounts, the one that lies furthest.
func (x *chooser) deviation(drafts []*draft) (string, error) {
	var furthest *big.Rat
	amounts := amountsOf(x.precedentsOf(x.play))
	for _, d := range drafts {
		for _, r := range amounts {
			if r.kind != d.Type || r.currency != d.Amount.Currency() {
				continue
			}
			if dev := deviation(d.Amount, r.median()); furthest == nil || dev == nil || dev.Cmp(furthest) > 0 {
				if furthest = dev; dev == nil {
					return x.reasoned("")
				}
			}
		}
	}
	if furthest == nil {
		return "", nil
	}
	text := percentText(furthest)
	if furthest.Cmp(x.play.Choice.Tolerance) > 0 {
		return x.reasoned(text)
	}
	return text, nil
}

func (x *chooser) reasoned(deviation string) (string, error) {
	if strings.TrimSpace(x.sel.Reason) != "" {
		return deviation, nil
	}
	x.problems = []Problem{{"reason", "why the amount leaves the range of its precedents", ""}}
	return "", x.fail("a reason is needed: the amount lies %s from the median of comparable cases", cmp.Or(deviation, "far"))
}

// deviation is |amount - median| / median; nil when the median is zero and the
// amount is not. The median is the exact one: rounded, it would treat amounts on
// its two sides unequally.
func deviation(amount Money, median *big.Rat) *big.Rat {
	diff := new(big.Rat).Sub(amount.Rat(), median)
	if diff.Abs(diff).Sign() == 0 {
		return diff
	}
	if median.Sign() == 0 {
		return nil
	}
	return diff.Quo(diff, new(big.Rat).Abs(median))
}

// percentText writes a ratio in percent, to two decimals at most.
func percentText(r *big.Rat) string {
	s := new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(2)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + "%"
}

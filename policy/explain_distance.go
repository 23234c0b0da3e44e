package policy

import (
	"math"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Distance says how far a play was from matching, so that the nearest can be
// shown first: 0 for one that matched, and less for nearer. A number, an amount
// or a length of time that missed adds by how much it is off, in relation to what
// was needed, at most 1; another service or failure than the play is for adds 3;
// anything else adds 1. Behind a barrier a play is infinitely far, since its
// condition was not asked.
func (e Explanation) Distance() float64 {
	switch {
	case e.Matched:
		return 0
	case e.Barrier != BarrierNone || e.When == nil:
		return math.Inf(1)
	}
	return sumOf(e.When.misses())
}

// gapOfKind is that of an incident which is another than the play is for.
const gapOfKind = 3

// leastGap is that of what misses by nothing that can be measured: 2, where more
// than 2 is needed.
const leastGap = 1e-6

// gap is how far off a part is.
func (n *Node) gap() float64 {
	if n.Kind != NodeCompare {
		return 1
	}
	for _, side := range n.Parts {
		if side.Path == "incident.failure" || side.Path == "incident.service" {
			return gapOfKind
		}
	}
	if n.Op == "in" || n.Op == "!=" {
		return 1
	}
	a, b := n.Parts[0].Value, n.Parts[1].Value
	switch x := a.(type) {
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return pointGap(x.Sub(y))
		}
	case value.Date:
		if y, ok := b.(value.Date); ok {
			return pointGap(x.In(time.UTC).Sub(y.In(time.UTC)))
		}
	default:
		x0, okX := magnitude(a)
		y0, okY := magnitude(b)
		if okX && okY {
			return relativeGap(x0, y0)
		}
	}
	return 1
}

// pointGap is that of points in time, which are large or small in relation to
// nothing: a day counts a half.
func pointGap(d time.Duration) float64 {
	days := math.Abs(d.Hours()) / 24
	return max(leastGap, days/(days+1))
}

func relativeGap(a, b float64) float64 {
	most := max(math.Abs(a), math.Abs(b))
	if most == 0 {
		return leastGap
	}
	return min(1, max(leastGap, math.Abs(a-b)/most))
}

// magnitude is how large a value is, where that can be said.
func magnitude(v any) (float64, bool) {
	switch x := v.(type) {
	case int64:
		return float64(x), true
	case float64:
		return x, !math.IsNaN(x) && !math.IsInf(x, 0)
	case time.Duration:
		return float64(x), true
	case value.Money:
		f, _ := x.Rat().Float64()
		return f, x.IsSet()
	case value.Percent:
		f, _ := x.Rat().Float64()
		return f, true
	}
	return 0, false
}

package policy

import (
	"math"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Distance says how far a play was from matching, so that the nearest can be shown first. It is 0
// for a play that matched. A number, an amount or a length of time that missed adds its relative
// difference, at most 1. Another service or failure than the play is for adds 3. Anything else adds
// 1. The distance of a play behind a barrier is infinite, because its condition was not evaluated.
func (e Explanation) Distance() float64 {
	switch {
	case e.Matched:
		return 0
	case e.Barrier != BarrierNone || e.When == nil:
		return math.Inf(1)
	}
	return sumOf(e.When.misses())
}

// gapOfKind is the gap if the incident has another failure or service than the play is for.
const gapOfKind = 3

// leastGap is the gap of a value that is equal to its bound: 2, where more than 2 is needed.
const leastGap = 1e-6

// gap says how far a part is from holding.
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

// pointGap is the gap between two points in time, which have no relative difference. A day is a
// half, and longer times come nearer to 1.
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

// magnitude returns a value as a number; ok is false for a value without a size.
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

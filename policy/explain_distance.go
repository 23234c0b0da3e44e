package policy

import (
	"math"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/internal/celenv"
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
	if e.Play.Each != nil && e.When.Value == true {
		if len(e.Items) == 0 {
			return 1
		}
		return sumOf(e.Items[0].Where.misses())
	}
	return sumOf(e.When.misses())
}

// gapOfKind is the gap if the incident has another failure or service than the play is for.
const gapOfKind = 3

// leastGap is the gap of a value that is equal to its bound: 2, where more than 2 is needed.
const leastGap = 1e-6

// gap says how far a part is from holding.
func (n *Node) gap() float64 {
	if n.Kind == NodeHas && n.nearest != nil {
		return n.nearest.gap
	}
	if n.Kind != NodeCompare {
		return 1
	}
	for _, side := range n.Parts {
		if isOfKind(side.Path) {
			return gapOfKind
		}
	}
	if n.Op == "in" || n.Op == "!=" {
		return 1
	}
	return gapBetween(n.Parts[0].Value, n.Parts[1].Value)
}

func isOfKind(path string) bool { return path == "incident.failure" || path == "incident.service" }

// gapBetween says how far one value is from another.
func gapBetween(a, b any) float64 {
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

// rowMiss is the row of a table that missed least.
type rowMiss struct {
	row  string   // its label
	keys []string // the keys that it does not fit, and what it needs of them
	gap  float64
}

func (m *rowMiss) text() string {
	return "the nearest is `" + m.row + "`: " + strings.Join(m.keys, ", ")
}

// nearestRow finds the row of a table that missed least, given what the keys of the table are. It is
// nil if a key has no value, because that is what has failed.
func nearestRow(t *celenv.Table, keys []*celenv.Part) *rowMiss {
	var best *rowMiss
	for _, k := range keys {
		if k.Err != nil || !k.Val.IsSet() {
			return nil
		}
	}
	for row := range t.Rows() {
		m := &rowMiss{row: t.Label(row)}
		for i, k := range keys {
			v := k.Val.Native()
			if needed, gap := missOfCell(t.Cell(row, i), v); needed != "" {
				if isOfKind(k.Path) {
					gap = gapOfKind
				}
				m.keys = append(m.keys, k.Text+" is "+textOf(v)+", "+needed+" needed")
				m.gap += gap
			}
		}
		if len(m.keys) > 0 && (best == nil || m.gap < best.gap) {
			best = m
		}
	}
	return best
}

// missOfCell says what a cell needs that a value is not, and how far the value is from it. It is empty
// for a value that fits.
func missOfCell(c celenv.Cell, v any) (needed string, gap float64) {
	if len(c.Is) > 0 {
		return missOfList(c.Is, v)
	}
	for _, end := range []struct {
		at    any
		words string
		fits  func(order int) bool
	}{
		{c.From, "at least ", func(n int) bool { return n >= 0 }}, {c.Above, "more than ", func(n int) bool { return n > 0 }},
		{c.Upto, "at most ", func(n int) bool { return n <= 0 }}, {c.Below, "less than ", func(n int) bool { return n < 0 }},
	} {
		if end.at == nil {
			continue
		}
		if n, ok := value.Compare(v, end.at); ok && !end.fits(n) {
			return end.words + textOf(end.at), gapBetween(v, end.at)
		}
	}
	return "", 0
}

func missOfList(list []any, v any) (needed string, gap float64) {
	words := make([]string, 0, len(list))
	gap = 1
	for _, one := range list {
		if value.Show(one) == value.Show(v) {
			return "", 0
		}
		words = append(words, textOf(one))
		gap = min(gap, gapBetween(v, one))
	}
	if len(words) == 1 {
		return words[0], gap
	}
	return "one of " + strings.Join(words, ", "), gap
}

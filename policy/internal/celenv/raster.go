package celenv

import (
	"cmp"
	"errors"
	"slices"
	"sort"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// raster finds the rows of a table that fit. The values of each key are cut into segments, at the values
// that rows name. So a row fits all values of a segment or none of them, and which rows are left out,
// or overlap, can be told without trying values.
type raster struct {
	axes []axis
	rows [][][]stretch // of each row but `otherwise`, for each key; nil: anything
	// lead is the key that tells the rows apart best, and leading has the rows of each of its segments
	// in their order. leading is nil where that would take too much memory.
	lead    int
	leading [][]int32
}

// axis is a key, cut into segments. With an order they are, in turn, the values below a point, the
// point, the values up to the next one, and so on. Without one they are the points, then all else.
type axis struct {
	points []ref.Val
	exact  map[ref.Val]int // the numbers of the points, where values are only equal or not
	empty  []bool          // the segments in which no value can lie
}

// stretch is a row of segments, both ends included.
type stretch struct{ lo, hi int }

func newRaster(t *Table) *raster {
	g := &raster{}
	for k, key := range t.keys {
		g.axes = append(g.axes, newAxis(t, k, key.By))
	}
	for i := range t.rows {
		if i == t.otherwise {
			continue
		}
		row := make([][]stretch, len(t.keys))
		for k := range t.keys {
			row[k] = g.axes[k].stretches(t.Cell(i, k))
		}
		g.rows = append(g.rows, row)
	}
	g.chooseLead()
	return g
}

func newAxis(t *Table, k int, by *Expr) axis {
	a := axis{}
	ranges := false
	for i := range t.rows {
		c := t.Cell(i, k)
		for _, v := range c.Is {
			a.add(v)
		}
		for _, v := range []any{c.From, c.Above, c.Upto, c.Below} {
			ranges = ranges || v != nil
			a.add(v)
		}
	}
	kind := value.KindInvalid
	if by != nil {
		kind = by.typ.Kind
	}
	switch {
	case kind == value.KindString, kind == value.KindBool, kind == value.KindInt && !ranges:
		a.exact = make(map[ref.Val]int, len(a.points))
		unique := a.points[:0]
		for _, p := range a.points {
			if _, known := a.exact[p]; !known {
				a.exact[p] = len(unique)
				unique = append(unique, p)
			}
		}
		a.points = unique
	default:
		slices.SortFunc(a.points, order)
		a.points = slices.CompactFunc(a.points, func(x, y ref.Val) bool { return order(x, y) == 0 })
	}
	a.findEmpty(kind, by)
	return a
}

// add adds the value as a point, if there is one.
func (a *axis) add(native any) {
	if native == nil {
		return
	}
	a.points = append(a.points, cellib.Box(native))
}

// order compares two values of a key.
func order(a, b ref.Val) int {
	c, ok := a.(traits.Comparer)
	if !ok {
		return 0
	}
	n, _ := c.Compare(b).(types.Int)
	return int(n)
}

func (a *axis) segments() int {
	if a.exact != nil {
		return len(a.points) + 1
	}
	return 2*len(a.points) + 1
}

// findEmpty finds the segments in which no value can lie: all but the points of a bool, or of a closed
// text whose values are all points; and what lies between two whole numbers or days that follow each other.
func (a *axis) findEmpty(kind value.Kind, by *Expr) {
	a.empty = make([]bool, a.segments())
	last := len(a.empty) - 1
	switch {
	case kind == value.KindBool:
		a.empty[last] = len(a.points) == 2
	case kind == value.KindString && by.domain != nil:
		a.empty[last] = true
		for _, v := range by.domain {
			if _, ok := a.exact[types.String(v)]; !ok {
				a.empty[last] = false
			}
		}
		for i, p := range a.points {
			text, _ := p.(types.String)
			a.empty[i] = !slices.Contains(by.domain, string(text))
		}
	case a.exact == nil:
		for i := range max(len(a.points)-1, 0) {
			a.empty[2*i+2] = adjacent(a.points[i], a.points[i+1])
		}
	}
}

// adjacent reports whether no value lies between two.
func adjacent(a, b ref.Val) bool {
	switch x := cellib.Native(a).(type) {
	case int64:
		y, ok := cellib.Native(b).(int64)
		return ok && x+1 == y
	case value.Date:
		y, ok := cellib.Native(b).(value.Date)
		return ok && y.Sub(x) == 1
	}
	return false
}

// locate returns the segment of a value.
func (a *axis) locate(key ref.Val) (int, error) {
	if a.exact != nil {
		if i, ok := a.exact[key]; ok {
			return i, nil
		}
		return len(a.points), nil
	}
	k, ok := key.(traits.Comparer)
	if !ok {
		return 0, errors.New("the key has no order")
	}
	var failed error
	on := false
	below := sort.Search(len(a.points), func(i int) bool {
		compared := k.Compare(a.points[i])
		if e, isErr := compared.(*types.Err); isErr {
			failed = e
		}
		on = on || compared == types.IntZero
		return compared == types.IntNegOne || compared == types.IntZero
	})
	switch {
	case failed != nil:
		return 0, failed
	case on:
		return 2*below + 1, nil
	}
	return 2 * below, nil
}

// number returns the segment of a point.
func (a *axis) number(native any) int {
	at, _ := a.locate(cellib.Box(native)) // points have an order
	return at
}

// stretches returns the segments that a cell fits, ascending; nil for a cell that fits anything.
func (a *axis) stretches(c Cell) []stretch {
	if c.IsZero() {
		return nil
	}
	if len(c.Is) > 0 {
		out := make([]stretch, 0, len(c.Is))
		for _, v := range c.Is {
			if v == nil {
				continue // a mistake that is reported
			}
			at := a.number(v)
			out = append(out, stretch{at, at})
		}
		slices.SortFunc(out, func(x, y stretch) int { return cmp.Compare(x.lo, y.lo) })
		return out
	}
	s := stretch{0, a.segments() - 1}
	switch {
	case c.From != nil:
		s.lo = a.number(c.From)
	case c.Above != nil:
		s.lo = a.number(c.Above) + 1
	}
	switch {
	case c.Upto != nil:
		s.hi = a.number(c.Upto)
	case c.Below != nil:
		s.hi = a.number(c.Below) - 1
	}
	return []stretch{s}
}

// fits reports whether a row fits a segment of a key.
func (g *raster) fits(row int32, key, segment int) bool {
	cell := g.rows[row][key]
	if cell == nil {
		return true
	}
	i := sort.Search(len(cell), func(i int) bool { return cell[i].lo > segment })
	return i > 0 && cell[i-1].hi >= segment
}

// chooseLead chooses the key whose segments have the fewest rows.
func (g *raster) chooseLead() {
	least := -1
	for k, a := range g.axes {
		n := 0
		for _, row := range g.rows {
			n += lengthOf(row[k], a.segments())
		}
		if least < 0 || n < least {
			g.lead, least = k, n
		}
	}
	if least < 0 || least > 64+16*len(g.rows) {
		return
	}
	g.leading = make([][]int32, g.axes[g.lead].segments())
	for i, row := range g.rows {
		each(row[g.lead], len(g.leading), func(segment int) { g.leading[segment] = append(g.leading[segment], int32(i)) })
	}
}

func lengthOf(cell []stretch, segments int) (n int) {
	if cell == nil {
		return segments
	}
	for _, s := range cell {
		n += s.hi - s.lo + 1
	}
	return n
}

// each calls visit for the segments of a cell.
func each(cell []stretch, segments int, visit func(segment int)) {
	if cell == nil {
		cell = []stretch{{0, segments - 1}}
	}
	for _, s := range cell {
		for i := s.lo; i <= s.hi; i++ {
			visit(i)
		}
	}
}

// find returns the first row that fits the segments of all keys, -1 if none does. With unique, second
// is the next row that fits, or -1.
func (g *raster) find(at []int, unique bool) (first, second int) {
	first = -1
	if g.leading == nil {
		for row := range g.rows {
			if g.fitsAll(int32(row), at, -1) {
				if first >= 0 {
					return first, row
				}
				if first = row; !unique {
					return first, -1
				}
			}
		}
		return first, -1
	}
	for _, row := range g.leading[at[g.lead]] {
		if g.fitsAll(row, at, g.lead) {
			if first >= 0 {
				return first, int(row)
			}
			if first = int(row); !unique {
				return first, -1
			}
		}
	}
	return first, -1
}

// fitsAll reports whether a row fits the segments of all keys but one.
func (g *raster) fitsAll(row int32, at []int, but int) bool {
	for k, segment := range at {
		if k != but && !g.fits(row, k, segment) {
			return false
		}
	}
	return true
}

// mostSteps bounds how long it is looked for values that no row fits. Beyond it nothing is known.
const mostSteps = 400_000

// coversAll reports whether every value of the keys has a row. It may miss that for a large table.
func (g *raster) coversAll() bool {
	c := cover{raster: g, row: -1, left: mostSteps}
	return len(g.axes) > 0 && c.all(c.before(int32(len(g.rows))), 0)
}

// covered returns the rows before a row that fit whatever it fits, or nil. It names one row that is
// enough by itself, if there is one.
func (g *raster) covered(row int) []int {
	if row >= len(g.rows) {
		return nil
	}
	c := cover{raster: g, row: int32(row), left: mostSteps}
	beside := c.beside()
	for k := range g.axes {
		beside = slices.DeleteFunc(beside, func(r int32) bool { return !c.meets(r, k) })
	}
	for _, r := range beside {
		if c.all([]int32{r}, 0) {
			return []int{int(r)}
		}
	}
	if len(beside) < 2 || !c.all(beside, 0) {
		return nil
	}
	out := make([]int, 0, len(beside))
	for _, r := range beside {
		out = append(out, int(r))
	}
	return out
}

// cover finds whether rows cover everything, or everything that one row fits.
type cover struct {
	*raster
	row  int32 // that is covered; -1: everything is
	left int   // steps
}

func (c *cover) before(row int32) []int32 {
	rows := make([]int32, row)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// beside returns rows before the one that is covered; those that lie elsewhere by the leading key may
// be left out.
func (c *cover) beside() []int32 {
	if c.leading == nil {
		return c.before(c.row)
	}
	var rows []int32
	each(c.raster.rows[c.row][c.lead], len(c.leading), func(segment int) {
		for _, r := range c.leading[segment] {
			if r >= c.row {
				break
			}
			rows = append(rows, r)
		}
	})
	slices.Sort(rows)
	return slices.Compact(rows)
}

// meets reports whether some value of a key fits both a row and the row that is covered.
func (c *cover) meets(row int32, key int) bool {
	met := false
	each(c.raster.rows[c.row][key], c.axes[key].segments(), func(segment int) {
		c.left--
		met = met || c.left > 0 && !c.axes[key].empty[segment] && c.fits(row, key, segment)
	})
	return met
}

// all reports whether some rows cover all values of the keys from one on.
func (c *cover) all(rows []int32, step int) bool {
	if step == len(c.axes) || slices.ContainsFunc(rows, func(r int32) bool { return c.free(r, step) }) {
		return len(rows) > 0
	}
	key := c.keyOf(step)
	var last []int32
	for segment, empty := range c.axes[key].empty {
		if empty || c.row >= 0 && !c.fits(c.row, key, segment) {
			continue
		}
		fitting := c.fitting(rows, key, segment)
		if c.left -= len(fitting) + 1; len(fitting) == 0 || c.left < 0 {
			return false
		}
		if last != nil && slices.Equal(last, fitting) {
			continue
		}
		if last = fitting; !c.all(fitting, step+1) {
			return false
		}
	}
	return true
}

// keyOf is the key that is looked at in a step: the leading one first.
func (c *cover) keyOf(step int) int {
	switch {
	case step == 0:
		return c.lead
	case step <= c.lead:
		return step - 1
	}
	return step
}

func (c *cover) fitting(rows []int32, key, segment int) []int32 {
	if key == c.lead && c.leading != nil && len(rows) == len(c.raster.rows) {
		return c.leading[segment]
	}
	var out []int32
	for _, r := range rows {
		if c.fits(r, key, segment) {
			out = append(out, r)
		}
	}
	c.left -= len(rows)
	return out
}

// free reports whether a row fits anything in the keys from a step on.
func (c *cover) free(row int32, step int) bool {
	for ; step < len(c.axes); step++ {
		if c.raster.rows[row][c.keyOf(step)] != nil {
			return false
		}
	}
	return true
}

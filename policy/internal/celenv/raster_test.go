package celenv

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// axisOfTest is a key of a random table: values that rows name, and values that an
// incident can have.
type axisOfTest struct {
	field   string
	named   []any
	lies    []any
	ordered bool
}

var axesOfTest = []axisOfTest{
	{"failure", []any{"", "late", "lost", "damaged"}, []any{"", "late", "lost", "damaged"}, false},
	{"summary", []any{"a", "b", ""}, []any{"a", "b", "c", ""}, false},
	{"order.fragile", []any{true, false}, []any{true, false}, false},
	{"severity", []any{int64(1), int64(2), int64(4)}, []any{int64(0), int64(1), int64(2), int64(3), int64(4), int64(5)}, true},
	{"score", []any{1.0, 2.5}, []any{0.5, 1.0, 2.0, 2.5, 3.0}, true},
	{"delay", []any{time.Hour, 3 * time.Hour}, []any{time.Minute, time.Hour, time.Hour + 1, 3*time.Hour - 1, 3 * time.Hour, 4 * time.Hour}, true},
	{"day", []any{day("2026-03-01"), day("2026-03-02"), day("2026-03-04")}, []any{day("2026-02-28"), day("2026-03-01"), day("2026-03-02"), day("2026-03-03"), day("2026-03-04"), day("2026-03-05")}, true},
	{"rate", []any{percent("5%"), percent("12.5%")}, []any{percent("4%"), percent("5%"), percent("6%"), percent("12.5%"), percent("13%")}, true},
	{"order.value", []any{eur("1.00"), eur("1.02")}, []any{eur("0.99"), eur("1.00"), eur("1.01"), eur("1.02"), eur("2.00")}, true},
	{"occurred_at", []any{at("2026-03-02T10:00:00Z")}, []any{at("2026-03-02T09:59:59Z"), at("2026-03-02T10:00:00Z"), at("2026-03-02T10:00:01Z")}, true},
}

func randomCell(r *rand.Rand, a axisOfTest) Cell {
	one := func() any { return a.named[r.IntN(len(a.named))] }
	if !a.ordered || r.IntN(3) == 0 {
		c := Cell{Is: []any{one()}}
		for range r.IntN(3) {
			if v := one(); !slices.Contains(c.Is, v) {
				c.Is = append(c.Is, v)
			}
		}
		return c
	}
	for {
		var c Cell
		switch r.IntN(3) {
		case 0:
			c.From = one()
		case 1:
			c.Above = one()
		}
		switch r.IntN(3) {
		case 0:
			c.Upto = one()
		case 1:
			c.Below = one()
		}
		if slices.ContainsFunc(a.lies, func(v any) bool { return naivelyFits(c, v) }) && !c.IsZero() {
			return c
		}
	}
}

func naivelyFits(c Cell, v any) bool {
	if c.IsZero() {
		return true
	}
	if len(c.Is) > 0 {
		return slices.ContainsFunc(c.Is, func(o any) bool { return value.Show(o) == value.Show(v) })
	}
	ok := true
	if n, has := value.Compare(v, c.From); has {
		ok = ok && n >= 0
	}
	if n, has := value.Compare(v, c.Above); has {
		ok = ok && n > 0
	}
	if n, has := value.Compare(v, c.Upto); has {
		ok = ok && n <= 0
	}
	if n, has := value.Compare(v, c.Below); has {
		ok = ok && n < 0
	}
	return ok
}

// Looking up, what is covered and what is left out are the same as trying all values one by one.
func TestRasterIsTheSlowWay(t *testing.T) {
	w := newWorld(t)
	rounds := 600
	if testing.Short() {
		rounds = 50
	}
	totals, covereds, twice := 0, 0, 0
	for round := range rounds {
		r := rand.New(rand.NewPCG(7, uint64(round)))
		axes := make([]axisOfTest, 1+r.IntN(3))
		keys := make([]Key, len(axes))
		for i := range axes {
			axes[i] = axesOfTest[r.IntN(len(axesOfTest))]
			keys[i] = Key{fmt.Sprint("k", i), w.compile("incident." + axes[i].field)}
		}
		rows := make([]Row, 1+r.IntN(7))
		for i := range rows {
			rows[i] = Row{Label: fmt.Sprint("row", i), At: fmt.Sprint("p.yaml:", i), Keys: make([]Cell, len(axes)), Cells: []any{int64(i)}}
			for k := range axes {
				if r.IntN(3) > 0 {
					rows[i].Keys[k] = randomCell(r, axes[k])
				}
			}
		}
		columns := []Column{{"n", kind(value.KindInt)}}
		table := NewTable("t", keys, false, columns, rows)
		unique := NewTable("t", keys, true, columns, rows)
		total, left := true, make([]bool, len(rows))
		points(axes, func(at []any) {
			first, second := -1, -1
			for i, row := range rows {
				fits := true
				for k, c := range row.Keys {
					fits = fits && naivelyFits(c, at[k])
				}
				switch {
				case fits && first < 0:
					first = i
				case fits && second < 0:
					second = i
				}
			}
			total = total && first >= 0
			if first >= 0 {
				left[first] = true
			}
			given := map[string]any{}
			for k, a := range axes {
				if _, twice := given[a.field]; twice && value.Show(given[a.field]) != value.Show(at[k]) {
					return // one field cannot have two values
				}
				given[a.field] = at[k]
			}
			f := w.frame(given)
			if got, err := f.row(table); got != first || err != nil {
				t.Fatalf("round %d: %v: row %d, %v, want %d in %v", round, at, got, err, first, rows)
			}
			got, err := f.row(unique)
			if second < 0 && (got != first || err != nil) {
				t.Fatalf("round %d: %v: row %d, %v, want %d in %v", round, at, got, err, first, rows)
			}
			if second >= 0 {
				twice++
				want := fmt.Sprintf("two rows of table t fit, `row%d` at p.yaml:%[1]d and `row%d` at p.yaml:%[2]d", first, second)
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("round %d: %v: %v, want %s", round, at, err, want)
				}
			}
		})
		if table.Total() != total {
			t.Fatalf("round %d: total is %v, want %v: %v over %v", round, table.Total(), total, rows, axes)
		}
		for i := range rows {
			if (table.Covered(i) != nil) == left[i] {
				t.Fatalf("round %d: row %d is covered by %v, and is found: %v", round, i, table.Covered(i), left[i])
			}
			if table.Covered(i) != nil {
				covereds++
			}
		}
		if total {
			totals++
		}
	}
	if totals < rounds/30 || covereds < rounds/10 || twice < rounds {
		t.Errorf("%d tables were total, %d rows covered, %d lookups found two rows", totals, covereds, twice)
	}
}

// points visits every combination of values.
func points(axes []axisOfTest, visit func(at []any)) {
	at := make([]any, len(axes))
	var step func(k int)
	step = func(k int) {
		if k == len(axes) {
			visit(at)
			return
		}
		for _, v := range axes[k].lies {
			at[k] = v
			step(k + 1)
		}
	}
	step(0)
}

// A table of many rows is looked up by the key that tells its rows apart.
func TestLargeTable(t *testing.T) {
	w := newWorld(t)
	n := 20_000
	if testing.Short() {
		n = 4_000
	}
	var rows []Row
	for i := range n {
		rows = append(rows, Row{Keys: []Cell{{Is: []any{fmt.Sprint("port", i/2)}}, {From: int64(i % 2)}}, Cells: []any{int64(i)}})
	}
	table := NewTable("t", []Key{{"port", w.compile("incident.summary")}, {"size", w.compile("incident.severity")}}, false, []Column{{"n", kind(value.KindInt)}}, rows)
	for _, i := range []int{0, 1, 777, n - 2} {
		f := w.frame(map[string]any{"summary": fmt.Sprint("port", i/2), "severity": int64(i % 2)})
		want := i - i%2
		if got, err := f.row(table); got != want || err != nil {
			t.Error(got, err, want)
		}
	}
	covered := 0
	for i := range rows {
		if table.Covered(i) != nil {
			covered++
		}
	}
	if table.Total() || covered != n/2 {
		t.Error(table.Total(), covered)
	}
}

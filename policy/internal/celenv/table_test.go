package celenv

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Keys of every type that rows can have.
func TestTableKeys(t *testing.T) {
	w := newWorld(t)
	column := []Column{{"n", kind(value.KindInt)}}
	from := func(keys ...any) (rows []Row) {
		for i, k := range keys {
			rows = append(rows, Row{Keys: []Cell{{From: k}}, Cells: []any{int64(i)}})
		}
		return rows
	}
	above := func(keys ...any) (rows []Row) {
		for i, k := range keys {
			rows = append(rows, Row{Keys: []Cell{{Above: k}}, Cells: []any{int64(i)}})
		}
		return rows
	}
	is := func(keys ...[]any) (rows []Row) {
		for i, k := range keys {
			rows = append(rows, Row{Keys: []Cell{{Is: k}}, Cells: []any{int64(i)}})
		}
		return rows
	}
	for i, c := range []struct {
		by   string
		rows []Row
		key  map[string]any
		want int
	}{
		{`incident.severity`, from(int64(1), int64(3), int64(5)), nil, 1},
		{`incident.severity`, from(int64(4)), nil, -1},
		{`incident.score`, from(int64(1), 2.5, int64(5)), nil, 1},
		{`incident.score`, from(int64(1), 2.6, int64(5)), nil, 0},
		{`incident.delay`, from(24*time.Hour, 30*time.Hour), nil, 1},
		{`incident.day`, from(day("2026-01-01"), day("2026-03-03")), nil, 0},
		{`incident.occurred_at`, from(at("2026-03-02T10:00:01Z")), nil, -1},
		{`incident.order.value`, from(eur("0.00"), eur("60.00"), eur("60.01")), nil, 1},
		{`incident.order.value / 7`, from(eur("8.57"), eur("8.58")), nil, 0}, // 8.571…
		{`incident.rate`, from(percent("0%"), percent("12.5%")), nil, 1},
		{`incident.severity`, above(int64(1), int64(3), int64(5)), nil, 0},
		{`incident.severity`, above(int64(3)), nil, -1},
		{`incident.severity`, append(above(int64(3)), Row{Otherwise: true, Cells: []any{int64(1)}}), nil, 1},
		{`incident.severity`, append(from(int64(3)), above(int64(3))...), nil, 0},
		{`incident.severity + 1`, append(from(int64(3)), above(int64(3))...), nil, 1},
		{`incident.severity`, append(above(int64(2)), from(int64(3), int64(4))...), nil, 1},
		{`incident.score`, above(2.5), nil, -1},
		{`incident.score`, above(int64(2)), nil, 0},
		{`incident.delay`, above(30*time.Hour-1, 30*time.Hour), nil, 0},
		{`incident.day`, above(day("2026-03-01"), day("2026-03-02")), nil, 0},
		{`incident.occurred_at`, above(at("2026-03-02T10:00:00Z")), nil, -1},
		{`incident.order.value`, above(eur("59.99"), eur("60.00")), nil, 0},
		{`incident.order.value / 7`, above(eur("8.57"), eur("8.58")), nil, 0}, // 8.571…
		{`incident.rate`, above(percent("12.5%")), nil, -1},
		{`incident.severity`, is([]any{int64(1)}, []any{int64(2), int64(3)}), nil, 1},
		{`incident.score`, is([]any{int64(2)}, []any{2.5}), nil, 1},
		{`incident.score`, is([]any{int64(2)}, []any{2.5}), map[string]any{"score": 2.0}, 0},
		{`incident.id`, is([]any{"x"}), nil, -1},
		{`incident.order.fragile`, is([]any{true}, []any{false}), nil, 1},
		{`incident.day`, is([]any{day("2026-03-02")}), nil, 0},
		{`incident.order.value`, is([]any{eur("1.00"), eur("60.00")}), nil, 0},
		{`incident.delay`, append(from(99*time.Hour), Row{Otherwise: true, Cells: []any{int64(1)}}), nil, 1},
		{`incident.id`, append(is([]any{"x"}), Row{Otherwise: true, Cells: []any{int64(1)}}), nil, 1},
	} {
		table := oneKey(fmt.Sprint("t", i), w.compile(c.by), column, c.rows)
		if got, err := w.frame(c.key).row(table); got != c.want || err != nil {
			t.Errorf("%d: %s: row %d, %v, want %d", i, c.by, got, err, c.want)
		}
	}
	for _, rows := range [][]Row{from(1.0), above(1.0), is([]any{1.0})} {
		failing := oneKey("t", w.compile(`incident.score / incident.nought`), column, rows)
		if _, err := w.frame(nil).row(failing); err == nil || err.Error() != "incident.score / incident.nought: division by zero" {
			t.Error(err)
		}
	}
}

func TestTotal(t *testing.T) {
	w := newWorld(t)
	for name, want := range map[string]bool{"late_credit": false, "fares": true, "mixed": false, "by_failure": true, "by_fragile": true, "by_fact": false, "by_zero": true} {
		table, _ := w.Table(name)
		if table.Total() != want || table.Name() != name {
			t.Errorf("%s: %v", name, table.Total())
		}
	}
	kindTerm := oneKey("k", w.compile(`terms.kind`), nil, []Row{{Keys: []Cell{{Is: []any{"late", "lost", "damaged", ""}}}}})
	if !kindTerm.Total() {
		t.Error("a term that reads a closed field is closed")
	}
	if oneKey("k", nil, nil, nil).Total() {
		t.Error("a table without a key has rows")
	}
}

// A frame looks a table up once, however often it is read, and forgets on Reset.
func TestFrameRemembers(t *testing.T) {
	w := newWorld(t)
	f := w.frame(nil)
	e := w.compile(`has(tables.late_credit) && tables.late_credit.credit == money("5 EUR") && terms.valued`)
	if ok, err := e.Bool(f); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if len(f.tables) != 1 || len(f.terms) != 1 {
		t.Error(len(f.tables), len(f.terms))
	}
	f.Reset(w.input(map[string]any{"customer.tier": "none"}))
	if ok, err := e.Bool(f); ok || err != nil {
		t.Error("the term's value outlived Reset", err)
	}
}

// Beyond some terms and tables a frame finds them by a map.
func TestFrameWithManyTerms(t *testing.T) {
	w := newWorld(t)
	w.termSource, w.tableSource = map[string]string{}, map[string]tableSource{}
	for i := range 3 * manyMemos {
		w.termSource["t"+strconv.Itoa(i)] = fmt.Sprintf("incident.severity + %d", i)
		w.tableSource["u"+strconv.Itoa(i)] = tableSource{by: "terms.t" + strconv.Itoa(i), columns: []Column{{"n", kind(value.KindInt)}},
			rows: []Row{{Keys: []Cell{{Is: []any{int64(i + 3)}}}, Cells: []any{int64(i)}}, {Otherwise: true, Cells: []any{int64(-1)}}}}
	}
	f := w.frame(nil)
	for range 3 {
		for i := range 3 * manyMemos {
			v, err := w.compile(fmt.Sprintf("tables.u%d.n + terms.t%d", i, i)).Eval(f)
			if want := int64(2*i + 3); err != nil || v.Native() != want {
				t.Fatal(i, v.Native(), err)
			}
		}
	}
	if len(f.terms) != 3*manyMemos || len(f.tables) != 3*manyMemos {
		t.Error(len(f.terms), len(f.tables))
	}
}

package celenv

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/policy/value"
)

func TestReads(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ source, want string }{
		{`true`, ""},
		{`incident.severity > 3 && incident.failure == "late" && incident.severity < 9`, "incident.severity@0 incident.failure@25"},
		{`has(incident.promised_at) && incident.promised_at < now`, "incident.promised_at@4 now@52"},
		{`incident.order.?note.orValue("") == "x"`, "incident.order.note@0"},
		{`terms.valued && facts.repeats > 1`, "terms.valued@0 facts.repeats@16"},
		{`incident.severity > 1 && has(tables.late_credit) && incident.delay > hours(1)`, "incident.severity@0 tables.late_credit@29 incident.delay@29"},
		{`has(tables.late_credit) && tables.late_credit.credit > money("1 EUR")`, "tables.late_credit@4 incident.delay@4 tables.late_credit.credit@27"},
		{`tables.fares[incident.ticket] > money("1 EUR")`, "tables.fares[incident.ticket]@0 incident.ticket@0 incident.severity@0"},
		{`now > incident.occurred_at ? incident.id == "x" : incident.tags.exists(x, x == incident.service)`, "now@0 incident.occurred_at@6 incident.id@29 incident.tags@50 incident.service@79"},
		{"\"é\" == incident.id ||\n  incident.service == \"x\"", "incident.id@7 incident.service@24"},
	} {
		var got []string
		for _, r := range w.compile(c.source).Reads() {
			got = append(got, fmt.Sprintf("%s@%d", r.Path, r.From))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.source, strings.Join(got, " "), c.want)
		}
	}
}

// TestNow finds the read of the time, also in an expression that shares what was compiled of another
// with longer literals.
func TestNow(t *testing.T) {
	w := newWorld(t)
	for source, want := range map[string]string{
		`incident.failure == "late" && now > incident.occurred_at`:            "now",
		`incident.failure == "damaged" && now > incident.occurred_at`:         "now",
		`incident.failure == "lost" && has(incident.promised_at)`:             "",
		`incident.severity > 3 ? incident.id == "now" : terms.valued`:         "",
		`incident.tags.exists(t, t == "a" && date(now) > date("2026-01-01"))`: "now",
	} {
		e := w.compile(source)
		path, from, to := e.Now()
		if path != want || path != "" && string([]rune(source)[from:to]) != want {
			t.Errorf("%s: %q, %d to %d", source, path, from, to)
		}
	}
}

func TestReadValue(t *testing.T) {
	w := newWorld(t)
	f := w.frame(nil)
	for path, want := range map[string]string{
		"incident.severity": "3", "incident.order.value": "60.00 EUR", "incident.missing_at": "<nil>", "facts.repeats": "2",
		"terms.valued": "true", "terms.half": "0.01 EUR", "now": "2026-03-02T12:00:00Z", "tables.late_credit.credit": "5.00 EUR",
		"tables.fares[incident.ticket]": "4.00 EUR", "terms.failing": "1 / incident.zero: division by zero",
		"incident.nope": "there is no incident.nope", "tables.nope.x": "there is no table nope", "tables.fares.nope": "table fares has no column nope",
		"facts.nope": "there is no facts.nope", "x": "there is no x", "incident.order": "there is no incident.order", "incident.id.x": "there is no incident.id.x",
	} {
		v, err := w.scope.ReadValue(f, path)
		got := text(v.Native())
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if row, err := f.Table("late_credit").Row(f); row != 0 || err != nil {
		t.Error(row, err)
	}
	early := w.frame(map[string]any{"delay": hoursOf(1)})
	if row, err := early.Table("late_credit").Row(early); row != -1 || err != nil {
		t.Error(row, err)
	}
	if f.Table("nope") != nil {
		t.Error("a table that does not exist has a row")
	}
}

// Every path that Reads gives can be read.
func TestReadsCanBeRead(t *testing.T) {
	w := newWorld(t)
	f := w.frame(nil)
	for _, c := range values {
		e, _ := w.scope.Compile(c.source)
		for _, r := range e.Reads() {
			if _, err := w.scope.ReadValue(f, r.Path); err != nil && !strings.Contains(err.Error(), "division") {
				t.Errorf("%s: %s: %v", c.source, r.Path, err)
			}
		}
	}
}

func TestNamesUsed(t *testing.T) {
	w := newWorld(t)
	e := w.compile(`terms.valued && terms.again && has(tables.by_fact) && tables.by_zero.rank > 1 && terms.valued && workdays("office", date(now), date(now)) > 0`)
	if !slices.Equal(e.Terms(), []string{"again", "valued"}) || !slices.Equal(e.Tables(), []string{"by_fact", "by_zero"}) || !slices.Equal(e.Calendars(), []string{"office"}) {
		t.Error(e.Terms(), e.Tables(), e.Calendars())
	}
	for source, want := range map[string][]int{
		`facts.credited > money("1 EUR") && facts.repeats > 1`: {0, 1},
		`terms.again`:         {0},
		`has(tables.by_fact)`: {0},
		`incident.id == ""`:   nil,
	} {
		if got := w.compile(source).Facts(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
	}
	e.Tag = "mine"
	if e.Source() == "" || e.Tag != "mine" {
		t.Error("source or tag are lost")
	}
}

// Chains of tables are as deep as they are long, not as 2^n.
func TestReadsOfManyTables(t *testing.T) {
	w := newWorld(t)
	w.tableSource = map[string]tableSource{"t0": testTables["by_fact"]}
	last := "t0"
	for i := range 40 {
		name := "t" + strconv.Itoa(i+1)
		w.tableSource[name] = tableSource{
			by:      `has(tables.` + last + `) ? tables.` + last + `.rank + tables.` + last + `.rank : 0`,
			columns: []Column{{"rank", kind(value.KindInt)}}, rows: []Row{{Keys: []Cell{{From: int64(0)}}, Cells: []any{int64(1)}}},
		}
		last = name
	}
	e := w.compile(`has(tables.` + last + `)`)
	if n := len(e.Reads()); n != 1+2*40+1-0 {
		t.Errorf("%d reads", n)
	}
	if ok, err := e.Bool(w.frame(nil)); !ok || err != nil || len(e.Facts()) != 1 || len(e.Unguarded(Known{})) != 0 {
		t.Error(ok, err, e.Facts(), e.Unguarded(Known{}))
	}
}

package celenv

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// world is the scope that most tests share: the fields, facts, terms and tables of a
// playbook, and values for them.
type world struct {
	t     testing.TB
	base  *Base
	scope *Scope

	termSource  map[string]string
	tableSource map[string]tableSource
	terms       map[string]*Expr
	tables      map[string]*Table
	zoned       map[string]*Zoned
	busy        map[string]bool
	lenient     bool // what does not compile is broken
}

type tableSource struct {
	by      string
	columns []Column
	rows    []Row
}

func kind(k value.Kind) value.Type { return value.Type{Kind: k} }

func moneyIn(currency string) value.Type {
	return value.Type{Kind: value.KindMoney, Currency: currency}
}

func list(k value.Kind) value.Type { return value.Type{Kind: value.KindList, Elem: k} }

var testFields = []Field{
	{Name: "id", Type: kind(value.KindString)},
	{Name: "service", Type: kind(value.KindString)},
	{Name: "failure", Type: kind(value.KindString), Closed: []string{"", "late", "lost", "damaged"}},
	{Name: "ticket", Type: kind(value.KindString), Closed: []string{"single", "season"}},
	{Name: "seat", Type: kind(value.KindString), Closed: []string{"first", "second"}},
	{Name: "mood", Type: kind(value.KindString), Optional: true, Closed: []string{"calm", "angry"}},
	{Name: "summary", Type: kind(value.KindString)},
	{Name: "severity", Type: kind(value.KindInt)},
	{Name: "zero", Type: kind(value.KindInt)},
	{Name: "big", Type: kind(value.KindInt)},
	{Name: "score", Type: kind(value.KindDouble)},
	{Name: "nought", Type: kind(value.KindDouble)},
	{Name: "small", Type: kind(value.KindDouble)},
	{Name: "delay", Type: kind(value.KindDuration)},
	{Name: "occurred_at", Type: kind(value.KindTimestamp)},
	{Name: "promised_at", Type: kind(value.KindTimestamp), Optional: true},
	{Name: "resolved_at", Type: kind(value.KindTimestamp), Optional: true},
	{Name: "missing_at", Type: kind(value.KindTimestamp), Optional: true},
	{Name: "day", Type: kind(value.KindDate)},
	{Name: "rate", Type: kind(value.KindPercent)},
	{Name: "order.value", Type: moneyIn("EUR")},
	{Name: "order.fee", Type: moneyIn("GBP")},
	{Name: "order.any", Type: moneyIn("")},
	{Name: "order.maybe", Type: moneyIn("EUR"), Optional: true},
	{Name: "order.fragile", Type: kind(value.KindBool)},
	{Name: "order.note", Type: kind(value.KindString), Optional: true},
	{Name: "customer.tier", Type: kind(value.KindString)},
	{Name: "customer.since", Type: kind(value.KindTimestamp), Optional: true},
	{Name: "tags", Type: list(value.KindString)},
	{Name: "scores", Type: list(value.KindInt), Optional: true},
	{Name: "amounts", Type: value.Type{Kind: value.KindList, Elem: value.KindMoney, Currency: "EUR"}},
	{Name: "many", Type: list(value.KindInt)},
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func day(text string) value.Date {
	d, err := value.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func eur(text string) value.Money { return value.MustMoney(text + " EUR") }

func percent(text string) value.Percent {
	p, err := value.ParsePercent(text)
	if err != nil {
		panic(err)
	}
	return p
}

func oneTo(n int) []any {
	ints := make([]any, n)
	for i := range ints {
		ints[i] = int64(i + 1)
	}
	return ints
}

var testValues = map[string]any{
	"id": "T-1", "service": "parcel", "failure": "late", "ticket": "season", "seat": "second", "summary": "le café était froid",
	"severity": int64(3), "zero": int64(0), "big": int64(9223372036854775807), "score": 2.5, "nought": 0.0, "small": 1e-300,
	"delay": 30 * time.Hour, "occurred_at": at("2026-03-02T10:00:00Z"), "promised_at": at("2026-03-01T23:30:00Z"),
	"day": day("2026-03-02"), "rate": percent("12.5%"),
	"order.value": eur("60.00"), "order.fee": value.MustMoney("1.00 GBP"), "order.any": value.MustMoney("3 USD"), "order.fragile": false,
	"order.note": "ring twice", "customer.tier": "gold",
	"tags": []any{"vip", "first"}, "amounts": []any{eur("1.00"), eur("2.50")}, "many": oneTo(3000),
}

var testFacts = []Fact{{Name: "repeats", Type: kind(value.KindInt), Slot: 0}, {Name: "credited", Type: moneyIn("EUR"), Slot: 1}}

var testTerms = map[string]string{
	"valued":      `incident.customer.tier in ["gold", "platinum"]`,
	"promised":    `has(incident.promised_at)`,
	"overdue":     `incident.promised_at < now`,
	"longest":     `max(incident.tags.map(x, x.size()))`,
	"deep":        `terms.overdue || false`,
	"half":        `incident.order.value * percent(0.0125)`,
	"failing":     `1 / incident.zero > 0`,
	"kind":        `incident.failure`,
	"again":       `facts.repeats > 0 && terms.valued`,
	"unavailable": ``,
}

var testTables = map[string]tableSource{
	"late_credit": {by: `incident.delay`, columns: []Column{{"credit", moneyIn("EUR")}, {"label", kind(value.KindString)}}, rows: []Row{
		{Keys: []Cell{{From: 24 * time.Hour}}, Cells: []any{eur("5.00"), "small"}},
		{Keys: []Cell{{From: 72 * time.Hour}}, Cells: []any{eur("10.00"), "large"}},
	}},
	"fares": {by: `incident.severity`, columns: []Column{{"single", moneyIn("EUR")}, {"season", moneyIn("EUR")}}, rows: []Row{
		{Keys: []Cell{{From: int64(1)}}, Cells: []any{eur("1.00"), eur("2.00")}},
		{Keys: []Cell{{From: int64(3)}}, Cells: []any{eur("3.00"), eur("4.00")}},
		{Otherwise: true, Cells: []any{eur("0.00"), eur("0.00")}},
	}},
	"mixed": {by: `incident.severity`, columns: []Column{{"single", kind(value.KindInt)}, {"season", kind(value.KindString)}}, rows: []Row{
		{Keys: []Cell{{Is: []any{int64(3)}}}, Cells: []any{int64(1), "x"}},
	}},
	"by_failure": {by: `incident.failure`, columns: []Column{{"rank", kind(value.KindInt)}}, rows: []Row{
		{Keys: []Cell{{Is: []any{"late"}}}, Cells: []any{int64(1)}}, {Keys: []Cell{{Is: []any{"lost", "damaged", ""}}}, Cells: []any{int64(2)}},
	}},
	"by_promise": {by: `incident.promised_at`, columns: []Column{{"rank", kind(value.KindInt)}}, rows: []Row{
		{Keys: []Cell{{From: at("2020-01-01T00:00:00Z")}}, Cells: []any{int64(7)}},
	}},
	"by_zero":    {by: `1 / incident.zero`, columns: []Column{{"rank", kind(value.KindInt)}}, rows: []Row{{Keys: []Cell{{Is: []any{int64(1)}}}, Cells: []any{int64(7)}}, {Otherwise: true, Cells: []any{int64(8)}}}},
	"by_fragile": {by: `incident.order.fragile`, columns: []Column{{"rank", kind(value.KindInt)}}, rows: []Row{{Keys: []Cell{{Is: []any{true}}}, Cells: []any{int64(1)}}, {Keys: []Cell{{Is: []any{false}}}, Cells: []any{int64(0)}}}},
	"by_fact":    {by: `facts.repeats`, columns: []Column{{"rank", kind(value.KindInt)}}, rows: []Row{{Keys: []Cell{{From: int64(1)}}, Cells: []any{int64(1)}}}},
}

func newWorld(t testing.TB) *world {
	t.Helper()
	base, err := NewBase()
	if err != nil {
		t.Fatal(err)
	}
	return newWorldOn(t, base, Options{})
}

func newWorldOn(t testing.TB, base *Base, o Options) *world {
	t.Helper()
	w := &world{
		t: t, base: base, termSource: testTerms, tableSource: testTables,
		terms: map[string]*Expr{}, tables: map[string]*Table{}, busy: map[string]bool{},
	}
	o.Fields = slices.Clone(testFields)
	for i := range o.Fields {
		o.Fields[i].Slot = i
	}
	o.Facts, o.Defs, o.Suggest = testFacts, w, nearest
	madrid, err := worktime.LoadZone("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	o.Zone = madrid
	nine := worktime.Shift{From: 9 * 60, Until: 17 * 60}
	week := worktime.Week{1: {nine}, 2: {nine}, 3: {nine}, 4: {nine}, 5: {nine}}
	office, err := worktime.New(worktime.Rules{Zone: madrid, Versions: []worktime.Version{{Week: week}}})
	if err != nil {
		t.Fatal(err)
	}
	o.Calendars = map[string]*worktime.Calendar{"office": office, "broken": nil}
	if w.scope, err = base.NewScope(o); err != nil {
		t.Fatal(err)
	}
	return w
}

// Term implements Definitions.
func (w *world) Term(name string) (*Expr, bool) {
	source, known := w.termSource[name]
	if !known || source == "" || w.busy[name] {
		return nil, known
	}
	if e, done := w.terms[name]; !done || e == nil && !w.lenient {
		w.busy[name] = true
		e, issues := w.scope.Compile(source)
		if len(issues) > 0 && !w.lenient {
			w.t.Fatalf("term %s: %v", name, issues)
		}
		w.terms[name] = e
		w.busy[name] = false
	}
	return w.terms[name], true
}

// Table implements Definitions.
func (w *world) Table(name string) (*Table, bool) {
	source, known := w.tableSource[name]
	if !known {
		return nil, name == "broken"
	}
	if w.tables[name] == nil {
		by, issues := w.scope.Compile(source.by)
		if len(issues) > 0 && w.lenient {
			return nil, true
		}
		if len(issues) > 0 {
			w.t.Fatalf("table %s: %v", name, issues)
		}
		w.tables[name] = oneKey(name, by, source.columns, source.rows)
	}
	return w.tables[name], true
}

func (w *world) TermNames() []string  { return slices.Sorted(maps.Keys(w.termSource)) }
func (w *world) TableNames() []string { return slices.Sorted(maps.Keys(w.tableSource)) }

// Zoned implements Definitions.
func (w *world) Zoned(id string) (*Zoned, bool) {
	z, known := w.zoned[id]
	return z, known
}

// input returns the test values, with changes; nil makes a field absent.
func (w *world) input(changes map[string]any) *Input {
	in := &Input{Fields: make([]Val, len(testFields)), Now: at("2026-03-02T12:00:00Z")}
	for i, f := range testFields {
		v, ok := changes[f.Name]
		if !ok {
			v = testValues[f.Name]
		}
		in.Fields[i] = Box(v)
	}
	in.Facts = []Val{Box(int64(2)), Box(eur("12.00"))}
	return in
}

func (w *world) frame(changes map[string]any) *Frame { return w.scope.NewFrame(w.input(changes)) }

func (w *world) compile(source string, want ...value.Type) *Expr {
	w.t.Helper()
	e, issues := w.scope.Compile(source, want...)
	if len(issues) > 0 {
		w.t.Fatalf("%s: %+v", source, issues)
	}
	return e
}

// nearest is a small stand-in for the caller's way to suggest names.
func nearest(name string, known []string) string {
	for _, k := range known {
		if len(k) == len(name) && differ(k, name) <= 2 && differ(k, name)*2 <= len(name) {
			return k
		}
		if len(name) > 3 && (strings.HasPrefix(k, name) || strings.HasPrefix(name, k)) && len(k)-len(name) <= 2 && len(name)-len(k) <= 2 {
			return k
		}
	}
	return ""
}

func differ(a, b string) int {
	n := 0
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

func hoursOf(n int) time.Duration { return time.Duration(n) * time.Hour }

// oneKey makes a table with one key, whose ranges end where the next one begins.
func oneKey(name string, by *Expr, columns []Column, rows []Row) *Table {
	var begins []Cell
	for _, r := range rows {
		if len(r.Keys) > 0 && r.Keys[0].Is == nil {
			begins = append(begins, r.Keys[0])
		}
	}
	rows = slices.Clone(rows)
	for i, c := range Ascending(begins) {
		rows[i].Keys = []Cell{c}
	}
	return NewTable(name, []Key{{By: by}}, false, columns, rows)
}

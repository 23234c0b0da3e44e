package playbook_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/playbook"
)

// What is declared under a sound name is there, however little of it could be
// read, so that those who use it are not told that it is not there.
func TestDeclarationsAreKept(t *testing.T) {
	const src = `amends: v1
playbook: p
review_by: 2027-06-30
incident: {f: !x, f2: {type: !x}}
facts: {n: !x, n2: text}
terms: {t: !x, t2: "a" == b, t3: [a], t4: }
tables: {u: !x, u2: {by: !x, rows: [{otherwise: true}]}, u3: text}
messages: {m: !x, m2: {en: !x}, m3: text, m4: [x]}
calendars: {c: !x, c2: text}
partners: {q: !x, q2: text}
actions: {a: !x, a2: {params: {p: !x}}, a3: text}
plays:
  - id: late
    approach: standardised-response
    when: incident.region == "a #1"
`
	docs, ds := playbook.Parse("p.yaml", []byte(src))
	if !ds.HasErrors() || len(docs) != 1 {
		t.Fatal(ds)
	}
	d := docs[0]
	var names []string
	add := func(name playbook.Text) { names = append(names, name.Value) }
	for _, f := range d.Fields {
		add(f.Name)
	}
	for _, f := range d.Facts {
		add(f.Name)
	}
	for _, term := range d.Terms {
		add(term.Name)
		if term.Expr.IsSet() {
			t.Errorf("term %s has an expression: %s", term.Name.Value, term.Expr.Value)
		}
	}
	for _, table := range d.Tables {
		add(table.Name)
		if table.By.IsSet() {
			t.Errorf("table %s has a key", table.Name.Value)
		}
	}
	for _, m := range d.Messages {
		add(m.Name)
		if len(m.Texts) > 0 {
			t.Errorf("message %s has texts", m.Name.Value)
		}
	}
	for _, c := range d.Calendars {
		add(c.Name)
	}
	for _, p := range d.Partners {
		add(p.ID)
	}
	for _, a := range d.Actions {
		add(a.Name)
	}
	want := "f f2 n n2 t t2 t3 t4 u u2 u3 m m2 m3 m4 c c2 q q2 a a2 a3"
	if diff := cmp.Diff(want, strings.Join(names, " ")); diff != "" {
		t.Error(diff)
	}
	if len(d.Plays) != 1 || d.Plays[0].When.IsSet() {
		t.Error("a condition that a comment cuts is looked at")
	}
	for _, diagnostic := range ds {
		if strings.HasPrefix(diagnostic.Code, "missing") {
			t.Error(diagnostic)
		}
	}
}

// A name that cannot be used is no declaration.
func TestBadNamesAreNotKept(t *testing.T) {
	docs, _ := playbook.Parse("p.yaml", []byte("amends: v1\nplaybook: p\nterms: {Bad: 'true'}\nmessages: {BAD: {en: x}}\ntables: {in: !x}\nplays: []\n"))
	if d := docs[0]; len(d.Terms)+len(d.Messages)+len(d.Tables) > 0 {
		t.Errorf("kept %v, %v, %v", d.Terms, d.Messages, d.Tables)
	}
}

// Each member of a list has its own place.
func TestItemsHavePlaces(t *testing.T) {
	values, ds := playbook.ParseValues("v.yaml", []byte("a: [x, \"yy\", [z], {b: c}]\n"))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	var at []string
	for _, item := range values[0].Entries[0].Value.Items {
		at = append(at, span(item.Range))
	}
	if diff := cmp.Diff([]string{"1:5-1:6", "1:8-1:12", "1:14-1:16", "1:19-1:24"}, at); diff != "" {
		t.Error(diff)
	}
}

// A key that is missing comes with what to write.
func TestMissingKeysHaveRemedies(t *testing.T) {
	const src = `amends: v1
playbook: p
review_by: 2027-06-30
incident: {f: {about: x}}
facts: {f: {count: incidents}, g: {sum: refund, last: 1d}}
tables: {t: {}}
calendars: {c: {}, d: {hours: {mon: "09:00-10:00"}, holidays: [{}]}}
partners: {a: {outbound: {}}, b: {agreement: {}, outbound: {capacity: {}}}}
limits: [{keep: highest}]
plays:
  - {}
  - {id: x, approach: case-by-case, when: "true", discretion: {}, cases: [{}]}
  - {id: y, approach: case-by-case, when: "true"}
  - {id: z, approach: partner-substitute, when: "true"}
`
	_, ds := playbook.Parse("p.yaml", []byte(src))
	hints := map[string]string{}
	for _, d := range ds {
		if d.Code == "missing-key" {
			hints[d.Message] = d.Hint
			if d.Hint == "" {
				t.Error(d)
			}
		}
	}
	if len(hints) < 20 {
		t.Errorf("only %d keys are missing", len(hints))
	}
	for message, want := range map[string]string{
		"a fact needs `last`":          "write `last:` and a duration such as `90d`, or `month`, `quarter` or `year`",
		"a capacity needs `per`":       "write `per:` and `hour`, `day` or `week`",
		"a capacity needs `units`":     "write `units:` and a whole number, at least 1",
		"an agreement needs `until`":   "write `until:` and a date such as `2026-12-31`",
		"a partner needs `agreement`":  "write `agreement:` and `{ref: …, from: …, until: …}`",
		"a limit needs `of`":           "write `of:` and the type of an action, or a list of them",
		"a discretion needs `decider`": "write `decider:` and who decides",
		"a play needs `when`":          "write `when:` and a condition",
		"a table needs `rows`":         "write `rows:` and a list of rows such as `{from: 24h, credit: 5 EUR}`",
		"a fact needs `currency`":      "write the currency that is summed, such as `currency: EUR`",
		"a holiday needs its day":      "write `date:`, `from:` and `until:`, `every:` or `easter:`",
		"a calendar needs `hours`":     "write `hours:` and the hours by day, such as `{mon-fri: \"09:00-17:00\"}`",
	} {
		if hints[message] != want {
			t.Errorf("%s: %q", message, hints[message])
		}
	}
}

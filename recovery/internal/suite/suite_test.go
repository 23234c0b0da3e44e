package suite_test

import (
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/servicerecovery/amends/recovery/internal/suite"
	"github.com/servicerecovery/amends/testdata/golden"
)

func parcels(t testing.TB) string {
	t.Helper()
	src, err := os.ReadFile("testdata/parcels.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// run runs a suite against the playbook of testdata.
func run(t testing.TB, text string) *suite.Report {
	t.Helper()
	set, err := suite.Load(fstest.MapFS{"parcels.yaml": {Data: []byte(parcels(t))}, "a_test.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(suite.Rendered(err))
	}
	r := &suite.Report{Suites: set.Suites(), Diagnostics: set.Diagnostics}
	if r.Results, err = set.Run(context.Background(), set.Cases, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

func textOf(t testing.TB, r *suite.Report) string {
	t.Helper()
	return r.Text(false).String()
}

const head = `amends: v1
suite: keys
now: 2026-03-02T10:00:00Z
defaults: {incident: {id: T, service: parcel, failure: late, occurred_at: 2026-03-01T10:00:00Z, delay: 30h, customer: {id: C-7, name: Ana}}}
tests:
`

// wants has for every key of want what passes and what fails.
var wants = []struct{ name, incident, passes, fails string }{
	{"plays", `{}`, `{plays: [parcels/late]}`, `{plays: [parcels/late, parcels/rest]}`},
	{"plays in order", `{failure: damaged}`, `{plays: [parcels/dear]}`, `{plays: []}`},
	{"plays with a case", `{}, facts: {repeats: 2}`, `{plays: [parcels/late/repeated]}`, `{plays: [parcels/late]}`},
	{"plays without their case", `{}, facts: {repeats: 1}`, `{plays: [parcels/late]}`, `{plays: [parcels/late/repeated]}`},
	{"no plays", `{service: hotel}`, `{plays: []}`, `{plays: [parcels/late]}`},
	{"actions", `{}`, `{actions: [{resolve: {}}, {compensate: {amount: 5 EUR, as: voucher}}]}`, `{actions: [{resolve: {}}, {compensate: {amount: 6 EUR, as: voucher}}]}`},
	{"actions of a type", `{}`, `{actions: [{inform: {every: 1d}}]}`, `{actions: [{refund: {}}]}`},
	{"actions, each of its own", `{}, facts: {repeats: 2}`, `{actions: [{compensate: {}}, {compensate: {amount: 5 EUR}}]}`, `{actions: [{compensate: {amount: 5 EUR}}, {compensate: {amount: 5 EUR}}]}`},
	{"no actions", `{service: hotel}`, `{actions: []}`, `{actions: [{acknowledge: {}}]}`},
	{"nothing to be done", `{service: hotel}`, `{actions: [], exactly: true}`, `{exactly: true, actions: [{acknowledge: {}}]}`},
	{"actions: times", `{}`, `{actions: [{apologise: {due_at: 2026-03-02T12:00:00+01:00, not_before: null}}]}`, `{actions: [{apologise: {due_at: 2026-03-02T12:00:00Z}}]}`},
	{"actions: no time", `{}`, `{actions: [{compensate: {due_at: null}}]}`, `{actions: [{apologise: {due_at: null}}]}`},
	{"actions: texts", `{}`, `{actions: [{apologise: {owner: care, note: {contains: Ana}}}]}`, `{actions: [{apologise: {owner: {contains: claims}, note: for Ana}}]}`},
	{"actions: message by id", `{}`, `{actions: [{apologise: {message: sorry}}]}`, `{actions: [{apologise: {message: thanks}}]}`},
	{"actions: message by words", `{language: es}`, `{actions: [{apologise: {message: 'Lo sentimos, Ana.'}}]}`, `{actions: [{apologise: {message: 'We are sorry, Ana.'}}]}`},
	{"actions: message by parts", `{language: es}`, `{actions: [{apologise: {message: {id: sorry, language: es, contains: sentimos, text: 'Lo sentimos, Ana.'}}}]}`, `{actions: [{apologise: {message: {language: en}}}]}`},
	{"actions: no message", `{}`, `{actions: [{inform: {message: null}}]}`, `{actions: [{apologise: {message: null}}]}`},
	{"actions: if_late", `{}`, `{actions: [{resolve: {if_late: [{escalate: {to: boss}}]}}]}`, `{actions: [{resolve: {if_late: [{escalate: {to: team}}]}}]}`},
	{"actions: no if_late", `{}`, `{actions: [{inform: {if_late: []}}]}`, `{actions: [{resolve: {if_late: []}}]}`},
	{"actions: who asked, and why", `{}`, `{actions: [{compensate: {plays: [parcels/late], justice: distributive, change: new, already: null}}]}`, `{actions: [{compensate: {plays: [parcels/dear], justice: procedural}}]}`},
	{"actions: own id", `{}, facts: {repeats: 2}`, `{actions: [{compensate: {id: again, amount: 3 EUR}}, {compensate: {id: null, amount: 5 EUR}}]}`, `{actions: [{compensate: {id: again, amount: 5 EUR}}]}`},
	{"actions: custom parameters", `{weight: 11}`, `{actions: [{send_flowers: {card: Heavy, stems: 12}}]}`, `{actions: [{send_flowers: {card: Light, stems: 3}}]}`},
	{"actions: substitute", `{failure: stranded, region: MAD}`, `{actions: [{substitute: {partner: bike, agreement: AG-1, units: 1, amount: 6.50 EUR}}]}`, `{actions: [{substitute: {partner: van, units: 2}}]}`},
	{"exactly", `{}`, `{exactly: true, actions: [{apologise: {}}, {inform: {}}, {compensate: {}}, {resolve: {}}]}`, `{exactly: true, actions: [{apologise: {}}, {compensate: {}}, {inform: {}}, {resolve: {}}, {survey: {}}]}`},
	{"not exactly", `{}`, `{exactly: false, actions: [{inform: {}}]}`, `{exactly: true, actions: [{inform: {}}]}`},
	{"exactly, but for one", `{}, facts: {repeats: 2}`, `{exactly: true, actions: [{apologise: {}}, {inform: {}}, {compensate: {amount: 5 EUR}}, {resolve: {}}, {compensate: {amount: 3 EUR}}]}`,
		`{exactly: true, actions: [{apologise: {}}, {inform: {every: 2d, owner: care}}, {compensate: {amount: 3 EUR}}, {resolve: {}}]}`},
	{"never", `{}`, `{never: [refund, escalate]}`, `{never: [refund, compensate]}`},
	{"warnings", `{failure: stranded}, partners: {van: {used: 2}}`, `{warnings: [no-partner]}`, `{warnings: []}`},
	{"no warnings", `{}`, `{warnings: []}`, `{warnings: [unanswered, stale]}`},
	{"withheld", `{delay: 4d}, facts: {repeats: 2}`, `{withheld: [{compensate: {amount: 1 EUR, reason: limit, play: parcels/late}}], actions: [{escalate: {to: boss}}]}`, `{withheld: [{compensate: {amount: 2 EUR, reason: limit}}]}`},
	{"withheld, counting", `{}, facts: {credited: 10 EUR}`, `{withheld: [{compensate: {amount: 3 EUR}}]}`, `{withheld: [{refund: {}}]}`},
	{"nothing withheld", `{}`, `{withheld: []}`, `{withheld: [{compensate: {}}]}`},
	{"something withheld", `{}, facts: {credited: 12 EUR}`, `{withheld: [{compensate: {}}]}`, `{withheld: []}`},
	{"passed_over", `{failure: stranded, region: BCN}`, `{passed_over: {bike: coverage}}`, `{passed_over: {bike: capacity, van: capacity}}`},
	{"passed_over for use", `{failure: stranded, region: MAD}, partners: {bike: {used: 40}}`, `{passed_over: {bike: capacity}}`, `{passed_over: {}}`},
	{"nobody passed over", `{failure: stranded, region: MAD}`, `{passed_over: {}}`, `{passed_over: {bike: coverage}}`},
	{"choices", `{failure: damaged}`, `{choices: [{play: parcels/dear, decider: boss}]}`, `{choices: [{play: parcels/dear, decider: team}]}`},
	{"choices in full", `{failure: damaged}, precedents: {parcels/dear: [{amount: 40 EUR, reason: asked}]}`,
		`{choices: [{due_at: 2026-03-03T10:00:00Z, options: [{compensate: {amount: {from: 0 EUR, to: 12 EUR}, as: [cash, voucher]}}, {replace: {}}], choose: {at_least: 1, at_most: 2}, precedents: {count: 1}}]}`,
		`{choices: [{due_at: 2026-03-04T10:00:00Z, options: [{compensate: {amount: {to: 60 EUR}, as: cash}}, {refund: {}}], choose: {at_least: 2, at_most: 3}, precedents: {count: 2}}]}`},
	{"choices by one amount", `{failure: damaged, order: {value: 0 EUR}}`, `{choices: [{options: [{compensate: {amount: 0 EUR}}]}]}`, `{choices: [{options: [{compensate: {amount: 5 EUR}}]}]}`},
	{"no choices", `{}`, `{choices: []}`, `{choices: [{play: parcels/dear, decider: boss}]}`},
	{"some choice", `{failure: damaged}`, `{choices: [{}]}`, `{choices: []}`},
	{"changes", `{}`, `{changes: {inform: new, compensate: new}}`, `{changes: {inform: kept, refund: new}}`},
	{"changes by id", `{}, facts: {repeats: 2}`, `{changes: {compensate/again: new}}`, `{changes: {compensate/again: kept}}`},
	{"error", `{severity: 6}`, `{error: 'wanted 1 to 5, found 6'}`, `{error: nothing of the kind}`},
	{"error that does not come", `{}`, `{}`, `{error: does not fit}`},
	{"error that nobody wanted", `{delay: soon}`, `{error: a duration}`, `{plays: [parcels/late]}`},
	{"earlier names, null", `{courier: van, order: {value: null}, delay: 2d}`, `{plays: [parcels/late]}`, `{plays: [parcels/rest]}`},
}

func test(name, incident, want string) string {
	return "  - {name: '" + name + "', incident: " + incident + ", want: " + want + "}\n"
}

// Every key passes where it should, and fails where it should.
func TestWants(t *testing.T) {
	var passes, fails strings.Builder
	for _, w := range wants {
		passes.WriteString(test(w.name, w.incident, w.passes))
		fails.WriteString(test(w.name, w.incident, w.fails))
	}
	if r := run(t, head+passes.String()); !r.OK() || len(r.Results) != len(wants) {
		t.Errorf("not all pass:\n%s", textOf(t, r))
	}
	r := run(t, head+fails.String())
	for _, x := range r.Results {
		if x.OK() {
			t.Errorf("%s does not fail", x.Name)
		}
	}
	golden.Check(t, "testdata/wants.golden", textOf(t, r))
}

// What then says goes on with the incident and the world of the step before, and not with what was
// expected there.
func TestThen(t *testing.T) {
	for name, c := range map[string]struct{ want, steps, fails string }{
		"kept":                {`{}`, `[{now: 2026-03-02T11:00:00Z, incident: {summary: more}, want: {changes: {compensate: kept, inform: kept, apologise: kept}, handled: changed}}]`, ""},
		"changed":             {`{}`, `[{incident: {delay: 4d}, want: {changes: {compensate: changed}, actions: [{compensate: {amount: 10 EUR, already: 5 EUR}}]}}]`, ""},
		"cancelled":           {`{}`, `[{incident: {failure: lost}, want: {changes: {compensate: cancelled, acknowledge: new}, never: [compensate]}}]`, ""},
		"cancelled, exactly":  {`{}`, `[{incident: {failure: lost}, want: {exactly: true, actions: [{acknowledge: {}}, {compensate: {change: cancelled, already: 5 EUR, amount: 0 EUR}}]}}]`, ""},
		"not cancelled":       {`{}`, `[{want: {actions: [{compensate: {change: cancelled}}]}}]`, "no such `compensate`"},
		"inform is cancelled": {`{}`, `[{now: 2026-03-02T11:00:00Z, incident: {resolved_at: 2026-03-02T11:00:00Z}, want: {changes: {inform: cancelled}, never: [inform]}}]`, ""},
		"the second step":     {`{}`, `[{incident: {delay: 4d}}, {incident: {severity: 2}, want: {actions: [{compensate: {amount: 10 EUR}}]}}]`, ""},
		"facts later":         {`{}`, `[{again: true, facts: {repeats: 2}, want: {plays: [parcels/late/repeated], handled: changed}}, {incident: {severity: 2}, want: {plays: [parcels/late/repeated]}}]`, ""},
		"wanted of the test":  {`{plays: [parcels/late], handled: new}`, `[{incident: {failure: lost}}]`, ""},
		"told again":          {`{}`, `[{want: {handled: retry}}, {incident: {delay: 31h}, want: {handled: changed}}]`, ""},
		"told otherwise":      {`{}`, `[{want: {handled: new}}]`, "handled in another way"},
		"promises stand":      {`{}`, `[{now: 2026-03-09T10:00:00Z, again: true, want: {actions: [{apologise: {due_at: 2026-03-02T11:00:00Z}}]}}]`, ""},
		"a name":              {`{}`, `[{name: a week on, now: 2026-03-09T10:00:00Z, want: {never: [apologise]}}]`, "(a week on): there is a"},
		"no names":            {`{}`, `[{want: {never: [refund]}}, {want: {never: [apologise]}}]`, "(then #2): there is a"},
		"refused before":      {`{error: wanted}`, `[{incident: {severity: 3}, want: {error: wanted}}]`, "and was decided"},
	} {
		incident := ""
		if name == "refused before" {
			incident = "incident: {severity: 9}, "
		}
		r := run(t, head+"  - {name: one, "+incident+"want: "+c.want+", then: "+c.steps+"}\n")
		if text := textOf(t, r); r.OK() != (c.fails == "") || !strings.Contains(text, c.fails) || len(r.Results) != 1 {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

func TestMerging(t *testing.T) {
	r := run(t, `amends: v1
suite: merging
defaults:
  now: 2026-03-02T10:00:00Z
  incident: {id: T, service: parcel, failure: late, occurred_at: 2026-03-01T10:00:00Z, order.value: 60 EUR, tags: [a, b], customer: {id: C, name: Ana}}
  facts: {repeats: 2, credited: 3 EUR}
  want: {warnings: [], never: [refund], passed_over: {}}
tests:
  - name: mappings merge and the rest replaces
    incident: {delay: 30h, order: {value: 70 EUR}, customer: {name: Bea}, tags: []}
    facts: {credited: 0 EUR}
    want: {plays: [parcels/late/repeated], actions: [{apologise: {message: {contains: Bea}}}]}
    each:
      - {}
      - {facts: {repeats: 0}, want: {plays: [parcels/late]}}
      - {name: by words, incident: {customer.name: Eva}, want: {actions: [{apologise: {message: {contains: Eva}}}]}, then: [{facts: {repeats: 1}, again: true, want: {plays: [parcels/late]}}]}
    then: [{incident: {delay: 4d}, want: {changes: {compensate: changed}}}]
---
amends: v1
suite: without a time
tests:
  - name: it is the incident's own
    incident: {id: T, service: parcel, failure: late, occurred_at: 2026-03-05T10:00:00Z, delay: 30h}
    want: {actions: [{apologise: {due_at: 2026-03-05T11:00:00Z}}]}
`)
	if !r.OK() {
		t.Error(textOf(t, r))
	}
	var names []string
	for _, x := range r.Results {
		names = append(names, x.FullName())
	}
	want := []string{
		"merging/mappings merge and the rest replaces/as it is", "merging/mappings merge and the rest replaces/repeats 0",
		"merging/mappings merge and the rest replaces/by words", "without a time/it is the incident's own",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestFind(t *testing.T) {
	set, err := suite.Load(fstest.MapFS{"parcels.yaml": {Data: []byte(parcels(t))}, "a_test.yaml": {Data: []byte(head + test("one", "{}", "{}") + test("two", "{}", "{}"))}})
	if err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]int{"": 2, "one": 1, "^keys/t": 1, "three": 0} {
		if got := set.Find(regexp.MustCompile(pattern)); len(got) != want {
			t.Errorf("%q finds %d", pattern, len(got))
		}
	}
}

// Any suite can be read, checked and run without a panic, and what is said of it
// lies in it.
func FuzzRun(f *testing.F) {
	f.Add(head + test("one", "{}", "{}"))
	for i, w := range wants {
		if testing.Short() && i%4 != 0 {
			continue // TestWants has them all
		}
		f.Add(head + test(w.name, w.incident, w.passes))
		f.Add(head + test(w.name, w.incident, w.fails))
	}
	for i, c := range chosen {
		if testing.Short() && i%4 != 0 {
			continue
		}
		f.Add(chooseHead + "  - {name: one, want: {}, then: [" + c.steps + "]}\n")
		f.Add(chooseHead + "  - {name: one, want: {}, then: [" + c.fails + "]}\n")
	}
	book := parcels(f)
	f.Fuzz(func(t *testing.T, text string) {
		set, err := suite.Load(fstest.MapFS{"parcels.yaml": {Data: []byte(book)}, "a_test.yaml": {Data: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		cover := set.NewCoverage()
		report := &suite.Report{Suites: set.Suites(), Diagnostics: set.Diagnostics, Coverage: cover}
		if report.Results, err = set.Run(context.Background(), set.Cases, cover.Watch); err != nil {
			t.Fatal(err)
		}
		for _, write := range []func(io.Writer) error{report.WriteJSON, report.WriteJUnit} {
			var out strings.Builder
			if err := write(&out); err != nil || !utf8.ValidString(out.String()) {
				t.Fatal(err, out.String())
			}
		}
		if text := textOf(t, report); !strings.Contains(text, "coverage: ") {
			t.Fatal(text)
		}
	})
}

// The suites in the reference pass for the sets in the reference.
func TestFormatSuite(t *testing.T) {
	text, err := os.ReadFile("../../../playbook/FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "## All of it together")
	_, after, _ = strings.Cut(after, "```yaml\n")
	book, after, _ := strings.Cut(after, "```")
	_, after, _ = strings.Cut(after, "\n## Suites\n")
	_, after, _ = strings.Cut(after, "```yml\n")
	tests, after, _ := strings.Cut(after, "```")
	passes(t, book, tests, 3)

	_, maps, _ := strings.Cut(string(text), "\n## Maps\n")
	_, maps, _ = strings.Cut(maps, "```yaml\n")
	mapped, maps, _ := strings.Cut(maps, "```")
	_, maps, _ = strings.Cut(maps, "```yml\n")
	payloads, _, _ := strings.Cut(maps, "```")
	passes(t, mapped, payloads, 2)

	_, plays, _ := strings.Cut(string(text), "\n## Plays\n")
	_, plays, _ = strings.Cut(plays, "```yaml\n")
	plays, _, _ = strings.Cut(plays, "```")
	_, after, _ = strings.Cut(after, "```yml\n")
	choices, after, _ := strings.Cut(after, "```")
	passes(t, plays, choices, 1)

	_, authority, _ := strings.Cut(string(text), "\n### Authority\n")
	_, authority, _ = strings.Cut(authority, "```yaml\n")
	authority, _, _ = strings.Cut(authority, "```")
	_, after, _ = strings.Cut(after, "```yml\n")
	seconds, _, _ := strings.Cut(after, "```")
	passes(t, authority, seconds, 1)
}

// passes runs a suite for a set, and counts its tests.
func passes(t *testing.T, book, tests string, n int) {
	t.Helper()
	set, err := suite.Load(fstest.MapFS{"set.yaml": {Data: []byte(book)}, "set_test.yaml": {Data: []byte(tests)}})
	if err != nil {
		t.Fatal(suite.Rendered(err))
	}
	r := &suite.Report{Suites: set.Suites(), Diagnostics: set.Diagnostics}
	if r.Results, err = set.Run(context.Background(), set.Cases, nil); err != nil {
		t.Fatal(err)
	}
	if !r.OK() || len(r.Results) != n {
		t.Error(textOf(t, r))
	}
}

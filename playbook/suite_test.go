package playbook_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
)

// Each file of testdata/badsuite is a suite file that is named after a code; the
// golden file has all that a reader is told.
func TestBadSuites(t *testing.T) {
	checkBad(t, "testdata/badsuite", "_test.yaml", playbook.LoadSuites)
}

const wholeSuite = `amends: v1
suite: late parcels
now: 2026-03-02T10:00:00+01:00
defaults: {incident: {id: T, order: {value: 60 EUR}}}
tests:
  - name: three days late
    incident: {delay: 80h, provider: null, tags: [a, b]}
    facts: {repeats: 0}
    partners: {quickbike: {used: 40}}
    precedents: {parcels/dear: [{amount: 40 EUR, reason: asked}]}
    want:
      plays: [parcels/late, parcels/dear/other]
      actions: [{compensate: {amount: 10 EUR}}, {resolve: }, {apologise: {message: {contains: Sorry}}}]
      exactly: true
      never: [refund]
      warnings: []
      withheld: [{compensate: {reason: limit}}]
      passed_over: {quickbike: capacity}
      choices: [{play: parcels/dear, decider: boss, due_at: 2026-03-02T12:00:00Z, options: [{replace: {}}], choose: {at_least: 1, at_most: 2}, precedents: {count: 1}}]
      changes: {compensate/second: kept}
    each: [{name: one, incident: {delay: 81h}}]
    then: [{now: 2026-03-03T10:00:00Z, want: {error: does not fit}}]
`

func TestSuiteIsUnderstood(t *testing.T) {
	suites, ds := playbook.ParseSuite("a_test.yaml", []byte(wholeSuite))
	if len(ds) > 0 || len(suites) != 1 || len(suites[0].Tests) != 1 {
		t.Fatal(ds, suites)
	}
	s, test := suites[0], suites[0].Tests[0]
	w := test.Want
	for what, got := range map[string]bool{
		"suite":      s.Name.Value == "late parcels" && s.Now.Value != "" && s.Defaults.Incident.Entries[0].Key.Value == "id",
		"test":       test.Name.Value == "three days late" && test.Range.Start == playbook.Pos{Line: 6, Column: 5},
		"incident":   len(test.Incident.Entries) == 3 && test.Incident.Entries[1].Value.Text.Kind == playbook.Null,
		"given":      len(test.Facts.Entries) == 1 && len(test.Partners.Entries) == 1 && len(test.Precedents.Entries) == 1,
		"plays":      len(w.Plays.Items) == 2 && w.Plays.Items[1].Value == "parcels/dear/other",
		"actions":    len(w.Actions.Items) == 3 && w.Actions.Items[0].Asked[0].Value.Text.Value == "10 EUR" && w.Exactly.Value == "true",
		"never":      len(w.Never.Items) == 1,
		"warnings":   w.Warnings != nil && len(w.Warnings.Items) == 0,
		"withheld":   len(w.Withheld.Items) == 1,
		"passed":     w.PassedOver.Items[0].Key.Value == "quickbike" && w.PassedOver.Items[0].Value.Value == "capacity",
		"choices":    w.Choices.Items[0].AtMost.Value == "2" && w.Choices.Items[0].Precedents.Value == "1" && len(w.Choices.Items[0].Options.Items) == 1,
		"changes":    w.Changes.Items[0].Key.Value == "compensate/second",
		"each, then": test.Each[0].Name.Value == "one" && test.Then[0].Want.Error.Value == "does not fit",
		"not asked":  w.Error.Value == "" && test.Then[0].Want.Plays == nil,
	} {
		if !got {
			t.Errorf("%s: %+v", what, test)
		}
	}
}

// Suites stand among a set's files, and are no part of it.
func TestSuitesAreNoPartOfTheSet(t *testing.T) {
	book := "amends: v1\nplaybook: p\nreview_by: 2027-06-30\nplays: [{id: a, approach: standardised-response, when: true}]\n"
	alone := fstest.MapFS{"p.yaml": {Data: []byte(book)}}
	both := fstest.MapFS{
		"p.yaml": {Data: []byte(book)}, "p_test.yaml": {Data: []byte(wholeSuite)}, "deep/q_test.yml": {Data: []byte(strings.Replace(wholeSuite, "late parcels", "more", 1))},
		".hidden/r_test.yaml": {Data: []byte("{")}, "_s_test.yaml": {Data: []byte("{")},
	}
	before, ds := playbook.Load(alone)
	after, more := playbook.Load(both)
	if len(ds)+len(more) > 0 || before.Digest != after.Digest || len(after.Files) != 1 {
		t.Errorf("%v %v %v", ds, more, after.Files)
	}
	suites, ds := playbook.LoadSuites(both)
	if len(ds) > 0 || len(suites.Suites) != 2 || len(suites.Files) != 2 || suites.Files[0].Path != "deep/q_test.yml" {
		t.Errorf("%v %+v", ds, suites)
	}
	if none, ds := playbook.LoadSuites(alone); len(ds) > 0 || len(none.Suites) != 0 {
		t.Errorf("%v %+v", ds, none)
	}
}

// FuzzSuite feeds anything to the reader of suites: it must not panic or hang,
// must say the same twice, and must point into the file.
func FuzzSuite(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range paths {
		src, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte(wholeSuite))
	f.Fuzz(func(t *testing.T, src []byte) {
		suites, ds := playbook.ParseSuite("f_test.yaml", src)
		again, ds2 := playbook.ParseSuite("f_test.yaml", src)
		a, err := json.Marshal(suites)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(again)
		if err != nil || string(a) != string(b) || !slices.Equal(ds, ds2) {
			t.Fatalf("it was read in two ways: %v\n%s\n%s\n%v\n%v", err, a, b, ds, ds2)
		}
		lines := linesOf(src)
		for _, d := range ds {
			inside(t, lines, d.Range)
		}
		for _, s := range suites {
			inside(t, lines, s.Range)
			for _, test := range s.Tests {
				inside(t, lines, test.Range)
				inside(t, lines, test.Incident.Range)
			}
		}
	})
}

// The suite in the reference is one.
func TestFormatSuite(t *testing.T) {
	_, after, found := strings.Cut(format(t), "```yml\namends: v1\nsuite: ")
	text, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatal("there is none")
	}
	if suites, ds := playbook.ParseSuite("s_test.yaml", []byte("amends: v1\nsuite: "+text)); len(ds) > 0 || len(suites) != 1 || len(suites[0].Tests) != 2 {
		t.Errorf("%v\n%s", ds, text)
	}
}

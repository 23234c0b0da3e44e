package policy_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

const missedSet = `amends: v1
shared: all
terms: {failed: '"resolve" in missed', these: missed}
tables:
  redress: {by: terms.failed, rows: [{is: true, amount: 10 EUR}, {otherwise: true, amount: 5 EUR}]}
actions: {visit: {}, flowers: {}}
---
amends: v1
playbook: parcels
review_by: 2027-06-30
plays:
  - {id: late, approach: standardised-response, when: true, do: [{resolve: {within: 4h, if_late: [{callback: {within: 1h}}]}}, {explain: {}}]}
  - {id: soon, approach: preventive-intervention, when: true, lead: 2h, do: [{visit: {}}], too_late: [{assign: {to: x}}]}
  - {id: seen, approach: preventive-intervention, phase: failure, when: true, do: [{flowers: {}}]}
  - {id: told, approach: standardised-response, when: true, do: [], cases: [{do: [{inform: {every: 24h}}]}]}
  - {id: free, approach: case-by-case, when: true, discretion: {decider: x, options: [{respond: {within: 2h}}]}}
---
amends: v1
playbook: orders
review_by: 2027-06-30
APPLIES
plays:
  - id: asked
    approach: standardised-response
    when: >-
      WHEN
    do: [{apologise: {}}, {compensate: {amount: tables.redress.amount, note: 'after ${size(terms.these)} broken promises'}}]
`

func missedIn(when, applies string) (*policy.Program, playbook.Diagnostics) {
	src := strings.NewReplacer("WHEN", when, "APPLIES", applies).Replace(missedSet)
	set, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: []byte(src)}})
	program, compiled := policy.Compile(set)
	return program, set.Finish(append(diags, compiled...))
}

// TestMissedIsClosed compares missed with what it can hold, and with what it cannot.
func TestMissedIsClosed(t *testing.T) {
	const all = `"callback", "inform", "resolve", "respond", "visit", "parcels/free/respond", "parcels/late/callback", "parcels/late/resolve", "parcels/soon/visit" or "parcels/told/inform"`
	no := func(text, of string) string { return `"` + text + `" is not one of the values of ` + of + ": " + all }
	for when, want := range map[string][2]string{
		`"resolve" in missed`:                                   {},
		`"parcels/late/resolve" in missed`:                      {},
		`"callback" in missed || "inform" in missed`:            {},
		`"parcels/free/respond" in missed && "visit" in missed`: {},
		`missed == [] || size(missed) > 1`:                      {},
		`missed.exists(m, m == "visit")`:                        {},
		`missed.exists(m, m.startsWith("parcels/"))`:            {},
		`terms.failed || "visit" in terms.these`:                {},
		`sets.intersects(missed, ["visit", "resolve"])`:         {},

		`"explain" in missed`:                       {no("explain", "missed")},
		`"flowers" in missed`:                       {no("flowers", "missed")},
		`"assign" in missed`:                        {no("assign", "missed")},
		`"resolv" in missed`:                        {no("resolv", "missed"), `did you mean "resolve"?`},
		`"late/resolve" in missed`:                  {no("late/resolve", "missed"), `did you mean "parcels/late/resolve"?`},
		`"parcels/told" in missed`:                  {no("parcels/told", "missed"), `did you mean "parcels/told/inform"?`},
		`"parcels/late/explain" in missed`:          {no("parcels/late/explain", "missed")},
		`"parcels/lat/resolve" in missed`:           {no("parcels/lat/resolve", "missed"), `did you mean "parcels/late/resolve"?`},
		`missed.exists(m, m == "visits")`:           {no("visits", "missed"), `did you mean "visit"?`},
		`missed.filter(m, m != "visits") == []`:     {no("visits", "missed"), `did you mean "visit"?`},
		`missed == ["visits"]`:                      {no("visits", "missed"), `did you mean "visit"?`},
		`size(missed) > 0 && missed[0] == "visits"`: {no("visits", "missed"), `did you mean "visit"?`},
		`"visits" in terms.these`:                   {no("visits", "terms.these"), `did you mean "visit"?`},
		`sets.contains(missed, ["visits"])`:         {no("visits", "missed"), `did you mean "visit"?`},
		`"resolve" in misssed`:                      {"there is no misssed here", "did you mean missed?"},
		`missed.resolve`:                            {"missed is a list of texts, it has no field resolve"},
		`missed`:                                    {"a condition is true or false, this is [string]", "ask for a member, as in x in missed"},
		`incident.missed == []`:                     {"incident has no field missed"},
	} {
		program, ds := missedIn(when, "")
		var got [2]string
		if len(ds) > 0 {
			got = [2]string{ds[0].Message, ds[0].Hint}
		}
		if got != want || len(ds) > 1 || (program == nil) != (len(ds) > 0) {
			t.Errorf("%s\n  %q %q\nwant %q", when, ds, got, want)
		}
	}
}

// TestMissedInApplies is refused: applies is asked before anything is known of the incident's past.
func TestMissedInApplies(t *testing.T) {
	_, ds := missedIn("true", `applies: '"resolve" in missed'`)
	if len(ds) != 1 || ds[0].Code != "not-here" || !strings.HasPrefix(ds[0].Message, "missed cannot be read here: ") {
		t.Errorf("%q", ds)
	}
}

// TestMissedWithoutDeadlines is said plainly: no list of nothing.
func TestMissedWithoutDeadlines(t *testing.T) {
	src := "amends: v1\nplaybook: p\nreview_by: 2027-06-30\nplays: [{id: a, approach: standardised-response, when: '\"explain\" in missed', do: [{explain: {}}]}]\n"
	set, _ := playbook.Load(fstest.MapFS{"set.yaml": {Data: []byte(src)}})
	_, ds := policy.Compile(set)
	if len(ds) != 1 || ds[0].Message != `"explain" is never in missed: no action of this set has a deadline` {
		t.Errorf("%q", ds)
	}
}

// TestMissedAfterAMistake says nothing of what follows from another mistake.
func TestMissedAfterAMistake(t *testing.T) {
	for _, slip := range [][2]string{
		{"{resolve: {within: 4h", "{resolv: {within: 4h"},
		{"{resolve: {within: 4h", "{resolve: {within: [4h]"},
		{"id: late", "id: Late One"},
		{"{resolve: {within: 4h,", "{resolve: {wihtin: 4h,"},
	} {
		src := strings.NewReplacer("WHEN", `"parcels/late/resolve" in missed && "resolve" in missed`, "APPLIES", "", slip[0], slip[1]).Replace(missedSet)
		set, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: []byte(src)}})
		_, ds := policy.Compile(set)
		for _, d := range append(diags, ds...) {
			if d.Code == "not-in-one-of" {
				t.Errorf("%s: %s", slip[1], d)
			}
		}
	}
}

// TestMissedIsRead decides by it, and shows it among the reasons.
func TestMissedIsRead(t *testing.T) {
	program, ds := missedIn(`"parcels/late/resolve" in missed`, "")
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	for _, p := range []*policy.Program{program, program.Plain()} {
		for want, missed := range map[string][]string{"": nil, "5.00 EUR": {"parcels/late/resolve"}, "10.00 EUR": {"resolve", "parcels/late/resolve"}} {
			in := p.NewInput(time.Time{})
			fields := fieldsOf(p)
			in.Set(fields["occurred_at"], time.Time{})
			in.SetMissed(missed)
			if _, err := in.Applying(); err != nil {
				t.Fatal(err)
			}
			matches, err := p.Match(in)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, m := range matches {
				if m.Play.Name != "orders/asked" {
					continue
				}
				amount, err := m.Play.Do[1].Amount.Amount(in.Frame(m.Play.Playbook))
				if err != nil {
					t.Fatal(err)
				}
				got = amount.String()
				if because := policy.Because(in, &m); len(because) != 1 || because[0].Expr != "missed" || !strings.Contains(because[0].Value, "parcels/late/resolve") {
					t.Errorf("%q", because)
				}
			}
			if got != want {
				t.Errorf("%q: %s, want %s", missed, got, want)
			}
			in.Release() // the next one has an empty list again
		}
	}
}

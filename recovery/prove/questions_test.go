package prove_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/prove"
)

const twoPlays = `amends: v1
playbook: pb
review_by: 2027-06-30
%s
plays:
  - id: one
    approach: standardised-response
    when: incident.severity >= 4
    do: [%s]
  - id: two
    approach: standardised-response
    when: %s
    do: [%s]
`

// TestQuestionsOfTwoPlays holds when two plays give money twice, and that what was not shown is open.
func TestQuestionsOfTwoPlays(t *testing.T) {
	const gold = `incident.customer.tier == "gold"`
	for _, c := range []struct {
		name, rest, one, when, two string
		question                   prove.Question
		want                       prove.Standing
	}{
		{"the same money", "", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 EUR}}", prove.Twice, prove.Broken},
		{"another type", "", "{compensate: {amount: 5 EUR}}", gold, "{refund: {amount: 7 EUR}}", prove.Twice, prove.Proved},
		{"never together", "", "{compensate: {amount: 5 EUR}}", "incident.severity < 3", "{compensate: {amount: 7 EUR}}", prove.Twice, prove.Proved},
		{"another currency is not shown, nor ruled out", "", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 GBP}}", prove.Twice, prove.Open},
		{"a cap over them", "limits: [{of: compensate, at_most: 9 EUR}]", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 EUR}}", prove.Twice, prove.Proved},
		{"a cap over one of two types", "limits: [{of: compensate, at_most: 9 EUR}]",
			"{compensate: {amount: 5 EUR}}, {refund: {amount: 1 EUR}}", gold, "{compensate: {amount: 7 EUR}}, {refund: {amount: 2 EUR}}", prove.Twice, prove.Broken},
		{"what is ambiguous is refused", "matches: one", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 EUR}}", prove.Refused, prove.Broken},
		{"nothing is refused", "matches: first", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 EUR}}", prove.Refused, prove.Proved},
		{"each is reached", "", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 EUR}}", prove.Never, prove.Proved},
		{"one is never reached", "matches: first", "{compensate: {amount: 5 EUR}}", "incident.severity == 5", "{compensate: {amount: 7 EUR}}", prove.Never, prove.Broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := fmt.Sprintf(twoPlays, c.rest, c.one, c.when, c.two)
			set, diags := playbook.Load(fstest.MapFS{"pb.yaml": {Data: []byte(src)}})
			if diags.HasErrors() {
				t.Fatalf("%v\n%s", diags, src)
			}
			result, err := prove.Prove(context.Background(), set, prove.Options{})
			if err != nil {
				t.Fatalf("%v\n%s", err, src)
			}
			i := slices.IndexFunc(result.Questions, func(p prove.Proof) bool { return p.Question == c.question })
			if i < 0 || result.Questions[i].Standing != c.want {
				t.Errorf("got %+v, want %s\n%s", result.Questions, c.want, src)
			}
		})
	}
}

// TestWhatIsNeverReached holds what is said of rows, options, cases and too_late, and of what later decisions
// alone reach.
func TestWhatIsNeverReached(t *testing.T) {
	const src = `amends: v1
playbook: p
review_by: 2027-01-01
incident:
  n: {type: int, min: 0, max: 9, default: 0}
  size: {type: string, one_of: [small, large], default: small}
  from_on: {type: date, optional: true}
  until_on: {type: date, optional: true}
tables:
  band:
    by: {n: incident.n}
    rows:
      - {n: {below: 3}, a: 10 EUR}
      - {n: {above: 20}, a: 30 EUR}
  place:
    by: incident.size
    rows: [{is: small, a: 10 EUR}, {is: large, a: 20 EUR}, {otherwise: true, a: 20 EUR}]
  fine:
    by: incident.n
    rows: [{from: 0, a: 1 EUR}, {from: 9, a: 2 EUR}]
limits: [{of: refund, at_most: 0 EUR}]
plays:
  - {id: a, approach: standardised-response, when: has(tables.band), do: [{compensate: {amount: tables.band.a + tables.place.a}}]}
  - id: b
    approach: case-by-case
    when: incident.failure == "rude" && incident.n > 5
    discretion: {decider: d, within: 2h, options: [{refund: {amount: {from: 5 EUR, to: 10 EUR}}}, {compensate: {amount: {from: 5 EUR, to: 10 EUR}}}]}
  - {id: c, approach: preventive-intervention, when: incident.n == 4, lead: 0h, do: [{apologise: {}}], too_late: [{respond: {within: 1d}}]}
  - {id: d, approach: standardised-response, when: '"respond" in missed', do: [{escalate: {to: x}}]}
  - {id: e, approach: standardised-response, when: 'has(incident.from_on) && has(incident.until_on) && incident.until_on > incident.from_on', do: [{callback: {}}]}
  - {id: f, approach: standardised-response, when: 'incident.n < 5', do: [{callback: {}}], cases: [{when: incident.n < 2, do: []}, {when: incident.n > 1, do: []}, {when: incident.n == 7, do: []}]}
`
	result, err := prove.Prove(context.Background(), loaded(t, src), prove.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range result.Questions {
		if p.Question == prove.Never {
			got = append(got, fmt.Sprintf("%s %d:%d %s", p.Standing, p.At.Start.Line, p.At.Start.Column, p.Reason))
		}
	}
	want := []string{
		"broken 27:52 the option refund of the play p/b is always empty: a cap leaves nothing of it",
		"broken 31:164 the case 3 of the play p/f never holds where the play matches",
		"broken 14:9 the row `n above 20` of the table `band` is never found: no valid incident fits it",
		"broken 17:60 the row `otherwise` of the table `place` is never found: each valid incident fits a row before it",
		"open 29:5 p.yaml:29:52: it needs a broken promise, and the first decision on an incident knows of none",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwanted\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestWhatMayFail holds of which parts of a play it is known that the engine never refuses an incident for them.
func TestWhatMayFail(t *testing.T) {
	for _, c := range []struct {
		play     string
		standing prove.Standing
	}{
		{"{id: a, approach: standardised-response, when: has(tables.band), do: [{compensate: {amount: tables.band.a}}]}", prove.Proved},
		{"{id: a, approach: standardised-response, when: 'incident.n + size(incident.region) > 2', do: [{respond: {}}]}", prove.Proved},
		{"{id: a, approach: standardised-response, when: '10 / incident.n > 2', do: [{respond: {}}]}", prove.Broken},
		{"{id: a, approach: standardised-response, when: 'incident.wide + 1 > 2', do: [{respond: {}}]}", prove.Open},
		{"{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: 'incident.price * percent(50)'}}]}", prove.Proved},
		{"{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: 'incident.price * incident.n + tables.place.a'}}]}", prove.Proved},
		{"{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: 'incident.price - money(\"5 EUR\")'}}]}", prove.Broken},
		{"{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: 'max(incident.price - money(\"5 EUR\"), money(\"0 EUR\"))'}}]}", prove.Open},
		{"{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: incident.fare}}]}", prove.Open},
		{"{id: a, approach: standardised-response, when: 'true', do: [{respond: {note: 'x ${10 / incident.n}'}}]}", prove.Broken},
		{"{id: a, approach: standardised-response, when: 'true', do: [{respond: {owner: 'x ${10 / incident.n}'}}]}", prove.Broken},
		{"{id: a, approach: standardised-response, when: 'true', do: [{respond: {note: 'x ${incident.region}', owner: '${incident.region}', message: sorry}}]}", prove.Proved},
		{"{id: a, approach: standardised-response, when: has(incident.at), do: [{respond: {since: at, within: 2d}}]}", prove.Open},
		{"{id: a, approach: standardised-response, when: 'true', do: [{respond: {since: resolved_at, within: 2d}}]}", prove.Proved},
		{"{id: a, approach: standardised-response, when: 'true', do: [{respond: {within: 'hours(incident.n)'}}]}", prove.Open},
		{"{id: a, approach: case-by-case, when: 'true', discretion: {decider: d, within: 2h, options: [{compensate: {amount: {from: 5 EUR, to: 10 EUR}}}]}}", prove.Proved},
		{"{id: a, approach: case-by-case, when: 'true', discretion: {decider: d, within: 2h, options: [{compensate: {amount: {from: 5 EUR, to: incident.price}}}]}}", prove.Broken},
		{"{id: a, approach: standardised-response, when: 'incident.region.matches(\"a+\")', do: [{respond: {}}]}", prove.Open},
		{"{id: a, approach: standardised-response, when: 'incident.tags.exists(t, t.size() > incident.n)', do: [{respond: {}}]}", prove.Open},
	} {
		src := `amends: v1
playbook: p
review_by: 2027-01-01
incident:
  n: {type: int, min: 0, max: 9, default: 0}
  wide: {type: int, default: 0}
  at: {type: timestamp, optional: true}
  price: {type: money, currency: EUR, min: 0 EUR, max: 900 EUR, default: 10 EUR}
  fare: {type: money, currency: EUR, min: 0 EUR, default: 10 EUR}
messages: {sorry: {en: "Sorry for ${incident.price}"}}
tables:
  band: {by: {n: incident.n}, rows: [{n: {below: 3}, a: 10 EUR}, {n: {above: 5}, a: 30 EUR}]}
  place: {by: incident.region, rows: [{is: north, a: 10 EUR}, {otherwise: true, a: 20 EUR}]}
plays:
  - ` + c.play + "\n"
		result, err := prove.Prove(context.Background(), loaded(t, src), prove.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range result.Questions {
			if p.Question == prove.Refused && p.Standing != c.standing {
				t.Errorf("%s: it is %s: %s", c.play, p.Standing, p.Reason)
			}
		}
	}
}

package policy_test

import (
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

const distanceSet = `amends: v1
playbook: far
review_by: 2027-06-30
matches: first
incident:
  delay: {type: duration, default: 0s}
  price: {type: money, currency: EUR, default: 60 EUR}
  share: {type: percent, default: 10%}
  on: {type: date, optional: true}
plays:
  - {id: twice, approach: standardised-response, when: incident.delay >= hours(92)}
  - {id: hour, approach: standardised-response, when: incident.delay >= hours(48)}
  - {id: strict, approach: standardised-response, when: incident.severity > 3}
  - {id: number, approach: standardised-response, when: incident.severity == 4}
  - {id: price, approach: standardised-response, when: incident.price > money("120 EUR")}
  - {id: share, approach: standardised-response, when: incident.share >= percent(40)}
  - {id: word, approach: standardised-response, when: incident.failure == "lost"}
  - {id: both, approach: standardised-response, when: incident.failure == "lost" && incident.delay >= hours(92)}
  - {id: either, approach: standardised-response, when: incident.failure == "lost" || incident.delay >= hours(92)}
  - {id: listed, approach: standardised-response, when: 'incident.failure in ["lost", "broken"]'}
  - {id: source, approach: standardised-response, when: incident.source == "monitor"}
  - {id: later, approach: standardised-response, when: incident.occurred_at > timestamp("2026-03-03T10:00:00Z")}
  - {id: day, approach: standardised-response, when: has(incident.on) && incident.on > date("2026-03-05")}
  - {id: failing, approach: standardised-response, when: 10 / (incident.severity - 3) > 1}
  - {id: late, approach: standardised-response, when: incident.failure == "late"}
  - {id: after, approach: standardised-response, when: true}
  - {id: rest, approach: standardised-response, fallback: true, when: true}
`

// explainedIn explains an incident under a set of one playbook.
func explainedIn(t *testing.T, text string, values map[string]any, only ...string) map[string]policy.Explanation {
	t.Helper()
	set, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: []byte(text)}})
	program, found := policy.Compile(set)
	if diags.HasErrors() || found.HasErrors() {
		t.Fatal(diags, found)
	}
	in := program.NewInput(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	for _, f := range append(append([]*policy.Field{}, program.Fields...), program.Playbooks[0].Fields...) {
		if v, ok := values[f.Name]; ok {
			in.Set(f, v)
		} else if f.Default != nil {
			in.Set(f, f.Default)
		}
	}
	if _, err := in.Applying(); err != nil {
		t.Fatal(err)
	}
	var plays []*policy.Play
	for _, p := range program.Plays {
		for _, name := range only {
			if p.Name == program.Playbooks[0].ID+"/"+name {
				plays = append(plays, p)
			}
		}
	}
	out := map[string]policy.Explanation{}
	for _, e := range program.Explainer().Explain(in, plays...) {
		out[e.Play.Name[strings.IndexByte(e.Play.Name, '/')+1:]] = e
	}
	return out
}

func distanceIncident() map[string]any {
	on := value.DateOf(time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC))
	return map[string]any{
		"id": "T", "service": "parcel", "failure": "late", "delay": 46 * time.Hour, "severity": int64(3), "price": value.MustMoney("60 EUR"),
		"occurred_at": time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), "on": on,
	}
}

func TestDistance(t *testing.T) {
	got := explainedIn(t, distanceSet, distanceIncident())
	for play, want := range map[string]float64{
		"twice": 0.5, "hour": 2.0 / 48, "strict": 1e-6, "number": 0.25, "price": 0.5, "share": 0.75, "word": 3, "both": 3.5,
		"either": 0.5, "listed": 3, "source": 1, "later": 0.5, "day": 0.5, "failing": 1, "late": 0, "after": math.Inf(1), "rest": math.Inf(1),
	} {
		if d := got[play].Distance(); math.Abs(d-want) > 1e-9 && d != want {
			t.Errorf("%s: %v, wanted %v", play, d, want)
		}
	}
}

func TestWhatStandsInTheWay(t *testing.T) {
	got := explainedIn(t, distanceSet, distanceIncident())
	if e := got["after"]; e.Barrier != policy.BarrierFirst || e.By == nil || e.By.Name != "far/late" || strings.Join(e.Misses(), "") != "its playbook takes the first play that matches, far/late" {
		t.Errorf("%+v", e)
	}
	if e := explained(t, nil)["rest"]; e.By == nil || strings.Join(e.Misses(), "") != "it is a fallback, and parcels/priced matched" {
		t.Errorf("%+v", e)
	}
	if e := explained(t, nil)["next-year"]; strings.Join(e.Misses(), "") != "it is in force from 2027-01-01 only, and the incident occurred on 2026-03-02" {
		t.Errorf("%v", e.Misses())
	}
}

// What is explained of some plays is what is explained of them among all.
func TestExplainSome(t *testing.T) {
	all := explainedIn(t, distanceSet, distanceIncident())
	for name, want := range all {
		some := explainedIn(t, distanceSet, distanceIncident(), name, "after")
		if len(some) != 2 && name != "after" {
			t.Errorf("%s: %d were explained", name, len(some))
		}
		got := some[name]
		if got.Matched != want.Matched || got.Barrier != want.Barrier || strings.Join(got.Misses(), ";") != strings.Join(want.Misses(), ";") {
			t.Errorf("%s: got %+v, wanted %+v", name, got, want)
		}
	}
}

package recovery_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

const explainBook = `amends: v1
playbook: parcels
review_by: 2027-06-30
incident: {delay: {type: duration, default: 0s}, parts: {type: int, default: 1}}
tables: {credit: {by: incident.delay, rows: [{from: 24h, amount: 5 EUR}, {from: 3d, amount: 10 EUR}]}}
limits: [{of: compensate, at_most: 7 EUR}, {of: refund, at_most: 7 EUR}]
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late" && has(tables.credit)
    do: [{compensate: {amount: tables.credit.amount}}]
  - {id: broken, approach: standardised-response, when: incident.failure == "broken" && 10 / incident.parts > 1}
  - {id: rest, approach: standardised-response, fallback: true, when: true, do: [{acknowledge: {}}]}
`

func TestExplain(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	store := recovery.NewMemoryStore()
	engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(explainBook)}}, recovery.WithStore(store), recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	in := recovery.Incident{ID: "T", Service: "parcel", Failure: "late", OccurredAt: now, Fields: map[string]any{"delay": 80 * time.Hour}}
	ctx := context.Background()
	decision, err := engine.Decide(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	x, err := engine.Explain(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if string(x.Decision.AppendJSON(nil)) != string(decision.AppendJSON(nil)) || x.Err != nil {
		t.Errorf("it explains another decision: %+v", x.Decision)
	}
	var lines []string
	for _, p := range x.Plays {
		lines = append(lines, p.Play.Name+": "+strings.Join(p.Misses(), ", "))
	}
	want := "parcels/late:  | parcels/broken: incident.failure is late, broken needed | parcels/rest: it is a fallback, and parcels/late matched"
	if got := strings.Join(lines, " | "); got != want {
		t.Errorf("got\n%s\nwanted\n%s", got, want)
	}
	if len(x.Limits) != 1 || x.Limits[0].Limit.Of[0] != "compensate" || len(x.Rows) != 1 || x.Rows[0].Row != 1 || x.Rows[0].Table != "credit" {
		t.Errorf("%+v, %+v", x.Limits, x.Rows)
	}
	if g, _, err := store.Read(ctx, recovery.Query{Incident: "T"}); err != nil || g.Previous != nil {
		t.Errorf("it was remembered: %+v, %v", g.Previous, err)
	}
}

func TestExplainRefusals(t *testing.T) {
	engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(explainBook)}})
	if err != nil {
		t.Fatal(err)
	}
	in := recovery.Incident{ID: "T", Service: "parcel", Failure: "broken", OccurredAt: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Fields: map[string]any{"parts": 0}}
	x, err := engine.Explain(context.Background(), in)
	var evaluation *recovery.EvaluationError
	if err != nil || x.Decision != nil || !errors.As(x.Err, &evaluation) {
		t.Fatalf("%+v, %v", x, err)
	}
	if got := strings.Join(x.Plays[1].Misses(), ", "); got != "10 / incident.parts fails: division by zero" {
		t.Error(got)
	}
	in.Severity = 9
	var misfit *recovery.IncidentError
	if _, err := engine.Explain(context.Background(), in); !errors.As(err, &misfit) {
		t.Error(err)
	}
}

// Many may ask one engine at once.
func TestExplainConcurrently(t *testing.T) {
	engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(explainBook)}})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				in := recovery.Incident{ID: "T", Service: "parcel", Failure: "late", OccurredAt: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
				if x, err := engine.Explain(context.Background(), in); err != nil || len(x.Plays) != 3 {
					t.Error(x, err)
				}
			}
		})
	}
	all.Wait()
}

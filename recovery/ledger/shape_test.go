package ledger

import (
	"bytes"
	"context"
	"reflect"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// TestShapeHasAllThatRecordsHave reads a record in which everything is set. A key that only the writer knows
// would be damage to the next reader.
func TestShapeHasAllThatRecordsHave(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r := &recovery.Record{
		Decision: &recovery.Decision{ID: "dec_1", Incident: "T-1", DecidedAt: at}, Incident: []byte("{}"), Keys: map[string]string{"a": "b"},
		OccurredAt: at, Base: at, Bases: []recovery.PlayBase{{Play: "p/a", Base: at}}, Promises: []recovery.Promise{{Action: "act_1"}},
		Informed: []time.Time{at}, Handed: []recovery.Handed{{Action: "act_1"}}, Defaults: []string{"x"}, ReadAs: []recovery.Key{{Path: "a", Text: "b"}},
		UpdatedAt: at, Reserves: []store.Reserve{{Partner: "p", Units: 1, At: at}}, On: "dec_0", Again: true, Newest: true, Keeps: []string{"dec_0"},
		Settles: "dec_0", Withdrawn: []string{"k"}, Comparable: []recovery.Key{{Path: "a", Text: "b"}},
	}
	v := reflect.ValueOf(*r)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Fatalf("%s is not set here", v.Type().Field(i).Name)
		}
	}
	payload := append(append([]byte(`{"given":{},"record":`), r.AppendJSON(nil, nil)...), '}')
	if !bytes.Contains(payload, []byte(`"informed":[`)) {
		t.Fatalf("%s", payload)
	}
	c := readingPayload(payload, decisionShape)
	c.Members(func([]byte) { c.Skip() })
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

// TestInformedIsRead keeps a promise to inform by the incident's own time, and reads the ledger in every way.
func TestInformedIsRead(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	set := fstest.MapFS{"p.yaml": {Data: []byte(`amends: v1
playbook: p
review_by: 2037-06-30
plays:
  - {id: late, approach: standardised-response, when: incident.failure == "late", do: [{inform: {every: 1h}}]}
`)}}
	for hours := range 3 { // each time opened anew
		l, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
		engine, err := recovery.Load(set, recovery.WithStore(l), recovery.WithClock(func() time.Time { return now }))
		if err != nil {
			t.Fatal(err)
		}
		in := recovery.Incident{ID: "T-1", Service: "x", Failure: "late", OccurredAt: now.Add(-2 * time.Hour), InformedAt: now.Add(-time.Minute), Severity: 1 + hours}
		if _, err := engine.Handle(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Verify(context.Background(), dir, VerifyOptions{}); err != nil {
		t.Error(err)
	}
}

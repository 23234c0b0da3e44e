package recovery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// neededBook requires standard fields of the incidents that it applies to, and reads them
// without a guard.
const neededBook = `amends: v1
playbook: parcels
review_by: 2027-06-30
applies: incident.service == "parcel"
incident:
  customer.id: {required: true}
  failure: {required: true, one_of: [late, lost]}
  reported_at: {required: true}
  tags: {required: true}
  severity: {required: true}
plays:
  - id: soon
    approach: standardised-response
    when: incident.reported_at - incident.occurred_at < hours(24) && incident.customer.id != "C-2"
    do: [{apologise: {}}]
  - id: rest
    approach: standardised-response
    fallback: true
    when: incident.tags[0] == "vip"
    do: [{acknowledge: {}}]
---
amends: v1
playbook: letters
review_by: 2027-06-30
applies: incident.service == "letter"
plays:
  - id: any
    approach: standardised-response
    when: has(incident.reported_at) || incident.customer.id == ""
    do: [{acknowledge: {}}]
`

// What is required is asked for of the incidents that the playbook applies to, and of no others.
func TestRequired(t *testing.T) {
	engine, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(neededBook)}},
		recovery.WithClock(func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }))
	if err != nil {
		t.Fatal(err)
	}
	const whole = `"failure": "late", "reported_at": "2026-03-01T10:00:00Z", "tags": ["a"], "severity": 3, "customer": {"id": "C-1"}`
	for _, tt := range []struct{ name, fields, want string }{
		{"all there", whole, "parcels/soon"},
		{"late enough", strings.Replace(whole, "03-01T10", "03-02T09", 1), ""},
		{"late enough, and a tag", strings.Replace(strings.Replace(whole, "03-01T10", "03-02T09", 1), `"a"`, `"vip"`, 1), "parcels/rest"},
		{"nothing there", `"summary": "s"`, "customer.id text, failure text, reported_at an RFC 3339 time such as 2026-03-02T10:00:00Z, severity a whole number of at most 64 bits, tags a list"},
		{"nothing said", strings.NewReplacer(`"late"`, "null", `"C-1"`, "null", `["a"]`, "null").Replace(whole), "customer.id text, failure text, tags a list"},
		{"emptiness said", strings.NewReplacer(`"late"`, `""`, `"C-1"`, `""`, `["a"]`, "[]").Replace(whole), "customer.id a text that is not empty, failure one of late, lost, tags a list that is not empty"},
		{"no customer", strings.Replace(whole, `, "customer": {"id": "C-1"}`, "", 1), "customer.id text"},
		{"another value", strings.Replace(whole, "late", "wet", 1), "failure one of late, lost"},
		{"another service", `"service": "letter"`, "letters/any"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := `{"service": "parcel", "id": "I", "occurred_at": "2026-03-01T09:00:00Z", ` + tt.fields + `}`
			if strings.Contains(tt.fields, `"service"`) {
				text = strings.Replace(text, `"service": "parcel", `, "", 1)
			}
			var in recovery.Incident
			if err := json.Unmarshal([]byte(text), &in); err != nil {
				t.Fatal(err)
			}
			d, err := engine.Decide(context.Background(), in)
			var got []string
			var misfit *recovery.IncidentError
			switch {
			case errors.As(err, &misfit):
				for _, p := range misfit.Problems {
					got = append(got, fmt.Sprint(p.Path, " ", p.Wanted))
				}
			case err != nil:
				t.Fatal(err)
			default:
				for _, m := range d.Plays {
					got = append(got, m.Play)
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("wanted (-) and got (+):\n%s", diff)
			}
		})
	}
}

// An empty text or list in Fields counts as absent.
func TestRequiredByFields(t *testing.T) {
	engine, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(neededBook)}})
	if err != nil {
		t.Fatal(err)
	}
	in := recovery.Incident{ID: "I", Service: "parcel", OccurredAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), ReportedAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Severity: 3,
		Fields: map[string]any{"failure": "", "tags": []any{}, "customer.id": ""}}
	_, err = engine.Decide(context.Background(), in)
	var misfit *recovery.IncidentError
	if !errors.As(err, &misfit) || len(misfit.Problems) != 3 {
		t.Fatal(err)
	}
	for i, want := range []recovery.Problem{
		{Path: "customer.id", Wanted: "a text that is not empty", Found: `""`},
		{Path: "failure", Wanted: "one of late, lost", Found: `""`},
		{Path: "tags", Wanted: "a list that is not empty", Found: "[]"},
	} {
		if misfit.Problems[i] != want {
			t.Errorf("got %+v, want %+v", misfit.Problems[i], want)
		}
	}
}

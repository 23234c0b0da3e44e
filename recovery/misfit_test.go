package recovery_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// A shared field whose value is wrong is not known, whatever its default: of a playbook that applies by
// it nothing can be told, and nothing it asks for is missing.
func TestAWrongValueIsNotTheDefault(t *testing.T) {
	const set = `amends: v1
shared: all
incident:
  carrier: {type: string, one_of: [van, bike], default: van}
  since: {type: duration, default: 2h, was: [age]}
---
amends: v1
playbook: pb
review_by: 2027-06-30
applies: incident.carrier == "van" && incident.severity == 3 && incident.source == "complaint" && incident.since > hours(1)
incident:
  parts: int
plays:
  - {id: a, approach: standardised-response, when: incident.parts > 1, do: [{apologise: {}}]}
`
	engine, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(set)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ fields, want string }{
		{`"summary": ""`, "parts"}, // it applies by its defaults
		{`"carrier": "boat"`, "carrier"},
		{`"carrier": "van", "since": 7`, "since"},
		{`"age": "soon"`, "age"},
		{`"severity": 6`, "severity"},
		{`"severity": "high"`, "severity"},
		{`"source": "rumour"`, "source"},
		{`"reported_at": "soon"`, "parts reported_at"}, // it has no default, and nothing applies by it
	} {
		var in recovery.Incident
		text := `{"id": "I", "service": "s", "occurred_at": "2026-03-01T09:00:00Z", ` + tt.fields + `}`
		if err := json.Unmarshal([]byte(text), &in); err != nil {
			t.Fatal(err)
		}
		_, err := engine.Decide(context.Background(), in)
		var misfit *recovery.IncidentError
		if !errors.As(err, &misfit) {
			t.Fatalf("%s: %v", tt.fields, err)
		}
		var paths []string
		for _, p := range misfit.Problems {
			paths = append(paths, p.Path)
		}
		if diff := cmp.Diff(tt.want, strings.Join(paths, " ")); diff != "" {
			t.Errorf("%s: %s", tt.fields, diff)
		}
	}
}

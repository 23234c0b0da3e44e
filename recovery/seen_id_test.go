package recovery_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/recovery"
)

// TestIDsAreSeen holds that no id of an incident, alone or in a list, has a character
// that nobody can see, and that other texts may have them.
func TestIDsAreSeen(t *testing.T) {
	engine, err := recovery.Load(fstest.MapFS{"a.yaml": {Data: []byte(`amends: v1
playbook: a
review_by: 2037-06-30
incident:
  booking_id: {type: string, optional: true, was: [booking]}
  order.id: {type: string, default: ""}
  seat_id: {type: [string], default: []}
  trip.leg_id: {type: [string], optional: true}
  seat_ids: {type: [string], default: []}
  note: {type: string, default: ""}
plays:
  - {id: x, approach: standardised-response, when: incident.note != "none", do: [{apologise: {}}]}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, text string }{
		{"id", `"id": "X"`}, {"follows", `"id": "T", "follows": "X"`}, {"provider", `"id": "T", "provider": "X"`},
		{"customer.id", `"id": "T", "customer": {"id": "X"}`}, {"customer.id", `"id": "T", "customer.id": "X"`},
		{"booking_id", `"id": "T", "booking_id": "X"`}, {"booking", `"id": "T", "booking": "X"`}, {"order.id", `"id": "T", "order": {"id": "X"}`},
		{"seat_id[1]", `"id": "T", "seat_id": ["a", "X", "X"]`}, {"trip.leg_id[0]", `"id": "T", "trip": {"leg_id": ["X"]}`},
		{"", `"id": "T", "note": "X"`}, {"", `"id": "T", "seat_ids": ["X"]`}, {"", `"id": "T", "tags": ["X"], "customer": {"name": "X"}`},
	} {
		for _, x := range []rune{0x200b, 0x202e, '\n', 0, 0xad, 0xfe0f, 0x2800, 0x3164, 0xe0041, 'b'} {
			quoted, err := json.Marshal("a" + string(x) + "b")
			if err != nil {
				t.Fatal(err)
			}
			var in recovery.Incident
			text := `{"service": "s", "occurred_at": "2026-03-01T12:00:00Z", ` + strings.ReplaceAll(c.text, `"X"`, string(quoted)) + `}`
			if err := json.Unmarshal([]byte(text), &in); err != nil {
				t.Fatal(text, err)
			}
			_, err = engine.Decide(context.Background(), in)
			var misfit *recovery.IncidentError
			switch refused := errors.As(err, &misfit); {
			case refused != (c.path != "" && x != 'b'):
				t.Errorf("%U in %s: %v", x, c.text, err)
			case refused && (len(misfit.Problems) != 1 || misfit.Problems[0].Path != c.path):
				t.Errorf("%U in %s: %v", x, c.text, misfit.Problems)
			}
		}
	}
}

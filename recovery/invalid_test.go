package recovery_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

const invalidBook = `
incident:
  severity: {invalid: absent}
  delay: {type: duration, default: 1h, invalid: absent}
  seat: {type: int, optional: true, max: 9, invalid: absent}
  lines: {type: [int], default: [], invalid: absent}
  strict: {type: int, optional: true}
plays:
  - id: a
    approach: standardised-response
    when: incident.delay == hours(1) && !has(incident.seat) && incident.lines == [] && incident.severity == 3 && !has(incident.strict)
    do: [acknowledge: {within: 4h}]
`

// What does not fit such a field counts as missing, is warned of, and stays in the record, so that
// the record decides the same. Other fields stay strict.
func TestInvalidAbsent(t *testing.T) {
	d := newDesk(t, invalidBook)
	text := `{"id":"T-1","service":"s","occurred_at":"2026-03-01T12:00:00Z","severity":"high","delay":"soon","seat":12,"lines":[1,"x"]}`
	var in recovery.Incident
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		t.Fatal(err)
	}
	got := d.handle(in)
	want := []string{": delay is taken", ": lines is taken as missing, because of lines[1]", ": seat is taken", ": severity is taken"}
	w := warned(got, recovery.WarnInvalidField)
	if len(w) != len(want) || len(got.Actions) != 1 {
		t.Fatalf("warned %q, with %d actions", w, len(got.Actions))
	}
	for i := range want {
		if !strings.HasPrefix(w[i], want[i]) || !strings.Contains(w[i], "found ") {
			t.Errorf("warned %q, want %q and what was found", w[i], want[i])
		}
	}
	again, err := d.Decide(context.Background(), in)
	if err != nil || len(warned(again, recovery.WarnInvalidField)) != 4 {
		t.Errorf("decided again: %v, %v", again, err)
	}
	if err := json.Unmarshal([]byte(strings.Replace(text, `"seat":12`, `"strict":"x"`, 1)), &in); err != nil {
		t.Fatal(err)
	}
	in.ID = "T-2"
	var misfit *recovery.IncidentError
	if _, err := d.Handle(context.Background(), in); !errors.As(err, &misfit) || len(misfit.Problems) != 1 || misfit.Problems[0].Path != "strict" {
		t.Errorf("a strict field: %v", err)
	}
}

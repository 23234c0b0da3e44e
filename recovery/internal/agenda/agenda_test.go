package agenda_test

import (
	"slices"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
)

// TestSort puts what was overpaid behind all that is owed: nobody waits for it.
func TestSort(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	want := []agenda.Entry{
		{State: recovery.Overdue, Incident: "overdue", DueAt: at},
		{State: recovery.Due, Incident: "due", DueAt: at},
		{State: recovery.Due, Incident: "due, without a deadline"},
		{State: recovery.Next, Incident: "next", NotBefore: at},
		{State: recovery.Waiting, Incident: "waiting"},
		{State: recovery.Overpaid, Incident: "overpaid"},
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	agenda.Sort(got)
	for i := range want {
		if got[i].Incident != want[i].Incident {
			t.Errorf("%d: got %s, want %s", i, got[i].Incident, want[i].Incident)
		}
	}
}

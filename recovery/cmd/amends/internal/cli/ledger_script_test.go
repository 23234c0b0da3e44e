package cli_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// TestLedgerScripts runs scripts on a ledger in which a decision was changed, a
// choice made, an incident refused, and one erased that others had taken for a
// precedent. In the scripts, dec_first and dec_choice stand for ids.
func TestLedgerScripts(t *testing.T) {
	eachArchive(t, "testdata/ledger/*.txtar", func(t *testing.T, script string) string {
		first, choice := makeLedger(t)
		got := runScript(t, strings.NewReplacer("dec_first", first, "dec_choice", choice).Replace(script))
		return strings.NewReplacer(first, "dec_first", choice, "dec_choice").Replace(got)
	})
}

// makeLedger makes the ledger, and returns the ids of the first decision and of
// the choice that was made on it.
func makeLedger(t *testing.T) (first, choice string) {
	t.Helper()
	ctx := context.Background()
	l, err := ledger.Open("ledger")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	engine, err := recovery.Load(os.DirFS("playbooks"), recovery.WithStore(l), recovery.WithRevision("4f1c"), recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	handle := func(id, customer string, delay time.Duration, severity int) *recovery.Decision {
		now = now.Add(time.Hour)
		d, err := engine.Handle(ctx, recovery.Incident{
			ID: id, Service: "parcel", Failure: "late", Severity: severity, OccurredAt: now.Add(-time.Hour),
			Customer: recovery.Customer{ID: customer}, Fields: map[string]any{"delay": delay},
		})
		if err != nil {
			t.Log(err)
		}
		return d
	}
	choose := func(d *recovery.Decision, amount, by, reason string) *recovery.Decision {
		now = now.Add(time.Minute)
		made, err := engine.Choose(ctx, recovery.Selection{
			Incident: d.Incident, Choice: d.Choices[0].ID, By: by, Reason: reason,
			Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney(amount)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	choose(handle("T-5", "C-5", 0, 4), "20 EUR", "Ada", "")
	d := handle("T-1", "C-1", 80*time.Hour, 4)
	made := choose(d, "20 EUR", "Eva", "she waited twice")
	handle("T-2", "C-1", 46*time.Hour, 3)
	handle("T-1", "C-1", 46*time.Hour, 4)
	handle("T-3", "C-3", 80*time.Hour, 9)
	handle("T-4", "C-4", 80*time.Hour, 4)
	if n, err := l.Erase(ctx, ledger.Erasure{Customer: "C-5"}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return d.ID, made.ID
}

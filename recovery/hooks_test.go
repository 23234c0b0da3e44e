package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// txStore is a store that is bound to a transaction of the host's.
type txStore struct {
	recovery.Tx
	*recovery.MemoryStore
	conflicts int // how many commits fail first
}

func (s *txStore) Commit(ctx context.Context, c recovery.Commit) error {
	if s.conflicts--; s.conflicts >= 0 {
		return recovery.ErrConflict
	}
	return s.MemoryStore.Commit(ctx, c)
}

// listen writes down what hooks are told.
func listen(told *[]string) recovery.Hooks {
	note := func(format string, args ...any) { *told = append(*told, fmt.Sprintf(format, args...)) }
	call := func(ctx context.Context, c recovery.Call) {
		if c.Took < 0 || ctx == nil {
			note("took %s", c.Took)
		}
		note("%s %s %d %t", c.Op, c.Incident, c.Attempts, c.Err == nil)
	}
	return recovery.Hooks{
		Decided:    func(_ context.Context, d *recovery.Decision) { note("decided %s", d.Incident) },
		Refused:    func(_ context.Context, in recovery.Incident, _ error) { note("refused %s", in.ID) },
		Conflicted: func(_ context.Context, id string, attempt int) { note("conflicted %s %d", id, attempt) },
		Called:     call, Stored: call,
	}
}

func hooked(t *testing.T, told *[]string) *recovery.Engine {
	t.Helper()
	e, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(shared)}}, recovery.WithClock(noon), recovery.WithHooks(listen(told)))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var hookedIncident = recovery.Incident{ID: "T-1", Service: "parcel", Failure: "damaged", OccurredAt: at("2026-03-01T12:00:00Z"), Customer: recovery.Customer{ID: "C"}}

// TestHooks tells of calls, retries, reads and commits.
func TestHooks(t *testing.T) {
	ctx := context.Background()
	var told []string
	want := func(lines ...string) {
		t.Helper()
		if diff := cmp.Diff(lines, told); diff != "" {
			t.Error(diff)
		}
		told = nil
	}
	e := hooked(t, &told)
	d, err := e.Handle(ctx, hookedIncident)
	if err != nil {
		t.Fatal(err)
	}
	want("read T-1 1 true", "precedents T-1 1 true", "commit T-1 1 true", "decided T-1", "handle T-1 1 true")
	sel := recovery.Selection{Incident: "T-1", Choice: d.Choices[0].ID, By: "Ana", Roles: []string{"agent"},
		Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney("5 EUR")}}}
	chosen, err := e.Choose(ctx, sel)
	if err != nil {
		t.Fatal(err)
	}
	want("read T-1 1 true", "read T-1 1 true", "precedents T-1 1 true", "commit T-1 1 true", "decided T-1", "choose T-1 1 true")
	if err := e.Report(ctx, recovery.Report{Incident: "T-1", Action: chosen.Actions[0].ID}); err != nil {
		t.Fatal(err)
	}
	want("read T-1 1 true", "commit T-1 1 true", "report T-1 1 true")
	if _, err := e.Handle(ctx, recovery.Incident{ID: "T-2"}); err == nil {
		t.Fatal("half an incident is taken")
	}
	want("read T-2 1 true", "handle T-2 1 false", "commit T-2 1 true", "refused T-2")
	if _, err := e.Decide(ctx, hookedIncident); err != nil {
		t.Fatal(err)
	}
	want("read T-1 1 true", "decide T-1 1 true")
}

// TestHooksInTransaction holds what hooks are told until the host has committed, and says nothing after a rollback.
func TestHooksInTransaction(t *testing.T) {
	ctx := context.Background()
	var told []string
	e := hooked(t, &told)
	tx := &txStore{MemoryStore: recovery.NewMemoryStore(), conflicts: 2}
	if _, err := e.Handle(ctx, hookedIncident, recovery.In(tx)); err != nil {
		t.Fatal(err)
	}
	if want := []string{"conflicted T-1 1", "conflicted T-1 2"}; !slices.Equal(told, want) {
		t.Errorf("before the transaction is committed, hooks were told %q", told)
	}
	told = nil
	tx.Committed()
	if n := len(told); n != 11 || told[n-1] != "handle T-1 3 true" || told[n-2] != "decided T-1" {
		t.Errorf("hooks were told %q", told)
	}
	told = nil
	tx.Committed()
	rolledBack := &txStore{MemoryStore: recovery.NewMemoryStore()}
	if _, err := e.Handle(ctx, hookedIncident, recovery.In(rolledBack)); err != nil || len(told) > 0 {
		t.Errorf("hooks were told %q, %v", told, err)
	}
}

// TestConflictsBackOff gives up waiting when the context ends.
func TestConflictsBackOff(t *testing.T) {
	t.Parallel() // it waits
	var told []string
	e := hooked(t, &told)
	tx := &txStore{MemoryStore: recovery.NewMemoryStore(), conflicts: 1000}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	_, err := e.Handle(ctx, hookedIncident, recovery.In(tx))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	_, err = e.Handle(context.Background(), hookedIncident, recovery.In(tx))
	if !errors.Is(err, recovery.ErrConflict) {
		t.Errorf("a hundred conflicts give %v", err)
	}
}

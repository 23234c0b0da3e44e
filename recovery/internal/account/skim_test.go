package account_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// TestSkimming holds the rows of a ledger with an index, from which most incidents are known without reading
// them, against the rows of the same ledger without one: also once something has come behind the index.
func TestSkimming(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 15))
	var lives []life
	for i := range 300 {
		l := randomLife(r, i)
		if i >= 6 { // the others have choices and reports
			l.in.Failure, l.in.Severity = "lost", 2
			l.called, l.paid, l.chosenAt, l.chosen = time.Time{}, time.Time{}, time.Time{}, recovery.Money{}
		}
		lives = append(lives, l)
	}
	dir := t.TempDir()
	write(t, dir, lives)
	now := start.Add(30 * 24 * time.Hour)
	more := func(do func(*recovery.Engine, *ledger.Ledger)) {
		l, err := ledger.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(set)}}, recovery.WithStore(l), recovery.WithClock(func() time.Time { return now }))
		if err != nil {
			t.Fatal(err)
		}
		do(engine, l)
	}
	inOther := func(l *ledger.Ledger) *recovery.Engine {
		engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(set)}}, recovery.WithStore(l), recovery.WithNamespace("b"), recovery.WithClock(func() time.Time { return now }))
		if err != nil {
			t.Fatal(err)
		}
		return engine
	}
	ctx := context.Background()
	handle := func(e *recovery.Engine, in recovery.Incident) {
		if _, err := e.Handle(ctx, in); err != nil {
			t.Fatal(err)
		}
	}
	more(func(e *recovery.Engine, l *ledger.Ledger) {
		refused := lives[40].in
		refused.Severity = 9
		if _, err := e.Handle(ctx, refused); err == nil {
			t.Fatal("a severity of 9 is taken")
		}
		handle(inOther(l), lives[41].in)
	})
	hold := func(when string) {
		t.Helper()
		for _, o := range []account.Options{{Now: now}, {Now: now, Fields: []string{"failure", "region"}, Scope: ledger.Scope{Namespace: "b"}}} {
			with := rowsOf(t, dir, o)
			out := hidden(t, dir)
			without := rowsOf(t, dir, o)
			out()
			if diff := gocmp.Diff(without, with); diff != "" || len(with) == 0 {
				t.Errorf("%s, %d rows: -without an index +with it\n%s", when, len(with), diff)
			}
		}
	}
	more(func(_ *recovery.Engine, l *ledger.Ledger) {
		if err := l.WriteIndex(ctx); err != nil {
			t.Fatal(err)
		}
	})
	known := 0
	_, err := ledger.Skim(ctx, dir, func([]int64) { known++ }, func(*ledger.Text) (int, error) { return 0, nil }, func(*ledger.Entry, int) error { return nil })
	if err != nil || known < 280 || known >= 300 {
		t.Fatalf("%d incidents are known from the index: %v", known, err)
	}
	hold("with an index over all")
	more(func(e *recovery.Engine, _ *ledger.Ledger) {
		in := lives[50].in
		in.Failure, in.Severity = "late", 5 // it has a choice now
		handle(e, in)
		in = lives[51].in
		in.Region = "z"
		handle(e, in)
		in.ID = "T-new"
		handle(e, in)
	})
	hold("with records behind the index")
	more(func(_ *recovery.Engine, l *ledger.Ledger) {
		for _, id := range []string{lives[1].in.ID, lives[60].in.ID} {
			if _, err := l.Erase(ctx, ledger.Erasure{Incident: id}); err != nil {
				t.Fatal(err)
			}
		}
	})
	hold("after erasing")
}

// hidden hides the index of a ledger, until the function that it returns is called.
func hidden(t *testing.T, dir string) (show func()) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.index"))
	if err != nil || len(names) != 1 {
		t.Fatal(fmt.Sprint(names), err)
	}
	away := filepath.Join(t.TempDir(), "index")
	move := func(from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	move(names[0], away)
	return func() { move(away, names[0]) }
}

package ledger

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// TestSubmit holds that what was submitted counts at once, shares a sync, and is
// certain once somebody waited for it.
func TestSubmit(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	d := newDesk(t, l, story)
	store := &submitter{Ledger: l}
	var decisions []*recovery.Decision
	for i := range 20 {
		x, err := d.Handle(context.Background(), incident(fmt.Sprintf("T-%d", i), "late", "C-1", 30*3600e9, 1), recovery.In(store))
		if err != nil {
			t.Fatal(err)
		}
		if repeats := x.Facts[0].Value; repeats != int64(i) {
			t.Fatalf("incident %d saw %v of those before", i, repeats)
		}
		decisions = append(decisions, x)
	}
	if l.Size() != 0 {
		t.Fatalf("%d records are confirmed, and nobody waited", l.Size())
	}
	for _, wait := range store.waits {
		if err := wait(); err != nil {
			t.Fatal(err)
		}
	}
	writes := 0
	for _, o := range dir.ops {
		if o.what == "write" {
			writes++
		}
	}
	if want := int64(len(decisions) + 2); l.Size() != want || writes != 2 {
		t.Errorf("%d records in %d writes, wanted %d in one beside that of the first line", l.Size(), writes, want)
	}
	again, err := d.Handle(context.Background(), incident("T-3", "late", "C-1", 30*3600e9, 1), recovery.In(store))
	if err != nil || again.ID != decisions[3].ID {
		t.Errorf("handled again: %v, %v", again, err)
	}
	verifyT(t, dir)
}

// TestSubmitAndReadTheSame holds that reading an incident that was submitted, and
// committing it again, writes it when nobody else does.
func TestSubmitAndReadTheSame(t *testing.T) {
	for _, again := range []func(*Ledger, recovery.Commit) error{
		func(l *Ledger, c recovery.Commit) error {
			g, _, err := l.Read(context.Background(), recovery.Query{Incident: "T-1"})
			if err == nil && g.Previous == nil {
				err = errors.New("it was not found")
			}
			return err
		},
		func(l *Ledger, c recovery.Commit) error { return l.Commit(context.Background(), c) },
		func(l *Ledger, c recovery.Commit) error { return l.Close() },
	} {
		dir := newMemoryFiles()
		l := openFiles(t, dir, segmentSize)
		c, err := plain(l, "dec_00000000000000000000000000000001", "T-1")
		if err != nil {
			t.Fatal(err)
		}
		wait, err := l.Submit(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := again(l, c); err != nil {
			t.Fatal(err)
		}
		if l.Size() != 1 {
			t.Errorf("%d records", l.Size())
		}
		if err := wait(); err != nil {
			t.Error(err)
		}
	}
}

// TestSubmitRefused holds that a disk which fails refuses everything that was
// submitted, and that none of it counts any more.
func TestSubmitRefused(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	d := newDesk(t, l, story)
	d.handle(incident("T-0", "late", "C-1", 0, 1))
	store := &submitter{Ledger: l}
	for i := range 5 {
		if _, err := d.Handle(context.Background(), incident(fmt.Sprintf("T-%d", i+1), "late", "C-1", 0, 1), recovery.In(store)); err != nil {
			t.Fatal(err)
		}
	}
	breakDisk(dir, "sync")
	for i, wait := range store.waits {
		if err := wait(); !errors.Is(err, errDisk) {
			t.Errorf("wait %d: %v", i, err)
		}
	}
	dir.fail = nil
	if x := d.handle(incident("T-9", "late", "C-1", 0, 1)); x.Facts[0].Value != int64(1) {
		t.Errorf("what was refused counts: %v", x.Facts[0].Value)
	}
	verifyT(t, dir)
}

// submitter is a store that does not wait.
type submitter struct {
	*Ledger
	waits []func() error
}

func (s *submitter) Commit(ctx context.Context, c recovery.Commit) error {
	wait, err := s.Submit(ctx, c)
	if err == nil {
		s.waits = append(s.waits, wait)
	}
	return err
}

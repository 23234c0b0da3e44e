package ledger

import (
	"context"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/recoverytest"
	"github.com/servicerecovery/amends/recovery/store"
)

// openT opens a ledger that ends with the test.
func openT(t testing.TB, dir string, options ...Option) *Ledger {
	t.Helper()
	l, err := Open(dir, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // some tests close it before
	return l
}

// harness opens ledgers in directories, and opens them again. With an index, each is written before.
func harness(indexed bool, options ...Option) recoverytest.Harness {
	dirs := map[recovery.Store]log.Files{}
	in := func(t *testing.T, dir log.Files, options ...Option) recovery.Store {
		l, err := open(dir, segmentSize, options...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() }) // it may have been opened again
		dirs[l] = dir
		return l
	}
	return recoverytest.Harness{
		New: func(t *testing.T) recovery.Store {
			if testing.Short() { // a disk takes its time
				return in(t, newMemoryFiles(), options...)
			}
			return in(t, log.Directory(t.TempDir()), options...)
		},
		Reopen: func(t *testing.T, s recovery.Store) recovery.Store {
			l := s.(*Ledger)
			if indexed {
				if err := l.WriteIndex(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			again := in(t, dirs[l]) // it keeps deliveries if it did
			if indexed && again.(*Ledger).Unread() == 0 {
				t.Error("the index was not used")
			}
			return again
		},
		Erase: func(ctx context.Context, s recovery.Store, e store.Erasure) (cancelled []recovery.Delivery, err error) {
			_, err = s.(*Ledger).Erase(ctx, Erasure{Namespace: e.Namespace, Incident: e.Incident, Customer: e.Customer, At: e.At, Cancelled: func(d recovery.Delivery) {
				cancelled = append(cancelled, d)
			}})
			return cancelled, err
		},
		Anew: func(ctx context.Context, s recovery.Store, namespace, incident string) error {
			return s.(*Ledger).Anew(ctx, namespace, incident)
		},
	}
}

func TestStore(t *testing.T) { recoverytest.TestStore(t, harness(false)) }

func TestStoreWithDeliveries(t *testing.T) {
	recoverytest.TestStore(t, harness(false, KeepDeliveries()))
}

func TestStoreWithIndexes(t *testing.T) { recoverytest.TestStore(t, harness(true, KeepDeliveries())) }

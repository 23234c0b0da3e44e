package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/recoverytest"
	"github.com/servicerecovery/amends/recovery/sqlite"
	"github.com/servicerecovery/amends/recovery/store"
)

func open(t testing.TB) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "amends.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	recoverytest.TestStore(t, recoverytest.Harness{
		New: func(t *testing.T) recovery.Store { return open(t) },
		Erase: func(ctx context.Context, s recovery.Store, e store.Erasure) ([]recovery.Delivery, error) {
			return s.(*sqlite.Store).Erase(ctx, e)
		},
		Anew: func(ctx context.Context, s recovery.Store, namespace, incident string) error {
			return s.(*sqlite.Store).Anew(ctx, namespace, incident)
		},
	})
}

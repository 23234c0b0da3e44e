package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/recoverytest"
	"github.com/servicerecovery/amends/recovery/sqlite"
	"github.com/servicerecovery/amends/recovery/store"
)

// files are those of stores.
var files sync.Map

func fileOf(s recovery.Store) string {
	file, _ := files.Load(s)
	return file.(string)
}

func at(t testing.TB, file string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	files.Store(s, file)
	t.Cleanup(func() {
		files.Delete(s)
		if err := s.Close(); err != nil && !errors.Is(err, sqlite.ErrClosed) {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	recoverytest.TestStore(t, recoverytest.Harness{
		New: func(t *testing.T) recovery.Store {
			return at(t, filepath.Join(t.TempDir(), "amends.db"))
		},
		Reopen: func(t *testing.T, s recovery.Store) recovery.Store {
			if err := s.(*sqlite.Store).Close(); err != nil {
				t.Fatal(err)
			}
			return at(t, fileOf(s))
		},
		Place: func(_ *testing.T, s recovery.Store) string { return fileOf(s) },
		At:    func(t *testing.T, place string) recovery.Store { return at(t, place) },
		Erase: func(ctx context.Context, s recovery.Store, e store.Erasure) ([]recovery.Delivery, error) {
			return s.(*sqlite.Store).Erase(ctx, e)
		},
		Anew: func(ctx context.Context, s recovery.Store, namespace, incident string) error {
			return s.(*sqlite.Store).Anew(ctx, namespace, incident)
		},
	})
}

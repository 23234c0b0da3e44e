package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/mirror"
	"github.com/servicerecovery/amends/recovery/internal/mirror/mirrortest"
)

func TestMirror(t *testing.T) {
	mirrortest.Test(t, mirrortest.Kit{
		Open: func(t *testing.T) mirrortest.Store {
			s, err := Open(filepath.Join(t.TempDir(), "amends.db"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			return s
		},
		Source: func(s mirrortest.Store) mirror.Source { return mirrored{s.(*Store)} },
		Count: func(t *testing.T, s mirrortest.Store) (n int) {
			if err := s.(*Store).db.QueryRow("SELECT count(*) FROM records WHERE kind <> 'erasure'").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		},
	})
}

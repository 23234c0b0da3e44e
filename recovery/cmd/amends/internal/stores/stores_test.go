package stores

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// TestNames holds what names are taken for.
func TestNames(t *testing.T) {
	file := filepath.Join(t.TempDir(), "amends.db")
	for name, want := range map[string]string{
		"sqlite:" + file:               "",
		filepath.Join(file, "..", "l"): "",
		"mysql://x":                    "no store is known by mysql://",
		"sqlite:" + filepath.Join(file, "none", "x"): "unable to open",
		"postgres://me:secret@/x?port=none":          "the name of the database cannot be read",
	} {
		s, err := OpenSubmitter(name)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: got %v, want %s", name, err, want)
		case err == nil:
			if _, _, err := s.Read(t.Context(), recovery.Query{Incident: "A"}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

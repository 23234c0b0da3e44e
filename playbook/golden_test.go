package playbook_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/testdata/golden"
)

// Each file of testdata/bad is named after a code and holds every way to earn
// it. The golden file has all that a reader is told.
func TestBadFiles(t *testing.T) {
	checkBad(t, "testdata/bad", ".yaml", playbook.Load)
}

// checkBad loads each file of a directory alone, under its name with an ending, and compares what is said of it.
func checkBad[T any](t *testing.T, dir, ending string, load func(fs.FS) (T, playbook.Diagnostics)) {
	paths, err := filepath.Glob(dir + "/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	for _, path := range paths {
		code := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(code, func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, ds := load(fstest.MapFS{code + ending: {Data: src}})
			if !slices.ContainsFunc(ds, func(d playbook.Diagnostic) bool { return d.Code == code }) {
				t.Errorf("the code was not reported")
			}
			var got strings.Builder
			if err := ds.Render(&got, false); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, strings.TrimSuffix(path, ".yaml")+".golden", got.String())
		})
	}
}

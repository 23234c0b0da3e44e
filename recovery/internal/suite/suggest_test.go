package suite_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/recovery/internal/suite"
)

// setsToSuggestFor are sets of several kinds, without their suites.
func setsToSuggestFor(t *testing.T) map[string]fstest.MapFS {
	t.Helper()
	out := map[string]fstest.MapFS{"testdata": {"parcels.yaml": {Data: []byte(parcels(t))}}}
	dirs, err := filepath.Glob("../../../examples/*/playbooks")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no examples", err)
	}
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		fsys := fstest.MapFS{}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.yaml") {
				continue
			}
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			fsys[filepath.Base(f)] = &fstest.MapFile{Data: src}
		}
		out[filepath.Base(filepath.Dir(dir))] = fsys
	}
	return out
}

func load(t *testing.T, fsys fstest.MapFS) *suite.Set {
	t.Helper()
	set, err := suite.Load(fsys)
	if err != nil {
		t.Fatal(suite.Rendered(err))
	}
	return set
}

// What is suggested loads and passes, and once it is there nothing is left to
// suggest.
func TestSuggestionsPass(t *testing.T) {
	for name, fsys := range setsToSuggestFor(t) {
		t.Run(name, func(t *testing.T) {
			text, err := load(t, fsys).Suggest(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if again, err := load(t, fsys).Suggest(context.Background()); err != nil || again != text {
				t.Errorf("it suggests something else the second time: %v", err)
			}
			fsys["suggested_test.yaml"] = &fstest.MapFile{Data: []byte(text)}
			set := load(t, fsys)
			results, err := set.Run(context.Background(), set.Cases, nil)
			if err != nil {
				t.Fatal(err)
			}
			r := &suite.Report{Suites: set.Suites(), Results: results, Diagnostics: set.Diagnostics}
			if len(set.Diagnostics) > 0 || !r.OK() || len(results) < 10 {
				t.Errorf("%d tests:\n%s\n%s", len(results), textOf(t, r), text)
			}
			if name == "rail" || name == "broadband" || name == "cloud" || name == "power" || name == "flights" {
				return // what matches some of their plays is found by people only, and found in several rounds
			}
			if strings.Contains(text, "No incident was found") {
				t.Errorf("a play was not reached:\n%s", text)
			}
			if more, err := set.Suggest(context.Background()); err != nil || more != "" {
				t.Errorf("more is suggested: %v\n%s", err, more)
			}
		})
	}
}

func TestSuggestionsGolden(t *testing.T) {
	text, err := load(t, fstest.MapFS{"parcels.yaml": {Data: []byte(parcels(t))}}).Suggest(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	compareGolden(t, "testdata/suggested.golden", text)
}

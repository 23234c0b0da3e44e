package policy_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// FuzzCompile compiles whatever the reader makes of some bytes: no panic, every
// diagnostic has its place, and an error among them exactly when there is no
// program.
func FuzzCompile(f *testing.F) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	files = append(files, "../testdata/readme/playbooks/parcels.yaml", "../examples/quickstart/playbooks/parcels.yaml", "../playbook/testdata/good/parcel.yaml")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		set, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: text}})
		program, compiled := policy.Compile(set)
		if program == nil && !compiled.HasErrors() && !diags.HasErrors() {
			t.Fatal("no program, and nothing says why")
		}
		if program != nil && compiled.HasErrors() {
			t.Fatalf("a program in spite of %v", compiled)
		}
		for _, d := range compiled {
			if d.Range.IsZero() || d.Code == "internal" {
				t.Errorf("no place: %v (read: %v)", d, diags)
			}
		}
	})
}

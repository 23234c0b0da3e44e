package prove_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// mutation is a small mistake in the prover.
type mutation struct{ File, Old, New string }

// TestMutations makes mistakes in the prover, one at a time, and runs its tests on each: they have to fail. It takes an
// hour, so that MUTATIONS has to say how many are made, as in MUTATIONS=5 or MUTATIONS=5@20. Without it, the test
// holds that each mistake can still be made.
func TestMutations(t *testing.T) {
	data, err := os.ReadFile("testdata/mutations.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []mutation
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	wanted, first, _ := strings.Cut(os.Getenv("MUTATIONS"), "@")
	n, _ := strconv.Atoi(wanted)
	from, _ := strconv.Atoi(first)
	for i, m := range all {
		path := filepath.Join(root, filepath.FromSlash(m.File))
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(src), "\r\n", "\n")
		if !strings.Contains(text, m.Old) {
			t.Errorf("%s no longer has %q", m.File, m.Old)
			continue
		}
		if i < from || i >= from+n {
			continue
		}
		dir := t.TempDir()
		changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
		if err := os.WriteFile(changed, []byte(strings.Replace(text, m.Old, m.New, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		names, _ := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
		if err := os.WriteFile(overlay, names, 0o600); err != nil {
			t.Fatal(err)
		}
		binary := filepath.Join(dir, "prove.test")
		if out, err := exec.Command("go", "test", "-c", "-overlay", overlay, "-o", binary, ".").CombinedOutput(); err != nil {
			t.Logf("%d does not build: %s", i, out)
			continue
		}
		run := exec.Command(binary, "-test.short", "-test.failfast", "-test.skip", "TestMutations", "-test.timeout", "10m")
		run.Env = append(os.Environ(), "MUTATIONS=")
		if _, err := run.CombinedOutput(); err == nil {
			t.Errorf("%d survived: in %s, %q became %q", i, m.File, m.Old, m.New)
		}
	}
}

package policy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/testdata/golden"
)

// TestBad holds the whole text of every kind of mistake: one bad set per code,
// named after it, and what the command would print.
func TestBad(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d bad sets, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := render(t, source)
			golden.Check(t, strings.TrimSuffix(file, ".yaml")+".golden", got)
			if !bytes.Contains(got, []byte("["+name)) {
				t.Errorf("no %s among the diagnostics:\n%s", name, got)
			}
		})
	}
}

func render(t *testing.T, source []byte) []byte {
	t.Helper()
	set, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: source}})
	_, compiled := policy.Compile(set)
	var out bytes.Buffer
	if err := set.Finish(append(diags, compiled...)).Render(&out, false); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

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

// TestBad holds the whole text of every kind of mistake: bad sets named after a code,
// or after a code and a theme, and what the command would print.
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
			code, _, _ := strings.Cut(name, ".")
			if !bytes.Contains(got, []byte("["+code)) {
				t.Errorf("no %s among the diagnostics:\n%s", code, got)
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

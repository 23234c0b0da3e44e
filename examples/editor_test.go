package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEditorLines holds that every document of the examples tells editors its
// schema, by a path that leads there in a clone, without a network.
func TestEditorLines(t *testing.T) {
	files, err := filepath.Glob("*/playbooks/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	line := regexp.MustCompile(`^# yaml-language-server: \$schema=(\S+)\n`)
	for _, file := range files {
		want := "playbook.json"
		if strings.HasSuffix(file, "_test.yaml") {
			want = "suite.json"
		}
		for i, doc := range strings.Split(read(t, file), "\n---\n") {
			found := line.FindStringSubmatch(doc)
			if found == nil {
				t.Errorf("%s: document %d does not start with its schema", file, i+1)
				continue
			}
			schema := filepath.Join(filepath.Dir(file), filepath.FromSlash(found[1]))
			if _, err := os.Stat(schema); err != nil || filepath.Base(schema) != want {
				t.Errorf("%s: %s is not the way to %s: %v", file, found[1], want, err)
			}
		}
	}
}

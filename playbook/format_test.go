package playbook_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
)

func format(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The reference is part of the product: its sets load, its fragments are YAML.
func TestFormatExamples(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```(yaml|yml)\n(.*?)```").FindAllStringSubmatch(format(t), -1)
	if len(blocks) < 10 {
		t.Fatalf("found %d blocks", len(blocks))
	}
	for i, b := range blocks {
		t.Run(fmt.Sprintf("%s %d", b[1], i), func(t *testing.T) {
			var ds playbook.Diagnostics
			if b[1] == "yaml" {
				_, ds = playbook.Load(fstest.MapFS{"example.yaml": {Data: []byte(b[2])}})
			} else {
				_, ds = playbook.ParseValues("example.yaml", []byte(b[2]))
			}
			if len(ds) > 0 {
				t.Errorf("%v\n%s", ds, b[2])
			}
		})
	}
}

// Fragments of playbooks have the shape that the reader wants.
func TestFormatFragments(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```yml\n(.*?)```").FindAllStringSubmatch(format(t), -1)
	for _, b := range blocks {
		if strings.HasPrefix(b[1], "amends:") {
			continue // a suite
		}
		src := "amends: v1\nplaybook: fragment\nplays: [{id: a, approach: standardised-response, review_by: 2027-01-01, when: true}]\n" + b[1]
		if _, ds := playbook.Parse("fragment.yaml", []byte(src)); len(ds) > 0 {
			t.Errorf("%v\n%s", ds, b[1])
		}
	}
}

// Every code is explained, and every code that is explained has an example.
func TestFormatCodes(t *testing.T) {
	_, table, _ := strings.Cut(format(t), "## What can be wrong")
	explained := map[string]bool{"unreadable": true, "too-large": true} // no file can show these
	for _, row := range strings.Split(table, "\n") {
		cells := strings.Split(row, "|")
		if len(cells) < 3 {
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z]+(?:-[a-z]+)*)`").FindAllStringSubmatch(cells[1], -1) {
			code := m[1]
			_, inSet := os.Stat("testdata/bad/" + code + ".yaml")
			_, inSuite := os.Stat("testdata/badsuite/" + code + ".yaml")
			if inSet != nil && inSuite != nil && !explained[code] {
				t.Errorf("%s has no example", code)
			}
			explained[code] = true
		}
	}
	paths, _ := filepath.Glob("testdata/bad*/*.yaml")
	for _, p := range paths {
		if code := strings.TrimSuffix(filepath.Base(p), ".yaml"); !explained[code] {
			t.Errorf("%s is not explained", code)
		}
	}
}

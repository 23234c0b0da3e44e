package amends_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
)

// block is a fenced block of a document.
type block struct {
	language string
	line     int
	text     string
}

func blocks(text string) []block {
	var out []block
	var open *block
	for i, line := range strings.Split(text, "\n") {
		switch {
		case open == nil && strings.HasPrefix(line, "```") && line != "```":
			open = &block{language: strings.TrimPrefix(line, "```"), line: i + 2}
		case open != nil && strings.HasPrefix(line, "```"):
			out = append(out, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	return out
}

// TestDocuments holds that the YAML in the documents is right: a yaml block is a
// whole set that loads without a word, a yml block is a fragment that parses.
func TestDocuments(t *testing.T) {
	for _, file := range []string{"README.md", "playbook/FORMAT.md", "recovery/SEMANTICS.md", "recovery/HELPDESK.md"} {
		whole := 0
		for _, b := range blocks(read(t, filepath.FromSlash(file))) {
			name := fmt.Sprintf("%s:%d", file, b.line)
			switch b.language {
			case "yaml":
				whole++
				t.Run(name, func(t *testing.T) { loads(t, b.text) })
			case "yml":
				t.Run(name, func(t *testing.T) { parses(t, b.text) })
			}
		}
		if whole == 0 {
			t.Errorf("%s has no yaml block that is a whole document", file)
		}
	}
}

func loads(t *testing.T, text string) {
	engine, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, d := range engine.Diagnostics() {
		if !strings.HasPrefix(d.Code, "unused-") {
			t.Errorf("%s", d)
		}
	}
}

func parses(t *testing.T, text string) {
	_, diags := playbook.ParseValues("fragment.yaml", []byte(text))
	if diags.HasErrors() {
		t.Errorf("%v\n%s", diags, text)
	}
}

// TestMapsLeadSomewhere holds that the Go files that ARCHITECTURE.md and the comments of packages name are there.
func TestMapsLeadSomewhere(t *testing.T) {
	var files []string
	err := fs.WalkDir(os.DirFS("."), ".", func(file string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(file, ".go") {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`[a-z0-9_*/]+\.go\b`)
	check := func(in, below string) {
		for _, name := range named.FindAllString(read(t, filepath.FromSlash(in)), -1) {
			file := regexp.MustCompile("(^|/)" + strings.ReplaceAll(regexp.QuoteMeta(name), `\*`, "[^/]*") + "$")
			if !slices.ContainsFunc(files, func(f string) bool { return strings.HasPrefix(f, below) && file.MatchString(f) }) {
				t.Errorf("%s names %s, which is not there", in, name)
			}
		}
	}
	check("ARCHITECTURE.md", "")
	for _, f := range files {
		if path.Base(f) == "doc.go" && f != "doc.go" {
			check(f, path.Dir(f)+"/")
		}
	}
}

package playbook_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook"
)

// FuzzParse feeds anything to the reader: it must not panic or hang, must say
// the same twice, and must point into the file.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range paths {
		src, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		docs, ds := playbook.Parse("f.yaml", src)
		again, ds2 := playbook.Parse("f.yaml", src)
		if !slices.Equal(ds, ds2) {
			t.Fatalf("the diagnostics differ:\n%s\n%s", ds, ds2)
		}
		if a, b := written(t, docs), written(t, again); a != b {
			t.Fatalf("the documents differ:\n%s\n%s", a, b)
		}
		lines := linesOf(src)
		for _, d := range ds {
			inside(t, lines, d.Range)
		}
		for _, d := range docs {
			inside(t, lines, d.Range)
			for _, p := range d.Plays {
				inside(t, lines, p.When.Range)
				for i := range utf8.RuneCountInString(p.When.Value) {
					inside(t, lines, p.When.Sub(i, i+1))
				}
			}
		}
		if err := ds.Render(&strings.Builder{}, true); err != nil {
			t.Fatal(err)
		}
	})
}

// written is everything in the documents.
func written(t *testing.T, docs []*playbook.Document) string {
	t.Helper()
	out, err := json.Marshal(docs)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func linesOf(src []byte) []string {
	s := strings.TrimPrefix(string(src), "\ufeff")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Split(strings.ReplaceAll(s, "\r", "\n"), "\n")
}

// inside checks that a range lies in the file; it may end one character past
// the end of a line, where something is missing.
func inside(t *testing.T, lines []string, r playbook.Range) {
	t.Helper()
	if r.IsZero() {
		return
	}
	for _, p := range []playbook.Pos{r.Start, r.End} {
		if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > utf8.RuneCountInString(lines[p.Line-1])+2 {
			t.Fatalf("%s to %v is not in the file", r, r.End)
		}
	}
	if r.End.Before(r.Start) {
		t.Fatalf("%s ends before it starts, at %v", r, r.End)
	}
}

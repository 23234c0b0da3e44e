package amends_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/testdata/golden"
)

// failures is a test whose failures are looked at.
type failures struct {
	testing.TB
	said []string
}

func (f *failures) Helper() {}

func (f *failures) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}

// TestGolden holds that a difference fails a test and leaves the file alone, and that
// UPDATE=1 writes the file and fails nothing.
func TestGolden(t *testing.T) {
	file := filepath.Join(t.TempDir(), "wanted.txt")
	golden.Write(t, file, "one\n")
	for _, step := range []struct {
		update, got, kept string
		fails             bool
	}{
		{"", "one\n", "one\n", false},
		{"", "two\n", "one\n", true},
		{"0", "two\n", "one\n", true},
		{"1", "two\n", "two\n", false},
		{"", "two\n", "two\n", false},
	} {
		t.Setenv("UPDATE", step.update)
		f := &failures{TB: t}
		golden.Check(f, file, step.got)
		kept, err := os.ReadFile(file)
		if err != nil || string(kept) != step.kept || len(f.said) > 0 != step.fails {
			t.Errorf("%+v: kept %q, %v, %v", step, kept, f.said, err)
		}
	}
}

// TestOneGolden holds that one helper rewrites golden files: a flag that one package has
// is an error to all others.
func TestOneGolden(t *testing.T) {
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, "_test.go") {
			return err
		}
		text, err := os.ReadFile(p)
		if strings.Contains(string(text), `flag.Bool("`+`update"`) {
			t.Errorf("%s has a flag of its own; testdata/golden reads UPDATE=1", filepath.ToSlash(p))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

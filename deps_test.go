package amends_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/servicerecovery/amends"

// rule says which imports a part of the tree may have beside the standard
// library. The rule with the longest matching folder decides.
type rule struct {
	folder  string
	allowed []string // folders of this module, with what is below them, or other modules
}

// rules are the arrows of ARCHITECTURE.md.
var rules = []rule{
	{"playbook/unseen", nil},
	{"playbook", []string{"playbook"}},
	{"playbook/internal/yamlnode", []string{"playbook/unseen", "gopkg.in/yaml.v3"}},
	{"policy", []string{"playbook", "policy"}},
	{"policy/value", nil},
	{"policy/worktime", []string{"policy/value"}},
	{"policy/payload", []string{"playbook", "policy/value"}},
	{"policy/internal/atom", []string{"policy/value"}},
	{"policy/internal/index", []string{"policy/internal/atom"}},
	{"policy/internal/slip", []string{"policy/value"}},
	{"policy/internal/celtext", []string{"policy/value", "policy/internal/slip"}},
	{"policy/internal/cellib", []string{"policy/value", "policy/worktime", "github.com/google/cel-go"}},
	{"policy/internal/celenv", []string{"policy/value", "policy/worktime", "policy/internal/celtext", "policy/internal/cellib", "policy/internal/atom", "policy/internal/slip", "playbook/unseen", "github.com/google/cel-go"}},
	{"recovery", []string{"playbook", "policy", "recovery/internal/form", "recovery/internal/hostset", "recovery/internal/intake", "recovery/internal/jsontext", "recovery/internal/zoned", "recovery/store"}},
	{"recovery/store", []string{"policy/value"}},
	{"recovery/helpdesk", []string{"recovery", "recovery/helpdesk"}},
	{"recovery/ledger", []string{"playbook", "policy", "policy/value", "policy/worktime", "recovery", "recovery/internal/jsontext", "recovery/store", "recovery/ledger/internal/log", "golang.org/x/mod"}},
	{"recovery/ledger/internal/log", []string{"golang.org/x/mod"}},
	{"recovery/due", []string{"recovery", "recovery/store"}},
	{"recovery/prove", []string{"playbook", "policy", "recovery", "recovery/internal/diff"}},
	{"recovery/recoverytest", []string{"recovery", "playbook", "policy/value", "policy/worktime", "github.com/google/go-cmp"}},
	{"recovery/internal/jsontext", []string{"playbook/unseen"}},
	{"recovery/internal/form", []string{"policy/value", "policy/worktime", "recovery/internal/intake", "recovery/internal/jsontext"}},
	{"recovery/internal/intake", []string{"playbook/unseen", "policy", "recovery/internal/jsontext"}},
	{"recovery/internal/term", []string{"playbook"}},
	{"recovery/internal/hostset", []string{"playbook", "policy/worktime"}},
	{"recovery/internal/zoned", []string{"playbook", "policy/value", "policy/worktime"}},
	{"recovery/internal", []string{"playbook", "policy", "recovery"}},
	{"recovery/internal/explain", []string{"policy", "recovery", "recovery/internal/term"}},
	{"examples", []string{"playbook", "policy/value", "recovery"}},
	{"", nil},
}

func ruleFor(folder string) rule {
	var best rule
	for _, r := range rules {
		if within(folder, r.folder) && len(r.folder) >= len(best.folder) {
			best = r
		}
	}
	return best
}

func within(p, folder string) bool {
	return folder == "" || p == folder || strings.HasPrefix(p, folder+"/")
}

func (r rule) allows(from, imported string) bool {
	local, ok := strings.CutPrefix(imported, module+"/")
	if !ok {
		first, _, _ := strings.Cut(imported, "/")
		if !strings.Contains(first, ".") {
			return true // the standard library
		}
		local = imported
	}
	for _, a := range r.allowed {
		// An internal package is its owner's, whatever else may be imported.
		if within(local, a) && !strings.Contains(strings.TrimPrefix(local, a), "/internal") {
			return true
		}
		if within(local, a) && within(from, owner(local)) {
			return true
		}
	}
	return false
}

// owner is the folder whose packages may import an internal package.
func owner(local string) string {
	before, _, _ := strings.Cut(local, "/internal/")
	return before
}

// sources visits the Go files of the module that are no tests.
func sources(t *testing.T, visit func(file string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && p != "." && (strings.HasPrefix(name, ".") || name == "testdata" || hasModule(p)) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			visit(filepath.ToSlash(p))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hasModule reports whether a folder is a module of its own.
func hasModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func TestArrows(t *testing.T) {
	seen := 0
	sources(t, func(file string) {
		seen++
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		folder := path.Dir(file)
		if folder == "." {
			folder = ""
		}
		for _, imp := range f.Imports {
			p, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if !ruleFor(folder).allows(folder, p) {
				t.Errorf("%s imports %s, which ARCHITECTURE.md does not allow", file, p)
			}
		}
	})
	if seen < 50 {
		t.Fatalf("only %d files were looked at", seen)
	}
}

// TestOneClock holds that the time of the machine is asked for in one place:
// nothing else may enter a decision.
func TestOneClock(t *testing.T) {
	allowed := []string{"recovery/clock.go"}
	sources(t, func(file string) {
		if strings.HasPrefix(file, "examples/") || slices.Contains(allowed, file) {
			return
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []string{"time.Now(", "time.Since(", "time.Until(", "time.LoadLocation(", "time.Local"} {
			if strings.Contains(string(text), call) {
				t.Errorf("%s calls %s…: the clock and the zone data of the machine have one place", file, call)
			}
		}
	})
}

// TestOnlyTheCommandTouchesTheProcess holds that arguments, environment,
// standard streams and exit belong to the command, which is a module of its own. The kit for stores starts the program
// of a test once more, and talks with it.
func TestOnlyTheCommandTouchesTheProcess(t *testing.T) {
	sources(t, func(file string) {
		if strings.HasPrefix(file, "examples/") || file == "recovery/recoverytest/store_process.go" {
			return
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"os.Args", "os.Getenv", "os.LookupEnv", "os.Environ", "os.Stdout", "os.Stderr", "os.Stdin", "os.Exit", "fmt.Print"} {
			if strings.Contains(string(text), name) {
				t.Errorf("%s uses %s, which is the command's", file, name)
			}
		}
	})
}

// TestTopLevel holds that no other top-level folder appears.
func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !slices.Contains([]string{"recovery", "playbook", "policy", "examples", "testdata"}, e.Name()) {
			t.Errorf("there is a top-level folder %s", e.Name())
		}
	}
}

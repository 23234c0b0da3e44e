package policy_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/testdata/golden"
)

// check reads and compiles one file, and returns what is wrong with it.
func check(source []byte) playbook.Diagnostics {
	set, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: source}})
	_, compiled := policy.Compile(set)
	return set.Finish(append(diags, compiled...))
}

func errorsOf(ds playbook.Diagnostics) (out playbook.Diagnostics) {
	for _, d := range ds {
		if d.Severity == playbook.Error {
			out = append(out, d)
		}
	}
	return out
}

// follow does what a diagnostic says and returns what is wrong then. The set must be better:
// fewer errors, or as many with none where the change was made.
func follow(t *testing.T, look func([]byte) playbook.Diagnostics, name string, source []byte, d playbook.Diagnostic) ([]byte, playbook.Diagnostics) {
	t.Helper()
	before := errorsOf(look(source))
	next := d.Edit.Apply(source)
	after := errorsOf(look(next))
	if len(after) > len(before) {
		t.Errorf("%s: %s\n  hint: %s\n  following it leaves %d errors of %d:\n%s", name, d, d.Hint, len(after), len(before), after)
	}
	for _, a := range after {
		if len(after) == len(before) && a.Range.Start == d.Range.Start && a.Code == d.Code {
			t.Errorf("%s: %s\n  hint: %s\n  following it leads to %s", name, d, d.Hint, a)
		}
	}
	return next, after
}

// concrete recognises hints that name one thing to write: they have to be edits.
var concrete = regexp.MustCompile("^(write|did you mean) [`\"]?[^ ]*[`\"?]*$")

// TestSlips follows each hint about each slip until nothing is left to follow. The golden
// file has what is said, and what is left in the end.
func TestSlips(t *testing.T) {
	text, err := os.ReadFile("testdata/slips.txt")
	if err != nil {
		t.Fatal(err)
	}
	head, table, _ := strings.Cut(string(text), "\n== ")
	_, base, _ := strings.Cut(head, "\n\n")
	if ds := check([]byte(base)); len(ds) > 0 {
		t.Fatal(ds)
	}
	slips := strings.Split(table, "\n== ")
	if len(slips) < 200 {
		t.Fatalf("%d slips", len(slips))
	}
	unescape := strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\u00a0`, "\u00a0")
	var out strings.Builder
	for i, slip := range slips {
		if testing.Short() && i%12 != 0 {
			continue
		}
		name, change, _ := strings.Cut(slip, "\n- ")
		from, to, _ := strings.Cut(strings.TrimSuffix(change, "\n"), "\n+ ")
		from, to = unescape.Replace(from), unescape.Replace(to)
		if !strings.Contains(base, from) {
			t.Fatalf("%s: %q is not in the playbook", name, from)
		}
		fmt.Fprintf(&out, "== %s\n", name)
		source := []byte(strings.Replace(base, from, to, 1))
		followAll(t, &out, name, source)
	}
	if !testing.Short() {
		golden.Check(t, "testdata/slips.golden", out.String())
		return
	}
	whole, err := os.ReadFile("testdata/slips.golden")
	if err != nil {
		t.Fatal(err)
	}
	for said := range strings.SplitSeq(out.String()[len("== "):], "\n== ") {
		if !strings.Contains("\n"+string(whole)+"\n== ", "\n== "+strings.TrimSuffix(said, "\n")+"\n") {
			t.Errorf("the golden file has not:\n== %s", said)
		}
	}
}

// followAll writes what is said of a source, and of what comes of following the hints.
func followAll(t *testing.T, out *strings.Builder, name string, source []byte) {
	for round := 0; ; round++ {
		ds := check(source)
		var next []byte
		for _, d := range ds {
			fmt.Fprintf(out, "%d:%d: %s: %s [%s]\n", d.Range.Start.Line, d.Range.Start.Column, d.Severity, d.Message, d.Code)
			if d.Hint != "" {
				fmt.Fprintf(out, "  hint: %s\n", d.Hint)
			}
			if d.Edit.IsZero() && concrete.MatchString(d.Hint) {
				t.Errorf("%s: %s\n  the hint says what to write, and is no edit: %s", name, d, d.Hint)
			}
			if !d.Edit.IsZero() {
				changed, _ := follow(t, check, name, source, d)
				if next == nil {
					next = changed
				}
			}
		}
		switch {
		case len(ds) == 0:
			out.WriteString("ok\n")
			return
		case next == nil:
			return
		case round == 9:
			t.Errorf("%s: hints without end", name)
			return
		}
		out.WriteString("→\n")
		source = next
	}
}

// TestHintsOfBadSets follows every hint about the sets of testdata.
func TestHintsOfBadSets(t *testing.T) {
	read := func(source []byte) playbook.Diagnostics {
		_, ds := playbook.Load(fstest.MapFS{"set.yaml": {Data: source}})
		return ds
	}
	for dir, look := range map[string]func([]byte) playbook.Diagnostics{"testdata/bad": check, "../playbook/testdata/bad": read} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range entries {
			if testing.Short() && i%3 != 0 || !strings.HasSuffix(e.Name(), ".yaml") {
				continue
			}
			source, err := os.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range look(source) {
				if !d.Edit.IsZero() {
					follow(t, look, e.Name(), source, d)
				}
			}
		}
	}
}

package yamlnode

import (
	"fmt"
	"strings"
	"testing"
)

func TestProblems(t *testing.T) {
	for src, want := range map[string]string{
		"a: 1\nb: 2\na: 3\n":         "duplicate-key 3:1",
		"a: 1\n\"a\": 3\n":           "duplicate-key 2:1",
		"a: {b: 1, b: 2}":            "duplicate-key 1:11",
		"a: &x {b: 1}\nc:\n  <<: *x": "merge-key 3:3",
		"? [a]\n: b":                 "bad-key 1:3",
		"a: &x [1, *x]":              "alias-recursive 1:11",
		"a: b\xffc\nd: e\x80":        "bad-encoding 1:5, bad-encoding 2:5",
		"a: b\x00c":                  "control-character 1:5",
		"a: ñ\u2028c":                "control-character 1:5",
		"\xff\xfea\x00":              "bad-encoding 1:1",
		"\ufeffa: 1\r\na: 2\r\n":     "duplicate-key 2:1",
		"a: 1\rb: 2\ra: 3":           "duplicate-key 3:1",
		"a: 1\n\ufeffb: 2":           "control-character 2:1",
		"":                           "",
		"# nothing\n\n":              "",
		"---\n---\n...\n":            "",
		"\ufeff":                     "",
		"a: 1\n\t\nb: 2":             "yaml-tab 2:1",
		"a: b\n\tc":                  "yaml-tab 2:1",
		strings.Repeat("\x01", 1000): "control-character 1:1, control-character 1:2, control-character 1:3, control-character 1:4, control-character 1:5",
		strings.Repeat("[", 200) + "x" + strings.Repeat("]", 200): "too-deep 1:102",
	} {
		_, problems := Parse([]byte(src))
		if got := found(problems); got != want {
			t.Errorf("%.60q:\n found %s\nwanted %s", src, got, want)
		}
	}
}

func TestDocuments(t *testing.T) {
	roots, problems := Parse([]byte("# one\na: 1\n---\n---\n\n# two\nb: 2\n...\n"))
	if len(problems) > 0 || len(roots) != 2 || roots[1].Start != (Pos{7, 1}) {
		t.Errorf("read %v, %v", roots, problems)
	}
}

// bomb is a list of lists of lists …, each nine times the one before.
func bomb(levels int) string {
	var s strings.Builder
	s.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i <= levels; i++ {
		fmt.Fprintf(&s, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 8), i-1)
	}
	return s.String()
}

func TestAliasBomb(t *testing.T) {
	roots, problems := Parse([]byte(bomb(30)))
	if len(problems) != 1 || problems[0].Code != "alias-too-large" {
		t.Fatalf("found %s", found(problems))
	}
	if n := count(roots[0]); n > 2*maxAliased {
		t.Errorf("the document has %d nodes", n)
	}
}

func count(n *Node) int {
	sum := 1
	for _, i := range n.Items {
		sum += count(i)
	}
	for _, e := range n.Entries {
		sum += count(e.Key) + count(e.Value)
	}
	return sum
}

// Nothing that a file holds may keep its reader for long: what is worse than
// linear would take minutes here.
func TestLargeFilesEnd(t *testing.T) {
	n := 50_000
	if testing.Short() {
		n = 3_000
	}
	for name, src := range map[string]string{
		"dashes":             strings.Repeat("- ", n),
		"brackets":           strings.Repeat("[", n),
		"braces":             strings.Repeat("{a: ", n),
		"one line":           "[" + strings.Repeat("ñ: 'a', ", n) + "]",
		"one mapping":        "{" + strings.Repeat("ñ: max(a, b), ", n) + "}",
		"comments":           strings.Repeat("# x\n", n),
		"comments 2":         "a:\n" + strings.Repeat("  # x\n\n", n) + "  b: 1",
		"anchors":            strings.Repeat("&a ", n),
		"bangs":              strings.Repeat("!", n),
		"colons":             strings.Repeat("a: ", n),
		"keys":               strings.Repeat("a: b: c\n", n),
		"quotes":             strings.Repeat("\"a\" b\n", n),
		"traps":              strings.Repeat("- \"a\" b\n", n),
		"apostrophes":        "a: {b: " + strings.Repeat("c' [", n) + "}",
		"blocks":             strings.Repeat("- |\n  a\n", n),
		"explicit":           "a: |2\n" + strings.Repeat(" ", n) + "x\n",
		"plain":              "a: " + strings.Repeat("b\n  ", n),
		"blank lines":        "a: b\n" + strings.Repeat("\n", n) + "c: d ? e : f\n" + strings.Repeat("\n", n),
		"documents":          strings.Repeat("--- a\n", n),
		"questions":          strings.Repeat("? ", n),
		"spaces":             "a:" + strings.Repeat(" ", n) + "b: c",
		"comments in braces": strings.Repeat("a: {b: c # d}\n", n),
		"open comments":      "a: [" + strings.Repeat("b, # c]\n", n),
		"missing commas":     "a: {" + strings.Repeat("b: 1 c: [d] \"e\"", n) + "}",
		"lone commas":        "a: [" + strings.Repeat(",", n) + "]",
		"string literals":    "a: {b: " + strings.Repeat("c == \"d, e\" ", n) + "}",
		"open strings":       "a: {b: " + strings.Repeat("c (\"", n) + "}",
		"closed brackets":    "a: []" + strings.Repeat("]", n),
		"too deep":           "a: b\n" + strings.Repeat("  c: d\n", n),
		"moved lines":        strings.Repeat("a: b\n  c: d\n", n),
		"odd blanks":         strings.Repeat("a:\n\tb: c\n", n),
		"moved twice":        strings.Repeat("  f:\n\u00a0n: o\n", n),
		"moves of all kinds": strings.Repeat("a: b\n  c: d\n   e: f\n    - g\n - h: i\n", n),
		"strays":             "- a\n" + strings.Repeat("b: c\n", n),
		"steps":              strings.Repeat("- a\n", n) + "b\n" + strings.Repeat("\n", n),
		"escapes":            "a: \"" + strings.Repeat("\\q", n) + "\"",
		"quoted lines":       "a: b\n" + strings.Repeat("  ''\n", n) + "  '\nc: d: e\n",
		"versions":           strings.Repeat("%YAML 1.2\n", n),
		"trap lines":         strings.Repeat("a: {b: \"c\" d, e: !f\n", n),
	} {
		t.Run(name, func(t *testing.T) {
			// What took quadratic time would run into the limit of the test binary.
			if _, problems := Parse([]byte(src)); len(problems) > len(src) {
				t.Errorf("%d problems in %d bytes", len(problems), len(src))
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	_, problems := Parse(make([]byte, MaxBytes+1))
	if found(problems) != "too-large 1:1" {
		t.Errorf("found %s", found(problems))
	}
}

package yamlnode

import (
	"fmt"
	"strings"
	"testing"
)

// found lists problems as CODE LINE:COLUMN.
func found(problems []Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s %d:%d", p.Code, p.Start.Line, p.Start.Column))
	}
	return strings.Join(out, ", ")
}

func TestTraps(t *testing.T) {
	for src, want := range map[string]string{
		"a: 1\nwhen: !x\nb: 2":                           "yaml-tag 2:7",
		"a: 1\nwhen: ! x\nb: 2":                          "yaml-tag 2:7",
		"when: !!x":                                      "yaml-tag 1:7",
		"when: !x && y\nb: 2":                            "yaml-tag 1:7",
		"when: &anchor !x":                               "yaml-tag 1:15",
		"p:\n  - when: !x.y == 3 || !z\n    b: 2":        "yaml-tag 2:11",
		"do: [{a: {when: !x, b: 2}}]":                    "yaml-tag 1:17",
		"p:\n  a: 1\n  when: \"a\" == x\n  b: 2":         "yaml-quote 3:9",
		"p:\n  a: 1\n  when: 'a' in x\n  b: 2":           "yaml-quote 3:9",
		"p:\n  when: \"a\"\n    == b\n  b: 2":            "yaml-quote 2:9",
		"p: {when: \"a\" == x, b: 2}":                    "yaml-quote 1:11",
		"note: 'it's late'":                              "yaml-quote 1:7",
		"p:\n  when: [1,2].size() > 1\n  b: 2":           "yaml-bracket 2:9",
		"p:\n  when: {}.size() > 1\n  b: 2":              "yaml-bracket 2:9",
		"p:\n  when: [\"a\", \"b\"]\n    == c\n  b: 2":   "yaml-bracket 2:9",
		"a: {amount: b[0], c: 1}":                        "yaml-bracket 1:13",
		"a: {amount: [x, y].max(), c: 1}":                "yaml-bracket 1:13",
		"a: {note: Route ${x.y}, c: 1}":                  "yaml-bracket 1:11",
		"a: 1\nwhen: a ? b : c\nd: 2":                    "yaml-colon 2:13",
		"p:\n  when: a\n    ? b : c\n  d: 2":             "yaml-colon 3:9",
		"en: Dear customer: we are sorry":                "yaml-colon 1:18",
		"en: Dear customer:":                             "yaml-colon 1:18",
		"a: {when: a ? b : c, d: 1}":                     "yaml-question 1:13",
		"a: {when: b.?c.orValue(d), e: 1}":               "yaml-question 1:13",
		"a: {when: b in c: d, e: 1}":                     "yaml-colon 1:17",
		"a: {amount: max(a, b)}":                         "yaml-comma 1:13",
		"a: {amount: max(a, b), as: cash}":               "yaml-comma 1:13",
		"a: {amount: max(a, b, c), as: cash}":            "yaml-comma 1:13",
		"a: {note: Sorry, we are late, id: x}":           "yaml-comma 1:11",
		"a: {x: f(b, c[0])}\nd: {y: g(b, c)}":            "yaml-comma 1:8, yaml-comma 2:8",
		"a: [max(b, c), d]":                              "yaml-comma 1:5",
		"a: [max(b, f(c, d)), max(e, f)]":                "yaml-comma 1:5, yaml-comma 1:22",
		"en: sorry # we\n  are late":                     "yaml-comment 1:11",
		"a: {en: sorry # we\n  are late}":                "yaml-comment 1:15",
		"en: @name is late":                              "yaml-indicator 1:5",
		"en: `x`":                                        "yaml-indicator 1:5",
		"en: %x":                                         "yaml-indicator 1:5",
		"when: > 5":                                      "yaml-indicator 1:7",
		"when: *x == 5":                                  "yaml-indicator 1:7",
		"do: - a":                                        "yaml-indicator 1:5",
		"do: *x":                                         "unknown-alias 1:5",
		"do: [a, *x]":                                    "unknown-alias 1:9",
		"a: 1\nb: [c, d\ne: f":                           "yaml-unclosed 2:4",
		"a: 1\nb: [{c: d]\ne: f":                         "yaml-unclosed 2:10",
		"a: 1\nb: \"c\ne: f":                             "yaml-unclosed 2:4",
		"a:\n\tb: c":                                     "yaml-tab 2:1",
		"a: 1\nwhen: a ? b : c\nen: \"x\" y\nf: !z && y": "yaml-colon 2:13, yaml-quote 3:5, yaml-tag 4:4",
		"a: 1\n b: 2":                                    "yaml-indent 2:2",
		"a:\n  b: 1\n c: 2":                              "yaml-indent 3:2",
		"a: 1\nb\nc: 2":                                  "yaml-key 2:1",
		"when:\n  \"a\" == b\nc: 1":                      "yaml-quote 2:3",
		"a:\n- b: 1\n   c: 2\n- d\n  e":                  "yaml-indent 3:4",
	} {
		_, problems := Parse([]byte(src))
		if got := found(problems); got != want {
			t.Errorf("%q:\n found %s\nwanted %s", src, got, want)
		}
	}
}

// What follows a spoilt value is read all the same.
func TestTrapDoesNotStopTheReading(t *testing.T) {
	roots, _ := Parse([]byte("a: x ? y : z\nb: {c: max(d, e), f: 1}\n---\ng: {h: \"i\" == j, k: l}\n"))
	if len(roots) != 2 {
		t.Fatalf("read %d documents, want 2", len(roots))
	}
	if n := roots[0].Entries[0].Value; n.Kind != Broken {
		t.Errorf("the spoilt value is %v", n)
	}
	if b := roots[0].Entries[1].Value; len(b.Entries) != 2 || b.Entries[1].Value.Value != "1" {
		t.Errorf("b has %d entries", len(b.Entries))
	}
	if g := roots[1].Entries[0].Value; len(g.Entries) != 2 || g.Entries[1].Key.Start != (Pos{4, 18}) {
		t.Errorf("g is %v", g.Entries)
	}
}

func TestNoTrap(t *testing.T) {
	for _, src := range []string{
		"zone: Europe/Madrid   # whose days",
		"outbound:   # they serve\n  a: b",
		"when: a == \"b\" && !c",
		"when: 'a ? b : c'",
		"when: \"!x\"  # why",
		"when: >-\n  !x ? \"a\" : b # c\n\n  {d}\ne: f",
		"when: |+ # note\n    a: b\n\n    c\nd: e",
		"a: [b, \"c: d\", {e: f, 'g': h}] # i\nj: k",
		"a: {b: [c, d], e: {}, f: [ ]}",
		"a: {b: c\n  , d: e # f\n }",
		"a: b:c d#e\nf: http://g/h",
		"a: \"b\n  c\"\nd: 'e\n\n  f'",
		"a: plain\n  goes on\n# comment\nb: 1",
		"a: &x {b: c}\nd: *x\ne: [*x, *x]",
		"- a\n- - b\n  - c\n-\n  d: e",
		"\"a b\": c\n'd': e",
		"a: {b: max(c)}",
		"a: {b, c}\n",
		"a: ~\nb:\nc: null",
		"---\na: b\n...\n---\nc: d",
		"a:\t1\n",
		"a: -1\n",
		"a:\n- b\n- c:\n  - d\ne:\n  f\n",
		"when: a ? b :c",
		"? a\n: b",
	} {
		if _, problems := Parse([]byte(src)); len(problems) > 0 {
			t.Errorf("%q: %s", src, found(problems))
		}
		// The finder runs for files that are not YAML only; on the good part of
		// such a file it must find nothing.
		if f := findTraps(NewSource([]byte(src))); len(f.problems) > 0 {
			t.Errorf("%q: the finder says %s", src, found(f.problems))
		}
	}
}

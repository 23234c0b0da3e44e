package yamlnode

import (
	"strings"
	"testing"
)

// The parser names the block around a slip; the line to mend must be named, and
// what to do there.
func TestSlips(t *testing.T) {
	for _, c := range []struct{ src, want, hint string }{
		{"do:\n  - a: {}\n  -b: {}\nc: d", "yaml-indicator 3:3", "a blank after the dash"},
		{"do:\n  - a: {}\n  -b: {}\n    e: f\nc: g: h", "yaml-indicator 3:3, yaml-colon 5:5", "a blank after the dash"},
		{"plays:\n  - id: a\n    do: []\n  owner: x\n", "yaml-indent 4:3", "2 more blanks"},
		{"plays:\n- id: a\n  do: []\nowner: x\n", "", ""},
		{"incident:\n  foo: int\n  - bar: int\nplays: []", "yaml-indent 3:3", "remove the dash"},
		{"limits:\n  - {a: b}\n  of: x\nplays: []", "yaml-indent 3:3", "start it with `- `"},
		{"limits:\n  - a\n  x\n", "yaml-indent 3:3", "start it with `- `"},
		{"do:\n  - apologise: {note: - x}\n", "yaml-indicator 2:23", "single quotes"},
		{"p:\n  - when: \"true\"\n     do: [{a: {}}]\n    e: f", "yaml-indent 3:6", "remove one blank"},
		{"p:\n  - when: x\n      do: [{a: {}}]\n", "yaml-indent 3:7", "remove 2 blanks"},
		{"p:\n  - when: [x]\n      do: [{a: {}}]\n", "yaml-indent 3:7", "`>-` block"},
		{"p:\n  - when: x\n     do:\n       - a\n       - b\n     c: !d e\n    f: g", "yaml-indent 3:6, yaml-tag 6:9", "remove"},
		{"a: {b: c}\n  - d: e\nf: g", "yaml-bracket 1:4", "quotes"},
		{"a: [b, c\nd: e", "yaml-unclosed 1:4", "close it"},
		{"a: {b: c\nd: e: f", "yaml-unclosed 1:4, yaml-colon 2:5", "close it"},
		{"p:\n  - a: {b: c\n  - d: !e f", "yaml-unclosed 2:8, yaml-tag 3:8", "close it"},
		{"a: [{b: c}]]", "yaml-bracket 1:12", "remove it"},
		{"a: [{b: c}]] # d\ne: !f g", "yaml-bracket 1:12, yaml-tag 2:4", "remove it"},
		{"a: \"b\",\nc: d", "yaml-bracket 1:7", "remove it"},
		{"a: {b: c,, d: e}", "yaml-comma 1:10", "remove it"},
		{"a: {b: 4h c: d}", "yaml-comma 1:11", "write a comma"},
		{"a: {b: 2026-01-01 c: 2026-02-01}", "yaml-comma 1:19", "write a comma"},
		{"a: {b: \"x\" c: 4h}", "yaml-comma 1:12", "write a comma"},
		{"a: {b: [x] c: 4h}", "yaml-comma 1:12", "write a comma"},
		{"a: [{b: c} {d: e}]", "yaml-comma 1:12", "write a comma"},
		{"a: [\n  {b: c}\n  {d: e}\n]", "yaml-comma 3:3", "write a comma"},
		{"a: {\n  b: c\n  d: e\n}", "yaml-comma 3:3", "write a comma"},
		{"a: {b: late c: d}", "yaml-colon 1:14", "if `c` is a key, write a comma in front of it"},
		{"a: [{b: c > 3 # d, e: []}]", "yaml-comment 1:15", "'c > 3 # d'"},
		{"a: {b: {c: call # 3}}\nd: e", "yaml-comment 1:17", "'call # 3'"},
		{"a: [\n  {b: c # 3},\n  {d: e},\n]", "yaml-comment 2:9", "'c # 3'"},
		{"a: {b: c, # d, e: f}\ng: h", "yaml-comment 1:11", "on a line of its own"},
		{"a: {b: \"c\" # d, e: f}\ng: h", "yaml-comment 1:12", "on a line of its own"},
		{"a: [b, # c]\n  d]\ne: !f g", "yaml-tag 3:4", "quotes"},
		{"a: [{b: c == \"}\", d: []}]", "yaml-bracket 1:9", "'c == \"}\"'"},
		{"a: [{b: c == \"]\", d: []}]", "yaml-bracket 1:9", "'c == \"]\"'"},
		{"a: [{b: c == \"d # e\", d: []}]", "yaml-comment 1:17", "'c == \"d # e\"'"},
		{"a: {note: it's late, b: {c: 'd'}, e: !f g}", "yaml-tag 1:38", "quotes"},
		{"title: \"a \\q\"", "yaml-syntax 1:11", "write the backslash twice"},
		{"title: \"a\n  b \\q\"\nb: [\"\\x4\"]", "yaml-syntax 2:5, yaml-syntax 3:6", "write the backslash twice"},
		{"a: &b\nc: d", "yaml-indicator 1:4", "'&b'"},
		{"a: &b && c", "yaml-indicator 1:4", "quotes"},
		{"a: &&b", "yaml-indicator 1:4", "quotes"},
		{"a: [&b && c]", "yaml-indicator 1:5", "quotes"},
		{"%YAML 2.0\n---\na: b", "yaml-syntax 1:1", "%YAML 1.2"},
	} {
		_, problems := Parse([]byte(c.src))
		if got := found(problems); got != c.want {
			t.Errorf("%q:\n found %s\nwanted %s", c.src, got, c.want)
			continue
		}
		if c.hint != "" && !strings.Contains(problems[0].Hint, c.hint) {
			t.Errorf("%q: the hint is %s", c.src, problems[0].Hint)
		}
	}
}

// A line that stands too deep is read as if it stood where it belongs, and its
// places are those of the file.
func TestTooDeepIsRead(t *testing.T) {
	roots, problems := Parse([]byte("a: x\n  b: {c: \"d\"}\ne: f\n"))
	if found(problems) != "yaml-indent 2:3" || len(roots) != 1 {
		t.Fatal(found(problems), roots)
	}
	entries := roots[0].Entries
	if len(entries) != 3 || entries[1].Key.Value != "b" || entries[1].Key.Start != (Pos{2, 3}) {
		t.Fatalf("read %v", entries)
	}
	if d := entries[1].Value.Entries[0].Value; d.Start != (Pos{2, 10}) || d.Chars()[0] != (Pos{2, 11}) {
		t.Errorf("d stands at %v, its text at %v", d.Start, d.Chars())
	}
}

// The remedy shown must be one.
func TestRemedies(t *testing.T) {
	for value, want := range map[string]string{
		`"incident.region == "MAD""`:    `incident.region == "MAD"`,
		`"incident.region == "MAD"`:     `incident.region == "MAD"`,
		`"Sorry "friend" you"`:          `Sorry "friend" you`,
		`'it's late'`:                   `it's late`,
		`'it's late`:                    `it's late`,
		`'a == 'MAD''`:                  `a == 'MAD'`,
		`"late" == incident.failure`:    `"late" == incident.failure`,
		`"late" == x || y == "lost"`:    `"late" == x || y == "lost"`,
		`"late" in x # why`:             `"late" in x`,
		`"Late" parcels are "refunded"`: `"Late" parcels are "refunded"`,
		`"a" == "b # c"`:                `"a" == "b # c"`,
		`!x && y`:                       `!x && y`,
		`[1, 2].size() > 1`:             `[1, 2].size() > 1`,
		`Dear customer: we are sorry`:   `Dear customer: we are sorry`,
	} {
		_, problems := Parse([]byte("when: " + value + "\n"))
		if len(problems) == 0 {
			t.Errorf("%s: no problem", value)
			continue
		}
		remedy, ok := cutRemedy(problems[0].Hint)
		if !ok {
			t.Errorf("%s: %s: no remedy in %s", value, found(problems), problems[0].Hint)
			continue
		}
		roots, problems := Parse([]byte("when: " + remedy + "\na: {b: " + remedy + "}\n"))
		if len(problems) > 0 {
			t.Errorf("%s: %s is not YAML: %s", value, remedy, found(problems))
			continue
		}
		if got := roots[0].Entries[0].Value.Value; got != want {
			t.Errorf("%s: the remedy gives %s, want %s", value, got, want)
		}
	}
}

// cutRemedy returns the quoted text of a hint.
func cutRemedy(hint string) (string, bool) {
	_, rest, ok := strings.Cut(hint, "quotes, ")
	last := strings.LastIndexByte(rest, '\'')
	return rest[:last+1], ok
}

// No block scalar can stand inside brackets: it is no remedy there.
func TestRemediesInside(t *testing.T) {
	for _, src := range []string{
		"a: {b: !c}", "a: {b: max(c, d)}", "a: [max(c, d)]", "a: {b: \"c\" == d}", "a: {b: c ? d : e}", "a: {b: c[0]}", "a: {b: c # d}", "a: {b: @c}", "a: {b: [c].d}",
		"a: {b: &c}", "a: [*b c]", "a: {b: - c}", "a: {b: c d e: f}", "a: {b: Sorry, friend}",
	} {
		_, problems := Parse([]byte(src))
		if len(problems) != 1 || strings.Contains(problems[0].Hint, ">-") {
			t.Errorf("%s: %v", src, problems)
		}
	}
}

// Text with a comma inside brackets is cut up by YAML without a syntax error.
func TestCommasInText(t *testing.T) {
	for src, want := range map[string]string{
		"a: {en: Sorry, friend}":              "'Sorry, friend'",
		"a: {en: Sorry, my friend, es: Hola}": "'Sorry, my friend'",
		"a: {en: Sorry, my dear, friend}":     "'Sorry, my dear, friend'",
		"a: {b: max(c, d)}":                   "'max(c, d)'",
		"a: {b: max(c, d, e), f: g}":          "'max(c, d, e)'",
		"a: [max(c, d)]":                      "'max(c, d)'",
		"a: {b: c == \"d, e\"}":               "'c == \"d, e\"'",
		"a: {note: Sorry, message}":           "if `message` is a key, write `message: `",
		"a: {b: max(c, d), b: max(e, f)}":     "'max(c, d)'",
	} {
		_, problems := Parse([]byte(src))
		if len(problems) == 0 || problems[0].Code != "yaml-comma" || !strings.Contains(problems[0].Hint, want) {
			t.Errorf("%s: %v, want %s", src, problems, want)
		}
	}
	for _, src := range []string{
		"a: {b: 5 EUR, as: }", "a: {b: c, as: }", "a: {b: 5 EUR, as}", "a: {b: true, c}", "a: {b: 'c', d}", "a: {b: c, keep:highest}", "a: {b: c, d :\n e}",
	} {
		if _, problems := Parse([]byte(src)); len(problems) > 0 {
			t.Errorf("%s: %s", src, found(problems))
		}
	}
}

func TestVersions(t *testing.T) {
	for src, documents := range map[string]int{
		"%YAML 1.2\n---\na: b\n":                                 1,
		"%YAML 1.1\n---\na: b\n":                                 1,
		"\ufeff# c\n%YAML 1.2 # d\n---\na: b\n":                  1,
		"%YAML 1.2\r\n---\r\na: b\r\n...\r\n%YAML 1.2\r\n---\nc": 2,
		"a: |\n  %YAML 1.2\n  b\n":                               1,
	} {
		roots, problems := Parse([]byte(src))
		if len(problems) > 0 || len(roots) != documents {
			t.Errorf("%q: %d documents, %s", src, len(roots), found(problems))
		}
	}
	roots, _ := Parse([]byte("a: |\n  %YAML 1.2\n"))
	if got := roots[0].Entries[0].Value.Value; got != "%YAML 1.2\n" {
		t.Errorf("text became %q", got)
	}
}

// Anchors end with their document.
func TestAnchorsEnd(t *testing.T) {
	for src, want := range map[string]string{
		"a: &t x\nb: *t\n":                         "",
		"a: &t x\n---\nb: *t\n":                    "unknown-alias 3:4",
		"a: &t x\n---\nb: &t y\nc: *t\n":           "",
		"a: &t x\n---\nb: *t\nc: !d e\n":           "unknown-alias 3:4, yaml-tag 4:4",
		"a: &t x\n---\nb: *t\nc: \"d\" e\n":        "unknown-alias 3:4, yaml-quote 4:4",
		"a: {b: !c &t d}\ne: f":                    "yaml-tag 1:8",
		"a: !!map {b: &t c}\ne: *t":                "yaml-tag 1:4",
		"a: &t [b, *t]\nc: *t":                     "alias-recursive 1:11",
		"a: &t x\n...\n%YAML 1.2\n---\n- *t\n- *t": "unknown-alias 5:3, unknown-alias 6:3",
	} {
		if _, problems := Parse([]byte(src)); found(problems) != want {
			t.Errorf("%q: %s, want %s", src, found(problems), want)
		}
	}
}

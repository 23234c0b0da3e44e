package yamlnode

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"unicode/utf8"
)

// scribe writes a scalar of characters that each stand in the source once, so
// that the place of every decoded character is known without decoding.
type scribe struct {
	rng  *rand.Rand
	next rune
}

func (s *scribe) word() string {
	var w strings.Builder
	for range 1 + s.rng.Intn(3) {
		w.WriteRune(s.next)
		s.next++
	}
	return w.String()
}

// body is lines of words; some are empty, some end or start with blanks.
func (s *scribe) body(inner bool) []string {
	lines := []string{s.word()}
	for range s.rng.Intn(5) {
		switch s.rng.Intn(6) {
		case 0:
			lines = append(lines, strings.Repeat(" ", s.rng.Intn(2)))
		case 1:
			if inner {
				lines = append(lines, strings.Repeat(" ", 1+s.rng.Intn(2))+s.word())
				continue
			}
			fallthrough
		default:
			lines = append(lines, s.word()+strings.Repeat(" ", 1+s.rng.Intn(2))+s.word()+strings.Repeat(" ", s.rng.Intn(2)))
		}
	}
	return append(lines, s.word())
}

var fuzzStyles = map[string]Style{"plain": Plain, "single": SingleQuoted, "double": DoubleQuoted, "literal": Literal, "folded": Folded}

// scalar writes one scalar in the style, as the value of key v.
func (s *scribe) scalar(style Style) string {
	anchor := ""
	if s.rng.Intn(4) == 0 {
		anchor = "&anchor "
	}
	indent := "\n" + strings.Repeat(" ", 5+s.rng.Intn(4))
	head := "ключ: ü\ntop:\n  - k: 1\n    v: " + anchor
	tail := "\n    z: 1\n"
	switch style {
	case Plain:
		return head + strings.Join(s.body(false), indent) + tail
	case SingleQuoted:
		text := strings.Join(s.body(false), indent)
		return head + "'" + text + "''" + s.word() + "'" + tail
	case DoubleQuoted:
		return head + `"` + s.escaped(strings.Join(s.body(false), s.lineBreak(indent))) + `"` + tail
	}
	indicator := map[Style]string{Literal: "|", Folded: ">"}[style] + []string{"", "-", "+"}[s.rng.Intn(3)]
	if s.rng.Intn(4) == 0 {
		indicator += " # note"
	}
	body := s.body(true)
	if s.rng.Intn(5) == 0 { // content that starts with blanks needs the depth written
		indicator = indicator[:1] + "2"
		indent = "\n      "
		body[0] = "  " + body[0]
	}
	for i, line := range body {
		if strings.TrimSpace(line) == "" {
			body[i] = "\n" + line
			continue
		}
		body[i] = indent + line
	}
	return head + indicator + strings.Join(body, "") + strings.Repeat("\n", s.rng.Intn(3)) + tail
}

// lineBreak is a break inside double quotes: some are escaped.
func (s *scribe) lineBreak(indent string) string {
	if s.rng.Intn(3) == 0 {
		return `\` + indent
	}
	return indent
}

// escaped writes some characters as escapes, and adds a quote.
func (s *scribe) escaped(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r > 0x3000 && s.rng.Intn(5) == 0 {
			fmt.Fprintf(&out, `\u%04x`, r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String() + `\"` + s.word()
}

// place finds the only place of r, written out or as an escape.
func place(src string, r rune) Pos {
	i := strings.IndexRune(src, r)
	if i < 0 {
		i = strings.Index(src, fmt.Sprintf(`\u%04x`, r))
	}
	before := strings.ReplaceAll(src[:i], "\r\n", "\n")
	line := strings.Count(before, "\n") + 1
	return Pos{line, utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:]) + 1}
}

func TestCharsAreWhereTheyStand(t *testing.T) {
	rng := rand.New(rand.NewSource(7))
	for name, style := range fuzzStyles {
		t.Run(name, func(t *testing.T) {
			seen := 0
			for range 3000 {
				s := scribe{rng: rng, next: 0x4e00}
				src := s.scalar(style)
				if rng.Intn(4) == 0 {
					src = strings.ReplaceAll(src, "\n", "\r\n")
				}
				if rng.Intn(4) == 0 {
					src = "\ufeff" + src
				}
				seen += checkScalar(t, src, style)
			}
			if seen < 10_000 {
				t.Errorf("only %d characters were checked", seen)
			}
		})
	}
}

// checkScalar compares the places of top[0].v and returns how many characters
// it has compared.
func checkScalar(t *testing.T, src string, style Style) (seen int) {
	t.Helper()
	roots, problems := Parse([]byte(src))
	if len(problems) > 0 {
		t.Fatalf("%q: %v", src, problems)
	}
	n := roots[0].Entries[1].Value.Items[0].Entries[1].Value
	if n.Style != style {
		t.Fatalf("%q: style %d, want %d", src, n.Style, style)
	}
	at := n.Chars()
	if len(at) != utf8.RuneCountInString(n.Value)+1 {
		t.Fatalf("%q: %d places for %q", src, len(at), n.Value)
	}
	source := strings.TrimPrefix(src, "\ufeff")
	last := Pos{}
	for i, r := range []rune(n.Value) {
		if r >= 0x4e00 {
			seen++
			if want := place(source, r); at[i] != want {
				t.Fatalf("%q: %q stands at %v, found %v", src, r, want, at[i])
			}
		}
		if before(at[i], last) {
			t.Fatalf("%q: places go back at rune %d of %q", src, i, n.Value)
		}
		last = at[i]
	}
	if before(n.End, n.Start) {
		t.Fatalf("%q: ends before it starts", src)
	}
	return seen
}

func TestEnds(t *testing.T) {
	for src, want := range map[string]Pos{
		"k: abc":               {1, 7},
		"k: abc   # note":      {1, 7},
		"k: 'it''s'":           {1, 11},
		`k: "a\"b"`:            {1, 10},
		"k: a\n  b c\nd: 1":    {2, 6},
		"k: |\n  ab\n  cd\n\n": {3, 5},
		"k: [a, b]":            {1, 9},
		"k: &x abc":            {1, 10},
		"k: ñandú":             {1, 9},
	} {
		roots, problems := Parse([]byte(src))
		if len(problems) > 0 {
			t.Fatalf("%q: %v", src, problems)
		}
		if got := roots[0].Entries[0].Value.End; got != want {
			t.Errorf("%q ends at %v, want %v", src, got, want)
		}
	}
}

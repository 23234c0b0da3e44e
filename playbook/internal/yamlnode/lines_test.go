package yamlnode

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// lines are what random files are made of, each indented by chance.
var lines = []string{
	"a: b", "c: d", "- e", "f:", "\tg: h", "# x", "", "- i: j", "k: [l", "m]", "\u00a0n: o", "p: |", "'q': r", "\t", "s", "? t", "{u: v}", "\"w", "x: &y z", "---", "*y",
	"  \t- a", "b : c", "d:e", "f: g: h", "- - i", "j: 'k' l", "! m", "%YAML 1.2", "n: >-", "\u3000o: p",
}

// TestRandomLines reads files whose lines go badly together. Each problem starts in the file, and the
// hints, followed one after another, come to an end.
func TestRandomLines(t *testing.T) {
	files := 20_000
	if testing.Short() {
		files = 2_000
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range files {
		var src strings.Builder
		for range 2 + r.IntN(9) {
			src.WriteString(strings.Repeat(" ", r.IntN(5)) + lines[r.IntN(len(lines))] + "\n")
		}
		follow(t, src.String())
	}
}

// follow follows the hints of a file until none is left that can be followed.
func follow(t *testing.T, src string) {
	t.Helper()
	for text, steps := src, 0; ; steps++ {
		_, problems := Parse([]byte(text))
		for _, p := range problems {
			if !stands(text, p.Start) || p.End.before(p.Start) {
				t.Fatalf("%q: in %q, a problem stands from %v to %v: %s", src, text, p.Start, p.End, p.Message)
			}
		}
		i := slices.IndexFunc(problems, func(p Problem) bool { return p.Edit != (Edit{}) })
		if i < 0 {
			return
		}
		edited := edit(t, text, problems[i].Edit)
		if edited == text || steps == 30 {
			t.Fatalf("%q: after %d hints, %q is to become %q: %s; %s", src, steps, text, edited, problems[i].Message, problems[i].Hint)
		}
		text = edited
	}
}

func (p Pos) before(q Pos) bool { return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column }

// stands reports whether a text has a place, or ends at it.
func stands(text string, p Pos) bool {
	all := strings.Split(text, "\n")
	return p.Line >= 1 && p.Line <= len(all) && p.Column >= 1 && p.Column <= len([]rune(all[p.Line-1]))+1
}

// edit changes a text.
func edit(t *testing.T, text string, e Edit) string {
	t.Helper()
	if !stands(text, e.Start) || !stands(text, e.End) || e.End.before(e.Start) {
		t.Fatalf("%q is to be changed from %v to %v", text, e.Start, e.End)
	}
	all := strings.Split(text, "\n")
	from, to := []rune(all[e.Start.Line-1]), []rune(all[e.End.Line-1])
	changed := string(from[:e.Start.Column-1]) + e.Text + string(to[e.End.Column-1:])
	return strings.Join(slices.Concat(all[:e.Start.Line-1], []string{changed}, all[e.End.Line:]), "\n")
}

package term_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/term"
)

func written(t *testing.T, give func(*term.Writer) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := give(term.NewWriter(&out, false, false)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestArgumentsStayOnTheirLine(t *testing.T) {
	for _, a := range []any{"a\n\x1bb", errors.New("a\n\x1bb"), []string{"a\n\x1bb"}, struct{ S string }{"a\n\x1bb"}, []byte("a\n\x1bb")} {
		for _, verb := range []string{"%s", "%v", "%+v", "%q", "%10s", "%-10v"} {
			got := written(t, func(w *term.Writer) error { return w.Printf("- "+verb+"\n", a) })
			if strings.Count(got, "\n") != 1 || strings.Contains(got, "\x1b") {
				t.Errorf("%s of %T: %q", verb, a, got)
			}
		}
	}
	if got := term.Textf("%-8s|%8s|%d|%*d", "a\n", term.Own("x\ny"), 7, 3, 1).String(); got != `a\n     |     x`+"\n"+`y|7|  1` {
		t.Errorf("%q", got)
	}
}

func TestColours(t *testing.T) {
	for colour, want := range map[bool]string{false: "\\x1b[32mx", true: "\x1b[31m\\x1b[32mx\x1b[0m"} {
		p := term.NewPage(colour)
		p.Line("%s", p.Paint(term.Red, "\x1b[32mx"))
		if got := p.Text().String(); got != want+"\n" {
			t.Errorf("%q, not %q", got, want+"\n")
		}
	}
}

// TestCommandBehindColours holds that a colour in front of a command hides none.
func TestCommandBehindColours(t *testing.T) {
	p := term.NewPage(true)
	p.Line("  %s", p.Paint(term.Dim, "::error::x"))
	p.Line("%s[x]", p.Paint(term.Dim, "##"))
	got := written(t, func(w *term.Writer) error { return w.Print(p.Text()) })
	if want := "  \x1b[2m:\\x3aerror::x\x1b[0m\n\x1b[2m##\x1b[0m\\x5bx]\n"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// TestCommands holds that no line is a command of a CI system, in whatever pieces it is
// written, and that JSON keeps what it says.
func TestCommands(t *testing.T) {
	commands := []string{"::error::x", "  ::error::x", "\u3000::stop-commands::x", "a ##[error]x", "##vso[task.x]y", "###[x]", "##teamcity[x]", "\t::set-output name=a::b", "  \u3000 ::x"}
	for _, c := range commands {
		for _, form := range []term.Form{term.Prose, term.JSON} {
			for size := 1; size < 5; size++ {
				data := "first\n" + c + "\nlast\n"
				if form == term.JSON {
					text, err := json.Marshal([]string{c, data})
					if err != nil {
						t.Fatal(err)
					}
					data = string(text) + "\n"
				}
				got := written(t, func(w *term.Writer) error {
					return w.Data(form, func(to io.Writer) error {
						for rest := data; rest != ""; {
							n := min(size, len(rest))
							if _, err := to.Write([]byte(rest[:n])); err != nil {
								return err
							}
							rest = rest[n:]
						}
						return nil
					})
				})
				if isCommand(got) {
					t.Errorf("%q is written as %q", data, got)
				}
				if form == term.JSON {
					var a, b []string
					if json.Unmarshal([]byte(data), &a) != nil || json.Unmarshal([]byte(got), &b) != nil || a[0] != b[0] || a[1] != b[1] {
						t.Errorf("%s is written as %s", data, got)
					}
				}
			}
		}
		if got := written(t, func(w *term.Writer) error { return w.Printf("%s\n%s\n", c, c) }); isCommand(got) {
			t.Errorf("%q is written as %q", c, got)
		}
	}
	for _, s := range []string{"a::b\n", "std::string: x\n", "# heading\n", "## heading [x]\n", ": a\n", "a # b\n"} {
		if got := written(t, func(w *term.Writer) error {
			return w.Data(term.Prose, func(to io.Writer) error { _, err := io.WriteString(to, s); return err })
		}); got != s {
			t.Errorf("%q is written as %q", s, got)
		}
	}
}

// isCommand reads lines as the runners of GitHub and Azure do.
func isCommand(s string) bool {
	for _, l := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if strings.HasPrefix(strings.TrimSpace(l), "::") || strings.Contains(l, "##[") || strings.Contains(l, "##vso[") || strings.Contains(l, "##teamcity[") {
			return true
		}
	}
	return false
}

func TestCommandOfItsOwn(t *testing.T) {
	got := written(t, func(w *term.Writer) error {
		return w.Command("error", [][2]string{{"file", "a,b:c%\n\x1b"}, {"line", "1"}}, "x\n::error::y %0A\r\u202e")
	})
	if want := `::error file=a%2Cb%3Ac%25%0A\x1b,line=1::x%0A::error::y %250A\r\u202e` + "\n"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// TestPieces holds that data comes out the same in whatever pieces it is written.
func TestPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []string{"a", "\n", " ", ":", "#", "[", "\u202e", "\u0645", "\u200c", "\u06cc", "\U0001f468", "\u200d", "\xff", "\x1b", "é", "\U000e0041", "::error::", "##["}
	for range 300 {
		var data string
		for range random.IntN(30) {
			data += parts[random.IntN(len(parts))]
		}
		give := func(sizes func() int) string {
			return written(t, func(w *term.Writer) error {
				return w.Data(term.Prose, func(to io.Writer) error {
					for rest := data; rest != ""; {
						n := min(sizes(), len(rest))
						if _, err := to.Write([]byte(rest[:n])); err != nil {
							return err
						}
						rest = rest[n:]
					}
					return nil
				})
			})
		}
		whole, pieces := give(func() int { return len(data) }), give(func() int { return 1 + random.IntN(3) })
		if whole != pieces || isCommand(whole) || strings.ContainsAny(whole, "\x1b\u202e") {
			t.Errorf("%q: %q and %q", data, whole, pieces)
		}
	}
}

func TestExact(t *testing.T) {
	text := []byte("{\"a\":\"\u202e\u0085##[x]\"}\n")
	for _, terminal := range []bool{false, true} {
		var out bytes.Buffer
		if err := term.NewWriter(&out, terminal, false).Exact(text); err != nil {
			t.Fatal(err)
		}
		want := string(text)
		if terminal {
			want = `{"a":"\u202e\u0085##\u005bx]"}` + "\n"
		}
		if out.String() != want {
			t.Errorf("terminal %v: %q", terminal, out.String())
		}
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		term.Count(1, "play"): "1 play", term.Count(0, "play"): "0 plays", term.A("object"): "an object", term.A("list"): "a list", term.A(""): "a ",
		term.List(nil, "and"): "", term.List([]string{"a"}, "and"): "a", term.List([]string{"a", "b", "c"}, "or"): "a, b or c", term.Spaced("a", "", "b"): "a b",
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

package celtext

import (
	"slices"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/policy/value"
)

func TestTokens(t *testing.T) {
	for text, want := range map[string][]string{
		`a.b == "x y" // c`:   {"a", ".", "b", "==", `"x y"`},
		`1.5e-3 + 1.size()`:   {"1.5e-3", "+", "1", ".", "size", "(", ")"},
		`r"\" + b'''a'b'''`:   {`r"\"`, "+", "b'''a'b'''"},
		`"never closed`:       {`"never closed`},
		"é≥\t2":               {"é", "≥", "2"},
		`x<=y&&!z||[1,2][?0]`: {"x", "<=", "y", "&&", "!", "z", "||", "[", "1", ",", "2", "]", "[", "?", "0", "]"},
		` // only a comment`:  nil,
		``:                    nil,
	} {
		s := New(text)
		var got []string
		for i, token := range s.Tokens {
			got = append(got, s.TokenText(token))
			if s.TokenAt(token.From) != i || s.TokenAt(token.To-1) != i {
				t.Errorf("%s: token %d is not found at %d-%d", text, i, token.From, token.To)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestBracketsPair(t *testing.T) {
	s := New(`f(a[0], (b)) + )`)
	for i, m := range s.Match {
		bracket := strings.ContainsAny(s.Word(i), "()[]")
		switch {
		case m >= 0 && (s.Match[m] != i || !bracket):
			t.Errorf("token %d (%s) is paired with %d (%s)", i, s.Word(i), m, s.Word(m))
		case m < 0 && bracket && i != len(s.Match)-1:
			t.Errorf("token %d (%s) is not paired", i, s.Word(i))
		}
	}
}

func TestOperandsEndWhereTheyStart(t *testing.T) {
	for _, operand := range []string{`a`, `a.b.c`, `a.?b`, `f(x, y)`, `a.f(x)[0].b`, `[1, 2]`, `(a + b)`, `"text"`, `12h`} {
		s := New(operand + " + " + operand)
		n := (len(s.Tokens) - 1) / 2
		if from := s.operandBefore(n - 1); from != 0 {
			t.Errorf("%s before +: starts with token %d", operand, from)
		}
		if to := s.operandAfter(n + 1); to != len(s.Tokens)-1 {
			t.Errorf("%s after +: ends with token %d of %d", operand, to, len(s.Tokens))
		}
	}
}

// plain is a language with a few names, in which every text has one type.
type plain struct{ typ value.Kind }

func (p plain) TypeOf(string) (value.Type, bool) { return value.Type{Kind: p.typ}, true }
func (p plain) Check(string) Issues              { return nil }
func (p plain) IsFunction(name string) bool      { return name == "has" }
func (p plain) IsVariable(name string) bool      { return name == "incident" }

// A remedy that is followed leaves nothing to say.
func TestSlipsAreMended(t *testing.T) {
	for text, want := range map[string]string{
		`a = 1`:                       `a == 1`,
		`a >= 1 and b <> 2`:           `a >= 1 and b != 2`,
		`a ≥ 1`:                       `a >= 1`,
		`a == “late”`:                 `a == "late"`,
		`a > 12h`:                     `a > hours(12)`,
		`a > 20%`:                     `a > percent(20)`,
		`a > €5`:                      `a > money("5 EUR")`,
		`a > 2026-03-02`:              `a > date("2026-03-02")`,
		`not a`:                       `!a`,
		`a between 1 and 3`:           `a >= 1 && a <= 3`,
		`a not in ["x"]`:              `!(a in ["x"])`,
		`a in "x", "y"`:               `a in ["x", "y"]`,
		`IF(a, 1, 2)`:                 `a ? 1 : 2`,
		`if a then b else c`:          `a ? b : c`,
		`${a}`:                        `a`,
		`1 < a < 3`:                   `1 < a && a < 3`,
		`a == null`:                   `!has(a)`,
		`has a.b`:                     `has(a.b)`,
		`(a || b`:                     `(a || b)`,
		`a && && b`:                   `a && b`,
		`a == 'x" && b == 1`:          `a == "x" && b == 1`,
		`a == late parcel`:            `a == "late parcel"`,
		`a.b == "x" || "y"`:           `a.b == "x" || a.b == "y"`,
		`a > 1 && < 3`:                `a > 1 && a < 3`,
		`a is not empty`:              `has(a)`,
		`half of a`:                   `a / 2`,
		`a contains "x"`:              `a.contains("x")`,
		"a == 1\u00a0&& b":            "a == 1 && b",
		`has(a) && f(b) ? [1] : [2]`:  ``,
		`incident.a == "and" && b`:    ``,
		`a.exists(x, x == "12h")`:     ``,
		`"20%" == a || -(1) < b["c"]`: ``,
	} {
		src := New(text)
		issues := Slips(src, plain{value.KindString})
		switch {
		case want == "" && len(issues) > 0:
			t.Errorf("%s: %+v", text, issues)
		case want == "":
		case len(issues) == 0:
			t.Errorf("%s is no slip", text)
		default:
			if got := issues[0].Fix.apply(text); got != want {
				t.Errorf("%s becomes %s, want %s: %+v", text, got, want, issues[0])
			}
		}
	}
}

// A comparison and its mirror image agree, and its negation never does.
func TestComparisonsTurnRound(t *testing.T) {
	for op, c := range comparisons {
		if op == "in" {
			continue
		}
		if Mirrored(Mirrored(op)) != op || Negated(Negated(op)) != op {
			t.Errorf("%s: %+v", op, c)
		}
		if Mirrored(Negated(op)) != Negated(Mirrored(op)) || Negated(op) == op {
			t.Errorf("%s: %+v", op, c)
		}
	}
	if Mirrored("+") != "" || Negated("+") != "" || Mirrored("in") != "" {
		t.Error("only comparisons are turned round")
	}
}

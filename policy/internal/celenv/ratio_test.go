package celenv

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// ratioScope has fields a, b, c and d of money in a currency, x and y of durations, n, k and f, and
// terms of ratios.
type ratioScope struct {
	scope *Scope
	terms map[string]*Expr
	slots map[string]int
}

func (s *ratioScope) Term(name string) (*Expr, bool) {
	e, ok := s.terms[name]
	return e, ok
}
func (*ratioScope) Table(string) (*Table, bool) { return nil, false }
func (*ratioScope) Zoned(string) (*Zoned, bool) { return nil, false }
func (*ratioScope) TermNames() []string         { return nil }
func (*ratioScope) TableNames() []string        { return nil }

func newRatioScope(t testing.TB, base *Base, currency string, by value.Rounding) *ratioScope {
	t.Helper()
	s := &ratioScope{terms: map[string]*Expr{}, slots: map[string]int{}}
	var fields []Field
	add := func(name string, of value.Type) {
		s.slots[name] = len(fields)
		fields = append(fields, Field{Name: name, Type: of, Slot: len(fields)})
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		add(name, moneyIn(currency))
	}
	add("x", kind(value.KindDuration))
	add("y", kind(value.KindDuration))
	add("n", kind(value.KindInt))
	add("k", kind(value.KindInt))
	add("f", kind(value.KindDouble))
	scope, err := base.NewScope(Options{Fields: fields, Defs: s, Rounding: by})
	if err != nil {
		t.Fatal(err)
	}
	s.scope = scope
	for _, term := range [][2]string{{"share", "incident.b / incident.c"}, {"time", "incident.x / incident.y"}, {"both", "terms.share * terms.time"}} {
		s.terms[term[0]] = s.compile(t, term[1])
	}
	return s
}

func (s *ratioScope) compile(t testing.TB, source string) *Expr {
	t.Helper()
	e, issues := s.scope.Compile(source)
	if len(issues) > 0 {
		t.Fatalf("%s: %v", source, issues)
	}
	return e
}

func (s *ratioScope) frame(values map[string]any) *Frame {
	in := &Input{Fields: make([]Val, len(s.slots)), NativeFields: make([]any, len(s.slots))}
	for name, v := range values {
		in.NativeFields[s.slots[name]] = v
	}
	return s.scope.NewFrame(in)
}

var ratioCurrencies = []string{"JPY", "EUR", "KWD", "CLF"} // 0, 2, 3 and 4 decimals

// a * (b / c) is the exact amount, rounded once, in every way to round and with every number of
// decimals. The ratio may come by a term, a chain, a branch, max or cel.bind.
func TestRatiosAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 4217))
	base, err := NewBase()
	if err != nil {
		t.Fatal(err)
	}
	rounds := 400
	if testing.Short() {
		rounds = 15
	}
	for _, currency := range ratioCurrencies {
		for _, by := range value.Roundings() {
			s := newRatioScope(t, base, currency, by)
			sources := map[string]*Expr{}
			tracer := NewTracer()
			for range rounds {
				values, exact := randomRatios(random, currency)
				f := s.frame(values)
				for source, want := range exact {
					e := sources[source]
					if e == nil {
						e = s.compile(t, source)
						sources[source] = e
					}
					tracer.Begin()
					checkExact(t, tracer, e, f, want, currency, by)
				}
			}
		}
	}
}

func checkExact(t *testing.T, tracer *Tracer, e *Expr, f *Frame, want *big.Rat, currency string, by value.Rounding) {
	t.Helper()
	got, err := e.Eval(f)
	rounded, wantErr := by.Money(want, currency)
	if err != nil || wantErr != nil {
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%s: %v, want %v", e.Source(), err, wantErr)
		}
		return
	}
	if got.Native() != any(rounded) {
		t.Fatalf("%s with %v, %s: got %v, want %v (%s)", e.Source(), f.in.NativeFields, by, got.Native(), rounded, want.FloatString(8))
	}
	part := tracer.Trace(e, f)
	if part.Val.Native() != any(rounded) {
		t.Fatalf("%s: traced as %v, want %v", e.Source(), part.Val.Native(), rounded)
	}
}

// randomRatios returns values and what each source gives with them.
func randomRatios(random *rand.Rand, currency string) (map[string]any, map[string]*big.Rat) {
	values := map[string]any{}
	rats := map[string]*big.Rat{}
	for _, name := range []string{"a", "b", "c", "d"} {
		units := random.Int64N(2_000_000) - 1_000_000
		if random.IntN(4) == 0 {
			units = int64(random.IntN(7)) + 1
		}
		if units == 0 {
			units = 3
		}
		m, _ := value.NewMoney(units, currency)
		values[name], rats[name] = m, m.Rat()
	}
	for _, name := range []string{"x", "y"} {
		d := time.Duration(random.IntN(500_000)+1) * time.Second
		values[name], rats[name] = d, new(big.Rat).SetInt64(int64(d))
	}
	values["n"], values["k"] = int64(random.IntN(9)+1), int64(random.IntN(9)+1)
	rats["n"], rats["k"] = new(big.Rat).SetInt64(values["n"].(int64)), new(big.Rat).SetInt64(values["k"].(int64))
	values["f"] = float64(random.IntN(1000)+1) / 100
	rats["f"], _ = new(big.Rat).SetString(strconv.FormatFloat(values["f"].(float64), 'g', -1, 64))
	mul := func(names ...string) *big.Rat {
		out := big.NewRat(1, 1)
		for _, name := range names {
			if name[0] == '/' {
				out.Quo(out, rats[name[1:]])
			} else {
				out.Mul(out, rats[name])
			}
		}
		return out
	}
	larger := mul("b", "/c")
	if other := mul("d", "/c"); other.Cmp(larger) > 0 {
		larger = other
	}
	return values, map[string]*big.Rat{
		"incident.a * (incident.b / incident.c)":                                                     mul("a", "b", "/c"),
		"(incident.b / incident.c) * incident.a":                                                     mul("a", "b", "/c"),
		"incident.a / (incident.b / incident.c)":                                                     mul("a", "c", "/b"),
		"incident.a * (incident.x / incident.y)":                                                     mul("a", "x", "/y"),
		"incident.a * terms.share":                                                                   mul("a", "b", "/c"),
		"incident.a * terms.both":                                                                    mul("a", "b", "/c", "x", "/y"),
		"incident.a * (incident.b / incident.c * (incident.x / incident.y))":                         mul("a", "b", "/c", "x", "/y"),
		"incident.a * (incident.b / incident.c / (incident.x / incident.y))":                         mul("a", "b", "/c", "y", "/x"),
		"incident.a * (incident.b / incident.c * incident.n / incident.k)":                           mul("a", "b", "/c", "n", "/k"),
		"incident.a * (incident.n * (incident.b / incident.c))":                                      mul("a", "b", "/c", "n"),
		"incident.a * (incident.n / (incident.b / incident.c))":                                      mul("a", "c", "/b", "n"),
		"incident.a * (incident.b / incident.c * incident.f)":                                        mul("a", "b", "/c", "f"),
		"incident.a * (incident.f * (incident.b / incident.c))":                                      mul("a", "b", "/c", "f"),
		"incident.a * -(incident.b / incident.c)":                                                    new(big.Rat).Neg(mul("a", "b", "/c")),
		"incident.a * (incident.b / incident.c + incident.d / incident.c)":                           new(big.Rat).Add(mul("a", "b", "/c"), mul("a", "d", "/c")),
		"incident.a * (1 - incident.b / incident.c)":                                                 new(big.Rat).Sub(mul("a"), mul("a", "b", "/c")),
		"incident.a * (incident.n > 4 ? incident.b / incident.c : 0.5)":                              branch(values["n"].(int64) > 4, mul("a", "b", "/c"), new(big.Rat).Mul(mul("a"), big.NewRat(1, 2))),
		"incident.a * max(incident.b / incident.c, incident.d / incident.c)":                         new(big.Rat).Mul(mul("a"), larger),
		"cel.bind(share, incident.b / incident.c, incident.a * share)":                               mul("a", "b", "/c"),
		"incident.a * cel.bind(share, incident.b / incident.c, share * share)":                       mul("a", "b", "/c", "b", "/c"),
		"incident.a * percent(20) * (incident.b / incident.c)":                                       new(big.Rat).Mul(mul("a", "b", "/c"), big.NewRat(1, 5)),
		"incident.a * (hours(1) / hours(3))":                                                         new(big.Rat).Mul(mul("a"), big.NewRat(1, 3)),
		"incident.a * (hours(1) / hours(3) * 3)":                                                     mul("a"),
		"incident.a * (hours(1) / hours(3) + hours(1) / hours(6))":                                   new(big.Rat).Mul(mul("a"), big.NewRat(1, 2)),
		"incident.a * (incident.x / hours(7))":                                                       new(big.Rat).Quo(mul("a", "x"), new(big.Rat).SetInt64(int64(7*time.Hour))),
		"incident.a * (incident.b / incident.c) * (incident.x / incident.y) / (hours(1) / hours(7))": new(big.Rat).Mul(mul("a", "b", "/c", "x", "/y"), big.NewRat(7, 1)),
	}
}

func branch(holds bool, yes, no *big.Rat) *big.Rat {
	if holds {
		return yes
	}
	return no
}

// Wherever something other than arithmetic reads a ratio, it is the double that is nearest.
func TestRatiosBecomeTheNearestDouble(t *testing.T) {
	base, err := NewBase()
	if err != nil {
		t.Fatal(err)
	}
	s := newRatioScope(t, base, "EUR", "")
	f := s.frame(map[string]any{
		"a": eur("10"), "b": eur("1"), "c": eur("3"), "d": eur("2"), "x": 90 * time.Minute, "y": 7 * time.Hour,
		"n": int64(3), "k": int64(0), "f": 1.0 / 3,
	})
	third, seventh := 1.0/3, 1.5/7
	for source, want := range map[string]any{
		"incident.b / incident.c":                                           third,
		"terms.share":                                                       third,
		"terms.share == incident.f":                                         true,
		"incident.b / incident.c == incident.f":                             true,
		"incident.f == terms.share":                                         true,
		"incident.b / incident.c * incident.n == 1.0":                       true,
		"incident.b / incident.c + incident.d / incident.c == 1.0":          true,
		"terms.share in [0.5, incident.f]":                                  true,
		"[terms.share, 0.5][0] == incident.f":                               true,
		"[terms.share, terms.time].exists(r, r > 0.3)":                      true,
		"[terms.share * incident.n].map(r, r + 1.0)":                        []any{2.0},
		"int(terms.share * 100)":                                            int64(33),
		"string(terms.share)":                                               strconv.FormatFloat(third, 'g', -1, 64),
		"math.ceil(incident.x / incident.y)":                                1.0,
		"math.greatest(terms.share, terms.time)":                            third,
		"max(terms.share, terms.time)":                                      third,
		"min(terms.share, 0.1)":                                             0.1,
		"terms.time":                                                        seventh,
		"incident.n > 2 ? terms.time : 0.0":                                 seventh,
		"cel.bind(r, terms.time, r > 0.2)":                                  true,
		"optional.of(terms.share).orValue(0.0)":                             third,
		"optional.none().orValue(terms.share)":                              third,
		"hours(1) / hours(3)":                                               third,
		"hours(1) / hours(3) == incident.f":                                 true,
		"incident.f > hours(1) / hours(4)":                                  true,
		"math.floor(hours(7) / hours(2))":                                   3.0,
		"-terms.share < 0.0":                                                true,
		"terms.both":                                                        0.5 / 7,
		"percent(terms.share * 3)":                                          percent("1%"),
		"[1.0 / 3.0].exists(r, r == terms.share)":                           true,
		"sets.contains([incident.f], [terms.share])":                        true,
		"terms.share != incident.f":                                         false,
		"(terms.share + 1) * 3 == 4.0":                                      true,
		"cel.bind(r, terms.share, [r, r]).size()":                           int64(2),
		"incident.a * 0.5 > incident.b * (incident.c / incident.d)":         true,
		"(incident.a * terms.share) / incident.b > 3.3":                     true,
		"terms.share - terms.share == 0.0 && terms.share / terms.share > 0": true,
	} {
		e := s.compile(t, source)
		got, err := e.Eval(f)
		if err != nil || fmt.Sprint(got.Native()) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, %v, want %v", source, got.Native(), err, want)
			continue
		}
		if part := NewTracer().Trace(e, f); fmt.Sprint(part.Val.Native()) != fmt.Sprint(want) {
			t.Errorf("%s: traced as %v, want %v", source, part.Val.Native(), want)
		}
	}
	for source, want := range map[string]string{
		"incident.a * (incident.b / (incident.c * incident.k))": "division by zero",
		"incident.a / (terms.share - incident.b / incident.c)":  "division by zero",
		"1 / (terms.share - terms.share) > 0.0":                 "division by zero",
		"terms.share / 0.0 > 0.0 || incident.k == 1":            "division by zero",
		"(terms.share * 1e300 * 1e300 + 1.0) > 0.0":             "overflow",
		"incident.a * (terms.share * 1e300)":                    "overflow",
		"incident.x / (incident.y * 1) > 0.0":                   "",
	} {
		e, issues := s.scope.Compile(source)
		if len(issues) > 0 {
			if want != "" {
				t.Errorf("%s: %v", source, issues)
			}
			continue
		}
		_, err := e.Eval(f)
		if ee, ok := err.(*EvalError); !ok || ee.Message != want {
			t.Errorf("%s: got %v, want %s", source, err, want)
		}
	}
}

// Terms that multiply each other would double the digits of a ratio each time.
func TestLongRatiosEnd(t *testing.T) {
	base, err := NewBase()
	if err != nil {
		t.Fatal(err)
	}
	s := newRatioScope(t, base, "EUR", "")
	s.terms["t0"] = s.compile(t, "(incident.b / incident.c)")
	for i := range 40 {
		s.terms[fmt.Sprintf("t%d", i+1)] = s.compile(t, fmt.Sprintf("terms.t%d * terms.t%d", i, i))
	}
	f := s.frame(map[string]any{"a": eur("10"), "b": eur("1.01"), "c": eur("1.03")})
	_, err = s.compile(t, "incident.a * terms.t40").Eval(f)
	if ee, ok := err.(*EvalError); !ok || !strings.HasSuffix(ee.Message, "digits is too long to be exact") {
		t.Errorf("got %v", err)
	}
}

// A form that is used again for another literal must find the mistakes of that literal.
func TestConstantRatiosAreNotShared(t *testing.T) {
	base, err := NewBase()
	if err != nil {
		t.Fatal(err)
	}
	s := newRatioScope(t, base, "EUR", "")
	s.compile(t, "incident.a * (hours(1) / hours(3))")
	if _, issues := s.scope.Compile("incident.a * (hours(1) / hours(0))"); len(issues) != 1 {
		t.Errorf("a division by zero loads: %v", issues)
	}
	f := s.frame(map[string]any{"a": eur("1")})
	for _, c := range []struct {
		n    int
		want string
	}{{3, "0.33"}, {7, "0.14"}, {4, "0.25"}} {
		got, err := s.compile(t, fmt.Sprintf("incident.a * (hours(1) / hours(%d))", c.n)).Eval(f)
		if err != nil || got.Native() != any(eur(c.want)) {
			t.Errorf("a %dth: got %v, %v", c.n, got.Native(), err)
		}
	}
}

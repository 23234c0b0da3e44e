package celenv

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// moneyTerm is a random money expression and its exact value in euros.
type moneyTerm struct {
	source string
	exact  *big.Rat
}

// randomMoney builds an expression of the given depth.
func randomMoney(r *rand.Rand, depth int) moneyTerm {
	if depth == 0 {
		cents := r.Int64N(2_000_000) - 1_000_000
		if r.IntN(10) == 0 {
			cents *= 4_000_000_000_000 // sums and products leave int64
		}
		m, _ := value.NewMoney(cents, "EUR")
		return moneyTerm{fmt.Sprintf("money(%q)", m.String()), m.Rat()}
	}
	a, b := randomMoney(r, depth-1), randomMoney(r, r.IntN(depth))
	factor, exact := randomFactor(r)
	switch r.IntN(8) {
	case 0:
		return moneyTerm{"(" + a.source + " + " + b.source + ")", new(big.Rat).Add(a.exact, b.exact)}
	case 1:
		return moneyTerm{"(" + a.source + " - " + b.source + ")", new(big.Rat).Sub(a.exact, b.exact)}
	case 2:
		return moneyTerm{"(" + a.source + " * " + factor + ")", new(big.Rat).Mul(a.exact, exact)}
	case 3:
		return moneyTerm{"(" + factor + " * " + a.source + ")", new(big.Rat).Mul(a.exact, exact)}
	case 4:
		if exact.Sign() != 0 {
			return moneyTerm{"(" + a.source + " / " + factor + ")", new(big.Rat).Quo(a.exact, exact)}
		}
	case 5:
		return pickTerm("max", a, b, a.exact.Cmp(b.exact) >= 0)
	case 6:
		return pickTerm("min", a, b, a.exact.Cmp(b.exact) <= 0)
	case 7:
		return moneyTerm{"-" + a.source, new(big.Rat).Neg(a.exact)}
	}
	return a
}

func pickTerm(name string, a, b moneyTerm, first bool) moneyTerm {
	t := moneyTerm{name + "(" + a.source + ", " + b.source + ")", b.exact}
	if first {
		t.exact = a.exact
	}
	return t
}

// randomFactor returns an int, a double or a percentage, and what it stands for.
func randomFactor(r *rand.Rand) (string, *big.Rat) {
	switch r.IntN(3) {
	case 0:
		n := r.IntN(2000) - 1000
		return fmt.Sprintf("(%d)", n), big.NewRat(int64(n), 1)
	case 1:
		text := strconv.FormatFloat(float64(r.IntN(200000)-100000)/1000, 'f', 3, 64)
		exact, _ := new(big.Rat).SetString(text)
		return "(" + text + ")", exact
	}
	n := r.IntN(10000)
	return fmt.Sprintf("percent(%d.%02d)", n/100, n%100), big.NewRat(int64(n), 10000)
}

// Money is exact until it leaves an expression, and rounded once, half to even. The
// same expression is evaluated as a constant and with fields in place of it.
func TestMoneyIsExact(t *testing.T) {
	w := newWorld(t)
	f := w.frame(map[string]any{"order.value": eur("0.00")})
	r := rand.New(rand.NewPCG(1, 2))
	for range rounds(1500) {
		m := randomMoney(r, 1+r.IntN(4))
		want, wantErr := value.RoundMoney(m.exact, "EUR")
		for _, source := range []string{m.source, m.source + " + incident.order.value"} {
			v, err := w.compile(source).Eval(f)
			if (err != nil) != (wantErr != nil) || err == nil && v.Native() != want {
				t.Fatalf("%s: %v, %v, want %v, %v", source, v.Native(), err, want, wantErr)
			}
		}
	}
}

func TestMoneyOrder(t *testing.T) {
	w := newWorld(t)
	f := w.frame(nil)
	r := rand.New(rand.NewPCG(3, 4))
	for range rounds(400) {
		a, b := randomMoney(r, r.IntN(3)), randomMoney(r, r.IntN(3))
		if r.IntN(3) == 0 {
			b = moneyTerm{"(" + a.source + " / 7 * 7)", a.exact}
		}
		sign := a.exact.Cmp(b.exact)
		for operator, want := range map[string]bool{"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0, "==": sign == 0, "!=": sign != 0} {
			source := a.source + " " + operator + " " + b.source
			if got, err := w.compile(source, kind(value.KindBool)).Bool(f); got != want || err != nil {
				t.Fatalf("%s: %v, %v", source, got, err)
			}
		}
		if got, _ := w.compile(a.source + " in [" + b.source + "]").Bool(f); got != (sign == 0) {
			t.Fatalf("%s in [%s]: %v", a.source, b.source, got)
		}
	}
}

func TestRoundUpAndDown(t *testing.T) {
	w := newWorld(t)
	f := w.frame(nil)
	r := rand.New(rand.NewPCG(5, 6))
	for range rounds(500) {
		m := randomMoney(r, 2)
		for function, round := range map[string]func(*big.Rat, string) (value.Money, error){"round_up": value.RoundUp.Money, "round_down": value.RoundDown.Money} {
			want, wantErr := round(m.exact, "EUR")
			e, issues := w.scope.Compile(function + "(" + m.source + ")")
			if wantErr != nil {
				if len(issues) != 1 || issues[0].Code != celtext.CodeConstantFails {
					t.Fatalf("%s: %+v", m.source, issues)
				}
				continue
			}
			if v, err := e.Eval(f); err != nil || v.Native() != want {
				t.Fatalf("%s(%s): %v, %v, want %v", function, m.source, v.Native(), err, want)
			}
		}
	}
}

// An amount whose currency is not declared is made larger and smaller as any other, and stays
// in its currency: with its decimals, and rounded to its smallest unit.
func TestUnknownCurrency(t *testing.T) {
	w := newWorld(t)
	r := rand.New(rand.NewPCG(7, 8))
	rounds := 500
	if testing.Short() {
		rounds = 100
	}
	for range rounds {
		m, _ := value.NewMoney(r.Int64N(2_000_000)-1_000_000, []string{"EUR", "JPY", "KWD"}[r.IntN(3)])
		f := w.frame(map[string]any{"order.any": m})
		term := moneyTerm{"incident.order.any", m.Rat()}
		for range r.IntN(4) {
			factor, exact := randomFactor(r)
			switch i := r.IntN(4); {
			case i == 0:
				term = moneyTerm{"(" + term.source + " * " + factor + ")", new(big.Rat).Mul(term.exact, exact)}
			case i == 1:
				term = moneyTerm{"(" + factor + " * " + term.source + ")", new(big.Rat).Mul(term.exact, exact)}
			case i == 2 && exact.Sign() != 0:
				term = moneyTerm{"(" + term.source + " / " + factor + ")", new(big.Rat).Quo(term.exact, exact)}
			default:
				term = moneyTerm{"-" + term.source, new(big.Rat).Neg(term.exact)}
			}
		}
		for _, c := range []struct {
			form  string
			round func(*big.Rat, string) (value.Money, error)
		}{{"%s", value.RoundMoney}, {"round_up(%s)", value.RoundUp.Money}, {"round_down(%s)", value.RoundDown.Money}} {
			e := w.compile(fmt.Sprintf(c.form, term.source), kind(value.KindMoney))
			want, err := c.round(term.exact, m.Currency())
			if err != nil {
				t.Fatal(err)
			}
			if v, err := e.Eval(f); err != nil || v.Native() != want || e.Type() != kind(value.KindMoney) {
				t.Fatalf("%s of %s: %v, %v, want %v", e.Source(), m, v.Native(), err, want)
			}
		}
	}
	if _, err := w.compile(`incident.order.any / incident.zero`).Eval(w.frame(nil)); err == nil || err.Error() != "incident.order.any / incident.zero: division by zero" {
		t.Error(err)
	}
}

// Every pair of currencies that meet is found at load, whatever way they take.
func TestCurrenciesDoNotMix(t *testing.T) {
	w := newWorld(t)
	amounts := map[string][]string{
		"EUR": {`incident.order.value`, `money("1 EUR")`, `facts.credited`, `tables.fares.single`, `terms.half`, `incident.amounts[0]`, `incident.order.?maybe.orValue(money("1 EUR"))`},
		"GBP": {`incident.order.fee`, `money("1 GBP")`, `incident.order.fee * 2`, `round_up(incident.order.fee)`, `max(incident.order.fee, money("1 GBP"))`, `-incident.order.fee`},
		"": {`incident.order.any`, `(incident.order.fragile ? incident.order.any : incident.order.any)`, `incident.order.any * 2`, `(percent(20) * incident.order.any)`,
			`incident.order.any / 3`, `-incident.order.any`, `round_up(incident.order.any)`, `[incident.order.any].map(m, round_down(m))[0]`},
	}
	forms := []string{`%s + %s`, `%s - %s`, `%s / %s`, `%s == %s`, `%s != %s`, `%s < %s`, `%s >= %s`, `max(%s, %s)`, `%s in [%s]`, `[%s] == [%s]`, `[%s, %s].size()`,
		`sets.contains([%s], [%s])`, `[%s].exists(x, x == %s)`, `cel.bind(x, %s, x > %s)`}
	for a, lefts := range amounts {
		for b, rights := range amounts {
			if a == b && a != "" {
				continue
			}
			for _, left := range lefts {
				for _, right := range rights {
					for i, form := range forms {
						if testing.Short() && (i+len(left)+len(right))%12 != 0 {
							continue
						}
						if a == b && form == `[%s, %s].size()` {
							continue // a list of amounts may be passed on
						}
						source := fmt.Sprintf(form, left, right)
						_, issues := w.scope.Compile(source)
						if len(issues) == 0 || issues[0].Code != celtext.CodeMixedCurrencies && issues[0].Code != celtext.CodeNoCurrency {
							t.Errorf("%s: %+v", source, issues)
						}
					}
				}
			}
		}
	}
}

// TestSums holds that a sum is exact and rounded once, whatever the order, and that what is absent
// adds nothing.
func TestSums(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct{ source, want string }{
		{"sum([1, 2, 3]) == 6", "true"},
		{"sum([9223372036854775807, 1, -1]) == 9223372036854775807", "true"},
		{"sum([0.1, 0.2]) == 0.3", "true"},
		{"sum([1e17, 1.0, -1e17]) == 1.0", "true"},
		{`sum([hours(1), hours(2)]) == hours(3)`, "true"},
		{`sum([money("0.10 EUR"), money("0.20 EUR")]) == money("0.30 EUR")`, "true"},
		{`sum([money("10 EUR") / 3, money("10 EUR") / 3, money("10 EUR") / 3]) == money("10 EUR")`, "true"},
		{`sum([money("1 EUR")].filter(m, m > money("2 EUR"))) == money("0 EUR")`, "true"},
		{`sum([hours(1)].filter(d, d > hours(2))) == hours(0)`, "true"},
		{"sum([1.5].filter(x, x > 2.0)) == 0.0", "true"},
		{"max([1, 3, 2]) == 3 && min([1, 3, 2]) == 1", "true"},
		{`max([money("1 EUR"), money("2 EUR")]) == money("2 EUR")`, "true"},
		{`min([hours(3)] + [hours(1)]) == hours(1)`, "true"},
	} {
		e, issues := w.scope.Compile(test.source, kind(value.KindBool))
		if len(issues) > 0 {
			t.Errorf("%s: %v", test.source, issues)
			continue
		}
		got, err := e.Bool(w.frame(nil))
		if err != nil || fmt.Sprint(got) != test.want {
			t.Errorf("%s is %v, %v", test.source, got, err)
		}
	}
	for _, source := range []string{"sum([9223372036854775807, 1]) > 0", "sum([1e308, 1e308]) > 0.0"} {
		if e, issues := w.scope.Compile(source, kind(value.KindBool)); len(issues) == 0 {
			if _, err := e.Bool(w.frame(nil)); err == nil {
				t.Errorf("%s has a value", source)
			}
		}
	}
}

package celenv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/servicerecovery/amends/policy/value"
)

// TestProducts holds that an amount which is worked out without a program is what the program
// says, error and all.
func TestProducts(t *testing.T) {
	w := newWorld(t)
	r := rand.New(rand.NewPCG(5, 6))
	amounts := []int64{0, 1, -1, 5, 6000, -12345, math.MaxInt64, math.MinInt64, math.MaxInt64 / 3}
	rounds := 2000
	if testing.Short() {
		rounds = 400
	}
	for range rounds {
		units := amounts[r.IntN(len(amounts))]
		if r.IntN(2) == 0 {
			units = r.Int64N(2_000_000) - 1_000_000
		}
		m, err := value.NewMoney(units, "EUR")
		if err != nil {
			t.Fatal(err)
		}
		factor, _ := randomFactor(r)
		if r.IntN(8) == 0 {
			factor = pickOf(r, "0", "0.0", "1e300", "9223372036854775807", "percent(0)", "percent(1e-9)", "percent(1e15)")
		}
		source := pickOf(r, "incident.order.value", "incident.order.value * "+factor, factor+" * incident.order.value")
		e := w.compile(source)
		if e.product == nil {
			t.Fatalf("%s is no product", source)
		}
		f := w.frame(map[string]any{"order.value": m})
		got, gotErr := e.Eval(f)
		program, err := e.running().plan(e.scope.base)
		if err != nil {
			t.Fatal(err)
		}
		plain, wantErr := e.evaluate(program, f)
		if wantErr == nil {
			plain, wantErr = leave(plain, e.widen, "")
		}
		if (gotErr == nil) != (wantErr == nil) || gotErr == nil && got.Native() != (Val{plain}).Native() {
			t.Fatalf("%s of %s: %v, %v, want %v, %v", source, m, got.Native(), gotErr, Val{plain}.Native(), wantErr)
		}
	}
}

// TestNoProducts holds that the program is asked for everything else.
func TestNoProducts(t *testing.T) {
	w := newWorld(t)
	for _, source := range []string{
		"incident.order.value / 2", "incident.order.value + incident.order.value", "incident.order.value * incident.severity", "-incident.order.value",
		"incident.?order.maybe.orValue(money(\"1 EUR\"))", "facts.credited", "terms.half", "max(incident.order.value, money(\"1 EUR\"))", "money(\"2 EUR\") * incident.severity",
	} {
		if e := w.compile(source); e.product != nil {
			t.Errorf("%s is taken for %+v", source, *e.product)
		}
	}
	if _, err := w.compile("has(incident.order.maybe) ? incident.order.maybe : money(\"1 EUR\")").Eval(w.frame(nil)); err != nil {
		t.Error(err)
	}
	if v, err := w.compile("incident.order.maybe").Eval(w.frame(nil)); err == nil {
		t.Error(fmt.Sprint("an absent field is ", v.Native()))
	}
}

func pickOf[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

package value_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/servicerecovery/amends/policy/value"
)

func percent(t *testing.T, text string) value.Percent {
	t.Helper()
	p, err := value.ParsePercent(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParsePercent(t *testing.T) {
	for _, test := range []struct {
		text, want string
		share      *big.Rat
	}{
		{"12.5%", "12.5%", big.NewRat(1, 8)},
		{"12.50%", "12.5%", big.NewRat(1, 8)},
		{"20%", "20%", big.NewRat(1, 5)},
		{"100%", "100%", big.NewRat(1, 1)},
		{"0%", "0%", new(big.Rat)},
		{"-0.0%", "0%", new(big.Rat)},
		{"-2.50%", "-2.5%", big.NewRat(-1, 40)},
		{"0.001%", "0.001%", big.NewRat(1, 100000)},
		{"007%", "7%", big.NewRat(7, 100)},
		{"0.000000000000000001%", "0.000000000000000001%", new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil))},
	} {
		p, err := value.ParsePercent(test.text)
		if err != nil || p.String() != test.want || p.Rat().Cmp(test.share) != 0 {
			t.Errorf("ParsePercent(%q) = %v = %v, %v; want %s", test.text, p, p.Rat(), err, test.want)
		}
	}
	if percent(t, "12.5%") != percent(t, "12.500%") {
		t.Error("equal percentages are not ==")
	}
	for _, text := range []string{"", "%", "12.5", "12.5 %", "12,5%", "+5%", "5%%", ".5%", "5.%", "1e2%", "99999999999999999999%", "0.0000000000000000001%"} {
		p, err := value.ParsePercent(text)
		if syntax := (*value.SyntaxError)(nil); !errors.As(err, &syntax) {
			t.Errorf("ParsePercent(%q) = %v, %v; want an error", text, p, err)
		}
	}
	_, err := value.ParsePercent("a fifth")
	if want := `"a fifth" is no percentage: write a number and a percent sign, such as 12.5%`; err == nil || err.Error() != want {
		t.Errorf("message: %v", err)
	}
}

func TestPercentOf(t *testing.T) {
	for f, want := range map[float64]string{12.5: "12.5%", 0.1: "0.1%", 20: "20%", -3.25: "-3.25%", 1e-7: "0.0000001%", 1e18: "1000000000000000000%", math.Copysign(0, -1): "0%"} {
		if p, err := value.PercentOf(f); err != nil || p != percent(t, want) {
			t.Errorf("PercentOf(%v) = %v, %v; want %s", f, p, err, want)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e19, -1e300, 1e-19, math.SmallestNonzeroFloat64} {
		if p, err := value.PercentOf(f); err == nil {
			t.Errorf("PercentOf(%v) = %v; want an error", f, p)
		}
	}
	if p, err := value.PercentOf(int64(math.MinInt64)); err != nil || p.String() != "-9223372036854775808%" {
		t.Errorf("PercentOf(least) = %v, %v", p, err)
	}
	if p, err := value.PercentOf(20); err != nil || p != percent(t, "20%") {
		t.Errorf("PercentOf(20) = %v, %v", p, err)
	}
}

func TestPercentCompare(t *testing.T) {
	ascending := []string{"-100%", "-0.5%", "0%", "0.25%", "9.99%", "10%", "100%"}
	for i, a := range ascending {
		for j, b := range ascending {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = +1
			}
			if got := percent(t, a).Compare(percent(t, b)); got != want {
				t.Errorf("%s compared with %s: %d", a, b, got)
			}
		}
	}
	if percent(t, "-0.5%").Sign() != -1 || (value.Percent{}).Sign() != 0 || percent(t, "0.5%").Sign() != 1 {
		t.Error("Sign is wrong")
	}
}

func TestPercentJSON(t *testing.T) {
	written, err := json.Marshal(percent(t, "12.50%"))
	if err != nil || string(written) != `"12.5%"` {
		t.Errorf("marshal: %s, %v", written, err)
	}
	var p value.Percent
	if err := json.Unmarshal(written, &p); err != nil || p != percent(t, "12.5%") {
		t.Errorf("unmarshal: %v, %v", p, err)
	}
	for _, bad := range []string{`12.5`, `"12.5"`} {
		if err := json.Unmarshal([]byte(bad), &p); err == nil || p != percent(t, "12.5%") {
			t.Errorf("unmarshal %s: %v, %v", bad, p, err)
		}
	}
}

func TestPercentCompareIsExact(t *testing.T) {
	var all []value.Percent
	for _, text := range []string{"0%", "1%", "-1%", "10%", "9.9%", "12.5%", "12.50001%", "-12.5%", "-12.50001%", "0.000000000000000001%", "-0.000000000000000001%",
		"0.999999999999999999%", "9223372036854775807%", "-9223372036854775807%", "9.223372036854775807%", "922337203685477580.7%"} {
		p, err := value.ParsePercent(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	least, _ := value.PercentOf(int64(-1 << 63))
	all = append(all, least)
	for _, a := range all {
		for _, b := range all {
			if got, want := a.Compare(b), a.Rat().Cmp(b.Rat()); got != want {
				t.Errorf("%s compared with %s: %d, want %d", a, b, got, want)
			}
		}
	}
}

package value_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/policy/value"
)

func TestParseMoney(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"12.50 EUR", "12.50 EUR"},
		{"12.5 EUR", "12.50 EUR"},
		{"12 EUR", "12.00 EUR"},
		{"-12.5 EUR", "-12.50 EUR"},
		{"0 EUR", "0.00 EUR"},
		{"-0 EUR", "0.00 EUR"},
		{"0.05 EUR", "0.05 EUR"},
		{"-0.05 EUR", "-0.05 EUR"},
		{"1500 JPY", "1500 JPY"},
		{"1.5 KWD", "1.500 KWD"},
		{"0.0001 CLF", "0.0001 CLF"},
		{"92233720368547758.07 EUR", "92233720368547758.07 EUR"},
		{"-92233720368547758.08 EUR", "-92233720368547758.08 EUR"},
	} {
		m, err := value.ParseMoney(test.text)
		if err != nil || m.String() != test.want {
			t.Errorf("ParseMoney(%q) = %v, %v; want %s", test.text, m, err, test.want)
		}
	}
}

const notAnAmount = `is no amount: write a number, a space and a three-letter currency code, such as 12.50 EUR`

func TestParseMoneyErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"12 EURO", `"12 EURO" ` + notAnAmount},
		{"", `"" ` + notAnAmount},
		{"12.50", `"12.50" ` + notAnAmount},
		{"EUR", `"EUR" ` + notAnAmount},
		{"12.50EUR", `"12.50EUR" ` + notAnAmount},
		{"12.50  EUR", `"12.50  EUR" ` + notAnAmount},
		{" 12.50 EUR", `" 12.50 EUR" ` + notAnAmount},
		{"12.50 EUR ", `"12.50 EUR " ` + notAnAmount},
		{"12,50 EUR", `"12,50 EUR" ` + notAnAmount},
		{"1e2 EUR", `"1e2 EUR" ` + notAnAmount},
		{"+1 EUR", `"+1 EUR" ` + notAnAmount},
		{"--1 EUR", `"--1 EUR" ` + notAnAmount},
		{".5 EUR", `".5 EUR" ` + notAnAmount},
		{"5. EUR", `"5. EUR" ` + notAnAmount},
		{"1.2.3 EUR", `"1.2.3 EUR" ` + notAnAmount},
		{"12.50 eur", `"12.50 eur" ` + notAnAmount},
		{"EUR 12.50", `"EUR 12.50" ` + notAnAmount},
		{"١٢ EUR", `"١٢ EUR" ` + notAnAmount},
		{"10.123 EUR", `"10.123 EUR" has 3 decimals, EUR has 2`},
		{"10.000 EUR", `"10.000 EUR" has 3 decimals, EUR has 2`},
		{"1.5 JPY", `"1.5 JPY" has 1 decimal, JPY has none`},
		{"12 EUX", `"12 EUX" has the unknown currency EUX: write an active code of ISO 4217, such as EUR`},
		{"1 BGN", `"1 BGN" has the currency BGN, which was withdrawn: write an amount in its successor, EUR`},
		{"1 ZWL", `"1 ZWL" has the currency ZWL, which was withdrawn: write an amount in its successor, ZWG`},
		{"92233720368547758.08 EUR", `"92233720368547758.08 EUR" is too large, at most 92233720368547758.07 EUR can be held`},
		{strings.Repeat("é", 100), `"` + strings.Repeat("é", 60) + `"… ` + notAnAmount},
	} {
		m, err := value.ParseMoney(test.text)
		var syntax *value.SyntaxError
		if !errors.As(err, &syntax) || err.Error() != test.want || m.IsSet() {
			t.Errorf("ParseMoney(%q) = %v, %v\nwant %s", test.text, m, err, test.want)
		}
	}
}

func TestMoneyArithmetic(t *testing.T) {
	eur := value.MustMoney
	if sum, err := eur("12.50 EUR").Add(eur("0.75 EUR")); err != nil || sum != eur("13.25 EUR") {
		t.Errorf("sum = %v, %v", sum, err)
	}
	if difference, err := eur("1 EUR").Sub(eur("2.5 EUR")); err != nil || difference != eur("-1.50 EUR") {
		t.Errorf("difference = %v, %v", difference, err)
	}
	most, least := eur("92233720368547758.07 EUR"), eur("-92233720368547758.08 EUR")
	for name, got := range map[string]func() (value.Money, error){
		"most + cent":   func() (value.Money, error) { return most.Add(eur("0.01 EUR")) },
		"least + -cent": func() (value.Money, error) { return least.Add(eur("-0.01 EUR")) },
		"least - cent":  func() (value.Money, error) { return least.Sub(eur("0.01 EUR")) },
		"most - -cent":  func() (value.Money, error) { return most.Sub(eur("-0.01 EUR")) },
		"0 - least":     func() (value.Money, error) { return eur("0 EUR").Sub(least) },
	} {
		if m, err := got(); !errors.Is(err, value.ErrOverflow) {
			t.Errorf("%s = %v, %v; want ErrOverflow", name, m, err)
		}
	}
	for _, same := range []func() (value.Money, error){
		func() (value.Money, error) { return most.Add(eur("0 EUR")) },
		func() (value.Money, error) { return most.Sub(eur("0 EUR")) },
	} {
		if m, err := same(); err != nil || m != most {
			t.Errorf("adding nothing = %v, %v", m, err)
		}
	}
	_, err := eur("1 EUR").Add(eur("1 USD"))
	if !errors.Is(err, value.ErrCurrency) || err.Error() != "cannot add 1.00 EUR and 1.00 USD: the currencies differ" {
		t.Errorf("mixed sum: %v", err)
	}
	if _, err := eur("1 EUR").Sub(value.Money{}); !errors.Is(err, value.ErrCurrency) {
		t.Errorf("difference with no amount: %v", err)
	}
}

func TestMoneyQuestions(t *testing.T) {
	m := value.MustMoney("-12.50 EUR")
	if m.Units() != -1250 || m.Currency() != "EUR" || m.Decimal() != "-12.50" || m.Sign() != -1 || m.IsZero() || !m.IsSet() {
		t.Errorf("parts of %v are wrong", m)
	}
	if !value.MustMoney("0 EUR").IsZero() || value.MustMoney("0 EUR").Sign() != 0 || value.MustMoney("1 EUR").Sign() != 1 {
		t.Error("sign of nothing or something is wrong")
	}
	if zero := (value.Money{}); zero.IsSet() || zero.String() != "no amount" {
		t.Errorf("the zero Money is %q", zero)
	}
	if m.Rat().Cmp(big.NewRat(-25, 2)) != 0 || value.MustMoney("3 JPY").Rat().Cmp(big.NewRat(3, 1)) != 0 {
		t.Error("Rat is wrong")
	}
	if made, err := value.NewMoney(-1250, "EUR"); err != nil || made != m {
		t.Errorf("NewMoney = %v, %v", made, err)
	}
	if _, err := value.NewMoney(1, "eur"); err == nil || err.Error() != `"eur" is no currency: write an active code of ISO 4217, such as EUR` {
		t.Errorf("NewMoney with a bad currency: %v", err)
	}
	sorted := []value.Money{value.MustMoney("3 USD"), value.MustMoney("2 EUR"), value.MustMoney("1 USD"), m}
	slices.SortFunc(sorted, value.Money.Compare)
	if want := []value.Money{m, value.MustMoney("2 EUR"), value.MustMoney("1 USD"), value.MustMoney("3 USD")}; !slices.Equal(sorted, want) {
		t.Errorf("sorted: %v", sorted)
	}
}

func TestRoundMoney(t *testing.T) {
	for _, test := range []struct {
		amount                     *big.Rat
		currency                   string
		half, halfUp, up, downward string
	}{
		{big.NewRat(1, 8), "EUR", "0.12 EUR", "0.13 EUR", "0.13 EUR", "0.12 EUR"},
		{big.NewRat(3, 8), "EUR", "0.38 EUR", "0.38 EUR", "0.38 EUR", "0.37 EUR"},
		{big.NewRat(-1, 8), "EUR", "-0.12 EUR", "-0.12 EUR", "-0.12 EUR", "-0.13 EUR"},
		{big.NewRat(-3, 8), "EUR", "-0.38 EUR", "-0.37 EUR", "-0.37 EUR", "-0.38 EUR"},
		{big.NewRat(1, 3), "EUR", "0.33 EUR", "0.33 EUR", "0.34 EUR", "0.33 EUR"},
		{big.NewRat(2, 3), "EUR", "0.67 EUR", "0.67 EUR", "0.67 EUR", "0.66 EUR"},
		{big.NewRat(-1, 3), "EUR", "-0.33 EUR", "-0.33 EUR", "-0.33 EUR", "-0.34 EUR"},
		{big.NewRat(5, 2), "JPY", "2 JPY", "3 JPY", "3 JPY", "2 JPY"},
		{big.NewRat(7, 2), "JPY", "4 JPY", "4 JPY", "4 JPY", "3 JPY"},
		{big.NewRat(5, 10000), "KWD", "0.000 KWD", "0.001 KWD", "0.001 KWD", "0.000 KWD"},
		{big.NewRat(25, 2), "EUR", "12.50 EUR", "12.50 EUR", "12.50 EUR", "12.50 EUR"},
	} {
		before := test.amount.String()
		half, err1 := value.RoundMoney(test.amount, test.currency)
		halfUp, err4 := value.RoundHalfUp.Money(test.amount, test.currency)
		up, err2 := value.RoundUp.Money(test.amount, test.currency)
		down, err3 := value.RoundDown.Money(test.amount, test.currency)
		if err := errors.Join(err1, err2, err3, err4); err != nil || half.String() != test.half || halfUp.String() != test.halfUp || up.String() != test.up || down.String() != test.downward {
			t.Errorf("%s %s rounds to %v, %v, %v, %v, %v", test.amount, test.currency, half, halfUp, up, down, err)
		}
		if test.amount.String() != before {
			t.Errorf("rounding changed %s to %s", before, test.amount)
		}
	}
	huge := new(big.Rat).SetInt64(math.MaxInt64)
	if _, err := value.RoundMoney(huge, "EUR"); !errors.Is(err, value.ErrOverflow) ||
		err.Error() != "an amount of 9223372036854775807 EUR: the result is too large" {
		t.Errorf("rounding what is too large: %v", err)
	}
	if m, err := value.RoundMoney(huge, "JPY"); err != nil || m.Units() != math.MaxInt64 {
		t.Errorf("rounding the largest: %v, %v", m, err)
	}
	if _, err := value.RoundMoney(huge, "EUX"); err == nil {
		t.Error("EUX was rounded")
	}
}

func TestMoneyJSON(t *testing.T) {
	type order struct {
		Value value.Money  `json:"value"`
		Paid  *value.Money `json:"paid,omitempty"`
	}
	written, err := json.Marshal(order{Value: value.MustMoney("12.5 EUR")})
	if want := `{"value":{"value":"12.50","currency":"EUR"}}`; err != nil || string(written) != want {
		t.Errorf("marshal: %s, %v; want %s", written, err, want)
	}
	if _, err := json.Marshal(order{}); !errors.Is(err, value.ErrCurrency) {
		t.Errorf("marshal of no amount: %v", err)
	}
	for _, good := range []string{
		`"12.50 EUR"`, ` {"value": "12.50", "currency": "EUR"} `, `{"currency":"EUR","value":"12.5"}`, `"12.5\u0020EUR"`,
	} {
		var m value.Money
		if err := json.Unmarshal([]byte(good), &m); err != nil || m != value.MustMoney("12.50 EUR") {
			t.Errorf("unmarshal %s: %v, %v", good, m, err)
		}
	}
	for _, bad := range []string{
		`12.50`, `null`, `true`, `[]`, `{}`, `"12.50"`, `"12.500 EUR"`,
		`{"value": 12.50, "currency": "EUR"}`,
		`{"value": "12.50"}`, `{"currency": "EUR"}`,
		`{"value": "12.50", "currency": "EUR", "note": "x"}`,
		`{"value": "12.50", "value": "12.50", "currency": "EUR"}`,
		`{"Value": "12.50", "currency": "EUR"}`,
		`{"value": "12.50", "currency": null}`,
		`{"value": "12.50", "currency": "EURO"}`,
		`{"value": "12,50", "currency": "EUR"}`,
		`{"value": "12.50 EUR", "currency": "EUR"}`,
		`{"value": "12.505", "currency": "EUR"}`,
		`{"value": {"value": "1"}, "currency": "EUR"}`,
	} {
		m := value.MustMoney("1 EUR")
		if err := json.Unmarshal([]byte(bad), &m); err == nil || m != value.MustMoney("1 EUR") {
			t.Errorf("unmarshal %s: %v, %v; want an error and nothing changed", bad, m, err)
		}
	}
	var m value.Money
	err = m.UnmarshalJSON([]byte(`12.50`))
	if want := `"12.50" is no amount: write "12.50 EUR" or {"value": "12.50", "currency": "EUR"}`; err == nil || err.Error() != want {
		t.Errorf("message: %v", err)
	}
}

func TestCurrencies(t *testing.T) {
	all := value.Currencies()
	if len(all) != 178 || !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("%d currencies, sorted %v", len(all), slices.IsSorted(all))
	}
	for _, code := range all {
		if _, ok := value.Decimals(code); !ok || len(code) != 3 {
			t.Errorf("%q has no decimals", code)
		}
	}
	for code, want := range map[string]int{
		"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "AED": 2, "ZWG": 2, "XCG": 2, "SLE": 2, "VED": 2, "MGA": 2, "MRU": 2, "HUF": 2,
		"JPY": 0, "KRW": 0, "BIF": 0, "XPF": 0, "ISK": 0, "UYI": 0, "VND": 0,
		"KWD": 3, "BHD": 3, "TND": 3, "IQD": 3,
		"CLF": 4, "UYW": 4,
		"XDR": 2, "XAU": 2, "XSU": 2, "XTS": 2, "XXX": 2, // the standard gives them none
	} {
		if got, ok := value.Decimals(code); !ok || got != want {
			t.Errorf("Decimals(%s) = %d, %v; want %d", code, got, ok, want)
		}
	}
	// Withdrawn, or no code.
	for _, code := range []string{"BGN", "HRK", "ANG", "CUC", "SLL", "ZWL", "DEM", "", "eur", "EU", "EURO", "UR ", " EU", "R F"} {
		if _, ok := value.Decimals(code); ok {
			t.Errorf("%q passes for an active currency", code)
		}
	}
}

func TestSuccessors(t *testing.T) {
	for code, want := range map[string]string{
		"BGN": "EUR", "DEM": "EUR", "HRK": "EUR", "ANG": "XCG", "CUC": "CUP", "SLL": "SLE", "ZWL": "ZWG", "VEF": "VES", "MRO": "MRU", "BYR": "BYN",
		"EUR": "", "XDR": "", "EUX": "", "": "", "UR ": "", "bgn": "",
	} {
		if got := value.Successor(code); got != want {
			t.Errorf("Successor(%q) = %q, want %q", code, got, want)
		}
	}
	withdrawn := 0
	for a := byte('A'); a <= 'Z'; a++ {
		for b := byte('A'); b <= 'Z'; b++ {
			for c := byte('A'); c <= 'Z'; c++ {
				code := string([]byte{a, b, c})
				successor := value.Successor(code)
				if successor == "" {
					continue
				}
				withdrawn++
				if _, active := value.Decimals(code); active {
					t.Errorf("%s is active, and has a successor", code)
				}
				if _, active := value.Decimals(successor); !active {
					t.Errorf("%s follows %s, and is not active", successor, code)
				}
			}
		}
	}
	if withdrawn < 100 {
		t.Errorf("%d codes are withdrawn", withdrawn)
	}
}

func TestMustMoneyPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("MustMoney took what is no amount")
		}
	}()
	value.MustMoney("12")
}

package value_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

func FuzzMoney(f *testing.F) {
	for _, seed := range []string{"12.50 EUR", "-0.05 EUR", "1 JPY", "0.0001 CLF", "92233720368547758.07 EUR", "1 XAU", "1e5 EUR"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := value.ParseMoney(text)
		if err != nil {
			_ = err.Error()
			return
		}
		if back, err := value.ParseMoney(m.String()); err != nil || back != m {
			t.Errorf("%q is %v, read back %v, %v", text, m, back, err)
		}
		if back, err := value.RoundMoney(m.Rat(), m.Currency()); err != nil || back != m {
			t.Errorf("%v by way of a Rat is %v, %v", m, back, err)
		}
		data, err := json.Marshal(m)
		var back value.Money
		if err != nil || json.Unmarshal(data, &back) != nil || back != m {
			t.Errorf("%v by way of %s is %v, %v", m, data, back, err)
		}
	})
}

func FuzzMoneyJSON(f *testing.F) {
	for _, seed := range []string{`"1 EUR"`, `{"value":"1","currency":"EUR"}`, `{"value":1}`, `{`, `[]`, `null`, "\f\"1 EUR\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var m value.Money
		if err := m.UnmarshalJSON(data); (err == nil) != m.IsSet() {
			t.Errorf("%s gives %v and %v", data, m, err)
		} else if err == nil && !json.Valid(data) {
			t.Errorf("%s was read and is no JSON", data)
		}
	})
}

func FuzzPercent(f *testing.F) {
	for _, seed := range []string{"12.5%", "-0.0%", "100%", "1e2%", "0.000000000000000001%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := value.ParsePercent(text)
		if err != nil {
			_ = err.Error()
			return
		}
		if back, err := value.ParsePercent(p.String()); err != nil || back != p {
			t.Errorf("%q is %v, read back %v, %v", text, p, back, err)
		}
		exact, ok := new(big.Rat).SetString(text[:len(text)-1])
		if !ok || exact.Quo(exact, big.NewRat(100, 1)).Cmp(p.Rat()) != 0 {
			t.Errorf("%q is %v", text, p.Rat())
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"2026-06-30", "0001-01-01", "9999-12-31", "2026-02-29", "2024-02-29"} {
		f.Add(seed, 1)
	}
	f.Fuzz(func(t *testing.T, text string, days int) {
		d, err := value.ParseDate(text)
		if err != nil {
			_ = err.Error()
			return
		}
		if d.String() != text {
			t.Errorf("%q is %v", text, d)
		}
		if moved, err := d.AddDays(days); err == nil && (moved.Sub(d) != days || (days > 0) != (moved.Compare(d) > 0)) {
			t.Errorf("%v plus %d days is %v", d, days, moved)
		}
	})
}

func FuzzDuration(f *testing.F) {
	for _, seed := range []string{"90m", "1d12h30m", "-1w", "1h30m0.5s", "3wd", "5µs", "0y", "9223372036s", "2562047h47m16.854775807s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := value.ParseAnyDuration(text)
		if literal, literalErr := value.ParseDuration(text); literalErr == nil && (err != nil || literal != d) {
			t.Errorf("%q is %v as a literal, and %v, %v as any", text, literal, d, err)
		}
		if span, spanErr := value.ParseSpan(text); spanErr == nil && span.WorkingDays == 0 && !strings.ContainsAny(text, "yo") && // y and mo are no lengths
			span.Days < 100000 && (err != nil || time.Duration(span.Days)*24*time.Hour+span.Duration != d || d < 0) {
			t.Errorf("%q is %v as a deadline, and %v, %v as any", text, span, d, err)
		}
		if err != nil {
			_ = err.Error()
			return
		}
		if back, err := value.ParseAnyDuration(value.FormatDuration(d)); err != nil || back != d {
			t.Errorf("%q is %d, written %s, read back %d, %v", text, d, value.FormatDuration(d), back, err)
		}
	})
}

func FuzzTimestamp(f *testing.F) {
	for _, seed := range []string{"2026-03-02T10:00:00Z", "2026-03-02T10:00:00.5+01:00", "9999-12-31T23:59:59-01:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := value.ParseTimestamp(text)
		if err != nil {
			_ = err.Error()
			return
		}
		if back, err := value.ParseTimestamp(value.FormatTimestamp(at)); err != nil || back != at {
			t.Errorf("%q is %v, read back %v, %v", text, at, back, err)
		}
	})
}

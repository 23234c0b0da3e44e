package value_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

func BenchmarkParseMoney(b *testing.B) {
	for b.Loop() {
		if _, err := value.ParseMoney("1234.50 USD"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMoneyText(b *testing.B) {
	m, style := value.MustMoney("1234.5 EUR"), value.Style{Language: "es-MX"}
	for b.Loop() {
		_ = style.Text(m)
	}
}

func BenchmarkRoundMoney(b *testing.B) {
	amount := value.MustMoney("1234.55 EUR").Rat()
	for b.Loop() {
		if _, err := value.RoundMoney(amount, "EUR"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseDuration(b *testing.B) {
	for b.Loop() {
		if _, err := value.ParseAnyDuration("1d12h30m"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFormatDuration(b *testing.B) {
	for b.Loop() {
		_ = value.FormatDuration(80*time.Hour + 30*time.Minute)
	}
}

func BenchmarkInstants(b *testing.B) {
	madrid := zone(b, "Europe/Madrid")
	plain, twice := date(b, "2026-03-02").In(time.UTC), date(b, "2026-10-25").In(time.UTC).Add(2*time.Hour)
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			value.Instants(plain, madrid)
		}
	})
	b.Run("twice", func(b *testing.B) {
		for b.Loop() {
			value.Instants(twice, madrid)
		}
	})
}

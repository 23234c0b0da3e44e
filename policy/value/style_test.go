package value_test

import (
	"math"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

func TestText(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	at := time.Date(2026, 3, 2, 9, 0, 59, 0, time.UTC)
	for _, test := range []struct {
		style value.Style
		value any
		want  string
	}{
		{value.Style{}, "as it is", "as it is"},
		{value.Style{Language: "es"}, int64(1234567), "1234567"},
		{value.Style{}, -3, "-3"},
		{value.Style{}, true, "true"},
		{value.Style{}, nil, ""},
		{value.Style{}, 0.1, "0.1"},
		{value.Style{Language: "es"}, 0.1, "0,1"},
		{value.Style{Language: "es"}, 20.0, "20"},
		{value.Style{Language: "de"}, 1234567.875, "1234567,875"},
		{value.Style{Language: "de"}, 123456789012345680.0, "123456789012345680"},
		{value.Style{Language: "de"}, 0.0000001, "0,0000001"},
		{value.Style{Language: "de"}, -1.5e-20, "-1,5e-20"},
		{value.Style{}, math.Copysign(0, -1), "0"},
		{value.Style{}, math.NaN(), "NaN"},
		{value.Style{}, at, "2026-03-02 09:00"},
		{value.Style{Language: "es", Zone: madrid}, at, "2026-03-02 10:00"},
		{value.Style{Language: "es"}, date(t, "2026-03-02"), "2026-03-02"},
		{value.Style{}, value.MustMoney("10 EUR"), "10.00 EUR"},
		{value.Style{Language: "es"}, value.MustMoney("10 EUR"), "10,00 EUR"},
		{value.Style{Language: "es-MX"}, value.MustMoney("1234.5 MXN"), "1234.50 MXN"},
		{value.Style{Language: "de"}, value.MustMoney("-0.5 EUR"), "-0,50 EUR"},
		{value.Style{Language: "de"}, value.MustMoney("500 JPY"), "500 JPY"},
		{value.Style{Language: "de"}, value.Money{}, "no amount"},
		{value.Style{}, percent(t, "12.5%"), "12.5%"},
		{value.Style{Language: "fr"}, percent(t, "12.5%"), "12,5%"},
		{value.Style{Language: "fr"}, percent(t, "20%"), "20%"},
		{value.Style{Language: "fr"}, []any{1.5, "a", int64(2)}, "1,5, a, 2"},
		{value.Style{}, []string{"a", "b"}, "a, b"},
		{value.Style{}, []value.Money{value.MustMoney("1 EUR"), value.MustMoney("2 EUR")}, "1.00 EUR, 2.00 EUR"},
		{value.Style{}, []string{}, ""},
	} {
		if got := test.style.Text(test.value); got != test.want {
			t.Errorf("%v in %+v is %q; want %q", test.value, test.style, got, test.want)
		}
	}
}

func TestTextOfDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 80 * time.Hour: "3 d 8 h", 240 * time.Hour: "1 w 3 d", 24 * time.Hour: "1 d", 90 * time.Minute: "1 h 30 m",
		45 * time.Second: "45 s", time.Hour + 5*time.Second: "1 h 5 s", 25*time.Hour + 59*time.Minute: "1 d 1 h",
		14*24*time.Hour + time.Minute: "2 w 1 m", -90 * time.Minute: "-1 h 30 m", 999 * time.Millisecond: "0 s", -time.Millisecond: "0 s",
		math.MinInt64: "-15250 w 1 d",
	} {
		if got := (value.Style{Language: "tlh"}).Text(d); got != want {
			t.Errorf("%v is %q; want %q", d, got, want)
		}
	}
}

func TestSeparators(t *testing.T) {
	for language, want := range map[string]string{
		"": "0.5", "en": "0.5", "ja": "0.5", "zh": "0.5", "zh-Hant-TW": "0.5", "he": "0.5", "th": "0.5", "en-GB": "0.5", "hi": "0.5", "ko": "0.5",
		"es": "0,5", "de": "0,5", "fr": "0,5", "it": "0,5", "pt": "0,5", "pt-BR": "0,5", "ru": "0,5", "nl": "0,5", "pl": "0,5", "sv": "0,5",
		"ca": "0,5", "eu": "0,5", "gl": "0,5", "tr": "0,5", "el": "0,5", "uk": "0,5", "da": "0,5", "nb": "0,5", "fi": "0,5", "cs": "0,5", "zgh": "0,5", "af": "0,5",
		"es-ES": "0,5", "es-AR": "0,5", "es-CL": "0,5", "es-MX": "0.5", "es-419": "0.5", "es-US": "0.5", "es-PR": "0.5",
		"de-AT": "0,5", "de-CH": "0.5", "de-LI": "0.5", "it-CH": "0.5", "fr-CH": "0,5", "en-DE": "0,5", "ar": "0.5", "ar-MA": "0,5",
		"ES": "0,5", "es-mx": "0.5", "es-MX-u-nu-latn": "0.5", "es-Latn-ES": "0,5", "sr-Latn-RS": "0,5",
		"xx": "0.5", "e": "0.5", "s": "0.5", "es ": "0.5", "da de": "0.5", "-": "0.5", "es--": "0,5",
	} {
		if got := (value.Style{Language: language}).Text(0.5); got != want {
			t.Errorf("one half in %q is %s; want %s", language, got, want)
		}
	}
}

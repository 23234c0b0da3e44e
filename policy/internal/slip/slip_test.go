package slip_test

import (
	"strings"
	"testing"

	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

func TestAmount(t *testing.T) {
	for text, want := range map[string]string{
		"€5": "5 EUR", "5€": "5 EUR", "5 €": "5 EUR", "€ 5": "5 EUR", "5 euros": "5 EUR", "EUR 5": "5 EUR", "EUR5": "5 EUR", "5EUR": "5 EUR", "5 eur": "5 EUR",
		"5  EUR": "5 EUR", "5\u00a0EUR": "5 EUR", "5,50 EUR": "5.50 EUR", "1.234,50 EUR": "1234.50 EUR", "1,234.50 EUR": "1234.50 EUR", "1,000 EUR": "1000 EUR",
		"1 000 EUR": "1000 EUR", "1'000.50 CHF": "1000.50 CHF", "1.000.000 EUR": "1000000 EUR", "£300": "300 GBP", "$5": "5 USD", "5 dollars": "5 USD",
		"-€5": "-5 EUR", "€-5": "-5 EUR", "5,- €": "5 EUR", "5.- EUR": "5 EUR", ".50 EUR": "0.50 EUR", "¥500": "500 JPY", "20 zł": "20 PLN", "R$ 12,50": "12.50 BRL", "+5 EUR": "5 EUR",
		"5 EURO": "5 EUR",
		// Not certain, or nothing of the kind.
		"5": "", "5 crowns": "", "five euros": "", "5.5.5 EUR": "", "20%": "", "incident.price": "", "5 EUR per day": "", "5,5,5 EUR": "", "": "", "EUR": "", "10.123 EUR": "", "1.000 EUR": "", "10.1234 EUR": "",
	} {
		if got := slip.Amount(text, ""); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"5": "5 EUR", "5,50": "5.50 EUR", "1,000": "1000 EUR", "$5": "5 USD"} {
		if got := slip.Amount(text, "EUR"); got != want {
			t.Errorf("%q among euros: %q, want %q", text, got, want)
		}
	}
	if got := slip.Amount("$5", "CAD"); got != "5 CAD" {
		t.Errorf("$5 in Canada: %q", got)
	}
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]string{
		"48 hours": "48h", "1.5h": "1h30m", "1,5 h": "1h30m", "24H": "24h", "90 min": "90m", "90 minutes": "90m", "1 day": "1d", "2 weeks": "2w", "1h 30m": "1h30m",
		"1 day and 12 hours": "1d12h", "1 day, 2 hours": "1d2h", "30m1h": "1h30m", "0.5h": "30m", "half an hour": "30m", "a day": "1d", "an hour": "1h", "two days": "2d",
		"6y": "2190d", "6 years": "2190d", "1 month": "30d", "3 months": "90d", "PT24H": "24h", "P2DT3H": "2d3h", "48 horas": "48h", "2 días": "2d", "3 Tage": "3d", "24 Stunden": "24h",
		"1 fortnight": "14d", "2-day": "2d", "0 hours": "0s", "120 secs": "120s", "24:00": "24h", "1:30": "1h30m", "1 hour 30": "1h30m", "1h30": "1h30m", "immediately": "0s",
		"24": "", "soon": "", "h": "", "2 business days": "", "1.5.5h": "", "": "", "2 EUR": "", "0.0001s": "", "P": "",
	} {
		if got := slip.Duration(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if want != "" {
			if _, err := value.ParseDuration(want); err != nil {
				t.Error(err)
			}
		}
	}
	for text, want := range map[string]string{
		"2 business days": "2wd", "1 business day": "1wd", "3 working days": "3wd", "two working days": "2wd", "2 WD": "2wd", "5 workdays": "5wd", "2 bd": "2wd",
		"3 días hábiles": "3wd", "5 Werktage": "5wd", "2 jours ouvrés": "2wd", "2 days": "", "0 business days": "", "some business days": "",
	} {
		if got := slip.WorkingDays(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestDate(t *testing.T) {
	for text, want := range map[string]string{
		"06/30/2027": "2027-06-30", "30/06/2027": "2027-06-30", "30.06.2027": "2027-06-30", "30-06-2027": "2027-06-30", "2027-6-30": "2027-06-30", "2027/06/30": "2027-06-30",
		"20270630": "2027-06-30", "June 30, 2027": "2027-06-30", "30 June 2027": "2027-06-30", "30th June 2027": "2027-06-30", "30-Jun-2027": "2027-06-30", "Jun 30 2027": "2027-06-30",
		"30 de junio de 2027": "2027-06-30", "30. Juni 2027": "2027-06-30", "30 juin 2027": "2027-06-30", "14 juillet 2027": "2027-07-14", "30.6.27": "2027-06-30",
		"2027-06-30T00:00:00Z": "2027-06-30", "05/06/2027": "2027-06-05 2027-05-06", "06/06/2027": "2027-06-06", "5.6.2027": "2027-06-05",
		"2027-02-30": "", "13/13/2027": "", "tomorrow": "", "June 2027": "", "30 Foo 2027": "", "": "",
	} {
		if got := strings.Join(slip.Date(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestPercentAndBool(t *testing.T) {
	for text, want := range map[string]string{
		"20 %": "20%", "20 percent": "20%", "20pct": "20%", "12,5%": "12.5%", "%20": "20%", "0.2": "20%", "0.05": "5%", "0.125": "12.5%", "20": "20%", "20 Prozent": "20%", "0.005": "0.5%", "0": "0%", "-0.2": "-20%",
		"a fifth": "", "1.2.3%": "", "": "",
	} {
		if got := slip.Percent(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"yes": "true", "No": "false", "TRUE": "true", "off": "false", "1": "true", "sí": "true", "maybe": ""} {
		if got := slip.Bool(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]string{
		"6 months": "6mo", "one year": "1y", "1 year and 6 months": "1y6mo", "2 años": "2y", "3 Monate": "3mo", "6 m": "", "1.5 years": "",
		"6 months 1 year": "", "2 days": "", "6 months and 2 days": "", "": "", "soon": "",
	} {
		if got := slip.Span(text); got != want {
			t.Errorf("%s is %q; want %q", text, got, want)
		}
	}
}

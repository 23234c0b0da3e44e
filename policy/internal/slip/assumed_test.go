package slip

import "testing"

// A hint may guess, and says so then.
func TestAssumed(t *testing.T) {
	for text, want := range map[string]string{
		"6y": "a year is taken for 365 days", "2 años": "a year is taken for 365 days", "1 month": "a month is taken for 30 days",
		"six years": "a year is taken for 365 days", "5 weeks": "", "1h y 30 min": "", "1 año y 2 días": "a year is taken for 365 days", "fortnight": "", "36 hours": "",
		"$5": "$ is taken for USD", "5 dollars": "a dollar is taken for USD", "-$ 5": "$ is taken for USD", "¥500": "¥ is taken for JPY",
		"10 rupees": "a rupee is taken for INR", "US$5": "", "5 €": "", "5 euros": "", "C$5": "", "$1,000.50": "$ is taken for USD",
	} {
		instead := Duration(text)
		if instead == "" {
			instead = Amount(text, "")
		}
		if instead == "" && text != "fortnight" {
			t.Errorf("%s is not read", text)
		}
		if got := Assumed(text, instead); got != want {
			t.Errorf("%s as %s: %q, want %q", text, instead, got, want)
		}
	}
	if got := Assumed("$5", "5 CAD"); got != "" {
		t.Errorf("a dollar of a known currency: %q", got)
	}
}

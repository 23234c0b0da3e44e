package slip

import (
	"regexp"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy/value"
)

// signs has the signs and words that stand for one currency. A dollar is the American one unless a
// currency is known; the hint shows which currency was assumed.
var signs = map[string]string{
	"€": "EUR", "euro": "EUR", "euros": "EUR", "eurs": "EUR",
	"£": "GBP", "pound": "GBP", "pounds": "GBP", "quid": "GBP", "sterling": "GBP", "libras": "GBP",
	"$": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD", "dólar": "USD", "dólares": "USD", "dolares": "USD", "bucks": "USD",
	"¥": "JPY", "yen": "JPY", "₹": "INR", "rupee": "INR", "rupees": "INR", "₩": "KRW", "won": "KRW", "₺": "TRY", "₪": "ILS", "₴": "UAH",
	"฿": "THB", "₫": "VND", "₦": "NGN", "₱": "PHP", "zł": "PLN", "zl": "PLN", "zloty": "PLN", "złoty": "PLN", "kč": "CZK", "ft": "HUF", "fr.": "CHF", "sfr": "CHF",
	"r$": "BRL", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "mx$": "MXN",
}

var (
	signFirst = regexp.MustCompile(`^(-?)\s*([^\d\s.,+'’-]+)\s*(-?[\d.,].*)$`)
	signLast  = regexp.MustCompile(`^([-+]?[\d.,][\d.,'’ ]*-?)\s*([^\d\s]+)$`)
)

// Amount returns an amount as the format writes it. currency is the currency of a number without
// one; it is empty where no currency is known.
func Amount(text, currency string) string {
	text = spaced(text)
	sign, unit, digits := "", "", text
	if m := signLast.FindStringSubmatch(text); m != nil {
		digits, unit = m[1], m[2]
		if strings.HasSuffix(digits, "-") && (strings.HasSuffix(digits, ",-") || strings.HasSuffix(digits, ".-")) {
			digits = digits[:len(digits)-2]
		}
	} else if m := signFirst.FindStringSubmatch(text); m != nil {
		sign, unit, digits = m[1], m[2], m[3]
	}
	code := currency
	if unit != "" {
		if code = codeOf(unit, currency); code == "" {
			return ""
		}
	}
	decimals, known := value.Decimals(code)
	n, ok := number(digits, decimals)
	if !known || !ok {
		return ""
	}
	if out := sign + n + " " + code; out != text || currency == "" {
		if _, err := value.ParseMoney(out); err == nil {
			return out
		}
	}
	return ""
}

// codeOf returns the currency that a sign, a word or a misspelt code stands for.
func codeOf(unit, currency string) string {
	if upper := strings.ToUpper(unit); upper != "" {
		if _, ok := value.Decimals(upper); ok {
			return upper
		}
	}
	code := signs[strings.ToLower(unit)]
	if strings.HasSuffix(unit, "$") && len(unit) == 1 && slices.Contains(dollars, currency) {
		return currency
	}
	return code
}

// dollars are the currencies that their countries write with a plain $.
var dollars = []string{"USD", "CAD", "AUD", "NZD", "MXN", "HKD", "SGD", "ARS", "CLP", "COP"}

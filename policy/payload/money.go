package payload

import (
	"regexp"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy/value"
)

// signs are the signs of currencies. One that several share, such as $ and £, is the sign of an
// amount only where the map says the currency.
var signs = map[string][]string{
	"EUR": {"€"}, "GBP": {"£"}, "EGP": {"£", "E£"}, "LBP": {"£", "L£"}, "SYP": {"£"}, "FKP": {"£"}, "GIP": {"£"}, "SHP": {"£"},
	"USD": {"$", "US$"}, "CAD": {"$", "C$", "CA$"}, "AUD": {"$", "A$", "AU$"}, "NZD": {"$", "NZ$"}, "HKD": {"$", "HK$"}, "SGD": {"$", "S$"},
	"MXN": {"$", "MX$"}, "ARS": {"$", "AR$"}, "CLP": {"$", "CLP$"}, "COP": {"$", "COL$"}, "UYU": {"$", "$U"}, "TWD": {"$", "NT$"}, "BRL": {"R$"},
	"JPY": {"¥", "円"}, "CNY": {"¥", "元", "CN¥"}, "INR": {"₹", "Rs", "Rs."}, "PKR": {"₨", "Rs", "Rs."}, "LKR": {"Rs", "Rs."}, "KRW": {"₩"}, "ILS": {"₪"},
	"TRY": {"₺"}, "UAH": {"₴"}, "RUB": {"₽"}, "THB": {"฿"}, "VND": {"₫"}, "NGN": {"₦"}, "PHP": {"₱"}, "KZT": {"₸"}, "GEL": {"₾"}, "CRC": {"₡"}, "PYG": {"₲"}, "GHS": {"₵", "GH₵"},
	"PLN": {"zł"}, "CZK": {"Kč"}, "HUF": {"Ft"}, "CHF": {"Fr", "Fr.", "SFr."}, "SEK": {"kr", "kr."}, "NOK": {"kr", "kr."}, "DKK": {"kr", "kr."}, "ISK": {"kr", "kr."},
	"BGN": {"лв", "лв."}, "RON": {"lei"}, "MDL": {"lei"}, "PEN": {"S/"}, "ZAR": {"R"},
}

var (
	signBefore = regexp.MustCompile(`^(-?) ?([^\d\s.,'+-][^\d\s,'+-]*) ?(-?[\d.,][\d.,' ]*)$`)
	signBehind = regexp.MustCompile(`^(-?\+?[\d.,][\d.,' ]*?) ?([^\d\s.,'+-][^\d\s,'+-]*)$`)
)

func (f *Field) toMoney(raw any, t value.Type) (any, *Misfit) {
	wanted := t.Noun() + " such as 12.50 EUR"
	if object, ok := raw.(map[string]any); ok {
		if len(object) == 2 {
			number, isText := object["value"].(string)
			currency, isAlso := object["currency"].(string)
			if isText && isAlso {
				raw = number + " " + currency
			}
		}
	}
	sign, currency := "", f.Currency
	text, isText := raw.(string)
	number, bad := "", (*Misfit)(nil)
	switch digits, unit, minus := apart(spaced(text)); {
	case !isText:
		number, bad = f.decimal(raw, wanted)
	case unit == "":
		number, bad = f.decimalText(text, raw, wanted)
	default:
		if currency, bad = f.currencyOf(unit, raw, wanted); bad == nil {
			sign = minus
			number, bad = f.decimalText(digits, raw, wanted)
		}
	}
	if bad != nil {
		return nil, bad
	}
	if currency == "" {
		return nil, misfit(wanted, raw, "has no currency", "write `currency:` and the currency of the numbers, such as `currency: EUR`")
	}
	m, err := value.ParseMoney(sign + short(number, currency) + " " + currency)
	if err != nil {
		return nil, misfit(wanted, raw, whyNot(err), "")
	}
	if t.Currency != "" && m.Currency() != t.Currency {
		return nil, misfit(wanted, raw, "is in "+m.Currency(), "")
	}
	return m, nil
}

// apart parts the digits of an amount from the sign or code of its currency.
func apart(text string) (digits, unit, minus string) {
	if m := signBehind.FindStringSubmatch(text); m != nil {
		return m[1], m[2], ""
	}
	if m := signBefore.FindStringSubmatch(text); m != nil {
		return m[3], m[2], m[1]
	}
	return text, "", ""
}

// currencyOf is the currency that stands beside the digits. It has to be that of the map, if the map
// names one.
func (f *Field) currencyOf(unit string, raw any, wanted string) (string, *Misfit) {
	if _, isCode := value.Decimals(strings.ToUpper(unit)); isCode {
		unit = strings.ToUpper(unit)
		if f.Currency != "" && unit != f.Currency {
			return "", misfit(wanted, raw, "is in "+unit+", and the map says "+f.Currency, "")
		}
		return unit, nil
	}
	var of []string
	for code, all := range signs {
		if slices.Contains(all, unit) {
			of = append(of, code)
		}
	}
	slices.Sort(of)
	switch {
	case len(of) == 0:
		return "", misfit(wanted, raw, "has no currency that is known", "")
	case f.Currency != "" && slices.Contains(of, f.Currency):
		return f.Currency, nil
	case f.Currency != "":
		return "", misfit(wanted, raw, "has a sign of "+strings.Join(of, ", ")+", and the map says "+f.Currency, "")
	case len(of) > 1:
		return "", misfit(wanted, raw, "is ambiguous: the sign of "+strings.Join(of, ", "), "write `currency:` and the one that is meant, such as `currency: "+usual(of)+"`")
	}
	return of[0], nil
}

// usual is the currency among some that most people mean by their sign.
func usual(of []string) string {
	for _, code := range []string{"USD", "GBP", "JPY", "INR", "SEK"} {
		if slices.Contains(of, code) {
			return code
		}
	}
	return of[0]
}

// short leaves out zeros behind the decimals that a currency has: 12.5000 EUR is 12.50 EUR.
func short(number, currency string) string {
	whole, rest, _ := strings.Cut(number, ".")
	decimals, known := value.Decimals(currency)
	if !known || len(rest) <= decimals || strings.Trim(rest[decimals:], "0") != "" {
		return number
	}
	if decimals == 0 {
		return whole
	}
	return whole + "." + rest[:decimals]
}

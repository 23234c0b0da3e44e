package value

import (
	"slices"
	"strings"
)

// The active currencies of ISO 4217, list one, as published on 2026-01-01, by the
// number of decimals of their smallest unit. Each list is sorted.
//
// The codes for which the standard gives no minor unit are left out, since an amount of
// them cannot be rounded: the metals XAG, XAU, XPD and XPT, the units of account XBA, XBB,
// XBC, XBD, XDR, XSU and XUA, and XTS and XXX.
const (
	currencies0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"

	currencies2 = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP " +
		"BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB " +
		"EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES " +
		"KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR " +
		"MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD " +
		"RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP " +
		"TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG"

	currencies3 = "BHD IQD JOD KWD LYD OMR TND"

	currencies4 = "CLF UYW"
)

// Decimals returns how many decimals the smallest unit of a currency has (EUR 2,
// JPY 0, KWD 3, CLF 4), and whether the code is an active currency of ISO 4217.
func Decimals(currency string) (int, bool) {
	_, decimals, ok := findCurrency(currency)
	return decimals, ok
}

// Currencies returns the codes of all currencies that [Decimals] knows, sorted.
func Currencies() []string {
	all := strings.Fields(currencies0 + " " + currencies2 + " " + currencies3 + " " + currencies4)
	slices.Sort(all)
	return all
}

// findCurrency also returns the table's own copy of the code, so that an amount
// does not keep the text alive that it was read from.
func findCurrency(code string) (own string, decimals int, ok bool) {
	switch code { // what nearly all amounts are in
	case "EUR":
		return "EUR", 2, true
	case "USD":
		return "USD", 2, true
	case "GBP":
		return "GBP", 2, true
	}
	if !isCode(code) {
		return "", 0, false
	}
	if own = findCode(currencies2, code); own != "" {
		return own, 2, true
	}
	if own = findCode(currencies0, code); own != "" {
		return own, 0, true
	}
	if own = findCode(currencies3, code); own != "" {
		return own, 3, true
	}
	if own = findCode(currencies4, code); own != "" {
		return own, 4, true
	}
	return "", 0, false
}

// findCode searches a sorted list of codes, each of three letters and followed by a
// space, and returns the list's own copy.
func findCode(list, code string) string {
	low, high := 0, len(list)/4+1
	for low < high {
		middle := (low + high) / 2
		switch own := list[4*middle : 4*middle+3]; {
		case own == code:
			return own
		case own < code:
			low = middle + 1
		default:
			high = middle
		}
	}
	return ""
}

// isCode reports whether text has the form of a currency code.
func isCode(text string) bool {
	if len(text) != 3 {
		return false
	}
	for i := range len(text) {
		if text[i] < 'A' || text[i] > 'Z' {
			return false
		}
	}
	return true
}

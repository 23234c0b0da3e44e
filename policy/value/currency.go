package value

import (
	"slices"
	"strings"
)

// The active codes of ISO 4217, list one, as published on 2026-01-01, by the number of
// decimals of their smallest unit. Each list is sorted. Codes for which the standard
// gives no smallest unit have 2 decimals here: the metals (XAG, XAU, XPD, XPT), the units
// of account (XBA, XBB, XBC, XBD, XDR, XSU, XUA), and XTS and XXX.
const (
	currencies0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"

	currencies2 = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP " +
		"BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB " +
		"EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES " +
		"KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR " +
		"MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD " +
		"RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP " +
		"TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XAG XAU XBA XBB XBC XBD XCD " +
		"XCG XDR XPD XPT XSU XTS XUA XXX YER ZAR ZMW ZWG"

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

// withdrawn has the codes that ISO 4217 has withdrawn, by the active code that took their
// place. Each has its last successor: the one that today's amounts are in.
var withdrawn = map[string]string{
	"AOA": "AOK AON AOR",
	"ARS": "ARA ARP ARY",
	"AZN": "AYM AZM",
	"BOB": "BOP",
	"BRL": "BRB BRC BRE BRN BRR",
	"BYN": "BYB BYR",
	"CDF": "ZRN ZRZ",
	"CHF": "CHC",
	"CUP": "CUC",
	"CZK": "CSJ CSK",
	"EUR": "ADP ATS BEC BEF BEL BGJ BGK BGL BGN CYP DDM DEM EEK ESA ESB ESP FIM FRF GRD HRD HRK IEP ITL LTL LTT LUC LUF LUL LVL LVR MTL MTP NLG PTE SIT SKK XEU",
	"GEL": "GEK",
	"GHS": "GHC GHP",
	"GNF": "GNE GNS",
	"ILS": "ILP ILR",
	"ISK": "ISJ",
	"LAK": "LAJ",
	"LSL": "LSM",
	"MAD": "MAF",
	"MGA": "MGF",
	"MRU": "MRO",
	"MVR": "MVQ",
	"MXN": "MXP",
	"MZN": "MZE MZM",
	"NIO": "NIC",
	"PEN": "PEH PEI PES",
	"PLN": "PLZ",
	"RON": "ROK ROL",
	"RSD": "CSD YUD YUM YUN",
	"RUB": "RUR SUR",
	"SDG": "SDD SDP",
	"SLE": "SLL",
	"SRD": "SRG",
	"STN": "STD",
	"TJS": "TJR",
	"TMT": "TMM",
	"TRY": "TRL",
	"UAH": "UAK",
	"UGX": "UGS UGW",
	"USD": "ECS ECV TPE USS",
	"UYU": "UYN UYP",
	"VES": "VEB VEF",
	"VND": "VNC",
	"XAF": "GQE",
	"XCG": "ANG",
	"XDR": "XFO",
	"XOF": "GWE GWP MLF",
	"YER": "YDD",
	"ZAR": "ZAL",
	"ZMW": "ZMK",
	"ZWG": "RHD ZWC ZWD ZWL ZWN ZWR",
}

// Successor returns the active code that took the place of a withdrawn one (EUR for BGN), or
// an empty text if the code was never withdrawn.
func Successor(code string) string {
	if !isCode(code) {
		return ""
	}
	for successor, codes := range withdrawn {
		if strings.Contains(codes, code) {
			return successor
		}
	}
	return ""
}

package value

import "strings"

// separator returns the decimal separator of a language: that of the exact BCP 47
// tag, else of its longest prefix that is known (es-MX-u-nu-latn, es-MX, es), else a
// point. Tags are compared without regard to case, as BCP 47 has it.
func separator(language string) byte {
	for tag := strings.ToLower(language); tag != ""; {
		if point := separatorOf(tag); point != 0 {
			return point
		}
		tag = tag[:max(strings.LastIndexByte(tag, '-'), 0)]
	}
	return '.'
}

// separatorOf returns the separator that a tag has of its own, 0 when it has that of its
// prefix, which in the end is a point.
//
// The tags are those of the Unicode Common Locale Data Repository 48.2 (cldr-numbers,
// symbols-numberSystem-latn: digits are 0 to 9 here) that differ from their prefix. They
// are frozen: newer ones change messages, and so need a new semantics version.
func separatorOf(tag string) byte {
	switch tag {
	case "af", "agq", "ar-dz", "ar-lb", "ar-ly", "ar-ma", "ar-mr", "ar-tn", "ast", "az", "bas", "be", "bg",
		"blo", "br", "bs", "bua", "ca", "cs", "cv", "da", "de", "dsb", "dua", "dyo", "el", "en-at", "en-be",
		"en-cz", "en-de", "en-dk", "en-ee", "en-es", "en-fi", "en-fr", "en-ge", "en-hu", "en-id", "en-it",
		"en-lt", "en-lv", "en-nl", "en-no", "en-pl", "en-pt", "en-ro", "en-se", "en-si", "en-sk", "en-ua",
		"en-za", "eo", "es", "et", "eu", "ewo", "ff", "fi", "fo", "fr", "fur", "fy", "gl", "hr", "hsb",
		"ht", "hu", "hy", "ia", "id", "ie", "is", "it", "jgo", "jv", "ka", "kab", "kea", "kgp", "kk", "kkj",
		"kl", "ksf", "ksh", "ku", "ky", "lb", "lij", "lld", "lmo", "ln", "lo", "lt", "lu", "lv", "mgh",
		"mk", "ms-arab-bn", "ms-bn", "ms-id", "mua", "nb", "nds", "nl", "nmg", "nn", "nnh", "no", "nr",
		"oc", "os", "pl", "pms", "prg", "ps", "pt", "qu-bo", "rm", "rn", "ro", "ru", "rw", "sah", "sc",
		"scn", "se", "seh", "sg", "shi", "sk", "sl", "smn", "sq", "sr", "ss", "su", "sv", "sw-cd", "szl",
		"tg", "tk", "tok", "tr", "ts", "tt", "tzm", "uk", "uz", "ve", "vec", "vi", "vmw", "wae", "wo",
		"yav", "yrl", "zgh":
		return ','
	case "az-arab", "de-ch", "de-li", "es-419", "es-br", "es-bz", "es-cu", "es-do", "es-gt", "es-hn", "es-mx", "es-ni", "es-pa", "es-pe", "es-pr", "es-sv", "es-us", "ff-adlm", "it-ch", "kk-arab", "ku-arab":
		return '.'
	}
	return 0
}

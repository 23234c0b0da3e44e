package tongue

import (
	"strings"
	"testing"
)

// Each case names the languages that there are in the order in which they are written, those that
// are wanted, and the one that is chosen; "!" before it says that none fits.
func TestChoose(t *testing.T) {
	for _, c := range []struct{ have, wanted, want string }{
		// The same tag, then its prefixes, then another of the same language and script.
		{"en es es-MX", "es-MX", "es-MX"},
		{"en es es-MX", "ES-mx", "es-MX"},
		{"en es-419 es", "es-AR", "es"},
		{"en es-ES es-419", "es-AR", "es-ES"},
		{"en es-419 es-ES", "es", "es-419"},
		{"en de-AT de-DE", "de-CH-1996-u-co-phonebk", "de-AT"},
		{"fr en-Latn-US", "en-GB-oed", "en-Latn-US"},
		{"en de-Deva", "de-DE", "!en"},
		{"en sr-Latn", "sr-Cyrl", "!en"},
		{"en sr-Latn", "sr", "sr-Latn"},
		{"nl nl-Latn nl-BE", "nl-Latn", "nl-Latn"},
		{"fr x-bork", "x-piglatin", "!fr"},
		// How hosts write tags.
		{"en pt-BR", "pt_BR", "pt-BR"},
		{"en fr", "fr_FR.UTF-8", "fr"},
		{"en de", "de_DE@euro", "de"},
		{"en sr-Cyrl sr-Latn", "sr_RS@latin", "sr-Latn"},
		{"en es", "es-MX,es;q=0.9,en;q=0.8", "es"},
		{"en es", " es;q=0.5", "es"},
		{"en es", "spa", "es"},
		{"en de", "ger-AT", "de"},
		{"en es", "Español", "es"},
		{"en es", "*", "!en"},
		{"en es", "C", "!en"},
		{"en es", "no such language", "!en"},
		// Chinese has a script, its region's.
		{"en zh-Hant zh-Hans", "zh", "zh-Hans"},
		{"en zh-CN zh-TW", "zh-HK", "zh-TW"},
		{"en zh-Hant", "zh_MO", "zh-Hant"},
		{"en zh zh-TW", "zh-Hant-HK", "zh-TW"},
		{"en zh-TW", "zh-SG", "!en"},
		{"en zh", "zh-TW", "!en"},
		{"en zh-TW", "zho-Hant", "zh-TW"},
		{"en zh", "cmn", "zh"},
		{"en zh", "zh-cmn-Hans-CN", "zh"},
		// Norwegian is one, and withdrawn codes are their successors.
		{"en nb", "nn", "nb"},
		{"en nb nn", "nn-NO", "nn"},
		{"en nn nb", "nn-NO", "nn"},
		{"en nb no", "nn-NO", "nb"},
		{"en af af-Latn", "af-Latn-ZA", "af-Latn"},
		{"en af-Latn af", "af-ZA", "af"},
		{"en no", "nb-NO", "no"},
		{"en nn", "no", "nn"},
		{"en nn nb", "nb", "nb"},
		{"en he", "iw", "he"},
		{"en iw", "he-IL", "iw"},
		{"en id", "in_ID", "id"},
		{"en yi", "ji", "yi"},
		{"en jv", "jw", "jv"},
		{"en ro", "mo", "ro"},
		{"en fil", "tl-PH", "fil"},
		{"en sr-Cyrl sr-Latn", "sh", "sr-Latn"},
		{"iw he", "he", "he"},
		// All steps for the first that is wanted, then for the next; empty ones are passed over.
		{"en es-ES fr", "es-MX|fr", "es-ES"},
		{"en fr", "ja|fr-CA", "fr"},
		{"en fr", "|fr-CA", "fr"},
		{"en fr", "ja|ko", "!en"},
		{"en fr", "|", "en"},
		{"en fr", " ", "en"},
	} {
		var have []Tag
		for _, written := range strings.Fields(c.have) {
			have = append(have, Of(written))
		}
		at, fits := Choose(have, strings.Split(c.wanted, "|")...)
		got := strings.Fields(c.have)[at]
		if !fits {
			got = "!" + got
		}
		if got != c.want {
			t.Errorf("of %s, %q gets %s, want %s", c.have, c.wanted, got, c.want)
		}
	}
}

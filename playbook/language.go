package playbook

import (
	"regexp"
	"slices"
	"strings"
)

// languageTag is the syntax of a well-formed tag (RFC 5646, section 2.1), in
// lower case: a language with its script, region, variants, extensions and
// private part, or a private part alone.
var languageTag = regexp.MustCompile(`^(?:` +
	`(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})` +
	`(?:-[a-z]{4})?` +
	`(?:-(?:[a-z]{2}|[0-9]{3}))?` +
	`(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*` +
	`(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*` +
	`(?:-x(?:-[a-z0-9]{1,8})+)?` +
	`|x(?:-[a-z0-9]{1,8})+)$`)

// irregularTags are older than that syntax, and well-formed all the same.
var irregularTags = [...]string{
	"en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux", "i-mingo", "i-navajo",
	"i-pwn", "i-tao", "i-tay", "i-tsu", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de",
}

// isLanguage reports whether s is a well-formed BCP 47 language tag.
func isLanguage(s string) bool {
	s = strings.ToLower(s)
	return languageTag.MatchString(s) || slices.Contains(irregularTags[:], s)
}

// LanguageTag reads how other systems write a language: a BCP 47 tag, with underscores too, a
// POSIX locale (de_DE.UTF-8), an Accept-Language list, whose first counts, a code of three letters
// or the name of a language. It returns the tag, and "" when it cannot tell. Codes of three letters
// become those of two where there are any.
func LanguageTag(s string) string {
	if at := strings.IndexAny(s, ",;"); at >= 0 {
		s = s[:at]
	}
	s, script := withoutEncoding(strings.TrimSpace(s))
	if tag := languageNames[strings.ToLower(s)]; tag != "" {
		return tag
	}
	tag := strings.ReplaceAll(s, "_", "-")
	language, rest, _ := strings.Cut(tag, "-")
	if short := shortCode(language); short != "" {
		language = short
	}
	if rest != "" {
		rest = "-" + rest
	}
	if tag = language + script + rest; isLanguage(tag) {
		return tag
	}
	return ""
}

// withoutEncoding cuts what a POSIX locale has behind language and region. A modifier that names a
// script is kept, as the script of a tag.
func withoutEncoding(s string) (locale, script string) {
	s, modifier, _ := strings.Cut(s, "@")
	s, _, _ = strings.Cut(s, ".")
	switch strings.ToLower(modifier) {
	case "latin":
		return s, "-Latn"
	case "cyrillic":
		return s, "-Cyrl"
	}
	return s, ""
}

// languageRemedy names the tag of a language that is written in another way.
func languageRemedy(t Text) remedy {
	if tag := LanguageTag(t.Value); tag != "" {
		return instead(t, tag)
	}
	return say("write the code of a language, with the one of a region where it matters: `en`, `es-MX`")
}

// languageNames are languages by their names.
var languageNames = map[string]string{
	"english": "en", "inglés": "en", "spanish": "es", "español": "es", "castellano": "es", "french": "fr", "français": "fr", "german": "de", "deutsch": "de", "italian": "it", "italiano": "it",
	"portuguese": "pt", "português": "pt", "dutch": "nl", "nederlands": "nl", "polish": "pl", "polski": "pl", "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi", "czech": "cs", "greek": "el", "turkish": "tr", "catalan": "ca", "català": "ca", "japanese": "ja", "chinese": "zh", "korean": "ko", "arabic": "ar", "russian": "ru",
}

// shortCode returns the code of two letters for one of three, in any case; "" where there is none.
func shortCode(code string) string {
	if len(code) != 3 {
		return ""
	}
	at := strings.Index(shortCodes, " "+strings.ToLower(code)+":")
	if at < 0 {
		return ""
	}
	return shortCodes[at+5 : at+7]
}

// shortCodes are the codes of three letters of ISO 639-2, both kinds, with those of two letters.
const shortCodes = ` aar:aa abk:ab afr:af aka:ak alb:sq sqi:sq amh:am ara:ar arg:an arm:hy hye:hy asm:as ava:av ave:ae aym:ay aze:az` +
	` bak:ba bam:bm baq:eu eus:eu bel:be ben:bn bis:bi bos:bs bre:br bul:bg bur:my mya:my cat:ca cha:ch che:ce chi:zh` +
	` zho:zh chu:cu chv:cv cor:kw cos:co cre:cr cze:cs ces:cs dan:da div:dv dut:nl nld:nl dzo:dz eng:en epo:eo est:et` +
	` ewe:ee fao:fo fij:fj fin:fi fre:fr fra:fr fry:fy ful:ff geo:ka kat:ka ger:de deu:de gla:gd gle:ga glg:gl glv:gv` +
	` gre:el ell:el grn:gn guj:gu hat:ht hau:ha heb:he her:hz hin:hi hmo:ho hrv:hr hun:hu ibo:ig ice:is isl:is ido:io` +
	` iii:ii iku:iu ile:ie ina:ia ind:id ipk:ik ita:it jav:jv jpn:ja kal:kl kan:kn kas:ks kau:kr kaz:kk khm:km kik:ki` +
	` kin:rw kir:ky kom:kv kon:kg kor:ko kua:kj kur:ku lao:lo lat:la lav:lv lim:li lin:ln lit:lt ltz:lb lub:lu lug:lg` +
	` mac:mk mkd:mk mah:mh mal:ml mao:mi mri:mi mar:mr may:ms msa:ms mlg:mg mlt:mt mon:mn nau:na nav:nv nbl:nr nde:nd` +
	` ndo:ng nep:ne nno:nn nob:nb nor:no nya:ny oci:oc oji:oj ori:or orm:om oss:os pan:pa per:fa fas:fa pli:pi pol:pl` +
	` por:pt pus:ps que:qu roh:rm rum:ro ron:ro run:rn rus:ru sag:sg san:sa sin:si slo:sk slk:sk slv:sl sme:se smo:sm` +
	` sna:sn snd:sd som:so sot:st spa:es srd:sc srp:sr ssw:ss sun:su swa:sw swe:sv tah:ty tam:ta tat:tt tel:te tgk:tg` +
	` tgl:tl tha:th tib:bo bod:bo tir:ti ton:to tsn:tn tso:ts tuk:tk tur:tr twi:tw uig:ug ukr:uk urd:ur uzb:uz ven:ve` +
	` vie:vi vol:vo wel:cy cym:cy wln:wa wol:wo xho:xh yid:yi yor:yo zha:za zul:zu`

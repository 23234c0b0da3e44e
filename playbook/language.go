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

// languageRemedy names the tag of a language that is written in another way.
func languageRemedy(t Text) remedy {
	if fixed := strings.ReplaceAll(t.Value, "_", "-"); fixed != t.Value && isLanguage(fixed) {
		return instead(t, fixed)
	}
	if tag := languageNames[strings.ToLower(t.Value)]; tag != "" {
		return instead(t, tag)
	}
	return say("write the code of a language, with the one of a region where it matters: `en`, `es-MX`")
}

// languageNames are languages by their names.
var languageNames = map[string]string{
	"english": "en", "inglés": "en", "spanish": "es", "español": "es", "castellano": "es", "french": "fr", "français": "fr", "german": "de", "deutsch": "de", "italian": "it", "italiano": "it",
	"portuguese": "pt", "português": "pt", "dutch": "nl", "nederlands": "nl", "polish": "pl", "polski": "pl", "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi", "czech": "cs", "greek": "el", "turkish": "tr", "catalan": "ca", "català": "ca", "japanese": "ja", "chinese": "zh", "korean": "ko", "arabic": "ar", "russian": "ru",
}

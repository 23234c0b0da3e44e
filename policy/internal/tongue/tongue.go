// Package tongue picks the language in which a customer is answered.
package tongue

import (
	"strings"

	"github.com/servicerecovery/amends/playbook"
)

// Choose picks one of the languages that there are, by its place. Each language that is wanted is
// tried in turn: the same tag, one with a prefix of it (es-MX → es), then another of the same language
// and script, the first of them. Where none fits, the first of all is taken. fits is false then,
// unless no language is wanted: empty ones are passed over.
func Choose(have []Tag, wanted ...string) (at int, fits bool) {
	fits = true
	for _, want := range wanted {
		if strings.TrimSpace(want) == "" {
			continue
		}
		if at := in(have, want); at >= 0 {
			return at, true
		}
		fits = false
	}
	return 0, fits
}

// in picks what fits one language; -1 where nothing does.
func in(have []Tag, want string) int {
	if at := written(have, want); at >= 0 {
		return at
	}
	read := playbook.LanguageTag(want)
	if read == "" {
		return -1
	}
	if at := written(have, read); at >= 0 {
		return at
	}
	tag := Of(read)
	for full := tag.full; full != ""; full = full[:max(strings.LastIndexByte(full, '-'), 0)] {
		if at := alike(have, full, read); at >= 0 {
			return at
		}
	}
	for i := range have {
		if len(tag.language) > 1 && have[i].language == tag.language && (have[i].script == tag.script || tag.script == "") {
			return i
		}
	}
	return -1
}

// alike finds a tag in the form in which tags are compared. Of several, it takes the one that is the
// longest part of the wanted tag as that is written, else the first: nn of nb and nn, for nn-NO.
func alike(have []Tag, full, read string) int {
	best, most := -1, -1
	for i := range have {
		if have[i].full != full {
			continue
		}
		long := 0
		if w := have[i].written; len(w) < len(read) && read[len(w)] == '-' && strings.EqualFold(w, read[:len(w)]) {
			long = len(w)
		}
		if long > most {
			best, most = i, long
		}
	}
	return best
}

// written finds a tag as it is written. So a withdrawn code and its successor may both be there.
func written(have []Tag, want string) int {
	for i := range have {
		if strings.EqualFold(have[i].written, want) {
			return i
		}
	}
	return -1
}

// Tag is a BCP 47 tag in the form in which tags are compared: in lower case, with today's codes, and
// with a script exactly where the language does not have that script anyway. Chinese always has one.
type Tag struct {
	written  string
	full     string
	language string
	script   string // the usual one too; empty when the tag names none and the language has several
}

// Of reads a well-formed tag.
func Of(written string) Tag {
	parts := strings.Split(strings.ToLower(written), "-")
	language, rest := successor(parts[0]), parts[1:]
	if len(rest) > 0 && len(rest[0]) == 3 && isAlpha(rest[0]) && len(parts[0]) <= 3 { // zh-yue is yue
		language, rest = successor(rest[0]), rest[1:]
	}
	language, script, _ := strings.Cut(language, "-")
	if len(rest) > 0 && len(rest[0]) == 4 && isAlpha(rest[0]) {
		script, rest = rest[0], rest[1:]
	}
	usual := usualScript(language)
	switch {
	case script == "" && language == "zh":
		script = chineseScript(rest)
	case script == "":
		script = usual
	}
	full := language
	if script != usual {
		full += "-" + script
	}
	for _, part := range rest {
		full += "-" + part
	}
	return Tag{written, full, language, script}
}

func isAlpha(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

// successor returns the code of a language that stands for another: one that was withdrawn, one of
// the two kinds of Norwegian, or Mandarin where Chinese is meant.
func successor(language string) string {
	switch language {
	case "iw":
		return "he"
	case "in":
		return "id"
	case "ji":
		return "yi"
	case "jw":
		return "jv"
	case "mo":
		return "ro"
	case "tl":
		return "fil"
	case "sh":
		return "sr-latn"
	case "nb", "nn":
		return "no"
	case "cmn":
		return "zh"
	}
	return language
}

// chineseScript is the script of Chinese in a region.
func chineseScript(rest []string) string {
	if len(rest) > 0 {
		switch rest[0] {
		case "tw", "hk", "mo":
			return "hant"
		}
	}
	return "hans"
}

// usualScript is the script that a language is written in unless its tag says otherwise: those of
// Suppress-Script in the IANA registry of language subtags. Empty for others, and for Chinese.
func usualScript(language string) string {
	if at := strings.Index(usualScripts, " "+language+" "); at >= 0 {
		list := usualScripts[:at]
		from := strings.LastIndexByte(list, ':')
		return list[from-4 : from]
	}
	return ""
}

const usualScripts = "latn: af ay br bs ca ch cs cy da de en eo es et eu fi fil fj fo fr frr frs fy ga gl gn gsw gv hr ht hu id is it kl la lb ln lt lv " +
	"mg mh ms mt na nb nd nds nl nn no nr nso ny om pl pt qu rm rn ro rw sg sk sl sm so sq ss st sv sw tem tkl tmh tn to tpi tr ts tvl ve vi xh zbl zu " +
	"cyrl: ab be bg kk mk ru uk arab: ar fa ps ur deva: hi kok mai mr ne grek: el hebr: he yi ethi: am ti beng: as bn " +
	"armn: hy jpan: ja kore: ko geor: ka gujr: gu guru: pa khmr: km knda: kn laoo: lo mlym: ml mymr: my orya: or sinh: si " +
	"taml: ta telu: te thaa: dv thai: th tibt: dz "

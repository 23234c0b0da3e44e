package playbook

import (
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// message reads what to say, by language.
func (r *reader) message(name Text, n *yamlnode.Node) *Message {
	ok := r.isID(name)
	if n.Kind == yamlnode.Scalar && kindOf(n) != Null {
		r.wrong(n, name, "its text by language", "write the language before the text, such as `{en: …}`")
		return nil
	}
	m := r.mapping(n, name, "texts by language")
	if m == nil {
		return nil
	}
	if len(n.Entries) == 0 {
		r.add(m.rng(), "empty-list", "write at least one language, such as `en:` and the text", "message `%s` has no text", clip(name.Value))
	}
	msg := &Message{Name: name}
	first := map[string]string{}
	m.each(func(lang Text, n *yamlnode.Node) {
		text := r.uncut(n, lang, "text")
		if !isLanguage(lang.Value) {
			r.add(lang.Range, "bad-language", languageHint(lang.Value), "`%s` is no language tag, such as `en` or `es-MX`", clip(lang.Value))
			return
		}
		same := strings.ToLower(lang.Value)
		if before, twice := first[same]; twice {
			r.add(lang.Range, "duplicate-language", "remove one of them", "language `%s` is there twice; first as `%s`", lang.Value, before)
			return
		}
		first[same] = lang.Value
		if text.IsSet() {
			msg.Texts = append(msg.Texts, MessageText{lang, text})
		}
	})
	if !ok {
		return nil
	}
	return msg
}

// isLanguage reports whether s has the shape of a BCP 47 language tag: letters,
// then parts of one to eight letters and digits.
func isLanguage(s string) bool {
	parts := strings.Split(s, "-")
	for i, p := range parts {
		if len(p) < 1 || len(p) > 8 || i == 0 && len(p) < 2 {
			return false
		}
		for _, c := range strings.ToLower(p) {
			if (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

func languageHint(s string) string {
	if fixed := strings.ReplaceAll(s, "_", "-"); fixed != s && isLanguage(fixed) {
		return "write `" + fixed + "`"
	}
	return ""
}

package playbook

import (
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// message reads what to say, by language.
func (r *reader) message(name Text, n *yamlnode.Node) *Message {
	ok := r.isID(name)
	msg := &Message{Name: name}
	if n.Kind == yamlnode.Scalar && kindOf(n) != Null {
		fix := say("write the language before the text, such as `{en: …}`")
		if n.Start.Line == n.End.Line && n.Style == yamlnode.Plain && yamlnode.PlainText(n.Value, true) {
			fix.edit = Edit{Pos(n.Start), Pos(n.End), "{en: " + n.Value + "}"}
		}
		r.misfit(n, name, "its text by language", fix)
		return keep(msg, ok)
	}
	m := r.mapping(n, name, "texts by language")
	if m == nil {
		return keep(msg, ok)
	}
	if len(n.Entries) == 0 {
		r.add(m.rng(), "empty-list", "write at least one language, such as `en:` and the text", "message `%s` has no text", clip(name.Value))
	}
	first := map[string]string{}
	m.each(func(lang Text, n *yamlnode.Node) {
		var text Text
		r.words(func() { text = r.uncut(n, lang, "text") })
		if text.IsSet() && strings.TrimSpace(text.Value) == "" {
			r.add(text.Range, "wrong-type", "write what is said, or remove the language", "`%s` wants text, found an empty one", clip(lang.Value))
			text = misread()
		}
		if !isLanguage(lang.Value) {
			r.mend(lang.Range, "bad-language", languageRemedy(lang), "`%s` is no language tag, such as `en` or `es-MX`", clip(lang.Value))
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
	return keep(msg, ok)
}

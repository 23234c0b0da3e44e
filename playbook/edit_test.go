package playbook_test

import (
	"strings"
	"testing"

	"github.com/servicerecovery/amends/playbook"
)

// A change is made at its place, whatever the line breaks and the marks of a file are, and
// is written as the text is that it changes.
func TestEdits(t *testing.T) {
	for src, want := range map[string]string{
		"priority: 1\ntitle: late é x\n":    "priority: 1\ntitle: late é new\n",
		"title: 'late é x'\n":               "title: 'late é new'\n",
		"title: \"late \\u00e9 x\"\n":       "title: \"late \\u00e9 new\"\n",
		"title: >-\n  late é x\n":           "title: >-\n  late é new\n",
		"messages: {m: {en: late é x}}\n":   "messages: {m: {en: late é new}}\n",
		"messages: {m: {en: 'late é x'}}\n": "messages: {m: {en: 'late é new'}}\n",
	} {
		for _, ending := range []string{"\n", "\r\n", "\r"} {
			for _, mark := range []string{"", "\ufeff"} {
				source := mark + strings.ReplaceAll("amends: v1\nplaybook: p\n"+src, "\n", ending)
				docs, _ := playbook.Parse("p.yaml", []byte(source))
				text := docs[0].Title
				if len(docs[0].Messages) > 0 {
					text = docs[0].Messages[0].Texts[0].Text
				}
				edit, quoted := text.Replace(7, 8, "new")
				if got := string(edit.Apply([]byte(source))); quoted || got != mark+strings.ReplaceAll("amends: v1\nplaybook: p\n"+want, "\n", ending) {
					t.Errorf("%q becomes %q", source, got)
				}
			}
		}
	}
}

// A plain text that would be something else to YAML is quoted; text that cannot be changed
// in place is left alone.
func TestEditsQuote(t *testing.T) {
	for _, c := range []struct{ src, with, want string }{
		{"title: late", "!x", "title: '!x'"},
		{"title: late", "a: b", "title: 'a: b'"},
		{"title: late", "it's # x", "title: 'it''s # x'"},
		{"title: late", "[a]", "title: '[a]'"},
		{"title: late", "a, b", "title: a, b"},
		{"messages: {m: {en: late}}", "a, b", "messages: {m: {en: 'a, b'}}"},
		{"messages: {m: {en: late}}", "x ? y : z", "messages: {m: {en: 'x ? y : z'}}"},
		{"title: 'late'", "it's", "title: 'it''s'"},
		{"title: \"late\"", `a "b" \`, `title: "a \"b\" \\"`},
		{"title: late", "a\nb", "title: late"},
	} {
		source := "amends: v1\nplaybook: p\n" + c.src
		docs, _ := playbook.Parse("p.yaml", []byte(source))
		text := docs[0].Title
		if len(docs[0].Messages) > 0 {
			text = docs[0].Messages[0].Texts[0].Text
		}
		edit, _ := text.Replace(0, len([]rune(text.Value)), c.with)
		if got := string(edit.Apply([]byte(source))); got != "amends: v1\nplaybook: p\n"+c.want {
			t.Errorf("%s with %q: %q", c.src, c.with, got)
		}
	}
}

package playbook_test

import (
	"strings"
	"testing"

	"github.com/servicerecovery/amends/playbook"
)

// What is right is never complained of. Each text is part of a playbook: keys of
// its own, or what stands in the place of a message, a condition, a note.
func TestNothingWrong(t *testing.T) {
	const head = "amends: v1\nplaybook: p\nreview_by: 2027-06-30\n"
	const play = "plays:\n  - id: a\n    approach: standardised-response\n    when: \"true\"\n"
	top := func(s string) string { return head + s + "\n" + play }
	message := func(s string) string { return top("messages:\n  m:\n    en: " + s) }
	flow := func(s string) string { return top("messages: {m: {en: " + s + ", es: 'x'}}") }
	when := func(s string) string { return strings.Replace(head+play, `"true"`, s, 1) }
	do := func(s string) string { return head + play + "    do:" + s + "\n" }
	for name, src := range map[string]string{
		"apostrophe":               message("It's late, friend, isn't it?"),
		"url":                      message("See https://example.com/a#b?c=d&e=f"),
		"hash in a word":           message("Order nº7#8"),
		"quoted hash":              message("'Order #7'"),
		"quoted colon":             message("'Dear customer: sorry'"),
		"colon in a word":          message("At 09:30 sharp"),
		"comma outside brackets":   message("Sorry, friend"),
		"brackets inside":          message("Your parcel [late] is {here}"),
		"expression":               message("Sorry ${incident.customer.name}, it is ${incident.delay} late"),
		"question":                 message("Is it here?"),
		"exclamation":              message("Sorry!"),
		"quotes inside":            message(`Your "parcel" isn't here`),
		"emoji":                    message("Sorry 😔, ça va? 日本"),
		"escapes":                  message(`"a \"b\" \\ \u00e9 \x41 \n c"`),
		"joined lines":             message("\"a \\\n      b\""),
		"folded":                   message(">-\n      Dear customer: we are # sorry\n\n      - {a: [b\n"),
		"literal":                  message("|2-\n        when: x\n      do: y\n"),
		"over two lines":           message("We are\n      sorry, friend\n"),
		"quoted, over two lines":   message("'We are: # sorry\n\n      friend'"),
		"comment behind quotes":    message("'We are sorry' # a comment"),
		"empty line with blanks":   message("x\n   \n"),
		"flow comma":               flow("'Sorry, friend'"),
		"flow apostrophe":          flow("it's late"),
		"flow url":                 flow("https://example.com/a#b"),
		"flow colon":               flow("at 09:30"),
		"flow braces":              flow("'${incident.id}'"),
		"flow double":              flow(`"a, b: c # d [e] {f} ? !g"`),
		"condition":                when(`incident.region in ["MAD", "BCN"] && !(incident.severity > 3)`),
		"ternary":                  when("'incident.vip ? incident.severity > 1 : incident.severity > 3'"),
		"bare true":                when("true # always"),
		"starts with a string":     when(`'"late" == incident.failure'`),
		"block condition":          when(">-\n      !incident.vip # no comment\n      && [1, 2].size() > 1\n"),
		"condition over lines":     when("incident.severity > 3\n      && incident.region == \"MAD\""),
		"condition with an apos":   when(`incident.region == "it's"`),
		"list at the key":          strings.ReplaceAll(head+"plays:\n- id: a\n  approach: standardised-response\n  when: true\n  do:\n  - acknowledge: {}\n  - respond: {}\n", "\t", ""),
		"nested blocks":            do("\n      - acknowledge:\n          within: 4h\n          if_late:\n            - escalate: {to: lead}\n            -\n              notify:\n                to: ops\n      # a comment\n\n      - respond:"),
		"flow over lines":          do(" [\n      {acknowledge: {within: 4h}}, # first ]}\n      # a line of its own {\n      {respond: {}},\n    ]"),
		"flow to the left":         do(" [{acknowledge: {\nwithin: 4h,\nowner: x\n}}]"),
		"comment with a comma":     do(" [{acknowledge: {}}] # here, there: [everywhere}"),
		"comment in a block":       do("\n      - apologise:\n          note: call  # them\n"),
		"quoted keys":              do(" [{'acknowledge': {\"within\": 4h}}]"),
		"json":                     do(` [{"acknowledge":{"within":"4h"}},{"respond":{}}]`),
		"negative number":          head + play + "    priority: -1\n",
		"alias":                    top("terms: {a: &x 'true', b: *x}\nabout: &y text # c\ntitle: *y"),
		"anchored blocks":          head + play + "    do: &d\n      - acknowledge: {}\n  - id: b\n    approach: standardised-response\n    when: true\n    do: *d\n",
		"dates":                    top("in_force: {from: 2026-01-01, until: 2026-12-31}"),
		"hours":                    top("calendars: {c: {hours: {mon-fri: \"09:00-17:00\", sat: ['10:00-12:00', '13:00-14:00']}, holidays: [2026-12-25, {date: 2026-12-24, hours: \"09:00-12:00\"}]}}"),
		"languages":                top("messages: {m: {en: a, es-MX: b, zh-Hant-TW: c, x-klingon: d, i-klingon: e, sl-rozaj-biske: f, de-CH-1901: g, en-u-ca-gregory: h, es-419: i}}"),
		"tabs behind values":       top("title: a\t# b\nabout:\tc\t"),
		"version":                  "%YAML 1.2\n---\n" + top(""),
		"document marks":           "---\n" + top("") + "...\n---\n" + strings.Replace(top(""), ": p", ": q", 1),
		"byte order mark":          "\ufeff" + top(""),
		"no break at the end":      strings.TrimRight(top(""), "\n"),
		"blanks behind everything": strings.ReplaceAll(top("title: x"), "\n", "  \n"),
		"explicit keys":            top("terms:\n  ? a\n  : incident.vip"),
	} {
		for ending, text := range map[string]string{"": src, ", CRLF": strings.ReplaceAll(src, "\n", "\r\n"), ", CR": strings.ReplaceAll(src, "\n", "\r")} {
			docs, ds := playbook.Parse("p.yaml", []byte(text))
			if len(ds) > 0 || len(docs) == 0 || len(docs[0].Plays) == 0 {
				t.Errorf("%s%s: %v\n%s", name, ending, ds, src)
			}
		}
		// One slip elsewhere brings no other complaint.
		_, ds := playbook.Parse("p.yaml", []byte(src+"\nowner: !x y\n"))
		if codes(ds) == "" || strings.Contains(codes(ds), ", ") || ds[0].Code != "yaml-tag" {
			t.Errorf("%s, with a slip: %v\n%s", name, ds, src)
		}
	}
}

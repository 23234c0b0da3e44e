package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// unseenBook has a mark @NAME@ wherever text may stand.
const unseenBook = `amends: v1 @comment@
playbook: p@id@
title: "T@title@"
about: "A@about@"
owner: "o@owner@"
review_by: 2037-06-30
applies: 'incident.service != "x@applies@"'
incident:
  kind: {type: string, one_of: ["a@oneof@", b], about: "A@fieldabout@"}
  price: {type: money, currency: "EUR@currency@"}
facts:
  often: {count: incidents, same: ["customer.id@same@"], last: 90d}
terms:
  odd: 'incident.cause == "x@term@" && facts.often >= 0'
tables:
  t: {by: incident.region, rows: [{is: ["eu@row@"], n: 1}, {otherwise: true, n: 2}]}
messages:
  m: {en: "Dear${incident.customer.name}@message@"}
plays:
  - id: x@play@
    about: "A@playabout@"
    approach: standardised-response
    when: 'terms.odd || "t@when@" in incident.tags || tables.t.n == 1'
    do: [{apologise: {message: m@reference@, note: "N@note@"}}, {escalate: {to: "lead@param@"}}]
`

// unseenPlaces say what comes of a mark: an error, or a warning.
var unseenPlaces = map[string]string{
	"id": "error", "owner": "error", "applies": "error", "oneof": "error", "currency": "error", "same": "error", "term": "error", "row": "error",
	"play": "error", "when": "error", "reference": "error", "param": "error",
	"title": "warning", "about": "warning", "fieldabout": "warning", "message": "warning", "playabout": "warning", "note": "warning", "comment": "warning",
}

// unseenRunes has a member of each class, and the first and last of long ones.
var unseenRunes = []rune{
	0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2060, 0x2063, 0x2064, 0xad, 0x34f, 0x61c, 0x202a, 0x202d, 0x202e, 0x2066, 0x2069, 0x206a,
	0x180e, 0x180b, 0xfe00, 0xfe0f, 0xe0100, 0xe01ef, 0xe0001, 0xe0041, 0xe007f, 0x115f, 0x1160, 0x3164, 0xffa0, 0x17b4, 0xfff9, 0x1d173, 0x2800,
}

// TestUnseen puts each unseen character into each place, as it is and as an escape of
// YAML or of the expression language.
func TestUnseen(t *testing.T) {
	t.Chdir(t.TempDir())
	for place, want := range unseenPlaces {
		for i, r := range unseenRunes {
			if testing.Short() && i%5 != 0 {
				continue
			}
			forms := []string{string(r)}
			switch place {
			case "applies", "term", "when":
				forms = append(forms, fmt.Sprintf(`\U%08x`, r))
			case "title", "about", "owner", "oneof", "currency", "same", "row", "message", "note", "param", "playabout", "fieldabout":
				forms = append(forms, fmt.Sprintf(`\U%08x`, r))
			case "comment":
				forms[0] = "# " + forms[0]
			}
			for _, form := range forms {
				checkUnseen(t, place, form, want, fmt.Sprintf("U+%04X", r))
			}
		}
	}
}

func checkUnseen(t *testing.T, place, form, want, name string) {
	t.Helper()
	write(t, "pb/p.yaml", filled(place, form))
	_, stdout, _ := quickly(t, "check", "pb", "--format", "json")
	var found struct {
		Diagnostics []struct{ Severity, Code, Message string }
	}
	if err := json.Unmarshal([]byte(stdout), &found); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, d := range found.Diagnostics {
		if d.Code == "control-character" && strings.Contains(d.Message, name) && d.Severity == want {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%s as %+q in %s: wanted one %s, found %s", name, form, place, want, stdout)
	}
}

// filled is the playbook with something at one mark and nothing at the others.
func filled(place, with string) string {
	text := strings.ReplaceAll(unseenBook, "@"+place+"@", with)
	for other := range unseenPlaces {
		text = strings.ReplaceAll(text, "@"+other+"@", "")
	}
	return text
}

// TestNeeded holds that what scripts and emoji need is no mistake where people write
// their language.
func TestNeeded(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, text := range []string{"", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0dc1\u0dca\u200d\u0dbb\u0dd3", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f", "\u05e9\u05dc\u05d5\u05dd", "e\u0301"} {
		for _, place := range []string{"title", "message", "note", "when", "row"} {
			write(t, "pb/p.yaml", filled(place, text))
			if _, stdout, _ := quickly(t, "check", "pb"); strings.Contains(stdout, "control-character") || strings.Contains(stdout, "error") {
				t.Errorf("%+q in %s:\n%s", text, place, stdout)
			}
		}
	}
}

// TestUnseenIDs holds that incidents have ids which can be seen.
func TestUnseenIDs(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "pb/p.yaml", strings.Replace(book("p"), "plays:", "incident:\n  order.id: {type: string, default: \"\"}\n  order.ref: {type: string, default: \"\"}\nplays:", 1))
	for _, r := range append([]rune{0, '\n', '\t', 0x1b, 0x7f, 0x85, 0x9b, 0x2028, 0xfeff}, unseenRunes...) {
		for path, refused := range map[string]bool{"id": true, "follows": true, "customer.id": true, "order.id": true, "order.ref": false, "summary": false, "customer.name": false} {
			in := map[string]any{"id": "T", "service": "s", "occurred_at": "2026-03-01T12:00:00Z"}
			outer, name, nested := strings.Cut(path, ".")
			if nested {
				in[outer] = map[string]any{name: "a" + string(r) + "b"}
			} else {
				in[path] = "a" + string(r) + "b"
			}
			text, err := json.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile("i.json", text, 0o644); err != nil {
				t.Fatal(err)
			}
			status, stdout, stderr := quickly(t, "decide", "--playbooks", "pb", "i.json")
			if (status == 1) != refused || refused && !strings.Contains(stdout, path) {
				t.Errorf("%U in %s: %d\n%s%s", r, path, status, stdout, stderr)
			}
		}
	}
}

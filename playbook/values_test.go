package playbook_test

import (
	"strings"
	"testing"

	"github.com/servicerecovery/amends/playbook"
)

// part reads a playbook with one more section.
func part(section string) playbook.Diagnostics {
	_, ds := playbook.Parse("p.yaml", []byte("amends: v1\nplaybook: p\nreview_by: 2027-06-30\nplays: [{id: a, approach: standardised-response, when: true}]\n"+section+"\n"))
	return ds
}

func TestLanguages(t *testing.T) {
	for tag, want := range map[string]bool{
		"en": true, "es-MX": true, "ES-mx": true, "es-419": true, "zh-Hant-TW": true, "sl-rozaj-biske": true, "de-CH-1901": true,
		"en-u-ca-gregory": true, "en-a-bb-x-c": true, "x-klingon": true, "i-klingon": true, "zh-cmn-Hans-CN": true, "en-GB-oed": true, "sgn-BE-FR": true,
		"en-a": false, "en-u": false, "de-419-DE": false, "en-very-long-x": false, "x": false, "i-elvish": false, "e": false, "en-": false,
		"en_GB": false, "abcdefghi": false, "en-GB-GB": false, "1a": false, "en-x": false, "en--GB": false, "ñandu": false,
	} {
		ds := part("messages: {m: {" + tag + ": text}}")
		if got := len(ds) == 0; got != want {
			t.Errorf("%s: %v", tag, ds)
		}
		if len(ds) > 0 && (ds[0].Code != "bad-language" || ds[0].Hint == "") {
			t.Errorf("%s: %v", tag, ds)
		}
	}
}

func TestEmptyMessages(t *testing.T) {
	for text, want := range map[string]string{
		`""`: "wrong-type p.yaml:5:20", `"  "`: "wrong-type p.yaml:5:20", `"\n"`: "wrong-type p.yaml:5:20", "": "wrong-type p.yaml:5:16", `" a "`: "",
	} {
		if ds := part("messages: {m: {en: " + text + "}}"); codes(ds) != want {
			t.Errorf("%s: %v, want %s", text, ds, want)
		}
	}
}

func TestDayRemedies(t *testing.T) {
	for days, want := range map[string]string{
		"monday":           "write `mon`",
		"mo":               "write `mon`",
		"Tues":             "write `tue`",
		"wendesday":        "write `wed`",
		"Monday-Friday":    "write `mon-fri`",
		"monday to friday": "write `mon-fri`",
		"mon–fri":          "write `mon-fri`",
		"mon-tue-wed":      "write `mon-wed`, the range of these days",
		"mon,tue":          "write `mon-tue`, the range of these days",
		"sat, sun, mon":    "write `sat-mon`, the range of these days",
		"mon, wed":         "give each day an entry of its own: `mon: …`, `wed: …`",
		"mon-wed-fri":      "give each day an entry of its own: `mon: …`, `wed: …`, `fri: …`",
		"weekdays":         "write `mon-fri`",
		"weekend":          "write `sat-sun`",
		"holidays":         "",
		"":                 "",
		"-":                "",
	} {
		ds := part("calendars: {c: {hours: {'" + days + "': '09:00-10:00'}}}")
		if len(ds) != 1 || ds[0].Code != "bad-day" || ds[0].Hint != want {
			t.Errorf("%s: %v, hint %q", days, ds, ds[0].Hint)
		}
	}
}

// A second row `otherwise` is at fault, not the first.
func TestOtherwiseRows(t *testing.T) {
	for rows, want := range map[string]string{
		"{from: 1, c: 2}, {otherwise: true, c: 3}":                          "",
		"{from: 1, c: 2}, {otherwise: true, c: 3}, {otherwise: true, c: 4}": "row-order p.yaml:5:79",
		"{otherwise: true, c: 3}, {from: 1, c: 2}":                          "row-order p.yaml:5:37",
		"{otherwise: true, c: 3}, {from: 1, c: 2}, {otherwise: true, c: 4}": "row-order p.yaml:5:37, row-order p.yaml:5:79",
	} {
		if ds := part("tables: {t: {by: incident.x, rows: [" + rows + "]}}"); codes(ds) != want {
			t.Errorf("%s: %v, want %s", rows, ds, want)
		}
	}
}

// A blank is missing after a dash, and YAML reads keys.
func TestDashesWithoutBlank(t *testing.T) {
	for section, want := range map[string]string{
		"limits:\n  -of: refund":                               "wrong-type p.yaml:6:3",
		"applies: 'true'\n-x: 1":                               "unknown-key p.yaml:6:1",
		"facts: {f: {count: incidents, last: 1d, -same: [x]}}": "unknown-key p.yaml:5:41",
	} {
		ds := part(section)
		if codes(ds) != want || !strings.Contains(ds[0].Hint, "a blank after the dash") {
			t.Errorf("%s: %v, want %s", section, ds, want)
		}
	}
}

package recovery_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// said are the words of a decision's messages, in the order of its actions.
func said(d *recovery.Decision) []string {
	var out []string
	for _, a := range d.Actions {
		if a.Message != nil {
			out = append(out, a.Message.Text)
		}
	}
	return out
}

func warned(d *recovery.Decision, code recovery.WarningCode) []string {
	var out []string
	for _, w := range d.Warnings {
		if w.Code == code {
			out = append(out, w.Play+": "+w.Message)
		}
	}
	return out
}

// A total has the amounts of its currency, after limits, and not what a partner is paid.
func TestDecisionTotal(t *testing.T) {
	d := newDesk(t, `
incident: {failure: {type: string, default: ""}}
messages:
  sum: {en: 'this is ${action.amount}, and ${decision.total} in all'}
partners:
  bike: {agreement: {ref: A, from: 2026-01-01, until: 2026-12-31}, outbound: {cost: 6 EUR}}
plays:
  - id: a
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - compensate: {amount: 10 EUR, message: sum}
      - refund: {amount: 20 EUR, message: sum}
  - id: b
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - refund: {id: dollars, amount: 7 USD, message: sum}
      - compensate: {id: more, amount: 4 EUR}
  - id: c
    approach: partner-substitute
    when: incident.failure == "late"
    substitute: {}
limits:
  - {of: [compensate], at_most: 12 EUR}
`)
	got := said(d.handle(recovery.Incident{Failure: "late"}))
	want := []string{"this is 10.00 EUR, and 32.00 EUR in all", "this is 20.00 EUR, and 32.00 EUR in all", "this is 7.00 USD, and 7.00 USD in all"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A decision warns of a message that has no text in a wanted language: once for a play and message,
// last of all warnings, and not where no language is wanted.
func TestLanguageWarning(t *testing.T) {
	d := newDesk(t, `
messages:
  sorry: {en: sorry, es-ES: perdón}
plays:
  - id: a
    approach: standardised-response
    review_by: 2026-01-31
    when: incident.severity == 1
    do:
      - apologise: {message: sorry}
      - notify: {to: customer, message: sorry}
`)
	for i, c := range []struct{ incident, customer, text, warning string }{
		{"es_MX", "", "perdón", ""},
		{"", "es", "perdón", ""},
		{"ja", "es-419", "perdón", ""},
		{"", "", "sorry", ""},
		{" ", "", "sorry", ""},
		{"ja", "", "sorry", `pb/a: message sorry has no text in "ja"; its first text is taken, "en"`},
		{"", "ko", "sorry", `pb/a: message sorry has no text in "ko"; its first text is taken, "en"`},
		{"ja\n", "ko", "sorry", `pb/a: message sorry has no text in "ja\n" or "ko"; its first text is taken, "en"`},
		{strings.Repeat("é", 50), "", "sorry", `pb/a: message sorry has no text in "` + strings.Repeat("é", 40) + `…"; its first text is taken, "en"`},
	} {
		in := recovery.Incident{ID: fmt.Sprint("T-", i), Severity: 1, Language: c.incident}
		in.Customer.Language = c.customer
		got := d.handle(in)
		if words := said(got); len(words) != 2 || words[0] != c.text || words[1] != c.text {
			t.Errorf("%q and %q: got %q, want %q twice", c.incident, c.customer, words, c.text)
		}
		if w := strings.Join(warned(got, recovery.WarnLanguage), "\n"); w != c.warning {
			t.Errorf("%q and %q: warned %q, want %q", c.incident, c.customer, w, c.warning)
		}
		if last := len(got.Warnings) - 1; c.warning != "" && (last < 1 || got.Warnings[last].Code != recovery.WarnLanguage) {
			t.Errorf("the warnings are %v, want language last", got.Warnings)
		}
	}
}

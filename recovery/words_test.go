package recovery_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

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

// TestWarningsSpeakInTheZone has the times of warnings as people of the playbook read them: the play's
// own zone, else the shared one; without a play that matched, that of the set.
func TestWarningsSpeakInTheZone(t *testing.T) {
	const plays = "plays: [{id: p, approach: standardised-response, when: incident.failure == \"late\", do: [{respond: {within: 1h}}]}]\n"
	const late = "pb/p: respond was to be done by %s, before this decision asks for it"
	const ahead = ": responded_at lies ahead, at %s: it has not happened yet"
	for _, c := range []struct{ name, own, shared, failure, due, responded string }{
		{"no zone", "", "", "late", "2026-03-02T08:30:00Z", "2026-07-01T12:00:00Z"},
		{"its own", "zone: Europe/Madrid\n", "", "late", "2026-03-02T09:30:00+01:00", "2026-07-01T14:00:00+02:00"},
		{"the shared one", "", "Asia/Kolkata", "late", "2026-03-02T14:00:00+05:30", "2026-07-01T17:30:00+05:30"},
		{"both", "zone: America/New_York\n", "Asia/Kolkata", "late", "2026-03-02T03:30:00-05:00", "2026-07-01T08:00:00-04:00"},
		{"nothing matched", "zone: Europe/Madrid\n", "", "lost", "", "2026-07-01T14:00:00+02:00"},
		{"nothing matched, shared", "zone: America/New_York\n", "Asia/Kolkata", "lost", "", "2026-07-01T17:30:00+05:30"},
	} {
		set := fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\n" + c.own + plays)}}
		if c.shared != "" {
			set["shared.yaml"] = &fstest.MapFile{Data: []byte("amends: v1\nshared: all\nzone: " + c.shared + "\n")}
		}
		engine, err := recovery.Load(set, recovery.WithClock(func() time.Time { return at("2026-03-02T09:00:00Z") }))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		d := &desk{Engine: engine, t: t}
		got := d.handle(recovery.Incident{Failure: c.failure, ReportedAt: at("2026-03-02T07:30:00Z"), RespondedAt: at("2026-07-01T12:00:00Z")})
		var want []string
		if c.due != "" {
			want = append(want, fmt.Sprintf(late, c.due))
		}
		want = append(want, fmt.Sprintf(ahead, c.responded))
		said := append(warned(got, recovery.WarnLateWhenGiven), warned(got, recovery.WarnInTheFuture)...)
		if !slices.Equal(said, want) {
			t.Errorf("%s: got %q, want %q", c.name, said, want)
		}
	}
}

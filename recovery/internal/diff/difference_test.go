package diff_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/diff"
)

// incident completes an incident of the base set's service.
func incident(rest string) string {
	return `{"id": "T", "service": "parcel", "occurred_at": "2026-03-02T10:00:00Z", "order": {"value": "60 EUR"}, ` + rest + `}`
}

func caseOf(json string) diff.Case {
	return diff.Case{Place: "here", Read: func() (in recovery.Incident, err error) {
		err = in.UnmarshalJSON([]byte(json))
		return in, err
	}}
}

func verdict(t *testing.T, old, new *diff.Side, json string) diff.Verdict {
	t.Helper()
	c, err := diff.NewComparer(old, new)
	if err != nil {
		t.Fatal(err)
	}
	return c.Compare(caseOf(json))
}

func effectsOf(v diff.Verdict) []string {
	var out []string
	for _, d := range v.Differences {
		out = append(out, strings.TrimSuffix(string(d.Effect)+" "+d.Play, " "))
	}
	return out
}

func TestDifferences(t *testing.T) {
	const late = `"failure": "late", "delay": "30h", "customer": {"id": "C", "name": "Ana", "language": "es"}`
	const damaged, rude, lost = `"failure": "damaged", "severity": 5`, `"failure": "rude", "customer": {"tier": "gold"}`, `"failure": "lost", "region": "MAD"`
	old := open(t, "old", setOf(base(t)))
	for _, c := range []struct {
		name     string
		edits    []string
		incident string
		want     []string
	}{
		{"nothing", []string{"title: Parcels", "title: Others"}, late, nil},
		{"a play that does not match", []string{"within: 30m", "within: 20m"}, late, nil},
		{"play gained, and the fallback lost", []string{`incident.failure == "damaged"`, `incident.failure in ["damaged", "wet"]`}, `"failure": "wet"`,
			[]string{"play-gained parcels/damaged", "play-lost parcels/rest", "action-removed parcels/rest", "action-added parcels/damaged"}},
		{"case", []string{`money("100 EUR")`, `money("50 EUR")`}, damaged, []string{"case parcels/damaged", "amount parcels/damaged", "action-added parcels/damaged"}},
		{"action added", []string{"      - inform: {every: 24h}\n", "      - inform: {every: 24h}\n      - callback: {}\n"}, late, []string{"action-added parcels/late"}},
		{"action removed", []string{"      - inform: {every: 24h}\n", ""}, late, []string{"action-removed parcels/late"}},
		{"amount", []string{"amount: 5 EUR", "amount: 6 EUR"}, late, []string{"amount parcels/late"}},
		{"deadline", []string{"message: sorry, within: 1h", "message: sorry, within: 2h"}, late, []string{"deadline parcels/late"}},
		{"interval", []string{"every: 24h", "every: 12h"}, late, []string{"deadline parcels/late"}},
		{"calendar", []string{`fri: "09:00-15:00"`, `fri: "09:00-14:00"`, `mon-thu: ["09:00-14:00", "16:00-19:00"]`, `mon-thu: ["09:00-14:00", "16:00-18:00"]`}, late, []string{"deadline parcels/late"}},
		{"message", []string{"es: Lo sentimos", "es: Lo lamentamos"}, late, []string{"message parcels/late"}},
		{"message of another language", []string{"en: We are sorry", "en: We are so sorry"}, late, nil},
		{"message that is folded", []string{"    es: Lo sentimos, ${incident.customer.name}.\n", "    es: >\n      Lo sentimos,\n      ${ incident.customer.name }.\n"}, late, nil},
		{"owner", []string{"owner: quality", "owner: night-shift"}, damaged, []string{"owner parcels/damaged"}},
		{"note", []string{"Ask for a picture", "Ask"}, damaged, []string{"note parcels/damaged"}},
		{"parameter", []string{"as: voucher", "as: cash"}, late, []string{"parameter parcels/late"}},
		{"if late", []string{"if_late: [{escalate: {to: duty-manager}}]", "if_late: [{escalate: {to: team-lead}}]"}, late, []string{"if-late parcels/late"}},
		{"choice", []string{"to: 150 EUR", "to: 100 EUR"}, rude, []string{"choice parcels/valued"}},
		{"what may be chosen, in another order", []string{"as: [cash, voucher]", "as: [voucher, cash]"}, rude, nil},
		{"decider", []string{"decider: duty-manager", "decider: team-lead"}, rude, []string{"choice parcels/valued"}},
		{"withheld", []string{"at_most: 250 EUR", "at_most: 3 EUR"}, late, []string{"amount parcels/late", "withheld parcels/late"}},
		{"partner", []string{"capacity: {units: 40, per: day}", "capacity: {units: 1, per: day}", "units: 1}", "units: 2}"}, lost,
			[]string{"action-removed parcels/by-bike", "action-added parcels/by-bike", "partner parcels/by-bike", "warning parcels/by-bike"}},
		{"substitute cost", []string{"cost: 6.50 EUR", "cost: 7 EUR"}, lost, []string{"amount parcels/by-bike"}},
		{"stale", []string{"review_by: 2027-06-30", "review_by: 2026-01-01"}, late, []string{"warning parcels/late"}},
		{"unanswered", []string{`when: "true"`, `when: incident.severity < 1`}, `"failure": "odd"`, []string{"play-lost parcels/rest", "action-removed parcels/rest", "unanswered parcels/rest"}},
		{"refused", []string{"incident.order.value * tables", `(incident.order.value - money("70 EUR")) * tables`}, damaged, []string{"refused parcels/damaged"}},
		{"required field", []string{"  delay: {", "  height: int\n  delay: {"}, late, []string{"refused"}},
		{"refused by both", []string{"amount: 5 EUR", "amount: 6 EUR"}, late + `, "phase": "later"`, nil},
		{"renamed play", []string{"id: late", "id: too-late"}, late, []string{"play-gained parcels/too-late", "play-lost parcels/late"}},
		{"order of actions", []string{"      - apologise: {message: sorry, within: 1h}\n      - inform: {every: 24h}\n", "      - inform: {every: 24h}\n      - apologise: {message: sorry, within: 1h}\n"}, late, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := verdict(t, old, open(t, "new", setOf(edit(t, base(t), c.edits...))), incident(c.incident))
			if d := cmp.Diff(c.want, effectsOf(v)); d != "" {
				t.Errorf("wanted (-) and got (+):\n%s\nold %+v\nnew %+v", d, v.Old.Err, v.New.Err)
			}
		})
	}
}

// TestTurningBack holds that what turned one way turns back the other.
func TestTurningBack(t *testing.T) {
	old := open(t, "old", setOf(base(t)))
	changed := open(t, "new", setOf(edit(t, base(t), `when: "true"`, `when: incident.severity < 1`)))
	v := verdict(t, changed, old, incident(`"failure": "odd"`))
	want := []string{"play-gained parcels/rest", "action-added parcels/rest", "no-longer-unanswered parcels/rest"}
	if d := cmp.Diff(want, effectsOf(v)); d != "" {
		t.Error(d)
	}
	strict := open(t, "new", setOf(edit(t, base(t), "  delay: {", "  height: int\n  delay: {")))
	if got := effectsOf(verdict(t, strict, old, incident(`"failure": "odd"`))); len(got) != 1 || got[0] != "no-longer-refused" {
		t.Errorf("got %q", got)
	}
}

// TestTimeOfDeciding: each incident is decided when it occurred, or when its case
// says.
func TestTimeOfDeciding(t *testing.T) {
	side := open(t, "side", setOf(base(t)))
	c, err := diff.NewComparer(side, side)
	if err != nil {
		t.Fatal(err)
	}
	x := caseOf(incident(`"failure": "odd"`))
	for _, at := range []time.Time{{}, time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)} {
		x.At = at
		want := at
		if at.IsZero() {
			want = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		}
		v := c.Compare(x)
		if v.Old.Err != nil || !v.Old.Decision.DecidedAt.Equal(want) || !v.New.Decision.DecidedAt.Equal(want) {
			t.Errorf("decided at %v (%v), wanted %v", v.Old.Decision, v.Old.Err, want)
		}
	}
}

func TestImpact(t *testing.T) {
	text := strings.ReplaceAll(base(t), "at_most: 250 EUR", "at_most: 90000000000000000 EUR")
	yen := "      - compensate: {id: yen, amount: 7 JPY}\n      - resolve:"
	old := open(t, "old", setOf(text))
	changed := open(t, "new", setOf(edit(t, text, "amount: 5 EUR", "amount: 6.50 EUR", "      - resolve:", yen, "incident.order.value * tables.tiers.share", "incident.order.value * 2")))
	c, err := diff.NewComparer(old, changed)
	if err != nil {
		t.Fatal(err)
	}
	impact := diff.NewImpact(1)
	for _, json := range []string{
		incident(`"failure": "late", "delay": "30h"`), incident(`"failure": "late", "delay": "30h"`), incident(`"failure": "late", "delay": "1h"`),
		strings.Replace(incident(`"failure": "damaged", "severity": 1`), "60 EUR", "30000000000000000 EUR", 1),
		strings.Replace(incident(`"failure": "damaged", "severity": 1`), "60 EUR", "30000000000000000 EUR", 1),
		`{"id": "X"}`, `no`,
	} {
		impact.Add(c.Compare(caseOf(json)))
	}
	impact.Finish()
	if impact.Incidents != 7 || impact.Changed != 4 || impact.RefusedBoth != 2 || impact.Unreadable.Count != 1 || len(impact.Examples) != 1 {
		t.Errorf("got %+v", impact)
	}
	page := (&diff.Report{Old: "old", New: "new", Impact: impact}).Text(false).String()
	got := strings.Join(strings.Fields(page), " ")
	for _, want := range []string{
		"compensate 10.00 EUR 13.00 EUR +3.00 EUR refund 6,000,000,000,000,000.00 EUR 120,000,000,000,000,000.00 EUR", // more than one amount can hold
		"compensate 0 JPY 14 JPY +14 JPY", "in all 0 JPY 14 JPY +14 JPY",
		"parcels/damaged 2 another amount 2", "parcels/late 2 an action more 2 another amount 2", "and 3 more",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, page)
		}
	}
}

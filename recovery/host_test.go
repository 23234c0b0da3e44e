package recovery_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
)

const hosted = `
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{respond: {within: 3h, calendar: office}}, {escalate: {to: team-lead}}]
`

// office is open on weekdays, on two shifts that end at night on Fridays, and not at Christmas.
func office(t *testing.T) map[string]worktime.Rules {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	var week worktime.Week
	for day := time.Monday; day <= time.Friday; day++ {
		week[day] = []worktime.Shift{{From: 9 * 60, Until: 13*60 + 30}, {From: 15 * 60, Until: 18 * 60}}
	}
	week[time.Friday] = []worktime.Shift{{From: 21 * 60, Until: 26 * 60}}
	return map[string]worktime.Rules{"office": {
		Zone: zone, Versions: []worktime.Version{{Week: week, Cutoff: 15*60 + 5}},
		Holidays: []worktime.Holiday{
			{Kind: worktime.OnEvery, Every: worktime.MonthDay{Month: time.December, Day: 25}},
			{Kind: worktime.OnEaster, Easter: 1},
			{Kind: worktime.OnEaster, Easter: -2, Orthodox: true, Hours: []worktime.Shift{{From: 600, Until: 660}}},
		},
	}}
}

// TestHostNames hands in roles and calendars. They count as if the set had declared them.
func TestHostNames(t *testing.T) {
	d := newDesk(t, hosted, recovery.WithRoles("team-lead", "agent", "agent"), recovery.WithCalendars(office(t)))
	got := d.handle(recovery.Incident{Failure: "late", ReportedAt: at("2026-03-02T11:30:00Z"), OccurredAt: at("2026-03-02T11:30:00Z")})
	if due := got.Actions[0].DueAt; !due.Equal(at("2026-03-02T16:00:00Z")) {
		t.Errorf("due at %s: one hour until 13:30, and two from 15:00 on", due)
	}
	plain := newDesk(t, strings.Replace(hosted, ", calendar: office", "", 1))
	named := newDesk(t, strings.Replace(hosted, ", calendar: office", "", 1), recovery.WithRoles("team-lead"))
	if plain.Set().Digest == named.Set().Digest {
		t.Error("what the host hands in is no part of the digest")
	}
	if err := named.Reload(fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\n" + strings.Replace(hosted, "team-lead", "team-laed", 1))}}); err == nil || !strings.Contains(err.Error(), "team-lead") {
		t.Errorf("a reload forgets the roles: %v", err)
	}
}

// TestHostNamesWrong hands in what no set could declare.
func TestHostNamesWrong(t *testing.T) {
	load := func(path string, o recovery.Option) error {
		_, err := recovery.Load(fstest.MapFS{path: {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\n" + strings.Replace(hosted, ", calendar: office", "", 1))}}, o)
		return err
	}
	for _, x := range []struct {
		path   string
		option recovery.Option
		want   string
	}{
		{"set.yaml", recovery.WithRoles("agent"), "there is no role `team-lead`"},
		{"set.yaml", recovery.WithCalendars(map[string]worktime.Rules{"Office Hours": office(t)["office"]}), "Office Hours"},
		{"set.yaml", recovery.WithCalendars(map[string]worktime.Rules{"never": {}}), "host.yaml"},
		{"host.yaml", recovery.WithRoles("team-lead"), "hands in a file"},
	} {
		err := load(x.path, x.option)
		var diags playbook.Diagnostics
		if !errors.As(err, &diags) || !strings.Contains(err.Error(), x.want) {
			t.Errorf("got %v, want %q", err, x.want)
		}
	}
}

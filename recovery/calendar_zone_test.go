package recovery_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// branches is a set with one calendar whose zone is to be filled in, and each way to use it.
const branches = `
amends: v1
playbook: branches
zone: Europe/Madrid
review_by: 2030-01-01
incident:
  zone: {type: string, one_of: [Europe/Madrid, Atlantic/Canary, America/New_York], default: Atlantic/Canary}
  home: {type: string, one_of: [Europe/Madrid, Atlantic/Canary, America/New_York], optional: true}
  which: {type: string, one_of: [branch, desk], default: branch}
  vip: {type: bool, default: false}
terms:
  place: incident.zone
  opened: open("branch", incident.occurred_at)
tables:
  places:
    by: incident.zone
    rows:
      - {is: Europe/Madrid, zone: Europe/Madrid, calendar: branch}
      - {is: Atlantic/Canary, zone: Atlantic/Canary, calendar: branch}
      - {is: America/New_York, zone: America/New_York, calendar: desk}
calendars:
  branch: {zone: ZONE, hours: {mon-fri: "09:00-14:00", sat: "22:00-02:00"}, cutoff: "12:00", holidays: [2026-03-04, {easter: 1}]}
  desk: {hours: {mon-sun: "08:00-20:00"}}
messages:
  hello:
    en: "${open(\"branch\", incident.occurred_at) ? \"open\" : \"closed\"}, ${worked(\"branch\", incident.occurred_at, incident.occurred_at + days(9))}"
plays:
  - id: always
    approach: standardised-response
    when: "true"
    do:
      - acknowledge: {within: 4h, calendar: branch}
      - respond: {within: 2wd, calendar: branch, pauses: true}
      - resolve: {within: 3d, ends: working-day, calendar: branch}
      - callback: {after: 1wd, within: 1wd, calendar: incident.which}
      - explain: {within: 1wd, calendar: tables.places.calendar, message: hello}
      - survey: {within: 1wd, calendar: 'incident.vip ? "desk" : "branch"'}
      - apologise: {after: 1h, calendar: branch}
  - {id: open, approach: standardised-response, when: 'open("branch", incident.occurred_at)', do: [{notify: {to: a}}]}
  - {id: any, approach: standardised-response, when: 'open(incident.which, incident.occurred_at) && terms.opened', do: [{notify: {to: b}}]}
  - {id: day, approach: standardised-response, when: 'workday("branch", date(incident.occurred_at), 2) > date("2026-03-05")', do: [{notify: {to: c}}]}
  - {id: worked, approach: standardised-response, when: 'workdays("branch", date(incident.occurred_at), date("2026-04-30")) > 38 && worked(incident.which, incident.occurred_at, incident.occurred_at + days(2)) > hours(5)', do: [{notify: {to: d}}]}
  - id: choice
    approach: case-by-case
    when: "true"
    discretion: {decider: boss, within: 1wd, calendar: branch, options: [{apologise: {}}, {notify: {to: x}}]}
`

// named are the names in a decision that differ from set to set, and the values that it shows for its
// conditions: the zone is one of them.
var named = regexp.MustCompile(`(sha256:|[a-z]+_)[0-9a-f]{16,}|"because":\[[^]]*\]`)

// A calendar that picks its zone gives what the calendar with that zone written gives.
func TestZoneOfACalendar(t *testing.T) {
	zones := []string{"Europe/Madrid", "Atlantic/Canary", "America/New_York"}
	engines := map[string]*recovery.Engine{}
	var now time.Time
	decide := func(t *testing.T, zone string, in recovery.Incident) string {
		t.Helper()
		if engines[zone] == nil {
			set := strings.Replace(branches, "ZONE", zone, 1)
			engine, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(set)}}, recovery.WithClock(func() time.Time { return now }))
			if err != nil {
				t.Fatal(err)
			}
			engines[zone] = engine
		}
		now = in.OccurredAt.Add(time.Hour)
		d, err := engines[zone].Decide(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return named.ReplaceAllString(string(text), "…")
	}
	for _, picked := range []string{
		"incident.zone", "terms.place", "tables.places.zone", `'incident.?home.orValue("Atlantic/Canary")'`,
		`'incident.zone == "Europe/Madrid" ? "Europe/Madrid" : incident.zone == "America/New_York" ? "America/New_York" : "Atlantic/Canary"'`,
	} {
		seen := map[string]bool{}
		for _, zone := range zones {
			for i, base := range []string{"2026-03-02T08:30:00Z", "2026-03-02T12:30:00Z", "2026-03-03T13:30:00Z", "2026-03-29T00:30:00Z", "2026-10-24T23:30:00Z", "2026-04-03T09:00:00Z"} {
				in := recovery.Incident{
					ID: "T", Service: "s", OccurredAt: at(base), ReportedAt: at(base),
					Fields: map[string]any{"zone": zone, "home": zone, "which": []string{"branch", "desk"}[i%2], "vip": i%3 == 0},
					Paused: []recovery.Pause{{From: at(base).Add(30 * time.Minute), Until: at(base).Add(26 * time.Hour)}},
				}
				got, want := decide(t, picked, in), decide(t, zone, in)
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%s in %s at %s: %s", picked, zone, base, d)
				}
				seen[fmt.Sprint(base, got)] = true
			}
		}
		if len(seen) < 18 {
			t.Errorf("%s: the zones gave only %d different decisions", picked, len(seen))
		}
	}
}

// The agenda of an incident runs by the calendar of its decision's record, in the zone that the incident had.
func TestAgendaInTheZoneOfACalendar(t *testing.T) {
	d := newDesk(t, `
incident:
  zone: {type: string, one_of: [Europe/Madrid, Atlantic/Canary], default: Europe/Madrid}
calendars:
  branch: {zone: incident.zone, hours: {mon-fri: "09:00-14:00"}}
plays:
  - id: any
    approach: standardised-response
    when: "true"
    do: [{resolve: {within: 1wd, calendar: branch, pauses: true}}]
`)
	for zone, want := range map[string]string{"Europe/Madrid": "due resolve 2026-03-04T08:30", "Atlantic/Canary": "due resolve 2026-03-04T09:30"} {
		in := recovery.Incident{ID: "in " + zone, Service: "s", OccurredAt: at("2026-03-02T08:00:00Z"), Fields: map[string]any{"zone": zone}}
		decision := d.handle(in)
		closes := at("2026-03-03T13:00:00Z")
		if zone == "Atlantic/Canary" {
			closes = at("2026-03-03T14:00:00Z")
		}
		// Half an hour of the time to closing is on hold, and is left to the morning after.
		in.Paused = []recovery.Pause{{From: closes.Add(-30 * time.Minute), Until: closes.Add(time.Hour)}}
		list := agendaOf(decision, in, closes.Add(2*time.Hour))
		if d := cmp.Diff([]string{want}, owed(list)); d != "" {
			t.Errorf("%s: %s", zone, d)
		}
	}
}

// An expression that picks a calendar reads the zones of those alone that it can pick.
func TestZonesOfOtherCalendars(t *testing.T) {
	set := `
amends: v1
playbook: desk
review_by: 2030-01-01
incident:
  which: {type: string, one_of: [near, here], default: near}
  any: {type: string, one_of: [near, far], default: near}
  place: {type: string, one_of: [Europe/Madrid, Asia/Tokyo], default: Asia/Tokyo}
  away: {type: string, one_of: [Europe/Madrid, Asia/Tokyo], optional: true}
calendars:
  near: {zone: incident.place, hours: {mon-fri: "09:00-17:00"}}
  far: {zone: incident.away, hours: {mon-fri: "09:00-17:00"}}
  here: {hours: {mon-fri: "09:00-17:00"}}
plays:
  - {id: near, approach: standardised-response, when: 'open(incident.which, incident.occurred_at)', do: [{notify: {to: a, calendar: incident.which, within: 1h}}]}
  - {id: far, approach: standardised-response, when: 'has(incident.away) && open(incident.any, incident.occurred_at)', do: [{notify: {to: b, calendar: incident.any, within: 1h}}]}
`
	load := func(set string) (*recovery.Engine, error) {
		return recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(set)}}, recovery.WithClock(func() time.Time { return at("2026-03-03T00:00:00Z") }))
	}
	engine, err := load(set)
	if err != nil {
		t.Fatal(err)
	}
	d, err := engine.Decide(t.Context(), recovery.Incident{ID: "T", Service: "s", OccurredAt: at("2026-03-02T02:00:00Z")})
	if err != nil || len(d.Actions) != 1 || !d.Actions[0].DueAt.Equal(at("2026-03-03T01:00:00Z")) {
		t.Errorf("%+v, %v", d, err)
	}
	_, err = load(strings.Replace(set, "has(incident.away) && ", "", 1))
	if err == nil || !strings.Contains(err.Error(), "incident.away may have no value, and calendars.far.zone reads it") {
		t.Errorf("without the guard: %v", err)
	}
}

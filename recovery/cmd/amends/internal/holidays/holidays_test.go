package holidays

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// loads pastes a list into a calendar and loads it.
func loads(t *testing.T, days []Day) {
	t.Helper()
	list := ""
	for _, d := range days {
		list += "      " + d.Line() + "\n"
	}
	set, diags := playbook.Load(fstest.MapFS{"p.yaml": {Data: []byte(`amends: v1
playbook: p
review_by: 2030-01-01
calendars:
  office:
    hours: {mon-fri: "09:00-17:00"}
    holidays:
` + list + `plays:
  - {id: a, approach: standardised-response, when: "true", do: [{resolve: {within: 1wd, calendar: office}}]}
`)}})
	_, said := policy.Compile(set)
	if len(diags)+len(said) > 0 {
		t.Errorf("%v%v\n%s", diags, said, list)
	}
}

// TestEveryCountryLoads holds that each list can be pasted as it is.
func TestEveryCountryLoads(t *testing.T) {
	for code, c := range countries {
		regions := []string{""}
		for r := range c.regions {
			regions = append(regions, r)
		}
		for r := range c.besides {
			regions = append(regions, r)
		}
		for _, region := range regions {
			days, err := Of(strings.ToLower(code), region, 2024, 2030)
			if region == "" && c.all == nil {
				if err == nil || !strings.Contains(err.Error(), "--region") {
					t.Errorf("%s without a region: %v", code, err)
				}
				continue
			}
			if err != nil || len(days) < 7*5 {
				t.Errorf("%s-%s has %d days, %v", code, region, len(days), err)
			}
			loads(t, days)
		}
	}
}

func TestOf(t *testing.T) {
	for _, test := range []struct{ code, region, day string }{
		{"ES", "MD", `- {date: 2026-05-02, name: "Fiesta de la Comunidad de Madrid"}`},
		{"ES", "md", `- {date: 2026-04-02, name: "Jueves Santo"}`},
		{"ES", "CT", `- {date: 2026-04-06, name: "Lunes de Pascua"}`},
		{"ES", "", `- {date: 2026-04-03, name: "Viernes Santo"}`},
		{"DE", "BY", `- {date: 2026-06-04, name: "Fronleichnam"}`},
		{"US", "", `- {date: 2026-07-03, name: "Independence Day (observed)"}`},
		{"US", "", `- {date: 2027-12-31, name: "New Year's Day (observed)"}`},
	} {
		days, err := Of(test.code, test.region, 2026, 2027)
		found := false
		for _, d := range days {
			found = found || d.Line() == test.day
			if d.From.Year() < 2026 || d.From.Year() > 2027 {
				t.Errorf("%s is not in the years", d.Line())
			}
		}
		if !found || err != nil {
			t.Errorf("%s-%s has no %s (%v)", test.code, test.region, test.day, err)
		}
	}
	for _, test := range []struct {
		code, region string
		from, until  int
		want         string
	}{
		{"XX", "", 2026, 2027, `the holidays of "XX" are not known; known are AR, `},
		{"ES", "XX", 2026, 2027, "the region XX of ES is not known; known are AN, "},
		{"FR", "IDF", 2026, 2027, "no regions of FR are known"},
		{"ES", "", 2027, 2026, "the years 2027 to 2026 cannot be listed"},
		{"ES", "", 1, 2, "the years 1 to 2 cannot be listed"},
		{"ES", "", 2000, 2100, "the years 2000 to 2100 cannot be listed"},
	} {
		if days, err := Of(test.code, test.region, test.from, test.until); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%d days, %v; want %s", len(days), err, test.want)
		}
	}
}

func TestICS(t *testing.T) {
	event := func(lines ...string) string {
		return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\n"
	}
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" +
		event("DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261226", "SUMMARY:Christmas\\, \"the\" da", " y\u200b") +
		event("DTSTART;VALUE=DATE:20260803", "DTEND;VALUE=DATE:20260815", "SUMMARY:Works", "BEGIN:VALARM", "SUMMARY:alarm", "END:VALARM") +
		event("DTSTART:20260101", "RRULE:FREQ=YEARLY", "SUMMARY;LANGUAGE=en:New Year") +
		event("DTSTART;VALUE=DATE:20261225", "SUMMARY:Navidad") +
		event("DTSTART;TZID=Europe/Madrid:20260102T100000", "SUMMARY:Meeting") +
		event("DTSTART;VALUE=DATE:20260102", "STATUS:CANCELLED", "SUMMARY:Gone") +
		event("DTSTART;VALUE=DATE:20260102", "RRULE:FREQ=MONTHLY", "SUMMARY:Pay day") +
		event("DTSTART;VALUE=DATE:20260230", "SUMMARY:Never") +
		"END:VCALENDAR\r\n"
	days, left, err := ICS("\ufeff" + text)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, d := range days {
		got += d.Line() + "\n"
	}
	const want = `- {from: 2026-08-03, until: 2026-08-14, name: "Works"}
- {date: 2026-12-25, name: "Christmas, 'the' day, Navidad"}
- {every: 01-01, name: "New Year"}
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	const reasons = `line 26: "Meeting" has a time of the day, and holidays are whole days
line 30: "Gone" is cancelled
line 35: "Pay day" comes back by a rule that is no day of each year ("FREQ=MONTHLY"): list its days
line 40: "Never" begins on no date: "20260230"`
	if strings.Join(left, "\n") != reasons {
		t.Errorf("left out\n%s", strings.Join(left, "\n"))
	}
	loads(t, days)
	for _, bad := range []string{"", "hello", text[:200]} {
		if days, _, err := ICS(bad); err == nil {
			t.Errorf("%q has %d days", bad, len(days))
		}
	}
}

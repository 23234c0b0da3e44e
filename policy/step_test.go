package policy_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// stepsIn compiles a play with one action, and returns what is wrong: code and place.
func stepsIn(t *testing.T, do string) (*policy.Program, string) {
	t.Helper()
	src := `amends: v1
playbook: p
review_by: 2027-06-30
calendars: {office: {hours: {mon-fri: "09:00-17:00"}}}
actions: {gift: {params: {amount: money}}, call: {params: {to: string}}}
incident: {vip: {type: bool, default: false, about: some cases read it}}
plays:
  - {id: a, approach: standardised-response, when: true, do: [` + do + `]}
  - {id: b, approach: preventive-intervention, when: true, lead: 2h, do: [{notify: {to: ops, remind: [{notify: {to: lead, before: 1h}}]}}]}
  - {id: c, approach: standardised-response, when: true, do: [{gift: {amount: 1 EUR}}, {call: {to: x, within: 1h, calendar: office}}]}
`
	set, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: []byte(src)}})
	program, compiled := policy.Compile(set)
	var said []string
	for _, d := range set.Finish(append(diags, compiled...)) {
		said = append(said, d.Code+": "+d.Message)
	}
	return program, strings.Join(said, "; ")
}

// TestSteps compiles reminders and steps of if_late, right and wrong.
func TestSteps(t *testing.T) {
	for do, want := range map[string]string{
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: 30m}}]}}`:                                         "",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: 25%, every: 10m}}]}}`:                             "",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: 100%}}]}}`:                                        "",
		`{resolve: {within: 4h, remind: [{call: {to: lead, before: 'incident.vip ? hours(2) : minutes(30)'}}]}}`:       "",
		`{resolve: {within: 2wd, calendar: office, remind: [{notify: {to: lead, before: 2h, every: 1h}}]}}`:            "",
		`{resolve: {within: 4h, if_late: [{escalate: {to: lead, every: 1h}}]}}`:                                        "",
		`{resolve: {within: 4h, if_late: [{inform: {every: 1h}}], remind: [{inform: {every: 1h, before: 1h}}]}}`:       "",
		`{inform: {every: 24h, within: 8h, remind: [{notify: {to: lead, before: 1h}}]}}`:                               "",
		`{resolve: {within: 4h, if_late: [{escalate: {to: a, within: 1h, remind: [{notify: {to: b, before: 5m}}]}}]}}`: "",

		`{resolve: {within: 4h, if_late: [{escalate: {to: a, every: 1h, if_late: [{notify: {to: b}}]}}]}}`:            "",
		`{inform: {every: 24h, remind: [{notify: {to: lead, before: 1h}}]}}`:                                          "no-deadline: `remind` counts back from a deadline, and `inform` has none",
		`{resolve: {remind: [{notify: {to: lead, before: 30m}}]}}`:                                                    "no-deadline: `remind` counts back from a deadline, and `resolve` has none",
		`{resolve: {within: 4h, if_late: [{escalate: {to: a, remind: [{notify: {to: b, before: 5m}}]}}]}}`:            "no-deadline: `remind` counts back from a deadline, and `escalate` has none",
		`{resolve: {within: 4h, remind: [{notify: {to: lead}}]}}`:                                                     "missing-key: a step of `remind` needs `before`: how long ahead of the deadline it is owed",
		`{resolve: {within: 4h, remind: [{apologise: }]}}`:                                                            "missing-key: a step of `remind` needs `before`: how long ahead of the deadline it is owed",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: 0s}}]}}`:                                         "bad-duration: `before` must be more than zero",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: -5m}}]}}`:                                        "bad-duration: `before`: \"-5m\" is negative",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: 1wd}}]}}`:                                        "bad-duration: `before` is a duration; working days are for `within` and `after`",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: half an hour}}]}}`:                               "bad-duration: `before`: \"half an hour\" is no duration: write a duration such as 90m, 36h, 2d or 6mo",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: 0%}}]}}`:                                         "bad-percent: `before` is more than 0% and at most 100% of the time to the deadline, not 0%",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: 101%}}]}}`:                                       "bad-percent: `before` is more than 0% and at most 100% of the time to the deadline, not 101%",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: ten%}}]}}`:                                       "bad-percent: `before`: \"ten%\" is no percentage: write a number and a percent sign, such as 12.5%",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: incident.vip}}]}}`:                               "wrong-type: a duration is wanted here, this is a bool",
		`{resolve: {within: 4h, if_late: [{escalate: {to: lead, every: 0s}}]}}`:                                       "bad-duration: `every` must be more than zero",
		`{resolve: {within: 4h, if_late: [{escalate: {to: lead, every: 1wd}}]}}`:                                      "bad-duration: `every` is a duration; working days are for `within` and `after`",
		`{resolve: {within: 4h, every: 1h}}`:                                                                          "unknown-parameter: `resolve` has no parameter `every`",
		`{resolve: {within: 4h, before: 1h}}`:                                                                         "unknown-parameter: `resolve` has no parameter `before`",
		`{resolve: {within: 4h, if_late: [{escalate: {to: lead, before: 1h}}]}}`:                                      "unknown-parameter: `escalate` has no parameter `before`",
		`{resolve: {within: 4h, remind: [{refund: {amount: 5 EUR, before: 1h}}]}}`:                                    "money-in-remind: `refund` gives money; `remind` takes no money actions",
		`{resolve: {within: 4h, remind: [{gift: {amount: 5 EUR, before: 1h}}]}}`:                                      "money-in-remind: `gift` gives money; `remind` takes no money actions",
		`{resolve: {within: 4h, if_late: [{gift: {amount: 5 EUR}}]}}`:                                                 "money-if-late: `gift` gives money; `if_late` takes no money actions",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: 1h, within: 2h}}]}}`:                             "bad-remind: a step of `remind` takes no `within`",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: 1h, after: 2h, since: resolved_at}}]}}`:          "bad-remind: a step of `remind` takes no `after`; bad-remind: a step of `remind` takes no `since`",
		`{resolve: {within: 4h, remind: [{notify: {to: lead, before: 1h, if_late: [{escalate: {to: x}}]}}]}}`:         "bad-remind: a step of `remind` takes no `if_late`",
		`{resolve: {within: 4h, remind: {notify: {to: lead, before: 1h}}}}`:                                           "wrong-type: `remind` wants a list of actions, found a mapping",
		`{resolve: {within: 1w, calendar: office, remind: [{notify: {to: lead, before: 1h}}]}}`:                       "days-in-calendar: `within`: with a calendar, days, weeks, months and years could mean two things",
		`{resolve: {within: 8h, calendar: office, remind: [{notify: {to: lead, before: 1d}}]}}`:                       "days-in-calendar: `before`: with a calendar, days, weeks, months and years could mean two things",
		`{resolve: {within: 8h, calendar: office, remind: [{notify: {to: lead, before: 1h, every: 1d}}]}}`:            "days-in-calendar: `every`: with a calendar, days, weeks, months and years could mean two things",
		`{resolve: {within: 8h, remind: [{prevent: {measure: a, before: 1h}}, {prevent: {measure: b, before: 2h}}]}}`: "missing-id: one play gives two `prevent` actions, so they need ids to be told apart",
	} {
		if _, got := stepsIn(t, do); got != want {
			t.Errorf("%s\n  %s\nwant %s", do, got, want)
		}
	}
}

// TestStepsCompiled is what a program holds of reminders and repeats.
func TestStepsCompiled(t *testing.T) {
	program, said := stepsIn(t, `{resolve: {within: 4h, remind: [{notify: {to: lead, before: 30m, every: 10m}}, {notify: {to: boss, before: 12.5%}}], if_late: [{escalate: {to: lead, every: 2h}}, {inform: {every: 1h}}]}}`)
	if said != "" {
		t.Fatal(said)
	}
	a := program.Plays[0].Do[0]
	f := program.NewInput(time.Time{}).Frame(program.Plays[0].Playbook)
	length := func(d *policy.Deadline) time.Duration {
		t.Helper()
		if d == nil {
			return 0
		}
		v, err := d.Span(f)
		if err != nil || v.OfCalendar() || v.WorkingDays != 0 {
			t.Fatal(v, err)
		}
		return v.Duration
	}
	share, _ := value.ParsePercent("12.5%")
	first, second := a.Remind[0], a.Remind[1]
	if length(first.Before.Time) != 30*time.Minute || length(first.Every) != 10*time.Minute || first.Before.Source() != "30m" || first.Before.Share != (value.Percent{}) {
		t.Errorf("%+v", first)
	}
	if second.Before.Time != nil || second.Before.Share != share || second.Before.Source() != "12.5%" || second.Every != nil || second.Before.Position().Start.Line != 8 {
		t.Errorf("%+v", second)
	}
	if late := a.IfLate[0]; length(late.Every) != 2*time.Hour || late.Before != nil {
		t.Errorf("%+v", late)
	}
	if inform := a.IfLate[1]; inform.Every != nil || len(inform.Params) != 1 || inform.Params[0].Source() != "1h" {
		t.Errorf("%+v", inform)
	}
	if a.Every != nil || a.Before != nil {
		t.Errorf("%+v", a)
	}
}

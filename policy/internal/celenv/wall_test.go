package celenv

import (
	"slices"
	"testing"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// wallValues are asked at 23:30 on Sunday 1 March 2026 in UTC, which is 00:30 on Monday in Madrid.
// incident.day is 2026-03-02.
var wallValues = []struct{ source, want, typ string }{
	{`weekday(incident.occurred_at)`, "mon", "string"},
	{`weekday(incident.occurred_at - minutes(31))`, "sun", "string"},
	{`weekday(incident.day)`, "mon", "string"},
	{`weekday(incident.day + 5) in ["sat", "sun"]`, "true", "bool"},
	{`weekday(date("2026-01-01"))`, "thu", "string"},
	{`time_of_day(incident.occurred_at)`, "30m", "duration"},
	{`time_of_day(timestamp("2026-03-29T00:59:59.5Z"))`, "1h59m59.5s", "duration"},
	{`time_of_day(timestamp("2026-03-29T01:00:00Z"))`, "3h", "duration"},
	{`time_of_day(timestamp("2026-10-25T00:30:00Z")) == time_of_day(timestamp("2026-10-25T01:30:00Z"))`, "true", "bool"},
	{`time_of_day(timestamp("2026-10-25T01:30:00Z"))`, "2h30m", "duration"},
	{`year(timestamp("2025-12-31T23:30:00Z"))`, "2026", "int"},
	{`month(timestamp("2025-12-31T23:30:00Z")) * 100 + day(timestamp("2025-12-31T23:30:00Z"))`, "101", "int"},
	{`year(incident.day) * 10000 + month(incident.day) * 100 + day(incident.day)`, "20260302", "int"},
	{`incident.tags.all(t, weekday(incident.day) == "mon")`, "true", "bool"},

	{`incident.day + months(6)`, "2026-09-02", "date"},
	{`months(6) + incident.day`, "2026-09-02", "date"},
	{`incident.day - years(6)`, "2020-03-02", "date"},
	{`incident.day + days(30)`, "2026-04-01", "date"},
	{`days(30) + incident.day`, "2026-04-01", "date"},
	{`incident.day - days(incident.severity)`, "2026-02-27", "date"},
	{`incident.day + (incident.severity > 2 ? days(1) : hours(48))`, "2026-03-03", "date"},
	{`incident.day + max(days(1), duration("2d"))`, "2026-03-04", "date"},
	{`date("2024-01-31") + months(1)`, "2024-02-29", "date"},
	{`date("2023-01-31") + months(1)`, "2023-02-28", "date"},
	{`date("2024-02-29") + years(1)`, "2025-02-28", "date"},
	{`date("2024-02-29") - years(4)`, "2020-02-29", "date"},
	{`date("2026-03-31") + months(1) + months(1)`, "2026-05-30", "date"},
	{`date("2026-03-31") + months(2)`, "2026-05-31", "date"},
	{`date("2026-03-31") - months(-incident.severity)`, "2026-06-30", "date"},
	{`timestamp("2026-02-28T10:00:00Z") + months(1)`, "2026-03-28T10:00:00Z", "timestamp"},
	{`timestamp("2026-02-28T10:00:00Z") + months(2)`, "2026-04-28T09:00:00Z", "timestamp"}, // 11:00 in Madrid
	{`timestamp("2026-02-28T23:30:00Z") + months(1)`, "2026-03-31T22:30:00Z", "timestamp"}, // 1 March, 00:30
	{`timestamp("2026-02-28T01:30:00.25Z") + months(1) + days(1)`, "2026-03-29T01:30:00.25Z", "timestamp"},
	{`timestamp("2026-01-29T01:30:00.25Z") + months(2)`, "2026-03-29T01:00:00Z", "timestamp"}, // 02:30 is skipped
	{`timestamp("2026-08-25T00:30:00Z") + months(2)`, "2026-10-25T00:30:00Z", "timestamp"},    // 02:30, the first
	{`months(12) == years(1)`, "true", "bool"},
	{`incident.occurred_at <= now - years(2)`, "false", "bool"},

	{`months_between(incident.day, incident.day + months(7))`, "7", "int"},
	{`months_between(date("2024-01-31"), date("2024-02-28"))`, "0", "int"},
	{`months_between(date("2024-01-31"), date("2024-02-29"))`, "1", "int"},
	{`months_between(date("2024-01-31"), date("2024-03-30"))`, "1", "int"},
	{`months_between(date("2024-03-15"), date("2024-03-14"))`, "-1", "int"},
	{`months_between(date("2024-03-15"), date("2024-02-15"))`, "-1", "int"},
	{`months_between(date("2024-03-15"), date("2024-02-14"))`, "-2", "int"},
	{`months_between(date("2024-03-15"), date("2024-03-15"))`, "0", "int"},
	{`years_between(date("2020-02-29"), date("2021-02-27"))`, "0", "int"},
	{`years_between(date("2020-02-29"), date("2021-02-28"))`, "1", "int"},
	{`years_between(date("2021-02-28"), date("2020-02-29"))`, "-1", "int"},
	{`years_between(date("0001-01-01"), date("9999-12-31"))`, "9998", "int"},
	{`months_between(date("9999-12-31"), date("0001-01-01"))`, "-119988", "int"},
	{`months_between(timestamp("2026-02-28T23:30:00Z"), timestamp("2026-03-31T22:29:00Z"))`, "0", "int"},
	{`months_between(timestamp("2026-02-28T23:30:00Z"), timestamp("2026-03-31T22:30:00Z"))`, "1", "int"},
	{`years_between(timestamp("2025-03-02T00:00:00Z"), now) >= 1`, "true", "bool"},

	{`open("office", timestamp("2026-03-02T08:00:00Z"))`, "true", "bool"},
	{`open("office", timestamp("2026-03-02T07:59:59Z"))`, "false", "bool"},
	{`open("office", timestamp("2026-03-02T16:00:00Z"))`, "false", "bool"},
	{`open(incident.plan, incident.occurred_at + hours(10))`, "true", "bool"},
	{`open(incident.order.fragile ? "office" : incident.plan, incident.occurred_at)`, "false", "bool"},
	{`workday(incident.plan, incident.day, 5)`, "2026-03-09", "date"},
	{`incident.delay.getHours() + incident.delay.getMinutes()`, "1830", "int"},
}

// wallWorld has a field and a table whose values are ids of calendars.
func wallWorld(t testing.TB) *world {
	w := newWorld(t)
	o := w.scope.options
	o.Fields = append(slices.Clone(o.Fields), Field{Name: "plan", Type: kind(value.KindString), Closed: []string{"office"}, Slot: len(o.Fields)},
		Field{Name: "level", Type: kind(value.KindString), Closed: []string{"office", "nights"}, Slot: len(o.Fields) + 1})
	var err error
	if w.scope, err = w.base.NewScope(o); err != nil {
		t.Fatal(err)
	}
	return w
}

func wallFrame(w *world) *Frame {
	in := w.input(map[string]any{"occurred_at": at("2026-03-01T23:30:00Z")})
	in.Fields = append(in.Fields, Box("office"), Box("office"))
	return w.scope.NewFrame(in)
}

func TestWallValues(t *testing.T) {
	w := wallWorld(t)
	f := wallFrame(w)
	for _, c := range wallValues {
		e, issues := w.scope.Compile(c.source)
		if len(issues) > 0 {
			t.Errorf("%s: %+v", c.source, issues)
			continue
		}
		v, err := e.Eval(f)
		if err != nil || text(v.Native()) != c.want {
			t.Errorf("%s is %s, %v; want %s", c.source, text(v.Native()), err, c.want)
		}
		if got := e.Type().String(); got != c.typ {
			t.Errorf("%s is of type %s, want %s", c.source, got, c.typ)
		}
	}
}

func TestWallErrors(t *testing.T) {
	w := wallWorld(t)
	for _, c := range []struct {
		source  string
		changes map[string]any
	}{
		{`incident.day + months(1)`, map[string]any{"day": day("9999-12-01")}},
		{`incident.day - years(1)`, map[string]any{"day": day("0001-12-01")}},
		{`incident.day + months(incident.big)`, nil},
		{`incident.day + years(incident.big)`, nil},
		{`incident.day - months(-incident.big)`, nil},
		{`incident.day + days(incident.big)`, nil},
		{`incident.occurred_at + months(1)`, map[string]any{"occurred_at": at("9999-12-15T00:00:00Z")}},
		{`incident.occurred_at - years(2026)`, nil},
		{`year(incident.occurred_at)`, map[string]any{"occurred_at": at("9999-12-31T23:30:00Z")}},
		{`weekday(incident.occurred_at)`, map[string]any{"occurred_at": at("9999-12-31T23:30:00Z")}},
	} {
		e, issues := w.scope.Compile(c.source)
		if len(issues) > 0 {
			t.Errorf("%s: %+v", c.source, issues)
			continue
		}
		if v, err := e.Eval(w.scope.NewFrame(w.input(c.changes))); err == nil {
			t.Errorf("%s is %v, want an error", c.source, text(v.Native()))
		}
	}
}

const utc = "() is not in the language: it would read UTC"

// badWall marks the place of each issue: «here».
var badWall = []badSource{
	// methods of CEL
	{`«incident.occurred_at.getDayOfWeek() == 6»`, celtext.CodeLeftOut, "getDayOfWeek" + utc, `write weekday(incident.occurred_at) == "sat"`},
	{`«0 != incident.occurred_at.getDayOfWeek()»`, celtext.CodeLeftOut, "getDayOfWeek" + utc, `write weekday(incident.occurred_at) != "sun"`},
	{`«now.getDayOfWeek() in [0, 6]»`, celtext.CodeLeftOut, "getDayOfWeek" + utc, `write weekday(now) in ["sun", "sat"]`},
	{`«now.getDayOfWeek()» > 5`, celtext.CodeLeftOut, "getDayOfWeek" + utc, `compare weekday(now), "mon" to "sun", in the playbook's zone`},
	{`«now.getDayOfWeek()» == 7`, celtext.CodeLeftOut, "getDayOfWeek" + utc, `compare weekday(now)`},
	{`«now.getDayOfWeek()» == "sat"`, celtext.CodeLeftOut, "getDayOfWeek" + utc, `compare weekday(now)`},
	{`«now.getHours() >= 22»`, celtext.CodeLeftOut, "getHours" + utc, "write time_of_day(now) >= hours(22)"},
	{`«6 > now.getHours()»`, celtext.CodeLeftOut, "getHours" + utc, "write time_of_day(now) < hours(6)"},
	{`«now.getHours() > 21»`, celtext.CodeLeftOut, "getHours" + utc, "write time_of_day(now) >= hours(22)"},
	{`«now.getHours() <= 5»`, celtext.CodeLeftOut, "getHours" + utc, "write time_of_day(now) < hours(6)"},
	{`!(«now.getHours() == 5»)`, celtext.CodeLeftOut, "getHours" + utc, "write (time_of_day(now) >= hours(5) && time_of_day(now) < hours(6"},
	{`«now.getHours() != 5»`, celtext.CodeLeftOut, "getHours" + utc, "write (time_of_day(now) < hours(5) || time_of_day(now) >= hours(6"},
	{`«now.getHours()» in [22, 23]`, celtext.CodeLeftOut, "getHours" + utc, "compare time_of_day(now) with a duration, as in time_of_day(now) >= hours(9)"},
	{`«now.getMinutes()» == 0`, celtext.CodeLeftOut, "getMinutes" + utc, "compare time_of_day(now) with a duration"},
	{`«(now - hours(2)).getSeconds()» == 0`, celtext.CodeLeftOut, "getSeconds" + utc, "compare time_of_day"},
	{`«now.getFullYear() == 2026»`, celtext.CodeLeftOut, "getFullYear" + utc, "write year(now) == 2026"},
	{`string(«now.getFullYear()»)`, celtext.CodeLeftOut, "getFullYear" + utc, "write year(now), in the playbook's zone"},
	{`«now.getMonth() == 11»`, celtext.CodeLeftOut, "getMonth" + utc, "write month(now) == 12"},
	{`«now.getMonth() in [11, 0]»`, celtext.CodeLeftOut, "getMonth" + utc, "write month(now) in [12, 1]"},
	{`string(«now.getMonth()»)`, celtext.CodeLeftOut, "getMonth" + utc, "write month(now), from 1 to 12"},
	{`«now.getDate() <= 7»`, celtext.CodeLeftOut, "getDate" + utc, "write day(now) <= 7"},
	{`«now.getDayOfMonth() <= 6»`, celtext.CodeLeftOut, "getDayOfMonth" + utc, "write day(now) <= 7"},
	{`«now.getDayOfYear()» == 0`, celtext.CodeLeftOut, "getDayOfYear" + utc, "compare month(now) and day(now)"},
	{`«now.getDayOfWeek("Europe/Madrid") == 6»`, celtext.CodeLeftOut, "getDayOfWeek() with a zone is not in the language: it would read the zone data of the machine", `write weekday(now) == "sat"`},
	{`«incident.day.getDayOfWeek() == 6»`, celtext.CodeLeftOut, "a date has no getDayOfWeek()", `write weekday(incident.day) == "sat"`},
	// What is counted with is no comparison: only the method itself is named.
	{`«now.getHours()» + 2 > 20`, celtext.CodeLeftOut, "getHours" + utc, "compare time_of_day(now) with a duration, as in time_of_day(now) >= hours(9), in the playbook's zone"},
	{`«now.getMonth()» + 1 == 12`, celtext.CodeLeftOut, "getMonth" + utc, "write month(now), from 1 to 12, in the playbook's zone"},
	{`1 + «now.getMonth()» == 12`, celtext.CodeLeftOut, "getMonth" + utc, "write month(now), from 1 to 12, in the playbook's zone"},
	{`«now.getDayOfMonth()» - 1 == 12`, celtext.CodeLeftOut, "getDayOfMonth" + utc, "write day(now), from 1 to 31, in the playbook's zone"},
	{`[incident.occurred_at].exists(t, «t.getHours() < 6»)`, celtext.CodeLeftOut, "getHours" + utc, "write time_of_day(t) < hours(6)"},

	// other languages
	{`«now.weekday()» == "sat"`, celtext.CodeUnknownFunction, "there is no function weekday", "write weekday(now)"},
	{`«dayOfWeek(now)» == "sat"`, celtext.CodeUnknownFunction, "there is no function dayOfWeek", "write weekday(now)"},
	{`«now.getDay()» == 6`, celtext.CodeUnknownFunction, "there is no function getDay", "write weekday(now)"},
	{`«hour»(now) < 6`, celtext.CodeUnknownFunction, "there is no function hour", "compare time_of_day(now) with a duration"},
	{`now.«hour» < 6`, celtext.CodeUnknownField, "now is a timestamp, it has no field hour", "compare time_of_day(now) with a duration"},
	{`«incident.day.month» == 6`, celtext.CodeUnknownField, "incident.day is a date, it has no field month", "write month(incident.day)"},
	{`«now.plusMonths(6)» > now`, celtext.CodeUnknownFunction, "there is no function plusMonths", "write now + months(6)"},
	{`«monthsBetween(incident.day, incident.day)» > 6`, celtext.CodeUnknownFunction, "there is no function monthsBetween", "write months_between(incident.day, incident.day)"},

	// weekdays are a closed list
	{`weekday(now) == «"saturday"»`, celtext.CodeNotInOneOf, `"saturday" is not one of the values of weekday(now): "mon", "tue", "wed", "thu", "fri", "sat" or "sun"`, `did you mean "sat"?`},
	{`weekday(incident.day) in ["sat", «"Sun"»]`, celtext.CodeNotInOneOf, `"Sun" is not one of the values of weekday(incident.day)`, `did you mean "sun"?`},
	{`«"lunes"» == weekday(now)`, celtext.CodeNotInOneOf, `"lunes" is not`, `did you mean "mon"?`},
	{`weekday(now) == «""»`, celtext.CodeNotInOneOf, `"" is not`, ""},
	{`weekday(now) != «"weekend"»`, celtext.CodeNotInOneOf, `"weekend" is not`, ""},
	{`cel.bind(d, weekday(now), d == «"montag"»)`, celtext.CodeNotInOneOf, `"montag" is not`, `did you mean "mon"?`},
	{`(incident.order.fragile ? weekday(now) : "none") == «"nope"»`, celtext.CodeNotInOneOf, `"nope" is not one of the values`, ""},
	{`weekday(now) == «6»`, celtext.CodeTypeMismatch, "cannot compare weekday(now) (string) with 6 (int)", `write "sat"`},
	{`«weekday(now) >= "sat"»`, celtext.CodeTypeMismatch, "days of the week have no order", `list those that are meant, as in weekday(x) in ["sat", "sun"]`},
	{`weekday(«incident.id»)`, celtext.CodeTypeMismatch, "weekday takes a date or a timestamp, incident.id is a string", ""},
	{`«weekday»(now, now)`, celtext.CodeTypeMismatch, "weekday takes 1 argument, not 2", ""},
	{`«weekday»() == "sat"`, celtext.CodeTypeMismatch, "weekday takes 1 argument, not 0", ""},

	// times of day, parts of dates and lengths of time
	{`time_of_day(«incident.day») > hours(2)`, celtext.CodeTypeMismatch, "time_of_day takes a timestamp, incident.day is a date", "a date has no time of day"},
	{`time_of_day(now) >= «"22:00"»`, celtext.CodeTypeMismatch, "cannot compare", "write hours(22)"},
	{`time_of_day(now) >= «"22:30"»`, celtext.CodeTypeMismatch, "cannot compare", `write duration("22h30m")`},
	{`time_of_day(now) >= «22»`, celtext.CodeTypeMismatch, "cannot compare", "write hours(22)"},
	{`incident.day + «day»(3)`, celtext.CodeTypeMismatch, "day takes a date or a timestamp, 3 is an int", "write days"},
	{`incident.day + «month»(6)`, celtext.CodeTypeMismatch, "month takes a date or a timestamp, 6 is an int", "write months"},
	{`«years»(now) == 2026`, celtext.CodeTypeMismatch, "years takes an int, now is a timestamp", "write year"},
	{`«months(6)»`, celtext.CodeWrongType, "number of months is no value that can be used here", ""},
	{`incident.delay «+» months(1)`, celtext.CodeTypeMismatch, "cannot add incident.delay (duration) and months(1) (number of months)", ""},
	{`incident.severity «+» months(1)`, celtext.CodeTypeMismatch, "cannot add", ""},
	{`incident.day + «"6mo"»`, celtext.CodeTypeMismatch, "cannot add", "write months(6)"},
	{`now - «"2 years"»`, celtext.CodeTypeMismatch, "cannot subtract", "write years(2)"},
	{`incident.day + «6mo»`, celtext.CodeLiteralHere, "6mo is written another way in expressions", "write months(6)"},
	{`incident.occurred_at - «2y» > now`, celtext.CodeLiteralHere, "2y is written another way in expressions", "write years(2)"},
	{`incident.day - «6 months»`, celtext.CodeLiteralHere, "6 months is written another way in expressions", "write months(6)"},
	{`incident.day + «30d»`, celtext.CodeLiteralHere, "30d is written another way in expressions", "write 30: a day and a number make a day"},
	{`incident.day + «incident.delay»`, celtext.CodeTypeMismatch, "a date moves by whole days, and incident.delay may not be whole days", "write days(n), months(n) or years(n)"},
	{`incident.day - «hours(36)»`, celtext.CodeTypeMismatch, "a date moves by whole days, and hours(36) may not be", "write days(n)"},
	{`incident.day + («incident.order.fragile ? days(1) : hours(1)»)`, celtext.CodeTypeMismatch, "a date moves by whole days", "write days(n)"},
	{`months_between(incident.day, «now»)`, celtext.CodeTypeMismatch, "months_between takes a date, now is a timestamp", "write date(now)"},
	{`«date("9999-12-31") + months(1)» == incident.day`, celtext.CodeConstantFails, "always fails", ""},
	{`months(9223372036854775807) == «years(9223372036854775807)»`, celtext.CodeConstantFails, "", ""},

	// calendars
	{`open(«"offize"», now)`, celtext.CodeUnknownCalendar, "there is no calendar offize", "did you mean office?"},
	{`open("office", «incident.day»)`, celtext.CodeTypeMismatch, "open takes a timestamp, incident.day is a date", "a date has no time of day"},
	{`open(«incident.summary», now)`, celtext.CodeOpenCalendar, "incident.summary can be any text, and not only the id of a calendar", `write one of "broken" or "office", or read a field with one_of`},
	{`open(«incident.level», now)`, celtext.CodeUnknownCalendar, `incident.level can be "nights", and there is no such calendar`, ""},
	{`open(«incident.order.fragile ? "office" : "nights"», now)`, celtext.CodeUnknownCalendar, `can be "nights"`, ""},
	{`open(«incident.severity», now)`, celtext.CodeTypeMismatch, "the id of a calendar is wanted here, incident.severity is an int", "write its id in quotes"},
	{`«open»("office")`, celtext.CodeTypeMismatch, "open takes 2 arguments, not 1", ""},
}

func TestWallIssues(t *testing.T) {
	w := wallWorld(t)
	wantIssues(t, w, badWall)
	for _, c := range badWall {
		source, _, _ := mark(c.source)
		_, issues := w.scope.Compile(source)
		for _, i := range issues {
			if i.Fix.IsZero() {
				continue
			}
			runes := []rune(source)
			mended := string(runes[:i.Fix.From]) + i.Fix.Text + string(runes[i.Fix.To:])
			if _, left := w.scope.Compile(mended); len(left) > 0 && left[0].Message == i.Message {
				t.Errorf("%s becomes %s: %+v", source, mended, left)
			}
		}
	}
}

// TestWallForms wants a form to serve only the literals for which nothing can be wrong.
func TestWallForms(t *testing.T) {
	w := wallWorld(t)
	for _, c := range []struct{ sound, wrong string }{
		{`weekday(now) == "sat"`, `weekday(now) == "saturday"`}, {`incident.day + hours(24)`, `incident.day + hours(25)`},
		{`incident.day + (incident.order.fragile ? hours(24) : days(1))`, `incident.day + (incident.order.fragile ? hours(23) : days(1))`},
		{`open("office", now)`, `open("nights", now)`}, {`date("2026-01-01") + months(1) == incident.day`, `date("2026-01-01") + months(900000) == incident.day`},
	} {
		w.compile(c.sound)
		if _, issues := w.scope.Compile(c.wrong); len(issues) != 1 {
			t.Errorf("%s after %s: %+v", c.wrong, c.sound, issues)
		}
	}
	for _, c := range [][2]string{{`weekday(now) == "sat"`, `weekday(now) == "sun"`}, {`time_of_day(now) >= hours(22)`, `time_of_day(now) >= hours(6)`}, {`year(now) == 2026`, `year(now) == 2027`}} {
		if w.compile(c[0]).Form() != w.compile(c[1]).Form() {
			t.Errorf("%s and %s have a form each", c[0], c[1])
		}
	}
}

// TestWallConditions wants the matcher to be sure of nothing that a function of the clock decides.
func TestWallConditions(t *testing.T) {
	w := wallWorld(t)
	for _, source := range []string{
		`weekday(incident.occurred_at) == "sat"`, `!(weekday(incident.day) in ["sat", "sun"])`, `time_of_day(incident.occurred_at) >= hours(22)`,
		`year(incident.day) == 2026`, `incident.day + months(1) > date("2026-01-01")`, `open("office", incident.occurred_at)`, `open(incident.plan, now)`,
		`months_between(incident.day, date(now)) > 6`,
	} {
		if c := NewConditions(len(testFields)).Of(w.compile(source)); c.Op == atom.Known || c.Op != atom.Ask && c.Op != atom.Not {
			t.Errorf("%s: %+v", source, c)
		}
		both := NewConditions(len(testFields)).Of(w.compile(source + ` && incident.severity > 2`))
		if both.Op != atom.And || both.Kids[1].Op != atom.Greater {
			t.Errorf("what stands behind %s is not taken apart: %+v", source, both)
		}
	}
	for source, reads := range map[string]bool{`weekday(now) == "sat"`: true, `open("office", now)`: true, `weekday(incident.day) == "sat"`: false, `incident.day > date(now - months(1))`: true} {
		path, _, _ := w.compile(source).Now()
		if (path != "") != reads {
			t.Errorf("%s reads now: %q", source, path)
		}
	}
}

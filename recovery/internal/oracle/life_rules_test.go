package oracle

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// lifeRules are small lives, told with dates, one for each side of a rule of time.md. All days are
// in March 2026, in UTC. A line is a time and what happens then; the lines under it are what the
// decision then says: actions, what is missed, what it warns of. `owed` lines say what the agenda
// has. `+` sets fields of the incident, `-` takes one away.
const lifeRules = `
# 1 a first decision counts from the report
do: [{apologise: {within: 4h}}]
02T10:00 told +reported_at=02T09:00
  apologise new due 02T13:00 given 02T10:00

# 1 a later one from itself
when: incident.severity > 3
do: [{apologise: {within: 4h}}]
02T10:00 told +reported_at=02T09:00
02T12:00 told +severity=4
  apologise new due 02T16:00 given 02T12:00

# 1 a tag switched off and on buys no time
when: '"late" in incident.tags'
do: [{apologise: {within: 4h}}]
02T10:00 told +tags=late
  apologise new due 02T14:00 given 02T10:00
02T11:00 told -tags
  apologise cancelled due 02T14:00 given 02T10:00
02T12:00 told +tags=late
  apologise new due 02T14:00 given 02T10:00

# 1 but where the incident was resolved in between
when: '"late" in incident.tags'
do: [{apologise: {within: 4h}}]
02T10:00 told +tags=late
  apologise new due 02T14:00 given 02T10:00
02T11:00 told -tags +resolved_at=02T11:00
  apologise cancelled due 02T14:00 given 02T10:00
02T12:00 told +tags=late -resolved_at
  apologise new due 02T16:00 given 02T10:00

# 1 since follows its field, and waits without it
do: [{apologise: {within: 4h, since: waiting_since}}]
02T10:00 told
  apologise new given 02T10:00
02T11:00 told +waiting_since=02T10:30
  apologise changed due 02T14:30 given 02T10:00
02T12:00 told +waiting_since=02T11:30
  apologise changed due 02T15:30 given 02T10:00

# 2 the earliest open deadline, until all are done
do: [{respond: {within: 4h, since: waiting_since}}]
also: [{respond: {within: 6h}}]
02T10:00 told +waiting_since=02T10:00
  respond new due 02T14:00 given 02T10:00

# 3 a deadline that is past as it is given warns
do: [{apologise: {within: 4h, since: occurred_at}}]
02T10:00 told +occurred_at=02T05:00
  apologise new due 02T09:00 given 02T10:00
  missed apologise given 02T10:00 due 02T09:00
  warns late-when-given

# 3 exactly now is not past
do: [{apologise: {within: 4h, since: occurred_at}}]
02T10:00 told +occurred_at=02T06:00
  apologise new due 02T10:00 given 02T10:00

# 3 nor is what was done
do: [{respond: {within: 4h, since: occurred_at}}]
02T10:00 told +occurred_at=02T05:00 +responded_at=02T06:00
  respond new due 02T09:00 given 02T10:00 done 02T06:00

# 3 a deadline that is shortened into the past
do: [{apologise: {within: 4h}}]
cases: [{when: incident.severity > 3, do: [{explain: {within: 1h}}]}]
02T10:00 told
  apologise new due 02T14:00 given 02T10:00
02T12:00 told +severity=4
  apologise kept due 02T14:00 given 02T10:00
  explain new due 02T11:00 given 02T12:00
  missed explain given 02T12:00 due 02T11:00
  warns late-when-given

# 7 a hold hides no breach
do: [{respond: {within: 4h, pauses: true, if_late: [{escalate: {to: lead}}]}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
02T15:00 told +paused=02T14:30
  respond kept due 02T14:00 given 02T10:00
  missed respond given 02T10:00 due 02T14:00
02T16:00 owed overdue respond 02T14:00, due escalate

# 11 an answer before the base fulfils nothing
when: incident.severity > 3
do: [{respond: {within: 4h}}]
02T09:00 told
02T10:00 told +severity=4 +responded_at=02T09:30
  respond new due 02T14:00 given 02T10:00

# 11 an answer at the base does
do: [{respond: {within: 4h, since: waiting_since}}]
02T10:00 told +waiting_since=02T09:30 +responded_at=02T09:30
  respond new due 02T13:30 given 02T10:00 done 02T09:30

# 11 of a first decision, any event counts
do: [{respond: {within: 4h}}]
02T10:00 told +reported_at=02T09:00 +responded_at=02T08:00
  respond new due 02T13:00 given 02T10:00 done 02T08:00

# 11 what lies ahead has not happened
do: [{respond: {within: 4h}}]
02T10:00 told +responded_at=02T11:00
  respond new due 02T14:00 given 02T10:00
  warns in-the-future
02T10:30 owed due respond 02T14:00
02T11:00 owed

# 13 what is done keeps its deadline
do: [{respond: {within: 4h, since: waiting_since}}]
cases: [{when: incident.severity > 3, do: [{apologise: {}}]}]
02T10:00 told +waiting_since=02T10:00
  respond new due 02T14:00 given 02T10:00
02T13:00 told +responded_at=02T12:00
  respond kept due 02T14:00 given 02T10:00 done 02T12:00
02T15:00 told -responded_at
  respond kept due 02T14:00 given 02T10:00
  missed respond given 02T10:00 due 02T14:00
02T16:00 told +responded_at=02T13:30
  respond kept due 02T14:00 given 02T10:00 done 02T13:30

# 13 a resolved incident takes back what is open
do: [{respond: {within: 4h}}, {resolve: {within: 8h}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
  resolve new due 02T18:00 given 02T10:00
02T11:00 told +resolved_at=02T11:00
  resolve kept due 02T18:00 given 02T10:00 done 02T11:00
  respond cancelled due 02T14:00 given 02T10:00

# 13 and gives nothing open anew
do: [{respond: {within: 4h}}, {resolve: {within: 8h}}]
02T10:00 told +resolved_at=02T09:30
  resolve new due 02T18:00 given 02T10:00 done 02T09:30

# 14 a step is owed from its time on
do: [{respond: {within: 4h, if_late: [{escalate: {to: lead, after: 1h}}]}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
02T14:00 owed due respond 02T14:00
02T14:59 owed overdue respond 02T14:00
02T15:00 owed overdue respond 02T14:00, due escalate
02T15:30 told +responded_at=02T15:20
  respond kept due 02T14:00 given 02T10:00 done 02T15:20
  missed respond given 02T10:00 due 02T14:00 done 02T15:20
02T16:00 owed

# 14 an apology that had come due stays owed
do: [{respond: {within: 4h, if_late: [{apologise: {after: 1h}}]}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
02T15:30 told +responded_at=02T15:20
  respond kept due 02T14:00 given 02T10:00 done 02T15:20
  missed respond given 02T10:00 due 02T14:00 done 02T15:20
02T16:00 owed due apologise

# 14 exactly then is in time
do: [{respond: {within: 4h, if_late: [{apologise: {after: 1h}}]}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
02T15:30 told +responded_at=02T15:00
  respond kept due 02T14:00 given 02T10:00 done 02T15:00
  missed respond given 02T10:00 due 02T14:00 done 02T15:00
02T16:00 owed

# 15 a reminder comes ahead, and is over when the work is done
do: [{respond: {within: 4h, remind: [{notify: {to: lead, before: 25%}}]}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
02T12:59 owed due respond 02T14:00
02T13:00 owed due respond 02T14:00, due notify
02T13:30 told +responded_at=02T13:20
  respond kept due 02T14:00 given 02T10:00 done 02T13:20
02T13:40 owed

# 15 reopened: what happened before fulfils nothing
do: [{resolve: {within: 4h}}]
02T10:00 told
  resolve new due 02T14:00 given 02T10:00
02T13:00 told +resolved_at=02T12:00
  resolve kept due 02T14:00 given 02T10:00 done 02T12:00
02T16:00 told +reopened_at=02T15:00
  resolve changed due 02T19:00 given 02T10:00

# 16 what was missed is known to conditions, and what was past when it was given is not
do: [{resolve: {within: 4h}}]
also: [{explain: {}}]
also-when: '"resolve" in missed'
02T10:00 told
  resolve new due 02T14:00 given 02T10:00
02T14:00 again
02T14:01 again
  resolve kept due 02T14:00 given 02T10:00
  explain new given 02T14:01
  missed resolve given 02T10:00 due 02T14:00
02T15:00 told +resolved_at=02T13:50
  resolve kept due 02T14:00 given 02T10:00 done 02T13:50
  explain cancelled given 02T14:01

# 16 born late is listed, and not seen
do: [{resolve: {within: 4h, since: occurred_at}}]
also: [{explain: {}}]
also-when: '"resolve" in missed'
02T10:00 told +occurred_at=01T10:00
  resolve new due 01T14:00 given 02T10:00
  missed resolve given 02T10:00 due 01T14:00
  warns late-when-given
02T12:00 again
  resolve kept due 01T14:00 given 02T10:00
  missed resolve given 02T10:00 due 01T14:00
`

// oTold is a life of lifeRules as it is played.
type oTold struct {
	t      *testing.T
	now    time.Time
	engine *recovery.Engine
	store  *recovery.MemoryStore
	fields map[string]any
	latest *recovery.Decision
}

func TestLifeRules(t *testing.T) {
	skipPending(t, "promises")
	for _, story := range strings.Split(lifeRules, "\n# ")[1:] {
		name, text, _ := strings.Cut(story, "\n")
		t.Run(name, func(t *testing.T) { playLife(t, text) })
	}
}

func playLife(t *testing.T, text string) {
	keys := map[string]string{"when": "'true'", "also-when": "'true'"}
	l := &oTold{t: t, store: recovery.NewMemoryStore(), fields: map[string]any{"id": "T", "service": "s", "occurred_at": "2026-03-02T09:00:00Z"}}
	var want, got []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if key, value, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, " ") && !strings.Contains(key, " ") && !strings.Contains(key, "T") {
			keys[key] = value
			continue
		}
		if l.engine == nil {
			l.load(keys)
		}
		want = append(want, line)
		if strings.HasPrefix(line, " ") {
			continue
		}
		got = append(got, l.step(line)...)
	}
	if diff := (&oBench{}).diff(want, got); diff != "" {
		t.Errorf("-wanted +found:\n%s", diff)
	}
}

func (l *oTold) load(keys map[string]string) {
	play := func(id, when, do, cases string) string {
		out := fmt.Sprintf("  - id: %s\n    approach: standardised-response\n    when: %s\n    do: %s\n", id, when, do)
		if cases != "" {
			out += "    cases: " + cases + "\n"
		}
		return out
	}
	set := "amends: v1\nplaybook: desk\nreview_by: 2030-01-01\nplays:\n" + play("main", keys["when"], keys["do"], keys["cases"])
	if keys["also"] != "" {
		set += play("also", keys["also-when"], keys["also"], "")
	}
	var err error
	l.engine, err = recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(set)}}, recovery.WithStore(l.store), recovery.WithClock(func() time.Time { return l.now }))
	if err != nil {
		l.t.Fatal(err)
	}
}

func day(text string) string { return "2026-03-" + text + ":00Z" }

// step does what a line says, and returns the line with what came of it.
func (l *oTold) step(line string) []string {
	words := strings.Fields(line)
	l.now = at(day(words[0]))
	ctx := context.Background()
	var d *recovery.Decision
	var err error
	switch words[1] {
	case "owed":
		return []string{strings.TrimSpace(words[0] + " owed " + l.owed())}
	case "again":
		d, err = any(l.engine).(againer).Again(ctx, "T")
	case "told":
		for _, word := range words[2:] {
			l.set(word)
		}
		d, err = l.engine.Handle(ctx, l.incident())
	}
	if err != nil {
		l.t.Fatal(line, err)
	}
	if words[1] == "again" && d.Handled == recovery.HandledRetry {
		return []string{line}
	}
	l.latest = d
	out := []string{line}
	for _, a := range d.Actions {
		out = append(out, strings.TrimRight("  "+a.Type+" "+string(a.Change)+stamps([]string{"due", "given", "done"}, a.DueAt, a.GivenAt, a.DoneAt), " "))
	}
	for _, m := range d.Missed {
		out = append(out, "  missed "+m.Type+stamps([]string{"given", "due", "done"}, m.GivenAt, m.DueAt, m.DoneAt))
	}
	for _, w := range d.Warnings {
		if w.Code != "unanswered" {
			out = append(out, "  warns "+w.Code)
		}
	}
	return out
}

func stamps(names []string, times ...time.Time) (out string) {
	for i, t := range times {
		if !t.IsZero() {
			out += " " + names[i] + " " + t.UTC().Format("02T15:04")
		}
	}
	return out
}

func (l *oTold) set(word string) {
	key, value, _ := strings.Cut(word[1:], "=")
	switch {
	case word[0] == '-':
		delete(l.fields, key)
	case key == "severity":
		l.fields[key] = int(value[0] - '0')
	case key == "tags":
		l.fields[key] = []string{value}
	case key == "paused":
		l.fields[key] = []map[string]string{{"from": day(value)}}
	default:
		l.fields[key] = day(value)
	}
}

func (l *oTold) incident() (in recovery.Incident) {
	text, err := json.Marshal(maps.Clone(l.fields))
	if err == nil {
		err = in.UnmarshalJSON(text)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return in
}

func (l *oTold) owed() string {
	given, _, err := l.store.Read(context.Background(), recovery.Query{Incident: "T"})
	if err != nil {
		l.t.Fatal(err)
	}
	var out []string
	for _, o := range recovery.Agenda(l.latest, l.incident(), l.now, given.Reports...) {
		out = append(out, strings.TrimSpace(string(o.State)+" "+o.Action.Type+stamps([]string{""}, o.At)))
	}
	return strings.ReplaceAll(strings.Join(out, ", "), "  ", " ")
}

package oracle

import (
	"context"
	"slices"
	"sort"
	"strings"
	"testing"
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
when: severe
do: [{apologise: {within: 4h}}]
02T10:00 told +reported_at=02T09:00
02T12:00 told +severity=4
  apologise new due 02T16:00 given 02T12:00

# 1 a tag switched off and on buys no time
when: late
do: [{apologise: {within: 4h}}]
02T10:00 told +failure=late
  apologise new due 02T14:00 given 02T10:00
02T11:00 told -failure
  apologise cancelled due 02T14:00 given 02T10:00
02T12:00 told +failure=late
  apologise new due 02T14:00 given 02T10:00

# 1 but where the incident was resolved in between
when: late
do: [{apologise: {within: 4h}}]
02T10:00 told +failure=late
  apologise new due 02T14:00 given 02T10:00
02T11:00 told -failure +resolved_at=02T11:00
  apologise cancelled due 02T14:00 given 02T10:00
02T12:00 told +failure=late -resolved_at
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
severe: [{explain: {within: 1h}}]
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

# 7 nor one that is told after the deadline, from before it
do: [{respond: {within: 4h, pauses: true, if_late: [{escalate: {to: lead}}]}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
02T15:00 told +paused=02T13:00
  respond kept due 02T14:00 given 02T10:00
  missed respond given 02T10:00 due 02T14:00
02T16:00 owed overdue respond 02T14:00, due escalate
02T17:00 told +failure=late
  respond kept due 02T14:00 given 02T10:00
  missed respond given 02T10:00 due 02T14:00

# 7 one that is told in time does
do: [{respond: {within: 4h, pauses: true}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
02T14:00 told +paused=02T13:00
  respond changed given 02T10:00

# 7 what was known before stays, and what is told later counts from then on
do: [{respond: {since: waiting_since, within: 4h, pauses: true}}]
02T10:00 told +waiting_since=02T10:00 +paused=02T11:00
  respond new given 02T10:00
02T12:00 told +waiting_since=02T10:00 +paused=02T11:00/02T12:00
  respond changed due 02T15:00 given 02T10:00
02T16:00 told +paused=02T11:00/02T15:30
  respond kept due 02T15:00 given 02T10:00
  missed respond given 02T10:00 due 02T15:00
02T17:00 told +waiting_since=02T16:30
  respond changed due 02T20:30 given 02T10:00
  missed respond given 02T10:00 due 02T15:00

# 7 an inform that was missed stays missed
do: [{inform: {every: 2h, pauses: true}}]
02T10:00 told
  inform new due 02T12:00 given 02T10:00
02T13:00 told +paused=02T11:00/02T13:30
  inform kept due 02T12:00 given 02T10:00
  missed inform given 02T10:00 due 02T12:00
02T14:00 told +informed_at=02T14:00
  inform changed due 02T16:30 given 02T10:00
  missed inform given 02T10:00 due 02T12:00 done 02T14:00

# 11 an answer before the base fulfils nothing
when: severe
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

# 11 what was paid is not owed again on a moved base
do: [{refund: {amount: 5, within: 4h, since: waiting_since}}]
02T10:00 told +waiting_since=02T10:00
  refund new 5.00 EUR due 02T14:00 given 02T10:00
02T11:00 report refund done
02T12:00 told +waiting_since=02T11:30
  refund kept 5.00 EUR already 5.00 EUR due 02T14:00 given 02T10:00 done 02T11:00

# 11 only another amount is
do: [{refund: {amount: 5}}]
severe: [{refund: {id: more, amount: 10}}]
02T10:00 told
  refund new 5.00 EUR given 02T10:00
02T11:00 report refund done
02T12:00 told +severity=4
  refund kept 5.00 EUR already 5.00 EUR given 02T10:00 done 02T11:00
  refund new 10.00 EUR given 02T12:00

# reach 3 what was taken back in words only is not paid twice
when: late
do: [{refund: {amount: 5}}]
02T10:00 told +failure=late
  refund new 5.00 EUR given 02T10:00
02T11:00 told -failure
  refund cancelled 0.00 EUR already 5.00 EUR given 02T10:00
02T12:00 told +failure=late
  refund new 5.00 EUR already 5.00 EUR given 02T10:00

# reach 3 what was undone is
when: late
do: [{refund: {amount: 5}}]
02T10:00 told +failure=late
  refund new 5.00 EUR given 02T10:00
02T11:00 told -failure
  refund cancelled 0.00 EUR already 5.00 EUR given 02T10:00
02T11:30 report refund undone
02T12:00 told +failure=late
  refund new 5.00 EUR already 0.00 EUR given 02T10:00

# 12 what is done when it is first given is never cancelled where it was not given
when: late
do: [{respond: {within: 4h}}]
02T10:00 told +responded_at=02T09:30 +resolved_at=02T09:40
02T11:00 told +failure=late
02T12:00 told -failure

# 13 what is done keeps its deadline
do: [{respond: {within: 4h, since: waiting_since}}]
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

# 15 reopened: an apology that was done before is owed anew, and once more only if it was done again
do: [{apologise: {within: 4h}}]
02T10:00 told
  apologise new due 02T14:00 given 02T10:00
02T11:00 report apologise done
02T15:00 told +reopened_at=02T15:00
  apologise changed due 02T19:00 given 02T10:00
02T16:00 told +reopened_at=02T16:00
  apologise kept due 02T19:00 given 02T10:00

# 15 reopened: what was open keeps its base
do: [{apologise: {within: 4h}}]
02T10:00 told
  apologise new due 02T14:00 given 02T10:00
02T12:00 told +reopened_at=02T12:00
  apologise kept due 02T14:00 given 02T10:00

# 15 each silence has its own steps
do: [{inform: {every: 2h, if_late: [{apologise: {within: 1h}}]}}]
02T10:00 told
  inform new due 02T12:00 given 02T10:00
02T12:30 owed overdue inform 02T12:00, due apologise 02T13:00
02T14:30 owed overdue inform 02T12:00, overdue apologise 02T13:00

# 16 what was missed is known to conditions, and what was past when it was given is not
do: [{resolve: {within: 4h}}]
also: [{explain: {}}]
also-when: missed
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
also-when: missed
02T10:00 told +occurred_at=01T10:00
  resolve new due 01T14:00 given 02T10:00
  missed resolve given 02T10:00 due 01T14:00
  warns late-when-given
02T12:00 told +severity=4
  resolve kept due 01T14:00 given 02T10:00
  missed resolve given 02T10:00 due 01T14:00
`

// lifeConditions are what `when` of lifeRules may say.
var lifeConditions = map[string]*oNode{
	"":       lit(true),
	"severe": op(">", ref("incident.severity"), lit(int64(3))),
	"late":   op("==", ref("incident.failure"), lit("late")),
	"missed": {op: "in", kids: []*oNode{lit("resolve"), ref("missed")}},
}

func TestLifeRules(t *testing.T) { playLives(t, lifeRules) }

func playLives(t *testing.T, lives string) {
	for _, story := range strings.Split(lives, "\n# ")[1:] {
		name, text, _ := strings.Cut(story, "\n")
		t.Run(name, func(t *testing.T) { playLife(t, text) })
	}
}

// oTold is a life of lifeRules as it is played, in the evaluator and in the engine.
type oTold struct {
	*oBench
	t  *testing.T
	in *oIncident
}

func playLife(t *testing.T, text string) {
	keys := map[string]string{}
	var l *oTold
	var want, evaluated, decided []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		key, value, ok := strings.Cut(line, ": ")
		if ok && !strings.ContainsAny(key, " T") {
			keys[key] = value
			continue
		}
		if l == nil {
			l = newTold(t, keys)
		}
		want = append(want, line)
		if strings.HasPrefix(line, " ") {
			continue
		}
		x, y := l.step(line)
		evaluated, decided = append(evaluated, x...), append(decided, y...)
	}
	if diff := l.diff(want, evaluated); diff != "" {
		t.Errorf("-wanted +evaluator:\n%s", diff)
	}
	if diff := l.diff(want, decided); diff != "" {
		t.Errorf("-wanted +engine:\n%s", diff)
	}
}

func newTold(t *testing.T, keys map[string]string) *oTold {
	set := &oSet{}
	book := &oBook{id: "desk", set: set, reviewBy: "2030-01-01"}
	set.books = []*oBook{book}
	play := func(id, when, do string) *oPlay {
		p := &oPlay{id: id, book: book, units: 1, approach: "standardised-response", when: lifeConditions[when], do: flow(do)}
		book.plays = append(book.plays, p)
		return p
	}
	main := play("main", keys["when"], keys["do"])
	if keys["lead"] != "" {
		main.approach, main.phase, main.lead = "preventive-intervention", "any", spanOf(keys["lead"])
	}
	if keys["severe"] != "" {
		main.cases = []*oCase{{when: lifeConditions["severe"], do: flow(keys["severe"])}}
	}
	if keys["also"] != "" {
		play("also", keys["also-when"], keys["also"])
	}
	l := &oTold{t: t, oBench: &oBench{store: recovery.NewMemoryStore(), ids: map[string]string{}, keys: map[string]string{}, latest: map[string]*recovery.Decision{}},
		in: &oIncident{fields: map[string]any{"id": "T", "service": "s", "occurred_at": at("2026-03-02T09:00:00Z")}}}
	l.world = newWorld(set)
	if err := l.use(set); err != nil {
		t.Fatal(err, l.yaml())
	}
	return l
}

// flow reads a list of actions as playbooks write it in one line.
func flow(text string) []*oAction {
	p := flowReader{strings.NewReplacer("{", " { ", "}", " } ", "[", " [ ", "]", " ] ", ",", " , ", ":", " : ").Replace(text), 0}
	words := strings.Fields(p.text)
	return p.actions(words)
}

type flowReader struct {
	text string
	at   int
}

// actions reads [{type: {key: value, key: [...]}}, ...].
func (p *flowReader) actions(words []string) (out []*oAction) {
	for p.at++; words[p.at] != "]"; {
		if words[p.at] == "," {
			p.at++
		}
		a := &oAction{typ: words[p.at+1], text: map[string]string{}}
		for p.at += 4; words[p.at] != "}"; {
			key := words[p.at]
			p.at += 2
			switch key {
			case "if_late":
				a.ifLate = p.actions(words)
			case "remind":
				a.remind = p.actions(words)
			default:
				a.put(key, words[p.at])
				p.at++
			}
			if words[p.at] == "," {
				p.at++
			}
		}
		p.at += 2
		out = append(out, a)
	}
	p.at++
	return out
}

func (a *oAction) put(key, value string) {
	switch key {
	case "within":
		a.within = value
	case "after":
		a.after = value
	case "since":
		a.since = value
	case "before":
		a.before = value
	case "pauses":
		a.pauses = true
	case "id":
		a.id = value
	case "every":
		a.every = spanOf(value).rest
	case "amount":
		a.amount = eur(value + " EUR")
	case "to", "item":
		a.text[key] = value
	default:
		panic("no such key: " + key)
	}
}

func day(text string) string { return "2026-03-" + text + ":00Z" }

// step does what a line says, and returns the line with what came of it on both sides.
func (l *oTold) step(line string) (evaluated, decided []string) {
	words := strings.Fields(line)
	l.now = at(day(words[0]))
	ctx := context.Background()
	var d *recovery.Decision
	var want *oDecision
	var how recovery.Handled
	var refusal *oRefusal
	var err error
	switch words[1] {
	case "owed":
		prefix := words[0] + " owed "
		return []string{strings.TrimSpace(prefix + l.owedByEvaluator())}, []string{strings.TrimSpace(prefix + l.owedByEngine())}
	case "report":
		l.report(words[2], words[3])
		return []string{line}, []string{line}
	case "again":
		want, how, refusal = l.world.again("T", l.now)
		d, err = l.engine.Again(ctx, "T")
	case "told":
		for _, word := range words[2:] {
			l.set(word)
		}
		want, how, refusal = l.world.handle(l.in, l.now)
		d, err = l.engine.Handle(ctx, l.in.api())
	}
	if err != nil || refusal != nil {
		l.t.Fatal(line, err, refusal)
	}
	l.latest["T"] = d
	evaluated, decided = []string{line}, []string{line}
	if how != recovery.HandledRetry {
		evaluated = append(evaluated, want.told()...)
	}
	if d.Handled != recovery.HandledRetry {
		decided = append(decided, told(d)...)
	}
	_ = l.sameIDs(want.acts, d.Actions) // for reports
	return evaluated, decided
}

func toldAction(typ, change, amount, already string, due, given, done time.Time) string {
	if amount != "" {
		change += " " + amount
	}
	if already != "" {
		change += " already " + already
	}
	return strings.TrimRight("  "+typ+" "+change+stamps([]string{"due", "given", "done"}, due, given, done), " ")
}

func (d *oDecision) told() (out []string) {
	for _, a := range d.acts {
		out = append(out, toldAction(a.typ, a.change, moneyText(a.amount), moneyText(a.already), a.due, a.given, a.done))
	}
	for _, m := range slices.SortedStableFunc(slices.Values(d.missed), func(a, b oMissed) int { return a.due.Compare(b.due) }) {
		out = append(out, "  missed "+m.ask.typ+stamps([]string{"given", "due", "done"}, m.born, m.due, m.done))
	}
	for _, w := range d.warnings {
		if w.code != "unanswered" {
			out = append(out, "  warns "+w.code)
		}
	}
	return out
}

func told(d *recovery.Decision) (out []string) {
	for _, a := range d.Actions {
		out = append(out, toldAction(a.Type, string(a.Change), moneyText(&a.Amount), moneyText(&a.Already), a.DueAt, a.GivenAt, a.DoneAt))
	}
	for _, m := range d.Missed {
		out = append(out, "  missed "+m.Type+stamps([]string{"given", "due", "done"}, m.GivenAt, m.DueAt, m.DoneAt))
	}
	for _, w := range d.Warnings {
		if w.Code != "unanswered" {
			out = append(out, "  warns "+string(w.Code))
		}
	}
	return out
}

// report says something of the action of a type, on both sides.
func (l *oTold) report(typ, outcome string) {
	outcome, when, late := strings.Cut(outcome, "=")
	said := l.now
	if late {
		said = at(day(when))
	}
	report := func(a *oAct, effect int) {
		o := recovery.Outcome(outcome)
		l.world.lives["T"].reports = append(l.world.lives["T"].reports, &oReport{key: a.key, effect: effect, outcome: o, at: said})
		if err := l.engine.Report(context.Background(), recovery.Report{Incident: "T", Action: l.ids[a.key], Outcome: o, At: said}); err != nil {
			l.t.Fatal(err)
		}
	}
	for _, a := range l.world.lives["T"].latest().acts {
		if a.typ == typ {
			report(a, len(l.world.lives["T"].effects(a.key, l.now))-1)
		}
		for _, step := range append(slices.Clone(a.ifLate), a.remind...) {
			if step.typ == typ {
				report(step, -1)
			}
		}
	}
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
	l.in = l.in.clone()
	key, value, _ := strings.Cut(word[1:], "=")
	switch {
	case word[0] == '-':
		delete(l.in.fields, key)
	case key == "severity":
		l.in.fields[key] = int64(value[0] - '0')
	case key == "failure" || key == "phase":
		l.in.fields[key] = value
	case key == "paused":
		from, until, ended := strings.Cut(value, "/")
		l.in.paused = []recovery.Pause{{From: at(day(from))}}
		if ended {
			l.in.paused[0].Until = at(day(until))
		}
	default:
		l.in.fields[key] = at(day(value))
	}
}

func owedLine(state recovery.State, typ string, due time.Time) string {
	return strings.ReplaceAll(strings.TrimSpace(string(state)+" "+typ+stamps([]string{""}, due)), "  ", " ")
}

func (l *oTold) owedByEvaluator() string {
	list := l.world.agenda("T", l.now)
	sort.SliceStable(list, func(i, j int) bool { return urgent(list[i].state, list[i].at, list[j].state, list[j].at) })
	var out []string
	for _, o := range list {
		out = append(out, owedLine(o.state, o.act.typ, o.at))
	}
	return strings.Join(out, ", ")
}

func (l *oTold) owedByEngine() string {
	var out []string
	for _, o := range l.engineAgenda("T", l.now) {
		out = append(out, owedLine(o.State, o.Action.Type, o.At))
	}
	return strings.Join(out, ", ")
}

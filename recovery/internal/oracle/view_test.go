package oracle

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oView is a decision in text, without ids: what the engine's and the oracle's
// have in common.
type oView struct {
	Again    bool
	At       string
	Plays    []string
	Because  []string
	Actions  []oActionView
	Choices  []string
	Withheld []string
	Passed   []string
	Missed   []string
	Facts    []string
	Warnings []string
}

type oActionView struct {
	Type, Item, Change, Amount, Already, Owner, NotBefore, DueAt, GivenAt, DoneAt, Justice, Message, Note string
	Plays, Params                                                                                         []string
	Remind, IfLate                                                                                        []oActionView
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func missedText(typ, play string, given, due, done time.Time) string {
	return fmt.Sprintf("%s %s given %s due %s done %s", play, typ, timeText(given), timeText(due), timeText(done))
}

func moneyText(m *recovery.Money) string {
	if m == nil || !m.IsSet() {
		return ""
	}
	return m.String()
}

func paramText(params []recovery.Param) []string {
	out := []string{}
	for _, p := range params {
		text := show(p.Value)
		if list, ok := p.Value.([]any); ok {
			parts := []string{}
			for _, v := range list {
				parts = append(parts, show(v))
			}
			text = strings.Join(parts, "|")
		}
		out = append(out, p.Name+"="+text)
	}
	sort.Strings(out)
	return out
}

func mapText(params map[string]string) []string {
	out := []string{}
	for k, v := range params {
		out = append(out, k+"="+v)
	}
	sort.Strings(out)
	return out
}

// viewOf is the engine's decision.
func viewOf(d *recovery.Decision) *oView {
	v := &oView{Again: d.Supersedes != "", At: timeText(d.DecidedAt)}
	for _, m := range d.Plays {
		v.Plays = append(v.Plays, m.Play+" ("+m.Case+") "+m.Approach+matchItems(m))
		for _, b := range m.Because {
			v.Because = append(v.Because, m.Play+": "+b.Expr+"="+b.Value)
		}
	}
	for _, a := range d.Actions {
		v.Actions = append(v.Actions, actionView(a))
	}
	for _, c := range d.Choices {
		line := fmt.Sprintf("%s %s due %s choose %d..%d precedents %d", c.Play, c.Decider, timeText(c.DueAt), c.AtLeast, c.AtMost, c.Precedents.Count)
		for _, o := range c.Options {
			line += fmt.Sprintf("\n  %s %q %s..%s %v", o.Type, o.ID, moneyText(&o.From), moneyText(&o.To), paramText(o.Params))
		}
		usage := []string{}
		for _, p := range c.Precedents.Options {
			usage = append(usage, fmt.Sprintf("\n  usage %s %s %s %s", p.Type, moneyText(&p.Median), moneyText(&p.Lowest), moneyText(&p.Highest)))
		}
		sort.Strings(usage)
		line += strings.Join(usage, "")
		for _, p := range c.Precedents.Recent {
			line += fmt.Sprintf("\n  recent %s %s %q", p.Type, moneyText(&p.Amount), p.Reason)
		}
		v.Choices = append(v.Choices, line)
	}
	for _, w := range d.Withheld {
		v.Withheld = append(v.Withheld, fmt.Sprintf("%s %s %s %s %v", w.Reason, w.Type+" "+w.Item, w.Play, moneyText(&w.Amount), paramText(w.Params)))
	}
	for _, p := range d.PassedOver {
		v.Passed = append(v.Passed, p.Play+" "+p.Partner+" "+string(p.Reason))
	}
	for _, m := range d.Missed {
		v.Missed = append(v.Missed, missedText(m.Type+" "+m.Item, m.Play, m.GivenAt, m.DueAt, m.DoneAt))
	}
	for _, f := range d.Facts {
		v.Facts = append(v.Facts, f.Name+"="+show(f.Value))
	}
	for _, w := range d.Warnings {
		v.Warnings = append(v.Warnings, string(w.Code)+" "+w.Play)
	}
	return v.tidied()
}

// tidied sorts what has no order of its own, and says each warning once.
func (v *oView) tidied() *oView {
	sort.Strings(v.Withheld)
	sort.Strings(v.Missed)
	var once []string
	for _, w := range v.Warnings {
		if !slices.Contains(once, w) {
			once = append(once, w)
		}
	}
	v.Warnings = once
	return v
}

func actionView(a recovery.Action) oActionView {
	v := oActionView{Type: a.Type, Item: a.Item, Change: string(a.Change), Amount: moneyText(&a.Amount), Already: moneyText(&a.Already), Owner: a.Owner,
		NotBefore: timeText(a.NotBefore), DueAt: timeText(a.DueAt), GivenAt: timeText(a.GivenAt), DoneAt: timeText(a.DoneAt), Justice: a.Justice, Note: a.Note, Plays: a.Plays, Params: paramText(a.Params)}
	if a.Message != nil {
		v.Message = a.Message.ID + " " + a.Message.Language + " " + a.Message.Text
	}
	for _, late := range a.IfLate {
		v.IfLate = append(v.IfLate, actionView(late))
	}
	for _, early := range a.Remind {
		v.Remind = append(v.Remind, actionView(early))
	}
	return v
}

// oracleView is the oracle's decision.
func (r *oRun) oracleView() *oView {
	d := r.out
	v := &oView{Again: d.again, At: timeText(d.at)}
	for _, m := range d.matches {
		kase := ""
		if m.kase != nil {
			kase = m.kase.id
		}
		v.Plays = append(v.Plays, m.play.name()+" ("+kase+") "+m.play.approach+m.itemsText())
		for _, b := range m.because {
			if b.name == "now" { // no field, fact, term or table
				continue
			}
			v.Because = append(v.Because, m.play.name()+": "+b.name+"="+b.value)
		}
	}
	for _, a := range d.acts {
		view := a.seen
		view.Change, view.Already, view.GivenAt, view.DoneAt = a.change, moneyText(a.already), timeText(a.given), timeText(a.done)
		v.Actions = append(v.Actions, view)
	}
	for _, c := range d.choices {
		v.Choices = append(v.Choices, r.choiceView(c))
	}
	for _, w := range d.withheld {
		v.Withheld = append(v.Withheld, fmt.Sprintf("%s %s %s %s %v", w.reason, w.act.typ+" "+w.act.owned.item, w.act.plays[0], moneyText(w.amount), mapText(w.act.params)))
	}
	for _, p := range d.passed {
		v.Passed = append(v.Passed, p[1]+" "+p[0]+" "+p[2])
	}
	for _, m := range d.missed {
		v.Missed = append(v.Missed, missedText(m.ask.typ+" "+m.ask.item, m.ask.play.name(), m.born, m.due, m.done))
	}
	for _, f := range d.facts {
		v.Facts = append(v.Facts, f.name+"="+f.value)
	}
	for _, w := range d.warnings {
		v.Warnings = append(v.Warnings, w.code+" "+w.play)
	}
	return v.tidied()
}

func (r *oRun) choiceView(c *oChoice) string {
	d := c.play.discretion
	line := fmt.Sprintf("%s %s due %s choose %d..%d precedents %d", c.play.name(), d.decider, timeText(c.due), d.atLeast, d.atMost, len(c.precedents))
	for _, o := range c.options {
		params := map[string]string{}
		if len(o.act.as) > 0 {
			params["as"] = strings.Join(o.act.as, "|")
		}
		for k, t := range o.act.text {
			params[k] = r.fill(t)
		}
		line += fmt.Sprintf("\n  %s %q %s..%s %v", o.typ, o.id, moneyText(&o.from), moneyText(&o.to), mapText(params))
	}
	usage := []string{}
	for _, u := range c.usage() {
		usage = append(usage, fmt.Sprintf("\n  usage %s %s %s %s", u.typ, u.median.rounded(c.play.book), u.lowest.money(), u.highest.money()))
	}
	sort.Strings(usage)
	line += strings.Join(usage, "")
	newest := slices.Clone(c.precedents)
	slices.Reverse(newest)
	for _, m := range newest[:min(5, len(newest))] {
		first := &oAct{}
		if len(m.chosen) > 0 {
			first = m.chosen[0]
		}
		line += fmt.Sprintf("\n  recent %s %s %q", first.typ, moneyText(first.amount), m.reason)
	}
	return line
}

// view of an action, without what compares it with the one before.
func (r *oRun) view(a *oAct) oActionView {
	v := oActionView{Type: a.typ, Item: a.ownedBy(), Amount: moneyText(a.amount), Owner: a.owner, NotBefore: timeText(a.notBefore), DueAt: timeText(a.due),
		Justice: cmp.Or(justice[a.typ], "procedural"), Note: a.note, Plays: a.plays, Params: mapText(a.params)}
	if a.message != nil {
		language, text, _ := r.words(a.message)
		v.Message = a.message.id + " " + language + " " + text
	}
	for _, late := range a.ifLate {
		v.IfLate = append(v.IfLate, r.view(late))
	}
	for _, early := range a.remind {
		v.Remind = append(v.Remind, r.view(early))
	}
	return v
}

// lines writes a view one thing a line, which is how differences read best.
func (v *oView) lines(inbound bool) []string {
	out := []string{fmt.Sprintf("again %v at %s", v.Again, v.At)}
	add := func(what string, list []string) {
		for _, x := range list {
			out = append(out, what+" "+x)
		}
	}
	add("play", v.Plays)
	add("because", v.Because)
	gone := []string{}
	for _, a := range v.Actions {
		if a.Change == "cancelled" { // among themselves in any order
			gone = append(gone, a.lines("cancelled")...)
			continue
		}
		out = append(out, a.lines("action")...)
	}
	sort.Strings(gone)
	out = append(out, gone...)
	for _, c := range v.Choices {
		add("choice", []string{c})
	}
	add("withheld", v.Withheld)
	if inbound {
		v.Passed = slices.Sorted(slices.Values(v.Passed)) // in which order those without the direction stand is not said
	}
	add("passed", v.Passed)
	for _, m := range v.Missed {
		add("missed", []string{m})
	}
	add("fact", v.Facts)
	for _, w := range v.Warnings {
		add("warning", []string{w})
	}
	return out
}

func (a oActionView) lines(what string) []string {
	line := fmt.Sprintf("%s %s %s %v", what, a.Type, a.Change, a.Params)
	for _, part := range [][2]string{{"item", a.Item}, {"amount", a.Amount}, {"already", a.Already}, {"owner", a.Owner}, {"from", a.NotBefore}, {"due", a.DueAt}, {"given", a.GivenAt}, {"done", a.DoneAt},
		{"justice", a.Justice}, {"message", a.Message}, {"note", a.Note}} {
		if part[1] != "" {
			line += ", " + part[0] + " " + part[1]
		}
	}
	out := []string{line + fmt.Sprintf(" for %v", a.Plays)}
	for _, early := range a.Remind {
		out = append(out, early.lines(what+" "+a.Type+" remind")...)
	}
	for _, late := range a.IfLate {
		out = append(out, late.lines(what+" "+a.Type+" late")...)
	}
	return out
}

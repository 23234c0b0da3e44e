package oracle

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

var justice = map[string]string{
	"acknowledge": "procedural", "respond": "procedural", "inform": "procedural", "resolve": "procedural",
	"escalate": "procedural", "assign": "procedural", "notify": "procedural", "investigate": "procedural", "prevent": "procedural",
	"apologise": "interactional", "explain": "interactional", "callback": "interactional", "survey": "interactional",
	"refund": "distributive", "compensate": "distributive", "replace": "distributive", "repair": "distributive",
	"reperform": "distributive", "substitute": "distributive",
}

// fill puts the region in the place of ${incident.region}, the only expression
// that the generator writes into parameters and notes.
func (r *oRun) fill(text string) string {
	return strings.ReplaceAll(text, "${incident.region}", r.in.text("region"))
}

// expand is step 5 for one action of a play. parent is set for those of if_late.
func (r *oRun) expand(p *oPlay, a *oAction, parent *oAct) (*oAct, error) {
	out := &oAct{typ: a.typ, plays: []string{p.name()}, book: p.book, params: map[string]string{}, every: a.every,
		owner: a.owner, note: r.fill(a.note)}
	for name, text := range a.text {
		out.params[name] = r.fill(text)
	}
	if a.every > 0 {
		out.params["every"] = show(a.every)
	}
	if a.message != "" {
		out.message = p.book.message(a.message)
	}
	env := r.env(p.book)
	if a.amount != nil {
		v, err := a.amount.eval(env)
		if err != nil {
			return nil, err
		}
		m := v.(oExact).money()
		if m.Sign() < 0 {
			return nil, errNegative
		}
		out.amount = &m
	}
	if len(a.as) > 0 {
		out.params["as"] = a.as[0]
	} else if a.typ == "compensate" {
		out.params["as"] = "credit"
	}
	if a.typ == "survey" && out.params["instrument"] == "" {
		out.params["instrument"] = "csat"
	}
	custom := p.book.typ(a.typ)
	if custom != nil {
		out.params["points"] = "7"
		if a.points != nil {
			v, err := a.points.eval(env)
			if err != nil {
				return nil, err
			}
			out.params["points"] = show(v)
		}
	}
	out.merge = mergeKey(out, custom)
	out.key = r.in.text("id") + " " + p.name() + " " + a.typ + " " + a.id
	if out.merge != "" {
		out.key = r.in.text("id") + " " + out.merge
	}
	if parent != nil {
		out.key = parent.key + " late " + out.key
	}
	out.src, out.play = a, p
	if parent == nil { // those of if_late count from what their parent is due in the end
		r.times(p, a, nil, out)
	}
	for _, late := range a.ifLate {
		child, err := r.expand(p, late, out)
		if err != nil {
			return nil, err
		}
		out.ifLate = append(out.ifLate, child)
	}
	return out, nil
}

// mergeKey is what actions merge by, from the table of actions in format.md.
func mergeKey(a *oAct, custom *oType) string {
	switch a.typ {
	case "acknowledge", "respond", "apologise", "explain", "callback", "inform", "resolve", "investigate", "survey":
		return "once " + a.typ
	case "replace", "repair", "reperform":
		return "once " + a.typ + " " + a.params["item"]
	case "escalate", "assign":
		return "once " + a.typ + " " + a.params["to"]
	case "notify":
		message := ""
		if a.message != nil {
			message = a.message.id
		}
		return fmt.Sprintf("once notify %q %q", a.params["to"], message)
	}
	if custom != nil && custom.once {
		return "once " + a.typ
	}
	return ""
}

// times sets not_before and due_at, which stay zero while the action waits.
func (r *oRun) times(p *oPlay, a *oAction, parent *oAct, out *oAct) {
	base := r.out.base
	switch {
	case parent != nil:
		if parent.due.IsZero() {
			return
		}
		base = parent.due
	case a.since != "":
		t, ok := r.in.time(a.since)
		if !ok {
			return
		}
		base = t
	}
	clock := oClock{}
	if a.calendar != "" {
		clock.minutes = p.book.calendar(a.calendar)
	}
	if a.pauses {
		clock.pauses = r.in.paused
		if pausedAt(clock.pauses, r.now) {
			return
		}
	}
	after, afterDays := strings.CutSuffix(a.after, "wd")
	within, withinDays := strings.CutSuffix(a.within, "wd")
	if afterDays && withinDays { // the two together are one count of days
		n, _ := strconv.Atoi(after)
		more, _ := strconv.Atoi(within)
		if t, ok := clock.addDays(base, n+more); ok {
			out.due = t
		}
	}
	if a.after != "" {
		t, ok := clock.span(base, a.after)
		if !ok {
			return
		}
		out.notBefore = clock.opening(t)
		base = out.notBefore
	}
	if a.within != "" && out.due.IsZero() {
		if t, ok := clock.span(base, a.within); ok {
			out.due = t
		}
	}
}

// language in which a message is written, and its text.
func (r *oRun) words(m *oMessage) (language, text string) {
	want := r.in.text("language")
	if want == "" {
		want = r.in.text("customer.language")
	}
	for tag := want; tag != ""; {
		for _, t := range m.texts {
			if t[0] == tag {
				return t[0], r.fillHole(m, t[1])
			}
		}
		cut := strings.LastIndex(tag, "-")
		if cut < 0 {
			break
		}
		tag = tag[:cut]
	}
	return m.texts[0][0], r.fillHole(m, m.texts[0][1])
}

func (r *oRun) fillHole(m *oMessage, text string) string {
	return strings.ReplaceAll(text, oHole, show(r.in.fields[strings.TrimPrefix(m.hole, "incident.")]))
}

// merge collapses the actions that are merged once, at the place of the first.
func merge(acts []*oAct) []*oAct {
	var out []*oAct
	for _, a := range acts {
		at := slices.IndexFunc(out, func(b *oAct) bool { return a.merge != "" && a.merge == b.merge })
		if at < 0 {
			out = append(out, a)
			continue
		}
		first := out[at]
		if earlier(a.due, first.due) {
			first.due, first.owner, first.message = a.due, a.owner, a.message
		}
		if a.notBefore.Before(first.notBefore) {
			first.notBefore = a.notBefore // none is zero, and so the earliest
		}
		if a.every > 0 && a.every < first.every {
			first.every = a.every
			first.params["every"] = show(a.every)
		}
		first.ifLate = append(slices.Clone(first.ifLate), a.ifLate...)
		for _, p := range a.plays {
			if !slices.Contains(first.plays, p) {
				first.plays = append(first.plays, p)
			}
		}
	}
	return out
}

// lateTimes sets the times of if_late actions, whose base is their parent's
// due_at, and unites those that are merged.
func (r *oRun) lateTimes(parent *oAct) {
	for _, late := range parent.ifLate {
		r.times(late.play, late.src, parent, late)
	}
	parent.ifLate = merge(parent.ifLate)
	for _, late := range parent.ifLate {
		r.lateTimes(late)
	}
}

// earlier is the order of deadlines, in which none is the latest.
func earlier(a, b time.Time) bool {
	return !a.IsZero() && (b.IsZero() || a.Before(b))
}

// apply is step 4 for one play that matched, with step 5 for its actions.
func (r *oRun) apply(m oMatch) error {
	p := m.play
	list := slices.Clone(p.do)
	if m.kase != nil {
		list = append(list, m.kase.do...)
	}
	switch p.approach {
	case "preventive-intervention":
		return r.prevent(p, list)
	case "partner-substitute":
		return r.substitute(p, list)
	}
	acts, err := r.expandAll(p, list)
	r.out.acts = append(r.out.acts, acts...)
	made := slices.ContainsFunc(r.made, func(m *oMade) bool { return m.stands && m.play == p })
	if err != nil || p.discretion == nil || made { // a choice that was made is not asked for again
		return err
	}
	return r.offer(p)
}

func (r *oRun) expandAll(p *oPlay, list []*oAction) (out []*oAct, err error) {
	for _, a := range list {
		act, err := r.expand(p, a, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, act)
	}
	return out, nil
}

// prevent judges lateness for what is new; what an earlier decision gave stays.
func (r *oRun) prevent(p *oPlay, list []*oAction) error {
	acts, err := r.expandAll(p, list)
	if err != nil {
		return err
	}
	expected, ok := r.in.time("expected_at")
	if !ok || r.in.text("phase") != "signal" {
		r.out.acts = append(r.out.acts, acts...)
		return nil
	}
	last := expected.Add(-p.lead)
	late := false
	for _, a := range acts {
		if r.now.After(last) && !r.gaveBefore(p, a.key) {
			late = true
			r.out.withheld = append(r.out.withheld, oWithheld{a, "too-late", a.amount})
			continue
		}
		if earlier(last, a.due) {
			a.due = last
		}
		r.out.acts = append(r.out.acts, a)
	}
	if !late && !(r.now.After(last) && len(acts) == 0) {
		return nil
	}
	instead, err := r.expandAll(p, p.tooLate)
	r.out.acts = append(r.out.acts, instead...)
	r.out.warnings = append(r.out.warnings, [2]string{"too-late", p.name()})
	return err
}

// gaveBefore says that the previous decision has an action of the play that
// still stands.
func (r *oRun) gaveBefore(p *oPlay, key string) bool {
	if r.prev == nil {
		return false
	}
	return slices.ContainsFunc(r.prev.acts, func(a *oAct) bool {
		return a.key == key && a.change != "cancelled" && !slices.Contains(r.took, a.key) && slices.Contains(a.plays, p.name())
	})
}

func amountOf(m recovery.Money) *recovery.Money {
	if !m.IsSet() {
		return nil
	}
	return &m
}

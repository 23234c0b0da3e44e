package oracle

import (
	"fmt"
	"slices"
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

// expand is step 5 for one action of a play. parent is set for steps: those under "late" and "remind".
func (r *oRun) expand(p *oPlay, a *oAction, parent *oAct, step string) (*oAct, error) {
	out := &oAct{typ: a.typ, plays: []string{p.name()}, book: p.book, owned: r.owner, params: map[string]string{}, every: a.every,
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
	env := r.env(p.book).forItem(r.item)
	if a.amount != nil {
		v, err := a.amount.eval(env)
		if err != nil {
			return nil, err
		}
		m := v.(oExact).rounded(p.book)
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
	if step == "" && out.owned != (oOwner{}) {
		mine := fmt.Sprintf(" of %q in %s", out.owned.item, out.owned.list)
		if out.key += mine; out.merge != "" {
			out.merge += mine
		}
	}
	if step != "" {
		out.key = parent.key + " " + step + " " + out.key
	}
	redress := justice[a.typ] == "distributive" || custom != nil && custom.amount
	out.step = step != ""
	k := &oAsk{key: out.key, typ: a.typ, item: out.ownedBy(), play: p, src: a, redress: redress, chosen: r.choosing, amount: out.amount}
	out.asks = []*oAsk{k}
	if step == "" { // steps count from what their ask is due in the end
		r.promise(k)
	}
	for _, late := range a.ifLate {
		child, err := r.expand(p, late, out, "late")
		if err != nil {
			return nil, err
		}
		k.late = append(k.late, child)
	}
	for _, early := range a.remind {
		child, err := r.expand(p, early, out, "remind")
		if err != nil {
			return nil, err
		}
		k.remind = append(k.remind, child)
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

// language in which a message is written, and its text. missed says that no wanted language is there.
func (r *oRun) words(m *oMessage) (language, text string, missed bool) {
	for _, path := range []string{"language", "customer.language"} {
		if r.in.text(path) == "" {
			continue
		}
		want := oTag(r.in.text(path))
		for cut := want; len(cut) > 0; cut = cut[:len(cut)-1] {
			for _, t := range m.texts {
				if slices.Equal(oTag(t[0]), cut) {
					return t[0], r.fillHole(m, t[1]), false
				}
			}
		}
		for _, t := range m.texts {
			if have := oTag(t[0]); have[0] == want[0] && oScript(have) == oScript(want) {
				return t[0], r.fillHole(m, t[1]), false
			}
		}
		missed = true
	}
	return m.texts[0][0], r.fillHole(m, m.texts[0][1]), missed
}

// oTag is a tag in parts, as texts and wishes of the generator write them: with a hyphen or an
// underscore, in Spanish, Portuguese, English, French, Chinese, Norwegian and Hebrew.
func oTag(written string) []string {
	parts := strings.Split(strings.ReplaceAll(strings.Split(written, ".")[0], "_", "-"), "-")
	switch parts[0] {
	case "iw":
		parts[0] = "he"
	case "nb", "nn":
		parts[0] = "no"
	case "zh":
		if oScript(parts) == "" {
			script := "Hans"
			if slices.Contains(parts, "TW") || slices.Contains(parts, "HK") {
				script = "Hant"
			}
			parts = slices.Insert(parts, 1, script)
		}
	}
	return parts
}

func oScript(tag []string) string {
	for _, part := range tag {
		if part == "Hans" || part == "Hant" {
			return part
		}
	}
	return ""
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
		if a.every > 0 && a.every < first.every {
			first.every = a.every
			first.params["every"] = show(a.every)
		}
		first.asks = slices.Clone(first.asks)
		for _, k := range a.asks {
			if i := slices.IndexFunc(first.asks, func(o *oAsk) bool { return o.play == k.play }); i >= 0 && !a.step {
				first.asks[i] = both(first.asks[i], k)
				continue
			}
			first.asks = append(first.asks, k)
		}
		for _, p := range a.plays {
			if !slices.Contains(first.plays, p) {
				first.plays = append(first.plays, p)
			}
		}
	}
	return out
}

// both is what a play asks for that asks twice for one action: one promise, with the earlier deadline,
// the earlier time from which it may be done, and the steps of both. What waits has no such time.
func both(a, b *oAsk) *oAsk {
	won, other := *a, b
	idle := func(k *oAsk) bool { return k.waits() || k.bare }
	if earlier(b.own, a.own) || idle(a) && !idle(b) && !earlier(a.own, b.own) {
		won, other = *b, a
	}
	if !other.waits() && other.notBefore.Before(won.notBefore) {
		won.notBefore, won.ready = other.notBefore, true
	}
	won.late, won.remind = append(slices.Clone(a.late), b.late...), append(slices.Clone(a.remind), b.remind...)
	return &won
}

// apply is step 4 for one play that matched, with step 5 for its actions.
func (r *oRun) apply(m oMatch) error {
	p := m.play
	list := func(kase *oCase) []*oAction {
		if kase == nil {
			return p.do
		}
		return append(slices.Clone(p.do), kase.do...)
	}
	switch p.approach {
	case "preventive-intervention":
		return r.prevent(m, list)
	case "partner-substitute":
		return r.substitute(p, list(m.kase))
	}
	acts, err := r.expandFor(m, list)
	r.out.acts = append(r.out.acts, acts...)
	made := slices.ContainsFunc(r.made, func(m *oMade) bool { return m.stands && m.play.name() == p.name() })
	made = made || slices.ContainsFunc(r.life.proposed, func(m *oMade) bool { return m.play.name() == p.name() })
	if err != nil || p.discretion == nil || made { // a choice that was made is not asked for again
		return err
	}
	return r.offer(p)
}

func (r *oRun) expandAll(p *oPlay, list []*oAction) (out []*oAct, err error) {
	for _, a := range list {
		act, err := r.expand(p, a, nil, "")
		if err != nil {
			return nil, err
		}
		out = append(out, act)
	}
	return out, nil
}

// prevent judges lateness for what is new; what an earlier decision gave stays.
func (r *oRun) prevent(m oMatch, list func(*oCase) []*oAction) error {
	p := m.play
	expected, ok := r.in.time("expected_at")
	if !ok || r.in.text("phase") != "signal" {
		if p.lead != (oSpan{}) && r.in.text("phase") == "signal" {
			r.warn("no-expected-time", p)
		}
		acts, err := r.expandFor(m, list)
		r.out.acts = append(r.out.acts, acts...)
		return err
	}
	last := calendarDays(expected.Add(-p.lead.rest), oSpan{days: -p.lead.days}, p.book.location())
	if p.each != "" {
		return r.preventEach(m, list, last)
	}
	acts, err := r.expandAll(p, list(m.kase))
	if err != nil {
		return err
	}
	if late := r.giveInTime(p, acts, last); len(late) == 0 && !(r.now.After(last) && len(acts) == 0) {
		return nil
	}
	instead, err := r.expandAll(p, p.tooLate)
	r.out.acts = append(r.out.acts, instead...)
	r.warn("too-late", p, last)
	return err
}

// giveInTime gives the actions that come in time; it returns the others, which are withheld.
func (r *oRun) giveInTime(p *oPlay, acts []*oAct, last time.Time) (late []*oAct) {
	for _, a := range acts {
		if r.now.After(last) && !r.gaveBefore(p, a.key) {
			late = append(late, a)
			r.out.withheld = append(r.out.withheld, oWithheld{a, "too-late", a.amount})
			continue
		}
		if k := a.asks[0]; earlier(last, k.own) {
			k.own, k.cap = last, last
			r.fulfil(k)
		}
		r.out.acts = append(r.out.acts, a)
	}
	return late
}

// gaveBefore says that the previous decision has an action of the play that
// still stands.
func (r *oRun) gaveBefore(p *oPlay, key string) bool {
	if last := r.life.latest(); last != nil && slices.ContainsFunc(last.withheld, func(w oWithheld) bool {
		return w.act.key == key && w.reason == "too-late" && w.act.asks[0].play.name() == p.name()
	}) {
		return false // what it has was given because that came too late
	}
	last := r.life.latest() // whatever a choice has taken since
	return last != nil && slices.ContainsFunc(last.acts, func(a *oAct) bool {
		return a.key == key && a.change != "cancelled" && slices.Contains(a.plays, p.name())
	})
}

func amountOf(m recovery.Money) *recovery.Money {
	if !m.IsSet() {
		return nil
	}
	return &m
}

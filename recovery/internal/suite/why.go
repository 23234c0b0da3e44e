package suite

import (
	"cmp"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// Reason is something that led to what came, and where it stands.
type Reason struct {
	At   playbook.Range
	Text string
}

// reasons says why a step came out as it did. Nothing is worked out before it is
// asked.
type reasons struct {
	d         *Decided
	explained *recovery.Explanation
}

// reasons says why the step came out as it did, where plays were asked.
func (d *Decided) reasons() *reasons {
	r := &reasons{d: d}
	if !d.asked() {
		r.explained = &recovery.Explanation{}
	}
	return r
}

// explanation explains the step; nil where it cannot be.
func (r *reasons) explanation() *recovery.Explanation {
	if r.explained == nil {
		r.explained = r.d.Explain()
	}
	return r.explained
}

// Explain asks the engine to say why, from what it had to decide from.
func (d *Decided) Explain() *recovery.Explanation {
	before := d.before
	d.set.clock = d.step.Now
	x, err := d.set.engine.Explain(d.ctx, d.incident, recovery.In(&before))
	if err != nil {
		return &recovery.Explanation{Err: err}
	}
	return x
}

// of finds the explanation of a play.
func (r *reasons) of(play string) (policy.Explanation, bool) {
	for _, e := range r.explanation().Plays {
		if e.Play.Name == play {
			return e, true
		}
	}
	return policy.Explanation{}, false
}

// plays says why wanted plays did not match, and why others did.
func (r *reasons) plays(wanted, came []string) (out []Reason) {
	for _, name := range wanted {
		if !slices.Contains(came, name) {
			out = append(out, r.notMatched(name)...)
		}
	}
	for _, m := range r.d.decision.Plays {
		if !slices.Contains(wanted, playName(m)) {
			out = append(out, r.matched(m))
		}
	}
	return out
}

// notMatched says why a play, or a case of it, is not there.
func (r *reasons) notMatched(name string) []Reason {
	play, id := name, ""
	if r.d.set.known.plays[name] == nil {
		i := strings.LastIndexByte(name, '/')
		play, id = name[:max(i, 0)], name[i+1:]
	}
	e, ok := r.of(play)
	if !ok {
		return nil
	}
	if !e.Matched {
		return []Reason{{e.Play.Range, play + " did not match: " + strings.Join(e.Misses(), "; ")}}
	}
	return []Reason{caseReason(e.Play, e.Cases, e.Case, id, "")}
}

// items says why plays are not for the items that were wanted, or another case holds for them.
func (r *reasons) items(wanted, came []string) (out []Reason) {
	for _, name := range wanted {
		of := r.d.set.known.playOf(name)
		if of == nil || slices.Contains(came, name) {
			continue
		}
		e, ok := r.of(of.Name)
		if !ok {
			continue
		}
		if !e.Matched && len(e.Items) == 0 {
			out = append(out, Reason{e.Play.Range, of.Name + " did not match: " + strings.Join(e.Misses(), "; ")})
			continue
		}
		out = append(out, itemReason(e, strings.TrimPrefix(name, of.Name+"/"))...)
	}
	return out
}

// itemReason says what became of an item that was wanted with or without a case.
func itemReason(e policy.Explanation, name string) []Reason {
	for _, x := range e.Items {
		id := x.Item.ID()
		theCase, ofItem := strings.CutPrefix(name, id+"/")
		switch {
		case name != id && !ofItem:
			continue
		case !e.Matched:
			return []Reason{{e.Play.Range, e.Play.Name + " is not for " + id + ": " + strings.Join(x.Where.Misses(), "; ")}}
		}
		return []Reason{caseReason(e.Play, x.Cases, x.Case, theCase, " for item "+id)}
	}
	text := e.Play.Name + " is for " + strings.Join(each(e.Items, func(x policy.ItemExplanation) string { return x.Item.ID() }), ", ")
	if !e.Matched {
		text = e.Play.Name + " is for none"
	}
	return []Reason{{e.Play.Range, text + ", and not for " + name}}
}

// caseReason says why a case of a play that matched is not the one that held; whose says for which
// item.
func caseReason(p *policy.Play, cases []policy.CaseExplanation, held int, id, whose string) Reason {
	out := Reason{At: p.Range, Text: "of " + p.Name + " no case held" + whose}
	if held >= 0 {
		out.Text = "of " + p.Name + " its case " + orNumber(cases[held].Case.ID, held) + " held" + whose
		if n := cases[held].When; n != nil {
			out.At = n.Position()
		}
	}
	for _, c := range cases {
		if c.Case.ID == id && id != "" && c.When != nil && len(c.When.Misses()) > 0 {
			return Reason{c.When.Position(), "the case " + id + " of " + p.Name + " did not hold" + whose + ": " + strings.Join(c.When.Misses(), "; ")}
		}
	}
	return out
}

func orNumber(id string, i int) string {
	if id != "" {
		return id
	}
	return "no. " + itoa(i+1)
}

// matched says why a play matched.
func (r *reasons) matched(m recovery.Match) Reason {
	var why []string
	for _, x := range m.Because {
		why = append(why, x.Expr+" is "+cmp.Or(x.Value, "empty"))
	}
	text := playName(m) + " matched"
	if len(why) > 0 {
		text += ": " + strings.Join(why, ", ")
	}
	at := playbook.Range{}
	if p := r.d.set.known.plays[m.Play]; p != nil {
		at = p.Range
	}
	return Reason{at, text}
}

// given says why the plays that gave something matched.
func (r *reasons) given(plays []string) (out []Reason) {
	for _, m := range r.d.decision.Plays {
		if slices.Contains(plays, m.Play) {
			out = append(out, r.matched(m))
		}
	}
	return out
}

// The bounds of looking for plays that could have given something: how many are named, and how
// many are tried.
const (
	mostPlays = 3
	mostTried = 12
)

// missing says why a wanted action is not there. It names actions of the type that were withheld,
// and the plays and cases that would have given the wanted action, the nearest first. If there are
// none, and no action of the type was given, it names the plays and cases that give the type.
func (r *reasons) missing(w *playbook.WantedAction, others bool) (out []Reason) {
	kind := w.Type.Value
	for _, x := range r.d.decision.Withheld {
		if x.Type == kind {
			out = append(out, Reason{Text: "withheld: " + withheldThing(&x).text()})
		}
	}
	near := slices.DeleteFunc(r.near(kind), func(n nearly) bool { return n.item != "" && !wantedFor(w, n.item) })
	found := false
	for _, n := range near[:min(len(near), mostTried)] {
		if len(out) < mostPlays && n.item == "" && r.d.wouldGive(n.of, n.theCase, w) {
			out, found = append(out, n.reason("which would give it")), true
		}
	}
	if found || others {
		return out
	}
	for _, n := range near[:min(len(near), mostPlays)] {
		out = append(out, n.reason("which gives `"+kind+"`"))
	}
	return out
}

// wantedFor reports whether an action may be wanted of an item.
func wantedFor(w *playbook.WantedAction, item string) bool {
	for _, e := range w.Asked {
		if e.Key.Value == "for" {
			return e.Value.Text.Value == item
		}
	}
	return true
}

// nearly is a play that did not match, or a case of one that did which did not hold.
type nearly struct {
	item    string // for which the case did not hold; empty: for the incident
	of      policy.Explanation
	theCase int // -1: the play
	misses  []string
	far     int
}

// near are the plays and cases that could give a type of action and did not hold, those that
// missed least first.
func (r *reasons) near(kind string) (out []nearly) {
	for _, e := range r.explanation().Plays {
		switch {
		case !gives(e.Play, kind):
		case !e.Matched:
			misses := e.Misses()
			far := len(misses)
			if e.Barrier != policy.BarrierNone {
				far += 2 // further away than what a value would change
			}
			out = append(out, nearly{"", e, -1, misses, far})
		default:
			out = append(out, nearCases(e, kind, "", e.Cases, e.Case)...)
			for _, x := range e.Items {
				out = append(out, nearCases(e, kind, x.Item.ID(), x.Cases, x.Case)...)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b nearly) int { return a.far - b.far })
	return out
}

func nearCases(e policy.Explanation, kind, item string, cases []policy.CaseExplanation, held int) (out []nearly) {
	e.Cases = cases
	for i, c := range cases {
		if i != held && givesIn(c.Case.Do, kind) && c.When != nil {
			out = append(out, nearly{item, e, i, c.When.Misses(), len(c.When.Misses())})
		}
	}
	return out
}

func (n nearly) reason(what string) Reason {
	misses := strings.Join(n.misses, "; ")
	if n.theCase < 0 {
		return Reason{n.of.Play.Range, n.of.Play.Name + ", " + what + ", did not match: " + misses}
	}
	c := n.of.Cases[n.theCase]
	return Reason{c.When.Position(), "the case " + orNumber(c.Case.ID, n.theCase) + " of " + n.of.Play.Name + ", " + what + ", did not hold" + n.forItem() + ": " + misses}
}

func (n nearly) forItem() string {
	if n.item == "" {
		return ""
	}
	return " for item " + n.item
}

func gives(p *policy.Play, kind string) bool {
	if kind == policy.ActionSubstitute {
		return p.Partners != nil
	}
	return givesIn(canGive(p), kind)
}

func givesIn(actions []*policy.Action, kind string) bool {
	return slices.ContainsFunc(actions, func(a *policy.Action) bool { return a.Type.Name == kind })
}

// partner says what became of a partner in the plays that asked for one.
func (r *reasons) partner(id string) (out []Reason) {
	for _, a := range r.d.decision.Actions {
		if taken := (thing{params: a.Params}).value("partner"); a.Type == policy.ActionSubstitute && taken != nil {
			out = append(out, Reason{Text: a.Plays[0] + " took " + value.Show(taken)})
		}
	}
	for _, e := range r.explanation().Plays {
		for _, p := range e.Partners {
			if misses := p.Covers.Misses(); p.Partner.ID == id && len(misses) > 0 {
				out = append(out, Reason{p.Covers.Position(), id + " does not cover it: " + strings.Join(misses, "; ")})
			}
		}
	}
	return out
}

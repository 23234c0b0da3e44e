package recovery

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/store"
)

// Selection is what a person chose.
type Selection struct {
	Incident string `json:"incident"`
	Choice   string `json:"choice"` // the id of the choice
	By       string `json:"by"`     // who chose
	// Reason is required where an amount lies further from the precedents'
	// median than the play's tolerance.
	Reason  string     `json:"reason,omitempty"`
	Options []Selected `json:"options"`
}

// Selected is one option of a choice, with the values that were chosen.
type Selected struct {
	Type   string `json:"type"`
	ID     string `json:"id,omitempty"` // the option's own id, where it has one
	Amount Money  `json:"amount"`       // of an option with a range
	// Params are the parameters that the option leaves open. One that allows a
	// single value need not be given.
	Params map[string]any `json:"params,omitempty"`
}

// MarshalJSON leaves out absent fields. A chosen amount of zero is kept.
func (s Selected) MarshalJSON() ([]byte, error) {
	type plain Selected
	out := struct {
		plain
		Amount *Money `json:"amount,omitempty"`
	}{plain: plain(s)}
	if s.Amount.IsSet() {
		out.Amount = &s.Amount
	}
	return json.Marshal(out)
}

// Choose makes a choice that the incident's latest decision left to a person. It
// evaluates the limits anew, refuses amounts outside the option's ranges or the
// limits, and requires a reason where the amount is far from the precedents.
// Choosing the same again returns the same decision. The error is a
// *[ChoiceError], or one of those of [Engine.Handle].
func (e *Engine) Choose(ctx context.Context, sel Selection, options ...CallOption) (*Decision, error) {
	store := e.storeFor(options)
	rules := e.current.Load()
	return e.commit(ctx, store, sel.Incident, func() (*outcome, error) {
		return e.choose(ctx, rules, store, sel)
	})
}

func (e *Engine) choose(ctx context.Context, rules *ruleset, store Store, sel Selection) (*outcome, error) {
	first, _, err := store.Read(ctx, Query{Incident: sel.Incident})
	if err != nil {
		return nil, err
	}
	if first.Previous == nil {
		return nil, &ChoiceError{Choice: sel.Choice, Message: "the incident " + sel.Incident + " was not handled, so nothing was left to choose"}
	}
	in, err := first.Previous.told()
	if err != nil {
		return nil, err
	}
	w := rules.workspace()
	defer rules.release(w)
	subj, out, err := rules.lookAgain(ctx, w, store, &in, e.now(), first.Previous.Decision)
	if err != nil {
		return nil, err
	}
	c := rules.begin(w, out.given)
	c.choosing = true
	c.keeps = out.given.Made // limits look at all of them
	x := chooser{c: c, sel: sel}
	x.play = x.chosenPlay()
	if standing, err := x.standing(); standing != nil || err != nil {
		return &outcome{standing: standing}, err
	}
	out.record, err = x.make()
	if err = subj.or(err); err != nil {
		return nil, err
	}
	return out, nil
}

// chooser makes one choice.
type chooser struct {
	c        *conclusion // the decision that the choice becomes
	sel      Selection
	play     *policy.Play // nil when the set has it no more
	matched  Match        // of the decision that offered the choice
	choice   Choice
	problems []Problem
}

func (x *chooser) fail(format string, args ...any) error {
	return &ChoiceError{Choice: x.sel.Choice, Message: fmt.Sprintf(format, args...), Problems: x.problems}
}

// standing returns the decision that made this choice, if it was made with the
// same content.
func (x *chooser) standing() (*Decision, error) {
	d := x.c.made(x.sel.Choice)
	if d == nil {
		return nil, nil
	}
	if d.Made.By == x.sel.By && d.Made.Reason == x.sel.Reason && x.sameContent(d) {
		return d, nil
	}
	return nil, x.fail("it was made already, by %s, with other content", d.Made.By)
}

// sameContent compares what is chosen with what a decision has chosen, in
// whatever order the options stand. A chosen amount of zero was withheld.
func (x *chooser) sameContent(d *Decision) bool {
	chosen := map[string]Withheld{}
	for _, a := range d.Actions {
		if a.Change != ChangeCancelled {
			chosen[a.ID] = Withheld{Amount: a.Amount, Params: a.Params}
		}
	}
	for _, w := range d.Withheld {
		if w.Reason == WithheldZero {
			chosen[w.ID] = w
		}
	}
	if len(chosen) != len(x.sel.Options) {
		return false
	}
	for _, o := range x.sel.Options {
		was, ok := chosen[x.optionID(o)]
		if !ok || o.Amount.IsSet() && o.Amount != was.Amount {
			return false
		}
		delete(chosen, x.optionID(o))
		for name, v := range o.Params {
			at := slices.IndexFunc(was.Params, func(p Param) bool { return p.Name == name })
			if at < 0 || !sameValue(was.Params[at].Value, v) {
				return false
			}
		}
	}
	return true
}

// optionID is the id of the action that an option becomes. Options of one type
// without ids of their own are told apart by what the type merges by.
func (x *chooser) optionID(o Selected) string {
	parts := []string{x.sel.Choice, o.Type, o.ID}
	alike := 0
	if x.play != nil {
		for _, option := range x.play.Choice.Options {
			if option.Type.Name == o.Type && option.ID == o.ID {
				alike++
			}
		}
	}
	if alike > 1 {
		for _, name := range []string{"item", "to"} {
			if s, ok := o.Params[name].(string); ok {
				parts = append(parts, s)
			}
		}
	}
	return hashID("act", parts...)
}

// chosenPlay is the play whose choice is made; nil when the set has it no more.
func (x *chooser) chosenPlay() *policy.Play {
	for _, p := range x.c.rules.choices {
		if choiceID(x.c.id, p.Name) == x.sel.Choice {
			return p
		}
	}
	return nil
}

// sameValue compares values by their record: a program may hold an int, JSON a
// number.
func sameValue(a, b any) bool {
	x, okX := intake.Normal(a)
	y, okY := intake.Normal(b)
	return okX && okY && string(intake.AppendCanonical(nil, x)) == string(intake.AppendCanonical(nil, y))
}

func (x *chooser) make() (*Record, error) {
	if err := x.find(); err != nil {
		return nil, err
	}
	if strings.TrimSpace(x.sel.By) == "" {
		return nil, x.fail("it has to say who chose")
	}
	x.standingDrafts()
	if err := x.c.cutOffers(); err != nil {
		return nil, err
	}
	x.choice = x.c.choices[0]
	if n := len(x.sel.Options); n < x.choice.AtLeast || n > x.choice.AtMost {
		return nil, x.fail("%d options were chosen; it takes %s", n, countOf(x.choice.AtLeast, x.choice.AtMost))
	}
	drafts, err := x.take()
	if err != nil {
		return nil, err
	}
	deviation, err := x.deviation(drafts)
	if err != nil {
		return nil, err
	}
	return x.decide(drafts, deviation)
}

func countOf(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

// find offers the choice anew, so that its ranges are those of today. Whether it
// is there to be made is for the decision that offered it to say.
func (x *chooser) find() error {
	previous := x.c.given.Previous.Decision
	offered := slices.ContainsFunc(previous.Choices, func(c Choice) bool { return c.ID == x.sel.Choice })
	if !offered || x.play == nil {
		return x.fail("the decision %s on incident %s leaves no such choice", previous.ID, x.c.id)
	}
	for _, m := range previous.Plays {
		if m.Play == x.play.Name {
			x.matched = m
		}
	}
	x.c.warnOf(x.play)
	return x.c.offer(x.play)
}

// standingDrafts makes the limits look at what the incident's decision gives:
// limits run over a decision and the choices made on it together.
func (x *chooser) standingDrafts() {
	for i := range x.c.given.Previous.Decision.Actions {
		a := x.c.given.Previous.Decision.Actions[i]
		if a.Change != ChangeCancelled && !x.c.isWithdrawn(a.ID) && len(a.Plays) > 0 {
			x.c.drafts = append(x.c.drafts, &draft{Action: a, play: x.c.rules.play(a.Plays[0])})
		}
	}
}

// decide makes the decision that makes the choice.
func (x *chooser) decide(drafts []*draft, deviation string) (*Record, error) {
	superseded := x.superseded(drafts)
	x.c.drafts = drafts
	x.c.dropZeros()
	drafts = x.c.drafts
	for _, d := range drafts {
		d.shape()
		if err := x.c.finish(d); err != nil {
			return nil, err
		}
	}
	out := x.c.skeleton()
	out.Plays = []Match{x.matched}
	for _, d := range drafts {
		d.Change, d.GivenAt, d.Already = ChangeNew, x.c.now, x.c.already(&d.Action)
		d.silent = !d.DoneAt.IsZero()
		out.Actions = append(out.Actions, d.Action)
	}
	out.Actions = append(out.Actions, superseded...)
	out.Made = &Made{Choice: x.sel.Choice, By: x.sel.By, Reason: x.sel.Reason, Deviation: deviation}
	out.Withheld = x.c.withheld
	out.Warnings = slices.Concat(x.c.warnings[:]...)
	out.Missed = x.c.missedBy(x.c.memory)
	out.promises = promisesOf(drafts)
	out.ID = x.c.decisionID(x.chosen())
	r := x.c.recordOf(out)
	r.Incident, r.Defaults, r.ReadAs = x.c.given.Previous.Incident, x.c.given.Previous.Defaults, x.c.given.Previous.ReadAs
	r.On = x.c.given.Previous.Decision.ID
	r.Comparable = x.c.keysOf(x.play.Choice.Comparable)
	return r, nil
}

// superseded are the actions of the decision, and of choices made before, that
// a limit which keeps the highest drops in favour of what was chosen.
func (x *chooser) superseded(drafts []*draft) []Action {
	var out []Action
	for _, l := range x.c.limits() {
		if !l.Keep {
			continue
		}
		beaten := func(a Action) bool {
			return slices.ContainsFunc(drafts, func(d *draft) bool {
				return d.Type == a.Type && d.Amount.IsSet() && d.Amount.Currency() == a.Amount.Currency() && x.c.governs(l, d.Type, d.play)
			})
		}
		for _, own := range x.c.governed(l) {
			if beaten(own.Action) {
				out = append(out, x.c.cancelledAction(own.Action))
				x.c.withhold(own, WithheldKeep, own.Amount)
				x.c.remove(own)
			}
		}
		for _, a := range x.c.firm(l) {
			if beaten(a) {
				out = append(out, x.c.cancelledAction(a))
				x.withdraw(a.ID)
			}
		}
	}
	return out
}

// withdraw keeps a second limit from cancelling an action again.
func (x *chooser) withdraw(id string) {
	if x.c.withdrawn == nil {
		x.c.withdrawn = map[store.ID]bool{}
	}
	x.c.withdrawn[store.IDOf(id)] = true
}

// chosen is what was chosen, for the decision's id.
func (x *chooser) chosen() map[string]any {
	var options []any
	for _, a := range x.c.drafts {
		option := map[string]any{"type": a.Type, "action": a.ID}
		if a.Amount.IsSet() {
			option["amount"] = a.Amount
		}
		for _, p := range a.Params {
			option["param."+p.Name] = p.Value
		}
		options = append(options, option)
	}
	return map[string]any{"choice": x.sel.Choice, "by": x.sel.By, "reason": x.sel.Reason, "options": options}
}

package recovery

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/store"
)

// Selection is what a person chose.
type Selection struct {
	Incident string `json:"incident"`
	Choice   string `json:"choice"` // the id of the choice
	By       string `json:"by"`     // who chose
	// Roles are those in which By chose. A play with authority says up to how much each may.
	Roles []string `json:"roles,omitempty"`
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
// limits, and requires a reason where the amount is far from the precedents. It
// refuses what goes beyond the authority of the person's roles. Where the play
// asks for a second person, the decision that it returns is pending: it gives
// nothing until another one agrees, with [Engine.Approve].
//
// Choosing the same again returns the same decision. The error is a
// *[ChoiceError], or one of those of [Engine.Handle].
func (e *Engine) Choose(ctx context.Context, sel Selection, options ...CallOption) (*Decision, error) {
	return e.settle(ctx, e.storeFor(options), OpChoose, sel, (*chooser).choose)
}

// settle commits what is done about a choice.
func (e *Engine) settle(ctx context.Context, store Store, op string, sel Selection, do func(*chooser) (*outcome, error)) (*Decision, error) {
	rules, err := e.rules()
	if err != nil {
		return nil, err
	}
	return e.commit(ctx, rules, store, op, sel.Incident, func() (*outcome, error) {
		return e.settleOnce(ctx, rules, store, sel, do)
	})
}

func (e *Engine) settleOnce(ctx context.Context, rules *ruleset, store Store, sel Selection, do func(*chooser) (*outcome, error)) (*outcome, error) {
	first, _, err := store.Read(ctx, Query{Namespace: rules.namespace, Incident: sel.Incident})
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
	subj, out, err := rules.lookAgain(ctx, w, store, &in, later(e.now(), first.Previous.Decision.DecidedAt), first.Previous.Decision)
	if err != nil {
		return nil, err
	}
	x, err := rules.begin(w, out.given, store).chooser(sel)
	if err != nil {
		return nil, err
	}
	made, err := do(x)
	if err = subj.or(err); err != nil {
		return nil, err
	}
	out.query, out.given = x.c.query, x.c.given
	if made.standing != nil {
		return made, nil
	}
	out.record = made.record
	return out, nil
}

// chooser begins to settle a choice.
func (c *conclusion) chooser(sel Selection) (*chooser, error) {
	x := &chooser{c: c, sel: sel}
	x.c.choosing = true
	x.play = x.chosenPlay()
	for i := range c.given.Made {
		m := &c.given.Made[i]
		if m.Decision.Made.Choice == sel.Choice {
			x.was = m
		}
		if x.was != m || !m.Decision.Made.open() {
			x.c.keeps = append(x.c.keeps, *m) // limits look at all of them, but for what is settled now
		}
	}
	if x.play == nil {
		return x, nil
	}
	return x, x.c.askPrecedents(x.play)
}

// choose makes the decision that makes the choice.
func (x *chooser) choose() (*outcome, error) {
	standing, err := x.standing()
	if standing != nil || err != nil {
		return &outcome{standing: standing}, err
	}
	return x.record(x.make())
}

func (x *chooser) record(r *Record, err error) (*outcome, error) {
	if err != nil {
		return nil, err
	}
	return &outcome{record: r}, nil
}

// chooser makes one choice.
type chooser struct {
	c    *conclusion // the decision that the choice becomes
	sel  Selection
	play *policy.Play // nil when the set has it no more
	// was is the decision on this choice that stands: it was made, or something was proposed; nil:
	// neither. signature is that of the second person, who agrees to it now.
	was       *Record
	signature *Signature
	matched   Match // of the decision that offered the choice
	choice    Choice
	problems  []Problem
}

func (x *chooser) fail(format string, args ...any) error {
	return x.refuse("", format, args...)
}

// refuse is fail for a reason that a program may want to know.
func (x *chooser) refuse(why ChoiceReason, format string, args ...any) *ChoiceError {
	return &ChoiceError{Choice: x.sel.Choice, Reason: why, Message: fmt.Sprintf(format, args...), Problems: x.problems}
}

// standing returns the decision that made this choice, or proposed something, if
// that was with the same content.
func (x *chooser) standing() (*Decision, error) {
	if x.was == nil {
		return nil, nil
	}
	d := x.was.Decision
	same := d.Made.By == x.sel.By && d.Made.Reason == x.sel.Reason && x.sameContent(d)
	switch {
	case d.Made.Declined != nil && same:
		return nil, x.refuse(ChoiceDecided, "%s has turned this down: %s", unseen.Show(d.Made.Declined.By), d.Made.Declined.Reason)
	case d.Made.Declined != nil:
		return nil, nil
	case same:
		return d, nil
	case d.Made.Pending:
		return nil, x.refuse(ChoicePending, "%s has proposed %s, which awaits a second; decline it before something else is chosen", unseen.Show(d.Made.By), shownProposal(d))
	}
	return nil, x.refuse(ChoiceDecided, "it was made already, by %s, with other content", unseen.Show(d.Made.By))
}

// sameContent compares what is chosen with what a decision has chosen, in
// whatever order the options stand. A chosen amount of zero was withheld.
func (x *chooser) sameContent(d *Decision) bool {
	chosen := map[string]Withheld{}
	for _, a := range slices.Concat(d.Actions, d.Made.Proposed) {
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
	return hashID(x.c.namespace, "act", parts...)
}

// chosenPlay is the play whose choice is made; nil when the set has it no more.
func (x *chooser) chosenPlay() *policy.Play {
	for _, p := range x.c.rules.choices {
		if choiceID(x.c.namespace, x.c.id, p.Name) == x.sel.Choice {
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
	var err error
	if x.sel.Roles, err = x.signed("chose", x.sel.By, x.sel.Roles); err != nil {
		return nil, err
	}
	x.standingDrafts()
	if err := x.c.cutOffers(); err != nil {
		return nil, err
	}
	x.choice = x.c.choices[0]
	if x.signature != nil {
		if err := x.mayAgree(x.signature); err != nil {
			return nil, err
		}
	}
	if n := len(x.sel.Options); n < x.choice.AtLeast || n > x.choice.AtMost {
		return nil, x.fail("%d options were chosen; it takes %s", n, countOf(x.choice.AtLeast, x.choice.AtMost))
	}
	drafts, err := x.take()
	if err != nil {
		return nil, err
	}
	pending, err := x.allow(drafts)
	if err != nil {
		return nil, err
	}
	deviation, err := x.deviation(drafts)
	if err != nil {
		return nil, err
	}
	if pending && x.signature == nil {
		return x.proposal(drafts, deviation)
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
	is := func(c Choice) bool { return c.ID == x.sel.Choice }
	offered := slices.ContainsFunc(previous.Choices, is) || x.was != nil && slices.ContainsFunc(x.was.Decision.Choices, is)
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
	out.Made = &Made{Choice: x.sel.Choice, By: x.sel.By, Roles: x.sel.Roles, Reason: x.sel.Reason, Deviation: deviation, Second: x.signature}
	out.Withheld = x.c.withheld
	out.promises = promisesOf(drafts)
	return x.recordOn(out), nil
}

// recordOn is the record of a decision about a choice.
func (x *chooser) recordOn(out *Decision) *Record {
	out.Warnings = x.c.sortedWarnings()
	out.Missed = x.c.missedBy(x.c.memory)
	out.ID = x.c.decisionID(x.chosen(out.Made))
	r := x.c.recordOf(out)
	r.Incident, r.Defaults, r.ReadAs = x.c.given.Previous.Incident, x.c.given.Previous.Defaults, x.c.given.Previous.ReadAs
	r.On = x.c.given.Previous.Decision.ID
	if x.was != nil {
		r.Settles = x.was.Decision.ID
	}
	if x.play != nil {
		r.Comparable = x.c.keysOf(x.play.Choice.Comparable)
	}
	return r
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
func (x *chooser) chosen(made *Made) map[string]any {
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
	out := map[string]any{"choice": made.Choice, "by": made.By, "reason": made.Reason, "options": options}
	if len(made.Roles) > 0 {
		out["roles"] = texts(made.Roles)
	}
	for verb, s := range map[string]*Signature{"second": made.Second, "declined": made.Declined} {
		if s != nil {
			out[verb] = map[string]any{"by": s.By, "reason": s.Reason, "roles": texts(s.Roles)}
		}
	}
	if made.Pending {
		out["pending"] = true
	}
	return out
}

func texts(list []string) []any {
	return slices.Collect(func(yield func(any) bool) {
		for _, s := range list {
			if !yield(s) {
				return
			}
		}
	})
}

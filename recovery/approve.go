package recovery

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// Approve agrees to a choice that awaits a second person: by is who agrees, and has to be another
// person than who proposed it, in the role that the play asks for. It evaluates the play and the
// limits anew, and refuses what does not fit any more. What is given counts from now. Names are
// compared without regard to case and blanks. Approving the same again returns the same decision.
//
// The error is a *[ChoiceError], or one of those of [Engine.Handle].
func (e *Engine) Approve(ctx context.Context, choice, by string, roles []string, reason string, options ...CallOption) (*Decision, error) {
	s := Signature{By: by, Roles: roles, Reason: reason}
	return e.sign(ctx, OpApprove, choice, options, func(x *chooser) (*outcome, error) { return x.approve(s) })
}

// Decline turns down a choice that awaits a second person, with a reason: by is somebody in the role
// that the play asks for, or the person who proposed it and takes it back. Nothing is given, and the
// choice is open again. Declining the same again returns the same decision, until something else
// is proposed or the incident is decided again.
//
// The error is a *[ChoiceError], or one of those of [Engine.Handle].
func (e *Engine) Decline(ctx context.Context, choice, by string, roles []string, reason string, options ...CallOption) (*Decision, error) {
	s := Signature{By: by, Roles: roles, Reason: reason}
	return e.sign(ctx, OpDecline, choice, options, func(x *chooser) (*outcome, error) { return x.decline(s) })
}

// sign finds the incident of a choice that was made, and does something about it.
func (e *Engine) sign(ctx context.Context, op, choice string, options []CallOption, do func(*chooser) (*outcome, error)) (*Decision, error) {
	store := e.storeFor(options)
	q := e.about("")
	q.Choice = choice
	given, _, err := store.Read(ctx, q)
	if err != nil {
		return nil, storeError(err)
	}
	if given.Previous == nil {
		return nil, &ChoiceError{Choice: choice, Reason: ChoiceNotPending, Message: "nothing that was proposed awaits a second"}
	}
	sel := Selection{Incident: given.Previous.Decision.Incident, Choice: choice}
	return e.settle(ctx, store, op, sel, do)
}

// approve makes the decision that gives what was proposed.
func (x *chooser) approve(s Signature) (*outcome, error) {
	standing, err := x.settled(&s, func(m *Made) *Signature { return m.Second })
	if standing != nil || err != nil {
		return &outcome{standing: standing}, err
	}
	made := x.was.Decision.Made
	if samePerson(s.By, made.By) {
		return nil, x.refuse(ChoiceNeedsAnother, "%s", unseen.Show(made.By)+" has proposed it, so another person has to agree")
	}
	return x.record(x.second(s))
}

// second makes a decision of what was proposed, once somebody agrees.
func (x *chooser) second(s Signature) (*Record, error) {
	x.propose()
	s.At = x.c.now
	x.signature = &s
	return x.make()
}

// propose chooses anew what was proposed.
func (x *chooser) propose() {
	d := x.was.Decision
	x.sel.By, x.sel.Roles, x.sel.Reason = d.Made.By, d.Made.Roles, d.Made.Reason
	x.sel.Options = x.chosenIn(d)
}

// decline makes the decision that turns down what was proposed.
func (x *chooser) decline(s Signature) (*outcome, error) {
	standing, err := x.settled(&s, func(m *Made) *Signature { return m.Declined })
	if standing != nil || err != nil {
		return &outcome{standing: standing}, err
	}
	if strings.TrimSpace(s.Reason) == "" {
		x.problems = []Problem{{"reason", "why it is turned down", ""}}
		return nil, x.fail("a reason is needed")
	}
	return x.record(x.turnDown(s))
}

func (x *chooser) turnDown(s Signature) (*Record, error) {
	made := *x.was.Decision.Made
	x.standingDrafts()
	if err := x.reopen(); err != nil {
		return nil, err
	}
	if !samePerson(s.By, made.By) {
		if err := x.mayAgree(&s); err != nil {
			return nil, err
		}
	}
	s.At = x.c.now
	made.Pending, made.Declined = false, &s
	out := x.c.skeleton()
	out.Plays, out.Choices, out.Made = x.was.Decision.Plays, x.c.choices, &made
	return x.recordOn(out), nil
}

// reopen offers the choice again, if the set still has its play.
func (x *chooser) reopen() error {
	if x.play == nil {
		return nil
	}
	if err := x.c.offer(x.play); err != nil {
		return err
	}
	return x.c.cutOffers()
}

// settled returns the decision by which somebody has settled the choice in the same way before, or
// refuses to settle what is not pending.
func (x *chooser) settled(s *Signature, of func(*Made) *Signature) (*Decision, error) {
	roles, err := x.signed("agrees to it or turns it down", s.By, s.Roles)
	if err != nil {
		return nil, err
	}
	s.Roles = roles
	if x.was == nil {
		return nil, x.refuse(ChoiceNotPending, "nothing that was proposed awaits a second")
	}
	d := x.was.Decision
	before := of(d.Made)
	switch {
	case d.Made.Pending:
		return nil, nil
	case before != nil && before.By == s.By && before.Reason == s.Reason:
		return d, nil
	case d.Made.Second != nil:
		return nil, x.refuse(ChoiceDecided, "%s has agreed to it already", unseen.Show(d.Made.Second.By))
	case d.Made.Declined != nil:
		return nil, x.refuse(ChoiceDecided, "%s has turned it down already", unseen.Show(d.Made.Declined.By))
	}
	return nil, x.refuse(ChoiceDecided, "%s has made it alone, and nobody has to agree", unseen.Show(d.Made.By))
}

// proposal makes the decision that another person has to agree to: it gives nothing.
func (x *chooser) proposal(drafts []*draft, deviation string) (*Record, error) {
	x.c.drafts = drafts
	x.c.dropZeros()
	made := &Made{Choice: x.sel.Choice, By: x.sel.By, Roles: x.sel.Roles, Reason: x.sel.Reason, Deviation: deviation, Pending: true}
	for _, d := range x.c.drafts {
		d.shape()
		if err := x.c.finish(d); err != nil { // what cannot be said need not be approved
			return nil, err
		}
		a := d.Action
		a.NotBefore, a.DueAt, a.DoneAt = time.Time{}, time.Time{}, time.Time{}
		a.Message, a.Remind, a.IfLate = nil, nil, nil // all of it counts from the approval
		made.Proposed = append(made.Proposed, a)
	}
	out := x.c.skeleton()
	out.Plays, out.Choices, out.Made = []Match{x.matched}, []Choice{x.choice}, made
	out.Withheld = x.c.withheld
	return x.recordOn(out), nil
}

// chosenIn are the options that a decision has chosen, or what was proposed.
func (x *chooser) chosenIn(d *Decision) []Selected {
	var out []Selected
	actions := d.Actions
	if d.Made.open() {
		actions = d.Made.Proposed
	}
	for _, a := range actions {
		if a.Change != ChangeCancelled {
			out = append(out, x.selected(a.ID, a.Type, a.Amount, a.Params))
		}
	}
	for _, h := range d.Withheld {
		if h.Reason == WithheldZero {
			out = append(out, x.selected(h.ID, h.Type, h.Amount, h.Params))
		}
	}
	return out
}

// Choices lists what somebody has to decide on an incident: the choices that nobody has made, and
// those that await a second person, which have a Made. An incident that was never handled leaves
// none. The error is the store's.
func (e *Engine) Choices(ctx context.Context, incident string, options ...CallOption) ([]Choice, error) {
	given, _, err := e.storeFor(options).Read(ctx, e.about(incident))
	if err != nil {
		return nil, storeError(err)
	}
	return given.Choices(), nil
}

// Choices lists what somebody has to decide on the incident that a store was asked about, as
// [Engine.Choices] does.
func (g *Given) Choices() []Choice {
	if g.Previous == nil {
		return nil
	}
	made := func(id string) bool {
		return slices.ContainsFunc(g.Made, func(r Record) bool { return r.Decision.Made.Choice == id })
	}
	var out []Choice
	for _, c := range g.Previous.Decision.Choices {
		if !made(c.ID) {
			out = append(out, c)
		}
	}
	for i := range g.Made {
		d := g.Made[i].Decision
		for _, c := range d.Choices {
			if c.ID == d.Made.Choice && d.Made.open() {
				c.Made = d.Made
				out = append(out, c)
			}
		}
	}
	return out
}

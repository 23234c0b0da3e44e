package recovery

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/store"
)

// UnknownActionError reports an action that no decision on the incident has ever
// given, or a key of a delivery that is not known.
type UnknownActionError struct {
	Incident, Action string
	Key              string // set where the action is not
}

func (e *UnknownActionError) Error() string {
	if e.Key != "" {
		return fmt.Sprintf("no delivery on incident %s is known by the key %s", intake.Shown(e.Incident), intake.Shown(e.Key))
	}
	return fmt.Sprintf("no decision on incident %s has given an action %s", intake.Shown(e.Incident), intake.Shown(e.Action))
}

// ReportError reports a report that cannot be taken as it was made.
type ReportError struct {
	Incident, Action string
	Problem          Problem // its path is outcome or amount
	// Open are the amounts that nobody has reported on, where the report has to say
	// an amount because they are several. They are in the order in which they were given.
	Open []Money
}

func (e *ReportError) Error() string {
	return fmt.Sprintf("the report on action %s of incident %s: %s", intake.Shown(e.Action), intake.Shown(e.Incident), e.Problem)
}

// Report says what came of an effect: of a delivery, by its Key, or of an action of an incident. A report without an outcome says
// that it was done, and one without a time stands for now. It is taken for every
// action that was ever given on the incident, cancelled since or not, steps and what was chosen
// included. The store keeps it; saying it again changes nothing.
//
// A report by Key means that delivery: one on words says nothing of the deed. In a store that keeps no
// deliveries, a report on one of an earlier decision names the action too. In one that does, a delivery that was
// reported failed is put back once, and is dead the second time: the agenda lists it until somebody reports
// that it was done.
//
// The report of money by Action means one effect: the amount that one decision has handed
// out under the action. Which one is settled when the report comes. It is the one
// that nobody has reported on, else the latest. Without an amount the report stands for the
// whole of that effect. If several are open, the report has to say the amount.
//
// The error is an *[UnknownActionError], a *[ReportError], or the store's.
func (e *Engine) Report(ctx context.Context, r Report, options ...CallOption) (err error) {
	to := e.storeFor(options)
	attempt := 1
	if e != nil && e.config.hooks.Called != nil {
		began := e.config.clock()
		defer func() { e.called(ctx, to, Call{OpReport, r.Incident, attempt, e.config.clock().Sub(began), err}) }()
	}
	for ; ; attempt++ {
		if err = e.report(ctx, to, r); !errors.Is(err, ErrConflict) || attempt == attempts {
			return err
		}
		if err = backOff(ctx, attempt, err); err != nil {
			return err
		}
	}
}

// report takes a report once. It conflicts where the store keeps deliveries and the incident was decided meanwhile.
func (e *Engine) report(ctx context.Context, to Store, r Report) error {
	reads := e.about(r.Incident)
	r.Namespace = reads.Namespace
	given, version, err := to.Read(ctx, reads)
	if err != nil {
		return err
	}
	handed := given.handed()
	byKey := r.Key != ""
	if byKey && r.Action == "" {
		if r.Action = given.reportedBy(handed, r.Key); r.Action == "" {
			return &UnknownActionError{Incident: r.Incident, Key: r.Key}
		}
	}
	if !slices.ContainsFunc(handed, func(h Handed) bool { return h.Action == r.Action }) && !given.delivers(r.Key) {
		return &UnknownActionError{Incident: r.Incident, Action: r.Action}
	}
	now := r.At.IsZero()
	if now {
		r.At = e.now()
	}
	r.At, r.Outcome = value.Instant(r.At), outcomeOf(&r)
	if slices.ContainsFunc(given.Reports, r.Same) {
		return nil
	}
	if err := mean(&r, handed, given.Reports); err != nil {
		return err
	}
	if now && (said(&r, handed, given.Reports) || given.saidOf(&r)) {
		return nil
	}
	c := Commit{Reports: []Report{r}, Reads: reads, Given: given, Version: version}
	if given.Stream != nil && given.Previous != nil {
		after := given
		after.Reports = append(slices.Clip(given.Reports), r)
		if err := e.streamed(&c, e.current.Load(), &after); err != nil {
			return err
		}
	}
	return to.Commit(ctx, c)
}

// again reports whether a delivery is in other hands once more, because it has failed before.
func (g *Given) again(key string) bool {
	return g.Stream != nil && slices.ContainsFunc(g.Stream.Open, func(o store.Open) bool {
		return o.Key == key && o.InDoubt() && o.Failed > 0
	})
}

// reportedBy is the action, or the choice, that a key is about; empty: the key is not known.
func (g *Given) reportedBy(handed []Handed, key string) string {
	for i := range handed {
		if handed[i].Key == key {
			return handed[i].Action
		}
	}
	if g.Stream != nil {
		for i := range g.Stream.Open {
			if o := &g.Stream.Open[i]; o.Key == key {
				return o.Of
			}
		}
	}
	if g.Previous == nil {
		return ""
	}
	for _, r := range append([]Record{*g.Previous}, g.Made...) {
		for _, d := range r.Decision.Effects() {
			if d.Key == key {
				return d.Open().Of
			}
		}
	}
	return ""
}

// delivers reports whether a key is that of a choice to be made, or of words, which nothing hands out but
// deliveries.
func (g *Given) delivers(key string) bool { return key != "" && g.reportedBy(nil, key) != "" }

// mean finds the effect that a report means.
func mean(r *Report, handed []Handed, reports []Report) error {
	fail := func(path, wanted, found string) *ReportError {
		return &ReportError{Incident: r.Incident, Action: r.Action, Problem: Problem{path, wanted, found}}
	}
	switch r.Outcome {
	case OutcomeDone, OutcomeFailed, OutcomeUndone:
	default:
		return fail("outcome", "done, failed or undone", intake.Shown(string(r.Outcome)))
	}
	var open, all []*Handed
	own := r.Key
	for i := range handed {
		h := &handed[i]
		if h.Action != r.Action {
			continue
		}
		if own != "" && h.Key == own {
			return meanBy(r, h, fail)
		}
		if !h.Amount.IsSet() {
			if own == "" {
				r.Key = h.Key
			}
			continue
		}
		all = append(all, h)
		if h.Amount.Sign() > 0 && len(reportsOn(handed, h, reports)) == 0 {
			open = append(open, h)
		}
	}
	switch {
	case own != "" && r.Amount.IsSet():
		return fail("amount", "no amount, because the delivery gives none", r.Amount.String())
	case own != "":
		return nil // words, a step, or an effect whose action is not known any more
	case len(all) == 0 && r.Amount.IsSet():
		return fail("amount", "no amount, because the action gives none", r.Amount.String())
	case len(all) == 0:
		return nil
	case r.Amount.Sign() < 0:
		return fail("amount", "an amount that is not negative", r.Amount.String())
	}
	latest := all[len(all)-1]
	switch {
	case r.Outcome == OutcomeUndone && latest.Amount.Sign() < 0:
		r.Key = latest.Key // it was to be taken back
	case len(open) > 1 && !r.Amount.IsSet() && r.Outcome != OutcomeFailed:
		err := fail("amount", "how much was "+verbOf(r.Outcome)+", because several amounts are open", "")
		for _, h := range open {
			err.Open = append(err.Open, h.Amount)
		}
		return err
	case len(open) > 0:
		r.Key = open[len(open)-1].Key
	default:
		r.Key = lastGiving(all).Key
	}
	for _, h := range all {
		if h.Key == r.Key && r.Amount.IsSet() && r.Amount.Currency() != h.Amount.Currency() {
			return fail("amount", "an amount in "+h.Amount.Currency(), r.Amount.String())
		}
	}
	return nil
}

// meanBy checks a report on one effect, which its key names.
func meanBy(r *Report, h *Handed, fail func(path, wanted, found string) *ReportError) error {
	switch {
	case !r.Amount.IsSet():
		return nil
	case !h.Amount.IsSet():
		return fail("amount", "no amount, because the action gives none", r.Amount.String())
	case r.Amount.Sign() < 0:
		return fail("amount", "an amount that is not negative", r.Amount.String())
	case r.Amount.Currency() != h.Amount.Currency():
		return fail("amount", "an amount in "+h.Amount.Currency(), r.Amount.String())
	}
	return nil
}

func verbOf(o Outcome) string {
	if o == OutcomeUndone {
		return "taken back"
	}
	return "given"
}

// lastGiving is the last effect that gave something, else the last.
func lastGiving(all []*Handed) *Handed {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Amount.Sign() > 0 {
			return all[i]
		}
	}
	return all[len(all)-1]
}

// said reports whether the report that counts for an effect with an amount says the same
// already: a host that says now what it has said before does not say that it was done
// later.
func said(r *Report, handed []Handed, reports []Report) bool {
	for i := range handed {
		h := &handed[i]
		if h.Key == "" || h.Key != r.Key {
			continue
		}
		on := reportsOn(handed, h, reports)
		if len(on) == 0 || h.again && r.Outcome == OutcomeFailed {
			return false
		}
		last := on[len(on)-1]
		last.At, last.Outcome = r.At, outcomeOf(&last)
		return r.Same(last)
	}
	return false
}

// saidOf is said for an action without an amount. It can be done again if it is an inform,
// a step, or a promise that began anew since.
func (g *Given) saidOf(r *Report) bool {
	if r.Outcome == OutcomeFailed && g.again(r.Key) {
		return false
	}
	var last *Report
	for i := range g.Reports {
		if o := &g.Reports[i]; o.Action == r.Action && o.Key == r.Key && (last == nil || !o.At.Before(last.At)) {
			last = o
		}
	}
	if last == nil || outcomeOf(last) != r.Outcome || last.Note != r.Note {
		return false
	}
	for _, record := range append([]Record{*g.Previous}, g.Made...) {
		i := slices.IndexFunc(record.Decision.Actions, func(a Action) bool { return a.ID == r.Action })
		if i < 0 {
			continue
		}
		a := &record.Decision.Actions[i]
		return !a.Amount.IsSet() && a.Type != ActionInform && !slices.ContainsFunc(record.Promises, func(p Promise) bool {
			return p.Action == a.ID && !p.Cancelled && p.Base.After(last.At)
		})
	}
	return false
}

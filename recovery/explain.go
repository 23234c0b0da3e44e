package recovery

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy"
)

// Explanation is the outcome for an incident, with the reasons of every play,
// also of plays that do not apply.
type Explanation struct {
	Incident  string    // its id
	DecidedAt time.Time // the time at which it is decided
	Set       SetRef

	// Decision is what [Engine.Decide] returns; nil where that is Err, an
	// *[EvaluationError] or an *[AmbiguousError].
	Decision *Decision
	Err      error
	// Plays are all plays of the set, or those under [ForPlays], in the order in which they are
	// considered. Each says whether it matched, what stood in its way, and its condition part by
	// part. A play that matched has its cases and partners.
	Plays []policy.Explanation
	// Partners are those that plays have asked, in that order.
	Partners []AskedPartner
	// Limits are those that withheld an action or cut an option of a choice, in
	// the order in which they first did.
	Limits []BoundLimit
	// Made are the choices that were made on earlier decisions of the incident and
	// still stand; a decision does not offer them again.
	Made []*Decision
	// Rows are the rows of tables that the decision has looked up.
	Rows []policy.RowUse
	// Guarantees are those that are about the incident, in the order of the set; nil where Decision is.
	Guarantees []*policy.Guarantee

	instants map[string]time.Time // of the incident, by the names of fields; nil where Guarantees is
}

// Instant is the time that the incident has in a field; zero where it has none, or where no guarantee is
// about the incident.
func (x *Explanation) Instant(field string) time.Time { return x.instants[field] }

// AskedPartner is a partner that was taken, or passed over.
type AskedPartner struct {
	Play    string // playbook/play
	Partner *policy.Partner
	Reason  PassedOverReason // empty when it was taken
	// Way is the direction of the agreement that is wanted; nil when it has none.
	Way *policy.Direction
	// Units are wanted, and Used are the units that were reserved before in the
	// window of Way's capacity, by earlier plays of this decision too.
	Units, Used int64
}

// BoundLimit is a limit that withheld something, or cut an offer.
type BoundLimit struct {
	Limit *policy.Limit
	// AtMost is what a cap allows, Counted what its fact had counted before, and
	// Chosen what was chosen on earlier decisions and stands. Unset where there is
	// none.
	AtMost, Counted, Chosen Money
	Withheld                []Withheld
	Cut                     []CutOffer
}

// CutOffer is an option of a choice whose range a limit has cut.
type CutOffer struct {
	Play     string // playbook/play
	Type, ID string // the option's
	// Before is the upper end of the range without the limit, and After with it.
	Before, After Money
}

// ForPlays makes [Engine.Explain] explain these plays (playbook/play) only. In a large set that
// takes far less time than all plays. Other calls ignore it.
func ForPlays(plays ...string) CallOption {
	return func(c *call) { c.plays = append(c.plays, plays...) }
}

// Explain decides as [Engine.Decide] does, and says of each play of the set why
// it applies or not. It reads the store and writes nothing, and takes many times
// as long as deciding. The error is an *[IncidentError], the store's, or one of a
// play that [ForPlays] names and the set does not have.
func (e *Engine) Explain(ctx context.Context, in Incident, options ...CallOption) (*Explanation, error) {
	rules, err := e.rules()
	if err != nil {
		return nil, err
	}
	call := e.callWith(options)
	only, err := rules.named(call.plays)
	if err != nil {
		return nil, err
	}
	w := rules.workspace()
	defer rules.release(w)
	subj, failed := rules.validate(ctx, w, &in, e.now(), rules.strict)
	if isA[*EvaluationError](failed) { // the applies of a playbook
		rules.withoutFailed(w)
	} else if failed != nil {
		return nil, failed
	}
	subj.input.Assume(w.intake.Assumed()...)
	subj.input.Assume(w.intake.AssumedOfItems()...)
	given, _, err := call.store.Read(ctx, rules.needs(w))
	if err != nil {
		return nil, storeError(err)
	}
	c := rules.begin(w, given, call.store)
	out := c.explained(in.ID)
	if failed == nil {
		failed = c.decide()
	}
	if out.Err = failed; failed == nil {
		out.Decision = c.decision()
	}
	if err := c.reasons(out, only); err != nil {
		return nil, err
	}
	return out, nil
}

// ExplainRecord explains a recorded decision as it was made: it is made again as
// [Engine.Replay] does, from what answer says was read, by the set of this
// engine. Of options, [ForPlays] is looked at. The error is as Replay's, but for
// those that [Explanation] holds.
func (e *Engine) ExplainRecord(ctx context.Context, r *Record, answer func(Query) (Given, error), options ...CallOption) (*Explanation, error) {
	rules, err := e.rules()
	if err != nil {
		return nil, err
	}
	only, err := rules.named(e.callWith(options).plays)
	if err != nil {
		return nil, err
	}
	w := rules.workspace()
	defer rules.release(w)
	c, err := rules.recall(ctx, w, r, answer)
	if err != nil {
		return nil, err
	}
	out := c.explained(r.Decision.Incident)
	again, err := c.again(r)
	switch {
	case err == nil:
		out.Decision = again.Decision
	case !isRefusal(err):
		return nil, err
	default:
		out.Err = err
	}
	out.Set.Revision = r.Decision.Set.Revision
	if err := c.reasons(out, only); err != nil {
		return nil, err
	}
	return out, nil
}

// explained returns the explanation in which the decision notes its reasons.
func (c *conclusion) explained(incident string) *Explanation {
	c.explains = &Explanation{Incident: incident, Set: c.rules.ref}
	return c.explains
}

// reasons adds what is found out once it is decided. The error is that of a context
// that has ended an evaluation.
func (c *conclusion) reasons(out *Explanation, only []*policy.Play) error {
	out.DecidedAt = c.now
	for _, m := range c.keeps {
		out.Made = append(out.Made, m.Decision)
	}
	out.Rows = c.input.Rows()
	out.Plays = c.rules.explain(c.input, only)
	if out.Decision != nil {
		c.guarantees(out)
	}
	return c.or(nil)
}

// guarantees finds the guarantees that are about the incident. A condition that fails holds for nothing.
func (c *conclusion) guarantees(out *Explanation) {
	for _, g := range c.rules.program.Guarantees {
		if about, err := g.IsAbout(c.input); about && err == nil {
			out.Guarantees = append(out.Guarantees, g)
		}
	}
	if out.Guarantees == nil {
		return
	}
	out.instants = map[string]time.Time{}
	for name, f := range c.rules.program.Declared() {
		if at, ok := c.input.Field(f).(time.Time); ok {
			out.instants[name] = at
		}
	}
}

// named finds plays by their names.
func (r *ruleset) named(names []string) ([]*policy.Play, error) {
	var out []*policy.Play
	for _, name := range names {
		p := r.play(name)
		if p == nil {
			hint := ""
			if n := playbook.Suggest(name, each(r.byName, func(p *policy.Play) string { return p.Name })); n != "" {
				hint = "; did you mean " + n + "?"
			}
			return nil, fmt.Errorf("the playbooks have no play %s%s", unseen.Quote(name), hint)
		}
		out = append(out, p)
	}
	return out, nil
}

// explain explains the plays. It keeps its plan for the next call.
func (r *ruleset) explain(in *policy.Input, only []*policy.Play) []policy.Explanation {
	r.explaining.Lock()
	defer r.explaining.Unlock()
	if r.explainer == nil {
		r.explainer = r.program.Explainer()
	}
	return r.explainer.Explain(in, only...)
}

// Nearest are the plays that did not match and whose conditions missed least, the
// nearest first, at most n. Plays behind a barrier, such as those that are not in
// force, are not among them.
func (x *Explanation) Nearest(n int) []policy.Explanation {
	var out []policy.Explanation
	for _, p := range x.Plays {
		if !p.Matched && !math.IsInf(p.Distance(), 1) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b policy.Explanation) int { return cmp.Compare(a.Distance(), b.Distance()) })
	return out[:max(0, min(n, len(out)))]
}

// Facts about a decision that are not in the decision are noted here, and only
// when somebody asks for an explanation.

// noteLimit finds what is noted of a limit, or begins to.
func (c *conclusion) noteLimit(l *policy.Limit) *BoundLimit {
	limits := c.explains.Limits
	if i := slices.IndexFunc(limits, func(x BoundLimit) bool { return x.Limit == l }); i >= 0 {
		return &limits[i]
	}
	x := BoundLimit{Limit: l}
	if !l.Keep && !l.OfItem {
		if v, err := l.AtMost.Value(c.input.Frame(l.Scope), neutral(l.Scope)); err == nil {
			x.AtMost, _ = v.(Money)
		}
		if l.Counting != nil {
			x.Counted, _ = c.input.Fact(l.Counting).(Money)
		}
		x.Chosen = c.chosenUnder(l, x.AtMost.Currency())
	}
	c.explains.Limits = append(limits, x)
	return &c.explains.Limits[len(limits)]
}

// chosenUnder sums up what stands of choices under a limit; unset when that is
// nothing.
func (c *conclusion) chosenUnder(l *policy.Limit, currency string) (sum Money) {
	for _, a := range c.firm(l) {
		switch {
		case a.Amount.Currency() != currency:
		case !sum.IsSet():
			sum = a.Amount
		default:
			sum, _ = sum.Add(a.Amount) // deciding has added it up already
		}
	}
	return sum
}

func (c *conclusion) noteCut(l *policy.Limit, ch *Choice, o *Offer, before Money) {
	x := c.noteLimit(l)
	x.Cut = append(x.Cut, CutOffer{Play: ch.Play, Type: o.Type, ID: o.ID, Before: before, After: o.To})
}

func (c *conclusion) notePartner(p *policy.Play, partner *policy.Partner, units int64, reason PassedOverReason) {
	c.explains.Partners = append(c.explains.Partners, AskedPartner{
		Play: p.Name, Partner: partner, Reason: reason, Way: c.way(partner), Units: units, Used: c.inUse(partner),
	})
}

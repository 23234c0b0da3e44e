package recovery

import (
	"context"

	"github.com/servicerecovery/amends/policy"
)

// Explanation is what came of an incident, with the reasons of every play: of
// those that do not apply too.
type Explanation struct {
	// Decision is what [Engine.Decide] returns; nil where that is Err, an
	// *[EvaluationError] or an *[AmbiguousError].
	Decision *Decision
	Err      error
	// Plays are all plays of the set, in the order in which they are considered.
	Plays []policy.Explanation
	// Limits are those that withheld something, or cut what is offered to choose
	// from, in the order in which they did.
	Limits []*policy.Limit
	// Rows are the rows of tables that the decision has looked up.
	Rows []policy.RowUse
}

// Explain decides as [Engine.Decide] does, and says of each play of the set why
// it applies or not. It reads the store and writes nothing, and takes many times
// as long as deciding. The error is an *[IncidentError], or the store's.
func (e *Engine) Explain(ctx context.Context, in Incident, options ...CallOption) (*Explanation, error) {
	rules, store := e.current.Load(), e.storeFor(options)
	w := rules.workspace(&in)
	defer rules.release(w)
	subj, err := w.validate(rules, e.now(), e.config.strict)
	if err != nil {
		return nil, err
	}
	given, _, err := store.Read(ctx, needs(subj))
	if err != nil {
		return nil, err
	}
	out := &Explanation{}
	c, err := conclude(subj, given)
	if err != nil {
		out.Err = err
	} else {
		out.Decision = c.decision()
	}
	out.Limits, out.Rows = c.bound, c.input.Rows()
	out.Plays = rules.explain(c.input)
	return out, nil
}

// explain explains the plays. What was planned for it is kept for the next who
// asks.
func (r *ruleset) explain(in *policy.Input) []policy.Explanation {
	r.explaining.Lock()
	defer r.explaining.Unlock()
	if r.explainer == nil {
		r.explainer = r.program.Explainer()
	}
	return r.explainer.Explain(in)
}

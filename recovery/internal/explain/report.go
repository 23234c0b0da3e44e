package explain

import (
	"errors"
	"math"
	"path"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Options say what is shown.
type Options struct {
	Dir   string   // put in front of the places that people read
	All   bool     // every play, not only those that matched or nearly did
	Plays []string // only these, with all that there is to say
}

// nearest is how many plays that did not match are shown of many.
const nearest = 5

// Report is what is shown of one incident.
type Report struct {
	Incident  string
	DecidedAt time.Time             // zero where it is not known
	Refused   error                 // then there is nothing more
	Reasons   *recovery.Explanation // nil where it was refused
	Past      *ledger.Explained     // of a decision of the past
	Shown     []policy.Explanation  // what matched, and what failed
	Near      []policy.Explanation  // of the rest, what missed least
	Others    []Group               // what is left, counted
	options   Options
}

// Of reports what the engine has explained.
func Of(x *recovery.Explanation, o Options) *Report {
	r := &Report{Incident: x.Incident, DecidedAt: x.DecidedAt, Reasons: x, options: o}
	if o.All || len(o.Plays) > 0 {
		r.Shown = x.Plays
		return r
	}
	var rest []policy.Explanation
	for _, e := range x.Plays {
		if e.Matched || r.failed(e) {
			r.Shown = append(r.Shown, e)
		} else {
			rest = append(rest, e)
		}
	}
	r.choose(rest)
	return r
}

// choose takes the nearest of what did not match, and groups the rest.
func (r *Report) choose(rest []policy.Explanation) {
	for _, e := range r.Reasons.Nearest(math.MaxInt) {
		if len(r.Near) < nearest && !r.failed(e) {
			r.Near = append(r.Near, e)
		}
	}
	r.Others = groups(slices.DeleteFunc(rest, func(e policy.Explanation) bool {
		return slices.ContainsFunc(r.Near, func(n policy.Explanation) bool { return n.Play == e.Play })
	}))
}

// failed reports whether a play is why nothing was decided: part of it has no
// value, or it matched where only one may.
func (r *Report) failed(e policy.Explanation) bool {
	var evaluation *recovery.EvaluationError
	switch {
	case r.Reasons.Err == nil:
		return false
	case errors.As(r.Reasons.Err, &evaluation) && evaluation.PlayName() == e.Play.Name:
		return true
	}
	return e.Barrier == policy.BarrierOfPlaybook
}

// Refusal reports an incident that does not fit.
func Refusal(incident string, err error) *Report {
	return &Report{Incident: incident, Refused: err}
}

// OfPast reports what a ledger says of a decision of the past.
func OfPast(x *ledger.Explained, o Options) *Report {
	if x.Refusal != nil {
		return &Report{Incident: x.Refusal.Incident, DecidedAt: x.Refusal.At, Refused: x.Refusal.Error, Past: x}
	}
	r := Of(x.Explanation, o)
	r.Past = x
	return r
}

// OK reports whether there is nothing wrong: the incident was decided and, in
// the past, as it would be now.
func (r *Report) OK() bool {
	return r.Refused == nil && r.Reasons.Err == nil && (r.Past == nil || len(r.Past.Changes) == 0)
}

// place says for people where something stands.
func (r *Report) place(at policy.Position) string {
	at.File = path.Join(r.options.Dir, at.File)
	return at.String()
}

// matched counts the plays that did.
func (r *Report) matched() (n int) {
	for _, e := range r.Reasons.Plays {
		if e.Matched {
			n++
		}
	}
	return n
}

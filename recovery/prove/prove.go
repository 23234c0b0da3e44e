package prove

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// Standing says what is known of a question or a guarantee.
type Standing string

// The standings.
const (
	Proved Standing = "proved" // it holds for every valid incident
	Broken Standing = "broken" // the witnesses show that it does not
	Open   Standing = "open"   // not decided; the reason says why
	// Differs is Broken of a [Comparison].
	Differs Standing = "differs"
)

// Question is what is asked of a set without being told.
type Question string

// The questions.
const (
	Never      Question = "never"      // something that no valid incident reaches
	Ambiguous  Question = "ambiguous"  // two plays that can match together where one may
	Overlap    Question = "overlap"    // two rows of a table that one incident fits, where one row may
	Unanswered Question = "unanswered" // incidents that no play answers
	Twice      Question = "twice"      // two plays that both give money, and no limit looks at it
	Refused    Question = "refused"    // valid incidents that the engine refuses
)

// Proof is what is known of one question or guarantee.
type Proof struct {
	Guarantee string   // document/id; empty for a question
	Question  Question // empty for a guarantee
	Play      string   // the play that a question is about; empty: none
	Standing  Standing
	At        playbook.Range
	// Reason says why it is open, or how it is broken.
	Reason string
	// Witnesses are one incident, or two where decisions are compared, on which it is broken.
	Witnesses []Witness
}

// Result is what is known of a set.
type Result struct {
	Guarantees []Proof // in the order of the playbooks, the shared ones last
	Questions  []Proof
}

// Options say what to prove. The zero Options prove all.
type Options struct {
	Guarantee string    // only that one: its id, or document/id
	Play      string    // only questions about that play: its id, or playbook/play
	Gaps      bool      // what only fallbacks answer is unanswered as well
	Now       time.Time // the time of every decision; zero: any
	// OnlyGuarantees says that no questions are asked.
	OnlyGuarantees bool
	// Progress is told what is being proved; nil: nobody is.
	Progress func(what string)
}

// UnknownError reports a guarantee or a play that a set does not have.
type UnknownError struct {
	What, Name string
	Known      []string
}

func (e *UnknownError) Error() string {
	text := "there is no " + e.What + " " + e.Name
	if near := playbook.Suggest(e.Name, e.Known); near != "" {
		text += "; did you mean " + near + "?"
	}
	return text
}

// Prove says what holds for every incident. The error is a [playbook.Diagnostics] for a set with
// mistakes, an *[UnknownError], or that of a context that was done before anything was known. Where the
// context is done later, what was not decided by then is open.
func Prove(ctx context.Context, set *playbook.Set, o Options) (*Result, error) {
	if set == nil {
		return nil, errors.New("a set is wanted, not nil")
	}
	program, diags := policy.Compile(set)
	if diags.HasErrors() || program == nil {
		return nil, diags
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w, err := newWorld(ctx, set, program, true, o.Now)
	if err != nil {
		return nil, err
	}
	out := &Result{}
	if err := w.guarantees(o, out); err != nil {
		return nil, err
	}
	if o.Guarantee == "" && !o.OnlyGuarantees {
		if err := w.questions(o, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (w *world) guarantees(o Options, out *Result) error {
	if o.Play != "" && o.Guarantee == "" {
		return nil
	}
	var known []string
	for _, g := range w.program.Guarantees {
		known = append(known, g.ID, g.Name)
		if o.Guarantee != "" && o.Guarantee != g.ID && o.Guarantee != g.Name {
			continue
		}
		if o.Progress != nil {
			o.Progress(g.Name)
		}
		p := w.prove(g)
		p.Guarantee, p.At = g.Name, g.Position
		out.Guarantees = append(out.Guarantees, *p)
	}
	if o.Guarantee != "" && len(out.Guarantees) == 0 {
		return &UnknownError{"guarantee", o.Guarantee, known}
	}
	return nil
}

func (w *world) prove(g *policy.Guarantee) *Proof {
	if AboutOne(g) {
		return w.single(g)
	}
	return w.pairs(g)
}

// conclude makes a standing of what a search has found.
func (p *Proof) conclude(x *search) {
	switch {
	case p.Standing == Broken:
	case x.left > 0:
		p.Standing, p.Reason = Open, x.why.String()
	default:
		p.Standing = Proved
	}
}

// known reports whether a name is among some.
func knownPlay(plays []*policy.Play, name string) bool {
	return slices.ContainsFunc(plays, func(p *policy.Play) bool { return p.ID == name || p.Name == name })
}

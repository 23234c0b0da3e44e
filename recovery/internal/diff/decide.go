package diff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/given"
)

// Case is one incident to decide by both sides.
type Case struct {
	// ID is what to call the incident when it cannot be read.
	ID string
	// Place is where it comes from: FILE:LINE:COL, or whatever its source says.
	Place string
	// Read gives the incident. It is called once, on the goroutine that decides.
	Read func() (recovery.Incident, error)
	// Map stands in the place of Read where a map gives the incident: each side has its own, and OLD
	// that of NEW where it has none.
	Map func(*recovery.Engine) (recovery.Incident, error)
	// Line is that of the input; 0 where it is not known.
	Line int
	// At is the time of the decision. The zero time is when the incident occurred.
	At time.Time
	// Given is what both decisions are given, as a file for --given has it; nil: nothing. What only one
	// side has a name for is given to that one.
	Given []byte
}

// Source gives cases one by one, until there is none or yield returns false.
type Source func(yield func(Case) bool) error

// Outcome is what one side makes of a case: a decision or a refusal.
type Outcome struct {
	Decision *recovery.Decision
	Err      error
	// Back are actions that were promised before, and that the decision takes back.
	Back []recovery.Action
}

// Verdict is what both sides make of a case.
type Verdict struct {
	ID, Place   string
	Line        int
	Unreadable  bool // both outcomes are refusals of input that is not an incident
	Old, New    Outcome
	Differences []Difference
}

// Comparer decides cases by both sides. One goroutine uses it at a time, since
// the two engines share the clock of the case at hand.
type Comparer struct {
	now      time.Time
	old, new *recovery.Engine

	oldSet, newSet         *playbook.Set
	oldProgram, newProgram *policy.Program // compiled once they are needed
}

// NewComparer makes a comparer, whose engines have some options. It compiles both sides.
func NewComparer(old, new *Side, options ...recovery.Option) (*Comparer, error) {
	c := &Comparer{oldSet: old.set, newSet: new.set}
	clock := func() time.Time { return c.now }
	var err, err2 error
	c.old, err = old.engine(clock, options)
	c.new, err2 = new.engine(clock, options)
	return c, errors.Join(err, err2)
}

// Compare decides a case by both sides and says how the decisions differ.
func (c *Comparer) Compare(x Case) Verdict {
	v := Verdict{ID: x.ID, Place: x.Place, Line: x.Line}
	if x.Map != nil {
		c.mapped(x, &v)
		return v
	}
	in, err := x.Read()
	if err != nil {
		v.Unreadable, v.Old.Err, v.New.Err = true, err, err
		return v
	}
	if in.ID != "" {
		v.ID = in.ID
	}
	c.now = x.At
	if c.now.IsZero() {
		c.now = in.OccurredAt
	}
	old, now, err := c.givenTo(x.Given)
	if err != nil {
		err = fmt.Errorf("%s: given: %w", x.Place, err)
		v.Unreadable, v.Old.Err, v.New.Err = true, err, err
		return v
	}
	v.Old, v.New = decide(old, c.old, in), decide(now, c.new, in)
	v.Differences = differences(v.Old, v.New)
	return v
}

// givenTo are the contexts in which the sides decide.
func (c *Comparer) givenTo(data []byte) (old, now context.Context, err error) {
	old, now = context.Background(), context.Background()
	if data == nil {
		return old, now, nil
	}
	if c.oldProgram == nil {
		c.oldProgram, _ = policy.Compile(c.oldSet)
		c.newProgram, _ = policy.Compile(c.newSet)
	}
	of, err := given.ParseKnown(data, c.oldProgram)
	if err != nil {
		return nil, nil, err
	}
	to, err := given.ParseKnown(data, c.newProgram)
	return given.With(old, of), given.With(now, to), err
}

// mapped decides what each side makes of a payload.
func (c *Comparer) mapped(x Case, v *Verdict) {
	now, errNow := x.Map(c.new)
	old, errOld := x.Map(c.old)
	if unknown := (*recovery.UnknownMapError)(nil); errors.As(errOld, &unknown) {
		old, errOld = now, errNow
	}
	v.ID = cmp.Or(now.ID, old.ID, v.ID)
	if v.Unreadable = v.ID == "" && errNow != nil && errOld != nil; v.Unreadable {
		v.Old.Err, v.New.Err = errOld, errNow
		return
	}
	one := func(e *recovery.Engine, in recovery.Incident, err error) Outcome {
		if err != nil {
			return Outcome{Err: err}
		}
		if c.now = x.At; c.now.IsZero() {
			c.now = in.OccurredAt
		}
		return decide(context.Background(), e, in)
	}
	v.Old, v.New = one(c.old, old, errOld), one(c.new, now, errNow)
	v.Differences = differences(v.Old, v.New)
}

// LeftOut reports whether the maps of both sides are for other payloads.
func (v *Verdict) LeftOut() bool {
	return errors.Is(v.Old.Err, recovery.ErrNotMeant) && errors.Is(v.New.Err, recovery.ErrNotMeant)
}

// Again decides a decision on record anew by both sides, at its time, from what
// given says was known then. The error is given's.
func (c *Comparer) Again(place string, was *recovery.Record, given func(recovery.Query) (recovery.Given, error)) (Verdict, error) {
	v := Verdict{ID: was.Decision.Incident, Place: place}
	var failed error
	again := func(e *recovery.Engine) Outcome {
		r, err := e.Replay(context.Background(), was, func(q recovery.Query) (g recovery.Given, err error) {
			if g, err = given(q); err != nil {
				failed = err
			}
			return g, err
		})
		if err != nil {
			return Outcome{Err: err}
		}
		return outcomeOf(r.Decision)
	}
	v.Old, v.New = again(c.old), again(c.new)
	v.Differences = differences(v.Old, v.New)
	return v, failed
}

// outcomeOf parts the actions of a decision: those that it promises, and those of earlier
// decisions that it takes back.
func outcomeOf(d *recovery.Decision) Outcome {
	out := *d
	out.Actions = nil
	o := Outcome{Decision: &out}
	for _, a := range d.Actions {
		if a.Change == recovery.ChangeCancelled {
			o.Back = append(o.Back, a)
		} else {
			out.Actions = append(out.Actions, a)
		}
	}
	return o
}

func decide(ctx context.Context, e *recovery.Engine, in recovery.Incident) Outcome {
	d, err := e.Decide(ctx, in)
	return Outcome{Decision: d, Err: err}
}

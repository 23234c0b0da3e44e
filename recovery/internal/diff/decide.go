package diff

import (
	"context"
	"errors"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Case is one incident to decide by both sides.
type Case struct {
	// ID is what to call the incident when it cannot be read.
	ID string
	// Place is where it comes from: FILE:LINE:COL, or whatever its source says.
	Place string
	// Read gives the incident. It is called once, on the goroutine that decides.
	Read func() (recovery.Incident, error)
	// At is the time of the decision. The zero time is when the incident occurred.
	At time.Time
}

// Source gives cases one by one, until there is none or yield returns false.
type Source func(yield func(Case) bool) error

// Outcome is what one side makes of a case: a decision or a refusal.
type Outcome struct {
	Decision *recovery.Decision
	Err      error
}

// Verdict is what both sides make of a case.
type Verdict struct {
	ID, Place   string
	Unreadable  bool // both outcomes are refusals of what is no incident
	Old, New    Outcome
	Differences []Difference
}

// Comparer decides cases by both sides. One goroutine uses it at a time, since
// the two engines share the clock of the case at hand.
type Comparer struct {
	now      time.Time
	old, new *recovery.Engine
}

// NewComparer makes a comparer. It compiles both sides.
func NewComparer(old, new *Side) (*Comparer, error) {
	c := &Comparer{}
	clock := func() time.Time { return c.now }
	var err, err2 error
	c.old, err = old.engine(clock)
	c.new, err2 = new.engine(clock)
	return c, errors.Join(err, err2)
}

// Compare decides a case by both sides and says how the decisions differ.
func (c *Comparer) Compare(x Case) Verdict {
	v := Verdict{ID: x.ID, Place: x.Place}
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
	v.Old, v.New = decide(c.old, in), decide(c.new, in)
	v.Differences = differences(v.Old, v.New)
	return v
}

func decide(e *recovery.Engine, in recovery.Incident) Outcome {
	d, err := e.Decide(context.Background(), in)
	return Outcome{d, err}
}

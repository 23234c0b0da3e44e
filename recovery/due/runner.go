package due

import (
	"context"
	"errors"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// ErrNotUndone is what Deliver returns when something cannot be undone, as a mail that was sent. The delivery is
// over, and nothing is reported, so what was given still counts as given.
var ErrNotUndone = recovery.ErrNotUndone

// ErrTaken is what Deliver returns when somebody has taken a delivery over who will report on it later, such as an agent
// who is to respond. The delivery is over, and nothing is reported: the promise stays open, and money may
// have been given.
var ErrTaken = errors.New("it is taken over, and will be reported later")

// RetryError is what Deliver returns when it knows how long to wait before the next attempt, as the other side has said. A
// runner waits for so long, for as long as its own pause when that is longer, and for a day at most.
type RetryError struct {
	Err   error
	After time.Duration
}

func (e *RetryError) Error() string { return e.Err.Error() }
func (e *RetryError) Unwrap() error { return e.Err }

// Runner works off the stream of a store. The first three fields are wanted; what the others stand for at
// zero is said with each.
type Runner struct {
	// Engine decides, for its namespace and by its clock.
	Engine *recovery.Engine
	// Store is the one in which the engine decides.
	Store recovery.Stream
	// Deliver carries out a delivery. The runner reports what was done when it returns nil: `undone` where
	// something was to be taken back, which is a cancellation or an amount that falls, else `done`. A report that
	// Deliver has made itself, as of a part of an amount, stands instead. After [ErrNotUndone] and [ErrTaken]
	// nothing is reported. Any other error, or a panic, makes the delivery come again; a [RetryError] says after how long.
	//
	// The context ends when the lease cannot be renewed: somebody else may carry out the delivery from then on.
	// Deliver is called for several incidents at a time if Parallel says so, and for one incident never.
	Deliver func(context.Context, recovery.Delivery) error

	// Name tells processes that share a store apart; empty: a name is made up. No two may have the same.
	Name string
	// Lease is how long a claim holds without being renewed; 0: a minute. A process that dies keeps others
	// from its work for so long.
	Lease time.Duration
	// Poll is how often the store is asked whether another process has put something in; 0: every second.
	Poll time.Duration
	// Wake makes the runner look at once, so that a host need not wait for Poll; nil: nothing does.
	Wake <-chan struct{}
	// Parallel is for how many incidents Deliver runs at a time; 0: for one after another, in the order
	// of time.
	Parallel int
	// Attempts is how often a delivery is tried; 0: 24 times, which take most of a day.
	Attempts int
	// Backoff is how long to wait after an attempt, counted from 1; nil: two seconds at first, twice as long
	// each time, and an hour at most.
	Backoff func(attempt int) time.Duration
	// Grace is how long a delivery may go on after the context of Run has ended; 0: ten seconds.
	Grace time.Duration
	// Failed is told of what did not work, on the goroutine that has tried it; nil: nobody is.
	Failed func(Failure)
}

// Failure is something that did not work.
type Failure struct {
	Err error
	// Incident is the one that could not be decided, or that the delivery is about; empty: the store
	// could not be asked.
	Incident string
	Delivery *recovery.Delivery // nil: it was no delivery
	Attempt  int                // counted from 1
	Again    time.Time          // when it is tried again; zero: never, it is dead
}

// Run works until the context ends, and returns its error. From then on nothing more is claimed. What runs may
// finish within Grace; what does not is put back. Run returns earlier only when a field is missing. What goes wrong
// in the store is tried again.
func (r Runner) Run(ctx context.Context) error {
	if err := r.check(); err != nil {
		return err
	}
	return newWork(r).run(ctx)
}

// Drain is Run until nothing is left to be done by now: nothing has fallen due, no delivery can be claimed, and none
// runs. What waits for a later time, as after a failed attempt, is left. The error is that of the context, or of a store
// that cannot be asked.
func (r Runner) Drain(ctx context.Context) error {
	if err := r.check(); err != nil {
		return err
	}
	w := newWork(r)
	w.drains = true
	return w.run(ctx)
}

func (r *Runner) check() error {
	switch {
	case r.Engine == nil || r.Engine.Now().IsZero():
		return errors.New("a runner wants an engine that has playbooks")
	case r.Store == nil:
		return errors.New("a runner wants a store that keeps deliveries")
	case r.Deliver == nil:
		return errors.New("a runner wants a function that delivers")
	}
	return nil
}

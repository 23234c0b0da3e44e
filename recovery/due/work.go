package due

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// work is one run of a runner.
type work struct {
	Runner
	namespace string
	running   sync.WaitGroup
	free      chan struct{} // a place for each incident for which Deliver may run
	finished  chan struct{} // a delivery is over: what comes after it can be claimed
	drains    bool          // the run ends when nothing is left by now
}

// manyDue is how many incidents are claimed at once on which something has fallen due. Deciding one takes
// milliseconds, so all of them are decided well within a lease.
const manyDue = 64

// atLeast is how long the runner waits when the store says that there is something, and another process
// takes it first.
const atLeast = 20 * time.Millisecond

func newWork(r Runner) *work {
	w := &work{Runner: r, namespace: r.Engine.Namespace()}
	w.Lease = orDefault(r.Lease, defaultLease)
	w.Poll = orDefault(r.Poll, defaultPoll)
	w.Parallel = max(r.Parallel, 1)
	w.Attempts = orDefault(r.Attempts, defaultAttempts)
	w.Grace = orDefault(r.Grace, defaultGrace)
	if w.Name == "" {
		w.Name = newName()
	}
	if w.Backoff == nil {
		w.Backoff = pauseAfter
	}
	w.free, w.finished = make(chan struct{}, w.Parallel), make(chan struct{}, 1)
	for range w.Parallel {
		w.free <- struct{}{}
	}
	return w
}

// run looks for work, round after round, until the context ends.
func (w *work) run(ctx context.Context) error {
	// Deliveries outlive the context by the grace.
	delivering, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	defer context.AfterFunc(ctx, func() {
		time.AfterFunc(w.Grace, func() { stop(context.Cause(ctx)) })
	})()
	defer w.running.Wait()
	for failed := 0; ctx.Err() == nil; {
		found, err := w.round(ctx, delivering)
		switch {
		case ctx.Err() != nil:
		case err != nil && w.drains:
			return err
		case err != nil:
			failed++
			pause := w.Backoff(failed)
			w.tell(Failure{Err: err, Attempt: failed, Again: w.Engine.Now().Add(pause)})
			w.wait(ctx, pause)
		default:
			failed = 0
			if found {
				continue
			}
			idle, err := w.sleep(ctx)
			if w.drains && (idle || err != nil) {
				return err
			}
		}
	}
	return ctx.Err()
}

// round decides what has fallen due and starts deliveries, as many as there are places. It reports whether
// there was anything to do.
func (w *work) round(ctx, delivering context.Context) (found bool, err error) {
	c := w.claim()
	c.Most = manyDue
	due, err := w.Store.FallenDue(ctx, c)
	if err != nil {
		return false, fmt.Errorf("what has fallen due: %w", err)
	}
	w.decide(ctx, due)
	places := w.take()
	if places == 0 {
		w.wait(ctx, w.Poll)
		return true, nil
	}
	c = w.claim()
	c.Most, c.Each = places, 1
	list, err := w.Store.Claim(ctx, c)
	if err != nil {
		w.give(places)
		return false, fmt.Errorf("what is to be handed out: %w", err)
	}
	for i := range list {
		w.running.Go(func() {
			w.deliver(delivering, &list[i], c.Until)
			w.give(1)
			select {
			case w.finished <- struct{}{}:
			default: // it is said already
			}
		})
	}
	w.give(places - len(list))
	return len(due)+len(list) > 0, nil
}

func (w *work) claim() recovery.Claim {
	now := w.Engine.Now()
	return recovery.Claim{Namespace: w.namespace, By: w.Name, Now: now, Until: now.Add(w.Lease)}
}

// take takes all places that are free.
func (w *work) take() (places int) {
	for {
		select {
		case <-w.free:
			places++
		default:
			return places
		}
	}
}

// give gives places back.
func (w *work) give(places int) {
	for range places {
		w.free <- struct{}{}
	}
}

// decide decides incidents on which something has fallen due, in order, as many at a time as deliveries.
func (w *work) decide(ctx context.Context, due []recovery.FallenDue) {
	places := make(chan struct{}, w.Parallel)
	var all sync.WaitGroup
	defer all.Wait()
	for _, d := range due {
		places <- struct{}{}
		all.Go(func() {
			w.again(ctx, d)
			<-places
		})
	}
}

// again decides an incident again. What it commits ends the claim. Once the run has ended, another process may
// look at the incident at once.
func (w *work) again(ctx context.Context, d recovery.FallenDue) {
	p := recovery.Postponed{Namespace: w.namespace, Incident: d.Incident, Until: w.Engine.Now()}
	ended := ctx.Err() != nil
	ctx, cancel := w.brief(ctx)
	defer cancel()
	if !ended {
		_, err := w.Engine.Again(ctx, d.Incident, recovery.In(w.Store))
		if err == nil {
			return
		}
		p.Until, p.Why = w.Engine.Now().Add(spread(w.Backoff(d.Attempt), d.Incident)), err.Error()
		w.tell(Failure{Err: err, Incident: d.Incident, Attempt: d.Attempt, Again: p.Until})
	}
	_ = w.Store.Postpone(ctx, w.Name, p) // else the claim ends with its lease
}

// brief is a context in which the store is told something though the run has ended.
func (w *work) brief(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), w.Lease)
}

func (w *work) tell(f Failure) {
	if w.Failed != nil {
		w.Failed(f)
	}
}

// sleep waits until something falls due, or can be claimed. A run that drains does not wait when nothing is left: idle
// says so then.
func (w *work) sleep(ctx context.Context) (idle bool, err error) {
	running := len(w.free) < w.Parallel // asked first: what ends meanwhile may leave something behind
	now := w.Engine.Now()
	next, err := w.Store.Next(ctx, w.namespace, now)
	later := next.IsZero() || next.After(now)
	if w.drains && (err != nil || later && !running) {
		return err == nil, err
	}
	pause := w.Poll
	if err == nil && !next.IsZero() {
		pause = min(pause, max(next.Sub(now), atLeast))
	}
	w.wait(ctx, pause) // a store that fails says so in the next round
	return false, nil
}

// wait waits for a time, or until there may be something to do.
func (w *work) wait(ctx context.Context, pause time.Duration) {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case _, open := <-w.Wake:
		if !open {
			w.Wake = nil
		}
	case <-w.finished:
	}
}

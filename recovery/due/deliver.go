package due

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// errLease is why the context of Deliver has ended.
var errLease = errors.New("the lease has ended: somebody else may have claimed the delivery")

// deliver carries out a delivery that is claimed until a time, and says what came of it.
func (w *work) deliver(ctx context.Context, d *recovery.Delivery, until time.Time) {
	err := errors.New("the last attempt did not end")
	if d.Attempt <= w.Attempts {
		held, release := w.hold(ctx, d.Key, until)
		defer release()
		err = w.call(held, d)
	}
	switch {
	case err == nil:
		err = w.persist(ctx, func(ctx context.Context) error { return w.report(ctx, d) })
	case errors.Is(err, ErrNotUndone), errors.Is(err, ErrTaken):
		err = w.persist(ctx, func(ctx context.Context) error { return w.Store.Settle(ctx, d.Key) })
	default:
		w.failed(ctx, d, err)
		return
	}
	if err != nil { // it comes again when the lease has ended
		w.tell(Failure{Err: fmt.Errorf("it was delivered, and the store does not know: %w", err), Incident: d.Incident, Delivery: d, Attempt: d.Attempt, Again: w.Engine.Now().Add(w.Lease)})
	}
}

// call calls Deliver. A panic is an error, so that a delivery that nobody can carry out becomes a dead letter
// and does not end the process again and again.
func (w *work) call(ctx context.Context, d *recovery.Delivery) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("delivering panicked: %v", p)
		}
	}()
	return w.Deliver(ctx, *d)
}

// failed puts a delivery back, or gives it up after the last attempt. One that was cut off because the run ends is put back
// at once.
func (w *work) failed(ctx context.Context, d *recovery.Delivery, why error) {
	f := Failure{Err: why, Incident: d.Incident, Delivery: d, Attempt: d.Attempt}
	give := func(ctx context.Context) error { return w.Store.Bury(ctx, w.Name, d.Key) }
	if d.Attempt < w.Attempts || ctx.Err() != nil {
		f.Again = w.Engine.Now()
		if ctx.Err() == nil {
			f.Again = f.Again.Add(w.pause(d, why))
		}
		give = func(ctx context.Context) error { return w.Store.Return(ctx, w.Name, d.Key, f.Again) }
	}
	w.tell(f)
	brief, cancel := w.brief(ctx)
	defer cancel()
	_ = give(brief) // else the claim ends with its lease; or the host has reported, and there is none
}

// longestWait is how long a runner waits at most because it was told to.
const longestWait = 24 * time.Hour

// pause is how long to wait after a failed attempt.
func (w *work) pause(d *recovery.Delivery, why error) time.Duration {
	own := w.Backoff(d.Attempt)
	var told *RetryError
	if errors.As(why, &told) {
		own = max(own, min(told.After, longestWait))
	}
	return spread(own, d.Key)
}

// tries is how often a store is told what came of a delivery before it is left to the end of the lease.
const tries = 5

// persist tries until a store takes something.
func (w *work) persist(ctx context.Context, do func(context.Context) error) (err error) {
	ctx, cancel := w.brief(ctx)
	defer cancel()
	for n := range tries {
		if err = do(ctx); err == nil || ctx.Err() != nil {
			return err
		}
		t := time.NewTimer(min(100*time.Millisecond<<n, w.Lease/tries))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
	}
	return err
}

// report says what was done, unless Deliver has said it. What the engine does not take, because the incident was
// erased meanwhile, is settled.
func (w *work) report(ctx context.Context, d *recovery.Delivery) error {
	given, _, err := w.Store.Read(ctx, recovery.Query{Namespace: w.namespace, Incident: d.Incident})
	if err != nil {
		return err
	}
	if given.Stream != nil && !slices.ContainsFunc(given.Stream.Open, func(o store.Open) bool {
		return o.Key == d.Key && o.State == store.DeliveryClaimed
	}) {
		return nil
	}
	r := recovery.Report{Incident: d.Incident, Key: d.Key, Outcome: recovery.OutcomeDone}
	if TakesBack(d) {
		r.Outcome = recovery.OutcomeUndone
	}
	err = w.Engine.Report(ctx, r, recovery.In(w.Store))
	var unknown *recovery.UnknownActionError
	var refused *recovery.ReportError
	if errors.As(err, &unknown) || errors.As(err, &refused) || err == nil && d.Attempt > 1 {
		return w.Store.Settle(ctx, d.Key) // what was reported before is over too
	}
	return err
}

// TakesBack reports whether a delivery takes something back, so that the runner reports `undone`: a cancellation, or
// an amount that falls.
func TakesBack(d *recovery.Delivery) bool {
	return d.Do == recovery.ToCancel || d.Do == recovery.ToChange && d.Action != nil && d.Action.Difference().Sign() < 0
}

// hold keeps a claim while Deliver runs. The context ends when the claim does.
func (w *work) hold(ctx context.Context, key string, until time.Time) (context.Context, func()) {
	held, end := context.WithCancelCause(ctx)
	expires := time.AfterFunc(until.Sub(w.Engine.Now()), func() { end(errLease) })
	var renewing sync.WaitGroup
	renewing.Go(func() {
		t := time.NewTicker(max(w.Lease/3, time.Nanosecond))
		defer t.Stop()
		for {
			select {
			case <-held.Done():
				return
			case <-t.C:
			}
			until := w.Engine.Now().Add(w.Lease)
			// One that fails is tried again, as long as the lease lasts.
			if w.Store.Renew(held, w.Name, []string{key}, until) == nil && held.Err() == nil {
				expires.Reset(until.Sub(w.Engine.Now()))
			}
		}
	})
	return held, func() {
		end(nil)
		expires.Stop()
		renewing.Wait()
	}
}

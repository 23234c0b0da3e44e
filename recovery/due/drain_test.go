package due_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/due"
)

// TestDrain ends once nothing is left to be done by now, and leaves what waits for a later time.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		for _, id := range []string{"A", "B", "C"} {
			d.tell(id, "late")
		}
		tried := 0
		d.carry = func(ctx context.Context, x recovery.Delivery) error {
			time.Sleep(5 * time.Second)
			if x.Incident == "B" {
				tried++
				return errors.New("closed")
			}
			return nil
		}
		r := d.runner()
		r.Parallel = 2
		drain := func(want int) {
			t.Helper()
			if err := r.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
			if tried != want {
				t.Errorf("what fails was tried %d times, and not %d", tried, want)
			}
		}
		drain(2) // while others are carried out, the time of a second attempt comes
		drain(2)
		time.Sleep(time.Hour)
		drain(3)
		for _, id := range []string{"A", "C"} {
			if got := d.reports(id); got == "" {
				t.Errorf("nothing was reported of %s", id)
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := r.Drain(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
		r.Store = &broken{r.Store}
		if err := r.Drain(context.Background()); !errors.Is(err, errBroken) {
			t.Errorf("the error of a store that fails is %v", err)
		}
		if err := (due.Runner{}).Drain(ctx); err == nil {
			t.Error("a runner without an engine drains")
		}
	})
}

var errBroken = errors.New("the store is gone")

type broken struct{ recovery.Stream }

func (*broken) FallenDue(context.Context, recovery.Claim) ([]recovery.FallenDue, error) {
	return nil, errBroken
}

// TestRetryError waits for as long as Deliver says, as long as its own pause if that is longer, and a day at most.
func TestRetryError(t *testing.T) {
	for _, x := range []struct{ after, from, to time.Duration }{
		{0, 2 * time.Second, 3 * time.Second},
		{time.Second, 2 * time.Second, 3 * time.Second},
		{time.Hour, time.Hour, 72 * time.Minute},
		{1000 * time.Hour, 24 * time.Hour, 29 * time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t)
			d.tell("A", "late")
			r := d.runner()
			r.Deliver = func(context.Context, recovery.Delivery) error {
				return &due.RetryError{Err: errors.New("busy"), After: x.after}
			}
			var pauses []time.Duration
			r.Failed = func(f due.Failure) { pauses = append(pauses, time.Until(f.Again)) }
			if err := r.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
			if len(pauses) == 0 || slices.Min(pauses) < x.from || slices.Max(pauses) > x.to {
				t.Errorf("told to wait for %s, it waits for %s", x.after, pauses)
			}
		})
	}
}

package due_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// TestRenews lets a delivery take longer than its lease, while a second runner looks for work: it is not
// handed out twice.
func TestRenews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.carry = func(ctx context.Context, _ recovery.Delivery) error {
			select {
			case <-time.After(10 * time.Minute):
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		d.tell("A", "gone")
		end := d.begin(d.runner())
		d.during(30*time.Minute, d.runner())
		end()
		d.want("10m0s A do refund 20.00 EUR", "20m0s A do callback")
		d.wantFailures()
	})
}

// cutOff is a store that cannot be reached for a while.
type cutOff struct {
	*recovery.MemoryStore
	is, renewing atomic.Bool
}

var errCutOff = errors.New("the store cannot be reached")

func (s *cutOff) Renew(ctx context.Context, by string, keys []string, until time.Time) error {
	if s.is.Load() || s.renewing.Load() {
		return errCutOff
	}
	return s.MemoryStore.Renew(ctx, by, keys, until)
}

func (s *cutOff) Return(ctx context.Context, by, key string, from time.Time) error {
	if s.renewing.Load() {
		return errCutOff
	}
	return s.MemoryStore.Return(ctx, by, key, from)
}

func (s *cutOff) Next(ctx context.Context, namespace string, now time.Time) (time.Time, error) {
	if s.is.Load() {
		return time.Time{}, errCutOff
	}
	return s.MemoryStore.Next(ctx, namespace, now)
}

func (s *cutOff) Claim(ctx context.Context, c recovery.Claim) ([]recovery.Delivery, error) {
	if s.is.Load() {
		return nil, errCutOff
	}
	return s.MemoryStore.Claim(ctx, c)
}

func (s *cutOff) FallenDue(ctx context.Context, c recovery.Claim) ([]recovery.FallenDue, error) {
	if s.is.Load() {
		return nil, errCutOff
	}
	return s.MemoryStore.FallenDue(ctx, c)
}

func (s *cutOff) Commit(ctx context.Context, c recovery.Commit) error {
	if s.is.Load() {
		return errCutOff
	}
	return s.MemoryStore.Commit(ctx, c)
}

// TestLeaseEnds ends the context of a delivery whose lease cannot be renewed, exactly when another runner
// may have it.
func TestLeaseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		cut := &cutOff{MemoryStore: d.store}
		cut.renewing.Store(true)
		r := d.runner()
		r.Store = cut
		r.Deliver = func(ctx context.Context, x recovery.Delivery) error {
			<-ctx.Done()
			if ctx.Err() == nil || d.since() != time.Minute {
				t.Errorf("the context ended after %s", d.since())
			}
			cut.is.Store(true) // so that the other runner has it next
			return context.Cause(ctx)
		}
		d.tell("A", "slow")
		end := d.begin(r)
		synctest.Wait()
		d.during(90*time.Second, d.runner())
		end()
		d.want("1m0s A do respond")
		if want := "1m0s A do respond: the lease has ended: somebody else may have claimed the delivery (1), again 1m2s"; !slices.Contains(d.failures, want) {
			t.Errorf("failures: %v", d.failures)
		}
	})
}

// TestStoreIsAway goes on once the store can be reached again, and reports then what was carried out meanwhile.
func TestStoreIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		cut := &cutOff{MemoryStore: d.store}
		r := d.runner()
		r.Store = cut
		d.carry = func(context.Context, recovery.Delivery) error {
			cut.is.Store(true)
			time.AfterFunc(time.Second, func() { cut.is.Store(false) })
			return nil
		}
		d.tell("A", "gone")
		d.during(time.Minute, r)
		d.want("0s A do refund 20.00 EUR", "2s A do callback")
		if got := d.reports("A"); got != "done done" {
			t.Errorf("reported were %q", got)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, f := range d.failures {
			if !strings.Contains(f, errCutOff.Error()) {
				t.Errorf("failed: %s", f)
			}
		}
	})
}

// TestEnds lets a delivery finish when the run ends, and puts back what does not finish in time.
func TestEnds(t *testing.T) {
	for _, test := range []struct {
		takes time.Duration
		want  string
		state string
	}{
		{5 * time.Second, "5s A do respond", "done"},
		{15 * time.Second, "26s A do respond", "done"},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t)
			d.carry = func(ctx context.Context, _ recovery.Delivery) error {
				select {
				case <-time.After(test.takes):
					return nil
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
			d.tell("A", "slow")
			d.during(time.Second, d.runner())
			d.failures = nil
			if test.takes > 10*time.Second { // it was put back after eleven seconds, at once
				d.during(time.Minute, d.runner())
			}
			d.want(test.want)
			if got := d.reports("A"); got != test.state {
				t.Errorf("reported were %q", got)
			}
			d.wantFailures()
		})
	}
}

// TestWakes looks at once when it is told to, and not only when it polls.
func TestWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{}, 1)
		d := newDesk(t)
		r := d.runner()
		r.Poll, r.Wake = time.Hour, wake
		end := d.begin(r)
		time.Sleep(time.Minute)
		d.tell("A", "slow")
		wake <- struct{}{}
		time.Sleep(time.Second)
		d.tell("B", "slow")
		close(wake) // nobody wakes any more
		time.Sleep(3 * time.Hour)
		end()
		d.want("1m0s A do respond", "1m1s B do respond")
	})
}

// TestTenants works for the engine's tenant alone.
func TestTenants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, recovery.WithNamespace("acme"))
		d.tell("A", "slow")
		other, err := recovery.Load(files(playbook), recovery.WithStore(d.store))
		if err != nil {
			t.Fatal(err)
		}
		r := d.runner()
		r.Engine = other
		d.during(3*time.Hour, r)
		d.want()
		d.during(time.Second, d.runner())
		d.want("3h0m0s A do respond")
	})
}

// counted counts what a store is asked.
type counted struct {
	*recovery.MemoryStore
	reads, commits, looks atomic.Int64
}

func (s *counted) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	s.reads.Add(1)
	return s.MemoryStore.Read(ctx, q)
}

func (s *counted) Commit(ctx context.Context, c recovery.Commit) error {
	s.commits.Add(1)
	return s.MemoryStore.Commit(ctx, c)
}

func (s *counted) Next(ctx context.Context, namespace string, now time.Time) (time.Time, error) {
	s.looks.Add(1)
	return s.MemoryStore.Next(ctx, namespace, now)
}

// TestIdles reads no incident while nothing is due.
func TestIdles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.carry = unanswered(d)
		for i := range 100 {
			d.tell(fmt.Sprint("A", i), "slow")
		}
		d.during(time.Second, d.runner())
		store := &counted{MemoryStore: d.store}
		r := d.runner()
		r.Store, r.Poll = store, time.Minute
		end := d.begin(r)
		time.Sleep(time.Hour)
		if n := store.reads.Load() + store.commits.Load(); n > 0 || store.looks.Load() > 61 {
			t.Errorf("%d reads and commits, and %d looks, while nothing was due", n, store.looks.Load())
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		end()
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.done) != 100 {
			t.Errorf("%d of 100 steps were handed out", len(d.done))
		}
	})
}

// TestSideBySide runs several runners on one store, some of which die, over many incidents that change
// meanwhile. No two deliveries of a key run at a time, what was reported never comes again, and the
// deliveries of an incident come in order.
func TestSideBySide(t *testing.T) {
	seeds := 20
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) { sideBySide(t, uint64(seed)) })
	}
}

func sideBySide(t *testing.T, seed uint64) {
	d := newDesk(t)
	var mu sync.Mutex
	rng := rand.New(rand.NewPCG(seed, 3))
	random := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return rng.IntN(n)
	}
	running, over, last := map[string]string{}, map[string]bool{}, map[string]int64{}
	deliver := func(ctx context.Context, x recovery.Delivery) error {
		mu.Lock()
		switch {
		case running[x.Incident] != "":
			t.Errorf("%s runs beside %s", text(&x), running[x.Incident])
		case over[x.Key]:
			t.Errorf("%s was reported, and comes again", text(&x))
		case x.Seq < last[x.Incident]:
			t.Errorf("%s comes after a later one", text(&x))
		}
		running[x.Incident] = x.Key
		mu.Unlock()
		defer func() {
			mu.Lock()
			running[x.Incident] = ""
			mu.Unlock()
		}()
		select {
		case <-time.After(time.Duration(random(90)) * time.Second):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if random(5) == 0 {
			return errors.New("by chance")
		}
		mu.Lock()
		defer mu.Unlock()
		over[x.Key], last[x.Incident] = true, x.Seq
		return nil
	}
	run := func() (end func()) {
		r := d.runner()
		r.Deliver, r.Failed, r.Parallel, r.Poll, r.Grace = deliver, nil, 1+random(4), time.Minute, time.Duration(random(60))*time.Second
		return d.begin(r)
	}
	ends := []func(){run(), run(), run()}
	for range 60 {
		time.Sleep(time.Duration(random(600)) * time.Second)
		id := fmt.Sprint("I", random(8))
		d.tell(id, []string{"late", "slow", "gone", "none"}[random(4)], delayed(time.Duration(random(2))*72*time.Hour))
		if i := random(12); i < len(ends) {
			ends[i]()
			ends[i] = run()
		}
	}
	time.Sleep(12 * time.Hour)
	for _, end := range ends {
		end()
	}
	if len(over) < 60 {
		t.Errorf("seed %d: only %d deliveries", seed, len(over))
	}
	for i := range 8 {
		id := fmt.Sprint("I", i)
		for _, o := range d.given(id).Stream.Open {
			t.Errorf("seed %d: left of %s is %+v", seed, id, o)
		}
	}
}

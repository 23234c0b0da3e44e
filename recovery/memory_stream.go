package recovery

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/store"
)

// Stream is a [Store] that keeps the one stream of all that a host has to do: what decisions give and take
// back, what falls due, and what somebody has to choose. Its answers have [Given.Stream]. Package due has
// the runner that works it off.
//
// A delivery is claimed for a time, its lease. Whoever has done it says so with [Engine.Report] and its key;
// one that nobody has reported on is handed out again when its lease has ended. So a delivery is handed
// out at least once, and its key tells whether it was done before.
//
// Whoever claims has a name, which no other process has. A claim ends with its lease: another may hold it from then on,
// and renewing, returning and burying what is not claimed under the name is an error.
type Stream interface {
	Store
	// Claim hands out deliveries of a namespace, the oldest of each incident first. While one is in other
	// hands, later ones of its incident wait. While one about money is dead, later ones about money wait.
	Claim(ctx context.Context, c Claim) ([]Delivery, error)
	// Renew lengthens the lease of deliveries.
	Renew(ctx context.Context, by string, keys []string, until time.Time) error
	// Return gives a claimed delivery back: it is handed out again from a time on.
	Return(ctx context.Context, by, key string, from time.Time) error
	// Bury gives a claimed delivery up: it is dead, and may have been done. It is handed out again when it is
	// revived, and is done with when somebody reports on it or settles it.
	Bury(ctx context.Context, by, key string) error
	// Revive puts a dead delivery back. Its attempts count anew.
	Revive(ctx context.Context, key string) error
	// Settle ends a delivery on which nobody will report.
	Settle(ctx context.Context, key string) error
	// FallenDue claims the incidents of a namespace on which something has fallen due, those first that could be claimed
	// first, for [Engine.Again]. What Again commits ends the claim.
	FallenDue(ctx context.Context, c Claim) ([]FallenDue, error)
	// Postpone says that an incident on which something has fallen due could not be decided. It can be
	// claimed again from a time on. A store may forget that when its process ends: it is then tried again before.
	Postpone(ctx context.Context, by string, p Postponed) error
	// Next is when the stream of a namespace has to be looked at next, because something falls due or can be
	// claimed: now, or later; zero: never. Its cost does not grow with the number of incidents.
	Next(ctx context.Context, namespace string, now time.Time) (time.Time, error)
	// Backlog says what is not settled in a namespace, for whoever watches over it.
	Backlog(ctx context.Context, namespace string) (Backlog, error)
}

// Backlog counts what a stream has of a namespace.
type Backlog = store.Backlog

// Claim says what is claimed.
type Claim struct {
	Namespace string
	By        string    // who claims
	Now       time.Time // what can be handed out by then
	Until     time.Time // when the lease ends
	Most      int       // of how many incidents; 0: of all
	Each      int       // how many deliveries of each incident; 0: all
}

// FallenDue is an incident on which something has fallen due.
type FallenDue struct {
	Incident string
	At       time.Time
	Attempt  int // how often it was claimed without being decided, this time included
}

// Postponed is an incident on which something has fallen due, and which could not be decided.
type Postponed struct {
	Namespace, Incident string
	Until               time.Time // it can be claimed again from then on
	Why                 string
}

var errNoStream = errors.New("the store keeps no deliveries; make it with KeepDeliveries")

// stream changes the stream as a commit says.
func (s *MemoryStore) stream(c *Commit) {
	if !s.keeps || !c.Streams() {
		return
	}
	s.streams.Change(c.Reads.Namespace, c.Reads.Incident, func(q *store.Queue) {
		q.Withdraw(c.Withdrawn)
		for _, list := range [...][]Delivery{c.Outbox, c.Fell} {
			for _, d := range list {
				if d.Seq = q.Put(d.Open()); d.Seq > 0 {
					s.deliveries[d.Key] = d
				}
			}
		}
		q.FallsDue(c.NextDue)
	})
}

// Claim implements [Stream].
func (s *MemoryStore) Claim(ctx context.Context, c Claim) ([]Delivery, error) {
	if err := s.streaming(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Delivery
	for _, x := range s.streams.Claim(c.Namespace, c.By, c.Now, c.Until, c.Most, c.Each) {
		for _, o := range x.Open {
			d := s.deliveries[o.Key]
			d.Attempt = o.Attempt
			out = append(out, d)
		}
	}
	return out, nil
}

// Drain claims every delivery of a namespace that can be handed out by now, for good: none is handed out
// again unless it is reported failed.
func (s *MemoryStore) Drain(ctx context.Context, namespace string, now time.Time) ([]Delivery, error) {
	return s.Claim(ctx, Claim{Namespace: namespace, Now: now, Until: far})
}

func (s *MemoryStore) streaming(ctx context.Context) error {
	if !s.keeps {
		return errNoStream
	}
	return ctx.Err()
}

// Renew implements [Stream].
func (s *MemoryStore) Renew(ctx context.Context, by string, keys []string, until time.Time) error {
	return s.each(ctx, keys, notClaimed, func(q *store.Queue, key string) bool { return q.Renew(by, key, until) })
}

// Return implements [Stream].
func (s *MemoryStore) Return(ctx context.Context, by, key string, from time.Time) error {
	return s.each(ctx, []string{key}, notClaimed, func(q *store.Queue, key string) bool { return q.Return(by, key, from) })
}

// Bury implements [Stream].
func (s *MemoryStore) Bury(ctx context.Context, by, key string) error {
	return s.each(ctx, []string{key}, notClaimed, func(q *store.Queue, key string) bool { return q.Bury(by, key) })
}

// Revive implements [Stream].
func (s *MemoryStore) Revive(ctx context.Context, key string) error {
	return s.each(ctx, []string{key}, "is not dead", (*store.Queue).Revive)
}

// Settle implements [Stream].
func (s *MemoryStore) Settle(ctx context.Context, key string) error {
	return s.each(ctx, []string{key}, "is not known", (*store.Queue).Settle)
}

const notClaimed = "is not claimed under this name"

// each does something to deliveries. One for which it cannot be done is an error, once all were seen to.
func (s *MemoryStore) each(ctx context.Context, keys []string, not string, do func(*store.Queue, string) bool) error {
	if err := s.streaming(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, key := range keys {
		if !s.streams.ChangeBy(key, func(q *store.Queue) bool { return do(q, key) }) {
			err = cmp.Or(err, errors.New("the delivery "+key+" "+not))
		}
	}
	return err
}

// FallenDue implements [Stream].
func (s *MemoryStore) FallenDue(ctx context.Context, c Claim) ([]FallenDue, error) {
	if err := s.streaming(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []FallenDue
	for _, x := range s.streams.Look(c.Namespace, c.By, c.Now, c.Until, c.Most) {
		out = append(out, FallenDue{x.Incident, x.At, x.Attempt})
	}
	return out, nil
}

// Postpone implements [Stream].
func (s *MemoryStore) Postpone(ctx context.Context, by string, p Postponed) error {
	if err := s.streaming(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ok := false
	s.streams.Change(p.Namespace, p.Incident, func(q *store.Queue) { ok = q.Postpone(by, p.Until, p.Why) })
	if !ok {
		return errors.New("what fell due on incident " + intake.Shown(p.Incident) + " " + notClaimed)
	}
	return nil
}

// Next implements [Stream].
func (s *MemoryStore) Next(ctx context.Context, namespace string, now time.Time) (time.Time, error) {
	if err := s.streaming(ctx); err != nil {
		return time.Time{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	next, any := s.streams.Next(namespace)
	if !any {
		return time.Time{}, nil
	}
	return later(next, now), nil
}

// Backlog implements [Stream].
func (s *MemoryStore) Backlog(ctx context.Context, namespace string) (Backlog, error) {
	if err := s.streaming(ctx); err != nil {
		return Backlog{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.streams.Backlog(namespace), nil
}

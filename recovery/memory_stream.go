package recovery

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery/store"
)

// Stream is a [Store] that keeps the one stream of all that a host has to do: what decisions give and take
// back, what falls due, and what somebody has to choose. Its answers have [Given.Stream].
//
// A delivery is claimed for a time, its lease. Whoever has done it says so with [Engine.Report] and its key;
// one that nobody has reported on is handed out again when its lease has ended. So a delivery is handed
// out at least once, and its key tells whether it was done before.
type Stream interface {
	Store
	// Claim hands out deliveries of a namespace, the oldest of each incident first. While one is in other
	// hands, later ones of its incident wait. While one about money is dead, later ones about money wait.
	Claim(ctx context.Context, c Claim) ([]Delivery, error)
	// Renew lengthens the lease of deliveries that are claimed.
	Renew(ctx context.Context, keys []string, until time.Time) error
	// Return gives a claimed delivery back: it is handed out again from a time on.
	Return(ctx context.Context, key string, from time.Time) error
	// Settle ends a delivery on which nobody will report.
	Settle(ctx context.Context, key string) error
	// FallenDue lists the incidents of a namespace on which something has fallen due by a time, the oldest
	// first and no more than most of them, for [Engine.Again]. next is when the stream has to be looked at
	// next, because something falls due or can be claimed; zero: never.
	FallenDue(ctx context.Context, namespace string, now time.Time, most int) (due []FallenDue, next time.Time, err error)
}

// Claim says which deliveries are claimed.
type Claim struct {
	Namespace string
	Now       time.Time // what can be handed out by then
	Until     time.Time // when the lease ends
	Most      int       // of how many incidents; 0: of all
}

// FallenDue is an incident on which something has fallen due.
type FallenDue struct {
	Incident string
	At       time.Time
}

// streams are the deliveries of a memory store.
type streams struct {
	of       map[string]*thread // by key
	contents map[string]Delivery
}

var errNoStream = errors.New("the store keeps no deliveries; make it with KeepDeliveries")

// stream changes the stream as a commit says.
func (s *MemoryStore) stream(c *Commit) {
	if !s.keeps || !c.Streams() {
		return
	}
	t := s.open(c.Reads.Namespace, c.Reads.Incident)
	t.queue.Withdraw(c.Withdrawn)
	for _, list := range [...][]Delivery{c.Outbox, c.Fell} {
		for _, d := range list {
			if d.Seq = t.queue.Put(d.Open()); d.Seq == 0 {
				continue
			}
			if s.streams.of == nil {
				s.streams = streams{map[string]*thread{}, map[string]Delivery{}}
			}
			s.streams.of[d.Key], s.streams.contents[d.Key] = t, d
		}
	}
	t.queue.FallsDue(c.NextDue)
}

// Claim implements [Stream].
func (s *MemoryStore) Claim(ctx context.Context, c Claim) ([]Delivery, error) {
	if err := s.streaming(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Delivery
	incidents := 0
	for _, t := range s.ordered {
		if t.namespace != c.Namespace || c.Most > 0 && incidents == c.Most {
			continue
		}
		list := t.queue.Claim(c.Now, c.Until)
		for _, o := range list {
			out = append(out, s.streams.contents[o.Key])
		}
		if len(list) > 0 {
			incidents++
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
func (s *MemoryStore) Renew(ctx context.Context, keys []string, until time.Time) error {
	return s.each(ctx, keys, func(q *store.Queue, key string) bool { return q.Renew(key, until) })
}

// Return implements [Stream].
func (s *MemoryStore) Return(ctx context.Context, key string, from time.Time) error {
	return s.each(ctx, []string{key}, func(q *store.Queue, key string) bool { return q.Return(key, from) })
}

// Settle implements [Stream].
func (s *MemoryStore) Settle(ctx context.Context, key string) error {
	return s.each(ctx, []string{key}, (*store.Queue).Settle)
}

// each does something to deliveries. One that is not claimed is an error, once all were seen to.
func (s *MemoryStore) each(ctx context.Context, keys []string, do func(*store.Queue, string) bool) error {
	if err := s.streaming(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, key := range keys {
		if t := s.streams.of[key]; t == nil || !do(&t.queue, key) {
			err = cmp.Or(err, errors.New("the delivery "+key+" is not claimed"))
		}
	}
	return err
}

// FallenDue implements [Stream].
func (s *MemoryStore) FallenDue(ctx context.Context, namespace string, now time.Time, most int) (due []FallenDue, next time.Time, err error) {
	if err := s.streaming(ctx); err != nil {
		return nil, next, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, t := range s.ordered {
		if t.namespace != namespace {
			continue
		}
		if at := t.queue.NextDue(); !at.IsZero() {
			next = earlier(next, at)
			if !at.After(now) {
				due = append(due, FallenDue{t.incident, at})
			}
		}
		if at, ready := t.queue.Ready(); ready {
			next = earlier(next, later(at, now))
		}
	}
	slices.SortStableFunc(due, func(a, b FallenDue) int { return a.At.Compare(b.At) })
	if most > 0 && len(due) > most {
		due = due[:most]
	}
	return due, next, nil
}

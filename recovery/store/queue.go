package store

import (
	"slices"
	"time"
)

// Open is a delivery of an incident that the stream of a store keeps, as the rules look at it. What the host
// gets to see of it is beside the point here.
type Open struct {
	Key string
	Seq int64 // its place among the deliveries of the incident
	Do  string
	Of  string // the id of its action or its choice
	// FellAt is when it fell due; zero: it is that of a decision.
	FellAt time.Time
	From   time.Time // it is not handed out before; zero: at once
	Money  bool
	State  DeliveryState
	// Until is when the lease ends, or when it is tried again.
	Until  time.Time
	Failed int // how often it was reported failed
}

// DeliveryState says what has become of a delivery.
type DeliveryState string

// The states of deliveries. One is handed out once it was claimed, whatever became of it since.
const (
	DeliveryWaiting DeliveryState = "waiting" // nobody has claimed it, or it was put back
	DeliveryClaimed DeliveryState = "claimed"
	DeliveryDead    DeliveryState = "dead"    // it has failed twice: a person has to deal with it
	DeliverySettled DeliveryState = "settled" // it was reported, or needs no report
)

// Fell is when a step last fell due that was put into the stream.
type Fell struct {
	Of string // the action's id
	At time.Time
}

// Stream is what a store that keeps deliveries knows of those of an incident.
type Stream struct {
	Open    []Open // in order, without those that are settled
	Fell    []Fell
	NextDue time.Time // when something falls due next; zero: never
}

// Waiting are the keys of the deliveries that nobody has claimed. A commit conflicts when they are others
// than those that it was made from.
func (s *Stream) Waiting() (keys []string) {
	if s == nil {
		return nil
	}
	for i := range s.Open {
		if s.Open[i].State == DeliveryWaiting {
			keys = append(keys, s.Open[i].Key)
		}
	}
	return keys
}

// CheckWaiting compares the deliveries that waited with those that wait now. The error is an [ErrConflict].
func (s Seen) CheckWaiting(now []string) error {
	if !slices.Equal(s.Waiting, now) {
		return Changed("the deliveries that nobody has claimed")
	}
	return nil
}

// Queue is the stream of one incident, with the rules by which it changes. The zero Queue is empty.
// A store that keeps deliveries in rows does the same to them.
type Queue struct {
	all     []Open // settled ones too
	fell    []Fell
	nextDue time.Time
}

// QueueOf is a queue of deliveries as a store has kept them: all of an incident, settled ones too, in order.
// nextDue is when something falls due next; zero: never.
func QueueOf(all []Open, nextDue time.Time) *Queue {
	q := &Queue{all: all, nextDue: nextDue}
	for _, o := range all {
		if !o.FellAt.IsZero() {
			q.falls(o.Of, o.FellAt)
		}
	}
	return q
}

// All are the deliveries of the queue in order, settled ones too, for a store that keeps them. Nobody may
// change them.
func (q *Queue) All() []Open { return q.all }

// Stream is what an engine is told of the queue.
func (q *Queue) Stream() *Stream {
	s := &Stream{Fell: slices.Clone(q.fell), NextDue: q.nextDue}
	for _, o := range q.all {
		if o.State != DeliverySettled {
			s.Open = append(s.Open, o)
		}
	}
	return s
}

// Put adds a delivery at the end, and returns its place. One whose key is there already is not added again,
// and its place is 0.
func (q *Queue) Put(o Open) int64 {
	if q.find(o.Key) != nil {
		return 0
	}
	o.Seq, o.State = 1, DeliveryWaiting
	if n := len(q.all); n > 0 {
		o.Seq = q.all[n-1].Seq + 1
	}
	if !o.FellAt.IsZero() {
		q.falls(o.Of, o.FellAt)
	}
	q.all = append(q.all, o)
	return o.Seq
}

func (q *Queue) falls(of string, at time.Time) {
	i := slices.IndexFunc(q.fell, func(f Fell) bool { return f.Of == of })
	if i < 0 {
		q.fell = append(q.fell, Fell{of, at})
	} else if at.After(q.fell[i].At) {
		q.fell[i].At = at
	}
}

// Withdraw takes out those that wait. Their keys are not used again.
func (q *Queue) Withdraw(keys []string) {
	for _, key := range keys {
		if o := q.find(key); o != nil && o.State == DeliveryWaiting {
			o.State = DeliverySettled
		}
	}
}

// FallsDue sets when something falls due next.
func (q *Queue) FallsDue(next time.Time) { q.nextDue = next }

// NextDue is when something falls due next; zero: never.
func (q *Queue) NextDue() time.Time { return q.nextDue }

// Claim hands out deliveries until a time, in order: those that wait, and those whose lease has ended. None
// is handed out while an earlier one is in other hands, or has to be tried again later; and none about
// money while an earlier one about money is dead.
func (q *Queue) Claim(now, until time.Time) (out []Open) {
	dead := false
	for i := range q.all {
		o := &q.all[i]
		switch o.State {
		case DeliverySettled:
			continue
		case DeliveryDead:
			dead = dead || o.Money
			continue
		}
		if now.Before(o.From) || dead && o.Money {
			continue // its time has not come
		}
		if now.Before(o.Until) {
			return out
		}
		o.State, o.Until = DeliveryClaimed, until
		out = append(out, *o)
	}
	return out
}

// Ready is when a claim hands out something next, as far as is known by now.
func (q *Queue) Ready() (at time.Time, ready bool) {
	dead := false
	var held time.Time // until when those before hold the others back
	for i := range q.all {
		o := &q.all[i]
		switch {
		case o.State == DeliverySettled:
		case o.State == DeliveryDead:
			dead = dead || o.Money
		case dead && o.Money:
		default:
			held = latest(held, o.Until)
			if t := latest(held, o.From); !ready || t.Before(at) {
				at, ready = t, true
			}
		}
	}
	return at, ready
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Renew lengthens a lease. It reports whether the delivery is claimed.
func (q *Queue) Renew(key string, until time.Time) bool {
	o := q.find(key)
	if o == nil || o.State != DeliveryClaimed {
		return false
	}
	o.Until = until
	return true
}

// Return gives a claimed delivery back: it is tried again from a time on. It was handed out all the same.
func (q *Queue) Return(key string, from time.Time) bool { return q.Renew(key, from) }

// Settle ends a delivery without a report.
func (q *Queue) Settle(key string) bool {
	o := q.find(key)
	if o == nil {
		return false
	}
	o.State = DeliverySettled
	return true
}

// Report takes a report into account. One that failed goes back once, and is dead the next time.
func (q *Queue) Report(r *Report) {
	o := q.find(r.Key)
	switch {
	case o == nil:
	case r.Outcome != OutcomeFailed:
		o.State = DeliverySettled
	case o.State == DeliveryDead:
	default:
		if o.Failed++; o.Failed > 1 {
			o.State = DeliveryDead
			return
		}
		o.State, o.Until = DeliveryWaiting, time.Time{}
	}
}

func (q *Queue) find(key string) *Open {
	for i := range q.all {
		if q.all[i].Key == key {
			return &q.all[i]
		}
	}
	return nil
}

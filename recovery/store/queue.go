package store

import (
	"slices"
	"time"
)

// Open is a delivery of an incident that the stream of a store keeps, as the rules look at it. What only the
// host reads of a delivery is left out.
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
	Until   time.Time
	By      string // who has claimed it last
	Attempt int    // how often it was claimed, since it was put in or put back
	Failed  int    // how often it was reported failed
}

// InDoubt reports whether somebody was handed the delivery, and has not said since that it failed: it may have
// been done.
func (o *Open) InDoubt() bool {
	return o.State == DeliveryClaimed || o.State == DeliveryDead && o.Attempt > 0
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
	Stuck   *Stuck    // nil: what fell due was seen to
}

// Stuck says that something has fallen due on an incident and could not be decided. It is tried again.
type Stuck struct {
	Since    time.Time // when it fell due
	Until    time.Time // when it is tried again
	Attempts int       // how often it was tried
	Why      string
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

// CheckReports compares how many reports there were on the incident with how many there are now, for a commit
// that says when something falls due next. The error is an [ErrConflict].
func (s Seen) CheckReports(now int) error {
	if s.Reports != now {
		return Changed("the reports on the incident")
	}
	return nil
}

// Queue is the stream of one incident, with the rules by which it changes. The zero Queue is empty.
// A store that keeps deliveries in rows does the same to them.
type Queue struct {
	all     []Open // settled ones too
	fell    []Fell
	nextDue time.Time

	// Who looks at what has fallen due, or when somebody does again.
	by      string
	until   time.Time
	attempt int
	why     string
}

// Due says when something falls due next on an incident, and who looks at it, as a store keeps that.
type Due struct {
	At      time.Time // zero: never
	By      string    // who has claimed it
	Until   time.Time // when that claim ends, or when it is tried again
	Attempt int       // how often it was claimed
	Why     string    // why it could not be decided
}

// QueueOf is a queue as a store has kept it: all deliveries of an incident, settled ones too, in order.
func QueueOf(all []Open, due Due) *Queue {
	q := &Queue{all: all, nextDue: due.At, by: due.By, until: due.Until, attempt: due.Attempt, why: due.Why}
	for _, o := range all {
		if !o.FellAt.IsZero() {
			q.falls(o.Of, o.FellAt)
		}
	}
	return q
}

// Due is what a store keeps of the queue beside [Queue.All].
func (q *Queue) Due() Due { return Due{q.nextDue, q.by, q.until, q.attempt, q.why} }

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
	if q.why != "" {
		s.Stuck = &Stuck{q.nextDue, q.until, q.attempt, q.why}
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

// FallsDue sets when something falls due next. Whoever looked at what fell due before has done so.
func (q *Queue) FallsDue(next time.Time) {
	q.nextDue = next
	q.by, q.until, q.attempt, q.why = "", time.Time{}, 0, ""
}

// NextDue is when something falls due next; zero: never.
func (q *Queue) NextDue() time.Time { return q.nextDue }

// LooksAt is when somebody can look at what falls due next; zero: never.
func (q *Queue) LooksAt() time.Time {
	if q.nextDue.IsZero() {
		return q.nextDue
	}
	return latest(q.nextDue, q.until)
}

// Look claims what has fallen due by now, until a time. It returns how often that was claimed before it was
// seen to, this time included; 0: nothing has fallen due, or somebody else looks at it.
func (q *Queue) Look(by string, now, until time.Time) (attempt int) {
	if at := q.LooksAt(); at.IsZero() || now.Before(at) {
		return 0
	}
	q.by, q.until = by, until
	q.attempt++
	return q.attempt
}

// Postpone says that what fell due could not be decided, and why. It is claimed again from a time on. It reports
// whether what fell due is claimed by who says so.
func (q *Queue) Postpone(by string, until time.Time, why string) bool {
	if q.attempt == 0 || q.by != by {
		return false
	}
	q.by, q.until, q.why = "", until, why
	return true
}

// Claim hands out up to so many deliveries until a time, in order: those that wait, and those whose lease has
// ended. At most 0 stands for all. None is handed out while an earlier one is in other hands, or has to be
// tried again later; and none about money while an earlier one about money is dead.
func (q *Queue) Claim(by string, now, until time.Time, most int) (out []Open) {
	for _, i := range q.claimable(now, most) {
		q.take(&q.all[i], by, until)
		out = append(out, q.all[i])
	}
	return out
}

// Claimable are the deliveries that Claim hands out, before it does.
func (q *Queue) Claimable(now time.Time, most int) (out []Open) {
	for _, i := range q.claimable(now, most) {
		out = append(out, q.all[i])
	}
	return out
}

func (q *Queue) claimable(now time.Time, most int) (out []int) {
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
		if now.Before(o.Until) || most > 0 && len(out) == most {
			return out
		}
		out = append(out, i)
	}
	return out
}

func (q *Queue) take(o *Open, by string, until time.Time) {
	o.State, o.By, o.Until = DeliveryClaimed, by, until
	o.Attempt++
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

// claimed is a delivery that somebody has claimed; nil: somebody else has, or nobody.
func (q *Queue) claimed(by, key string) *Open {
	if o := q.find(key); o != nil && o.State == DeliveryClaimed && o.By == by {
		return o
	}
	return nil
}

// Renew lengthens the lease of who has claimed a delivery. It reports whether it is claimed by that one.
func (q *Queue) Renew(by, key string, until time.Time) bool {
	o := q.claimed(by, key)
	if o == nil {
		return false
	}
	o.Until = until
	return true
}

// Return gives a claimed delivery back: it is tried again from a time on. It was handed out all the same.
func (q *Queue) Return(by, key string, from time.Time) bool {
	o := q.claimed(by, key)
	if o == nil {
		return false
	}
	o.By, o.Until = "", from
	return true
}

// Take claims one delivery, whatever else there is: a store that keeps what has happened does it again with it.
func (q *Queue) Take(by, key string, until time.Time) bool {
	o := q.find(key)
	if o == nil {
		return false
	}
	q.take(o, by, until)
	return true
}

// Idle reports whether nothing is left of the queue that somebody has to do, and nothing falls due.
func (q *Queue) Idle() bool {
	return q.nextDue.IsZero() && !slices.ContainsFunc(q.all, func(o Open) bool { return o.State != DeliverySettled })
}

// Bury gives up a claimed delivery: it is dead until a person has dealt with it. It may have been done.
func (q *Queue) Bury(by, key string) bool {
	o := q.claimed(by, key)
	if o == nil {
		return false
	}
	o.State, o.Until = DeliveryDead, time.Time{}
	return true
}

// Revive puts a dead delivery back: it can be claimed at once, and its attempts count anew. It was handed
// out all the same.
func (q *Queue) Revive(key string) bool {
	o := q.find(key)
	if o == nil || o.State != DeliveryDead {
		return false
	}
	o.State, o.By, o.Until, o.Attempt = DeliveryClaimed, "", time.Time{}, 0
	return true
}

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
		o.Until, o.Attempt = time.Time{}, 0
		if o.Failed++; o.Failed > 1 {
			o.State = DeliveryDead
			return
		}
		o.State = DeliveryWaiting
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

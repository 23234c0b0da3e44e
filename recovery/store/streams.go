package store

import (
	"container/heap"
	"iter"
	"slices"
	"time"
)

// Streams are the streams of many incidents, for a store that keeps them in memory. What they cost while
// nothing is due does not grow with the number of incidents. The zero Streams is empty. Streams are not safe
// for concurrent use.
type Streams struct {
	incidents map[string]*incident
	byKey     map[string]*incident
	tenants   map[string]*[2]looks
	count     int // of incidents that ever were there
}

type incident struct {
	Queue
	namespace, id string
	number        int
	looks         [2]look
}

// The two things for which an incident is looked at.
const (
	forDue   = iota // something falls due
	forReady        // something can be claimed
)

// Of is what is known of the stream of an incident.
func (s *Streams) Of(namespace, incident string) *Stream {
	if x := s.incidents[Name(namespace, incident)]; x != nil {
		return x.Stream()
	}
	return &Stream{}
}

// Change changes the stream of an incident, which is empty at first.
func (s *Streams) Change(namespace, id string, change func(*Queue)) {
	name := Name(namespace, id)
	x := s.incidents[name]
	if x == nil {
		if s.incidents == nil {
			s.incidents, s.byKey, s.tenants = map[string]*incident{}, map[string]*incident{}, map[string]*[2]looks{}
		}
		x = &incident{namespace: namespace, id: id, number: s.count}
		s.count++
		s.incidents[name] = x
	}
	s.change(x, change)
}

// ChangeBy changes the stream that a delivery is part of. It reports what change does; false: no delivery has
// the key.
func (s *Streams) ChangeBy(key string, change func(*Queue) bool) (ok bool) {
	if x := s.byKey[key]; x != nil {
		s.change(x, func(q *Queue) { ok = change(q) })
	}
	return ok
}

func (s *Streams) change(x *incident, change func(*Queue)) {
	had := len(x.all)
	change(&x.Queue)
	for i := had; i < len(x.all); i++ {
		s.byKey[x.all[i].Key] = x
	}
	t := s.tenants[x.namespace]
	if t == nil {
		t = &[2]looks{{what: forDue}, {what: forReady}}
		s.tenants[x.namespace] = t
	}
	due := x.LooksAt()
	t[forDue].set(x, due, !due.IsZero())
	at, ready := x.Ready()
	t[forReady].set(x, at, ready)
}

// Has reports whether the stream of an incident is there.
func (s *Streams) Has(namespace, id string) bool { return s.incidents[Name(namespace, id)] != nil }

// Idle reports whether the stream of an incident is not there, or [Queue.Idle].
func (s *Streams) Idle(namespace, id string) bool {
	x := s.incidents[Name(namespace, id)]
	return x == nil || x.Idle()
}

// All are the incidents whose streams are there, by namespace and id. They come in no order.
func (s *Streams) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, x := range s.incidents {
			if !yield(x.namespace, x.id) {
				return
			}
		}
	}
}

// Forget takes out all that is known of the stream of an incident.
func (s *Streams) Forget(namespace, id string) {
	name := Name(namespace, id)
	x := s.incidents[name]
	if x == nil {
		return
	}
	for i := range x.all {
		delete(s.byKey, x.all[i].Key)
	}
	x.Queue = Queue{}
	s.change(x, func(*Queue) {})
	delete(s.incidents, name)
}

// Claimed is what was claimed of one incident: deliveries, or what has fallen due.
type Claimed struct {
	Incident string
	Open     []Open
	At       time.Time // when something fell due
	Attempt  int       // how often that was claimed
}

// Claim hands out deliveries of a namespace as [Queue.Claim] does, of so many incidents, and of each of them
// so many; 0: all. The incidents come in the order in which theirs could be claimed.
func (s *Streams) Claim(namespace, by string, now, until time.Time, most, each int) (out []Claimed) {
	s.every(namespace, forReady, now, func(x *incident) bool {
		if most > 0 && len(out) == most {
			return false
		}
		s.change(x, func(q *Queue) {
			if list := q.Claim(by, now, until, each); len(list) > 0 {
				out = append(out, Claimed{Incident: x.id, Open: list})
			}
		})
		return true
	})
	return out
}

// Claimable are the deliveries that Claim hands out, before it does.
func (s *Streams) Claimable(namespace string, now time.Time, most, each int) (out []Claimed) {
	s.every(namespace, forReady, now, func(x *incident) bool {
		if most > 0 && len(out) == most {
			return false
		}
		if list := x.Claimable(now, each); len(list) > 0 {
			out = append(out, Claimed{Incident: x.id, Open: list})
		}
		return true
	})
	return out
}

// By finds a delivery by its key, and the incident that it is about; nil: no delivery has the key. Nobody may change
// the delivery.
func (s *Streams) By(key string) (namespace, incident string, o *Open) {
	x := s.byKey[key]
	if x == nil {
		return "", "", nil
	}
	return x.namespace, x.id, x.find(key)
}

// Look claims so many of the incidents of a namespace on which something has fallen due by now, the oldest first;
// 0: all.
func (s *Streams) Look(namespace, by string, now, until time.Time, most int) (out []Claimed) {
	s.every(namespace, forDue, now, func(x *incident) bool {
		if most > 0 && len(out) == most {
			return false
		}
		s.change(x, func(q *Queue) {
			if attempt := q.Look(by, now, until); attempt > 0 {
				out = append(out, Claimed{Incident: x.id, At: q.NextDue(), Attempt: attempt})
			}
		})
		return true
	})
	return out
}

// Backlog counts what a stream has of a namespace.
type Backlog struct {
	Waiting, Claimed, Dead int64 // deliveries
	Stuck                  int64 // incidents on which something has fallen due that could not be decided
	// Troubled are the incidents on which something is dead or stuck, in order: their agenda says what.
	Troubled []string
}

// Add counts what the stream of an incident has.
func (b *Backlog) Add(incident string, s *Stream) {
	dead := b.Dead
	for i := range s.Open {
		switch s.Open[i].State {
		case DeliveryWaiting:
			b.Waiting++
		case DeliveryClaimed:
			b.Claimed++
		case DeliveryDead:
			b.Dead++
		case DeliverySettled:
		}
	}
	if s.Stuck != nil {
		b.Stuck++
	}
	if s.Stuck != nil || b.Dead > dead {
		b.Troubled = append(b.Troubled, incident)
	}
}

// Backlog counts what is not settled in a namespace.
func (s *Streams) Backlog(namespace string) (b Backlog) {
	for _, x := range s.incidents {
		if x.namespace == namespace {
			b.Add(x.id, x.Stream())
		}
	}
	slices.Sort(b.Troubled)
	return b
}

// Next is when a claim of a namespace finds something next, as far as is known by now: a time that has
// passed stands for now. There may be none.
func (s *Streams) Next(namespace string) (next time.Time, any bool) {
	t := s.tenants[namespace]
	if t == nil {
		return next, false
	}
	for i := range t {
		if l := &t[i]; len(l.list) > 0 {
			if at := l.list[0].looks[i].at; !any || at.Before(next) {
				next, any = at, true
			}
		}
	}
	return next, any
}

// every calls with each incident that has to be looked at by now, in order, until told to stop. Each comes once, whatever
// the call makes of it.
func (s *Streams) every(namespace string, what int, now time.Time, each func(*incident) bool) {
	t := s.tenants[namespace]
	if t == nil {
		return
	}
	var seen []*incident
	for l := &t[what]; len(l.list) > 0 && !l.list[0].looks[what].at.After(now); {
		x := l.list[0]
		if !each(x) {
			break
		}
		if is := x.looks[what]; is.place > 0 && !is.at.After(now) { // it would come again: put it aside
			seen = append(seen, x)
			l.set(x, time.Time{}, false)
		}
	}
	for _, x := range seen {
		s.change(x, func(*Queue) {})
	}
}

// look is when an incident has to be looked at, and its place among the others, from 1 on; 0: it has not.
type look struct {
	at    time.Time
	place int
}

// looks are incidents, the one that has to be looked at first in front.
type looks struct {
	what int
	list []*incident
}

func (l *looks) set(x *incident, at time.Time, needed bool) {
	is := &x.looks[l.what]
	switch {
	case needed && is.place > 0:
		is.at = at
		heap.Fix(l, is.place-1)
	case needed:
		is.at = at
		heap.Push(l, x)
	case is.place > 0:
		heap.Remove(l, is.place-1)
	}
}

// Len implements heap.Interface.
func (l *looks) Len() int { return len(l.list) }

// Less implements heap.Interface.
func (l *looks) Less(i, j int) bool {
	a, b := l.list[i], l.list[j]
	if c := a.looks[l.what].at.Compare(b.looks[l.what].at); c != 0 {
		return c < 0
	}
	return a.number < b.number
}

// Swap implements heap.Interface.
func (l *looks) Swap(i, j int) {
	l.list[i], l.list[j] = l.list[j], l.list[i]
	l.list[i].looks[l.what].place, l.list[j].looks[l.what].place = i+1, j+1
}

// Push implements heap.Interface.
func (l *looks) Push(x any) {
	in, _ := x.(*incident)
	l.list = append(l.list, in)
	in.looks[l.what].place = len(l.list)
}

// Pop implements heap.Interface.
func (l *looks) Pop() any {
	last := l.list[len(l.list)-1]
	last.looks[l.what].place = 0
	l.list = slices.Delete(l.list, len(l.list)-1, len(l.list))
	return last
}

package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestStreamsAgree compares streams of many incidents with queues that are asked one after another.
func TestStreamsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	rounds := 2000
	if testing.Short() {
		rounds = 400
	}
	var s Streams
	queues := map[string]*Queue{}
	names, keys := []string{}, []string{}
	at := func(minute int) time.Time { return time.Unix(int64(minute)*60, 0) }
	both := func(id string, change func(*Queue)) {
		if queues[id] == nil {
			queues[id], names = &Queue{}, append(names, id)
		}
		change(queues[id])
		s.Change("", id, change)
	}
	now := 0
	for round := range rounds {
		id := fmt.Sprint("I", rng.IntN(20))
		switch n := rng.IntN(8); {
		case n < 2:
			o := Open{Key: fmt.Sprint("k", round), Money: rng.IntN(3) == 0, From: at(now + rng.IntN(20) - 10)}
			both(id, func(q *Queue) { q.Put(o) })
			keys = append(keys, o.Key+" "+id)
		case n == 2:
			next := at(now + rng.IntN(30))
			both(id, func(q *Queue) { q.FallsDue(next) })
		case n == 3 && len(keys) > 0:
			key, id, _ := strings.Cut(keys[rng.IntN(len(keys))], " ")
			do := [...]func(*Queue) bool{
				func(q *Queue) bool { return q.Return("me", key, at(now+3)) },
				func(q *Queue) bool { return q.Bury("me", key) },
				func(q *Queue) bool { return q.Settle(key) },
				func(q *Queue) bool { return q.Revive(key) },
				func(q *Queue) bool { return q.Renew("me", key, at(now+30)) },
			}[rng.IntN(5)]
			if want, got := do(queues[id]), s.ChangeBy(key, do); want != got {
				t.Fatalf("round %d: %s: %v, want %v", round, key, got, want)
			}
		case n == 4:
			now += rng.IntN(5)
		case n == 5:
			each := rng.IntN(3)
			var want, got []string
			for _, name := range names {
				for _, o := range queues[name].Claim("me", at(now), at(now+5), each) {
					want = append(want, fmt.Sprint(name, o.Key, o.Attempt))
				}
			}
			for _, c := range s.Claim("", "me", at(now), at(now+5), 0, each) {
				for _, o := range c.Open {
					got = append(got, fmt.Sprint(c.Incident, o.Key, o.Attempt))
				}
			}
			if slices.Sort(want); !slices.Equal(want, sorted(got)) {
				t.Fatalf("round %d: claimed %v, want %v", round, got, want)
			}
		case n == 6:
			var want, got []string
			for _, name := range names {
				if n := queues[name].Look("me", at(now), at(now+5)); n > 0 {
					want = append(want, fmt.Sprint(name, queues[name].NextDue(), n))
				}
			}
			for _, c := range s.Look("", "me", at(now), at(now+5), 0) {
				got = append(got, fmt.Sprint(c.Incident, c.At, c.Attempt))
			}
			if slices.Sort(want); !slices.Equal(want, sorted(got)) {
				t.Fatalf("round %d: looked at %v, want %v", round, got, want)
			}
		case n == 7:
			both(id, func(q *Queue) { q.Postpone("me", at(now+7), "why") })
		}
		next, any := s.Next("")
		var want time.Time
		found := false
		for _, name := range names {
			q := queues[name]
			if due := q.LooksAt(); !due.IsZero() && (!found || due.Before(want)) {
				want, found = due, true
			}
			if ready, is := q.Ready(); is && (!found || ready.Before(want)) {
				want, found = ready, true
			}
		}
		if any != found || !next.Equal(want) {
			t.Fatalf("round %d: next is %s (%v), want %s (%v)", round, next, any, want, found)
		}
	}
	for _, name := range names {
		s.Forget("", name)
	}
	if next, any := s.Next(""); any || len(s.Of("", names[0]).Open) > 0 || s.ChangeBy(strings.Fields(keys[0])[0], func(*Queue) bool { return true }) {
		t.Errorf("after all was forgotten, next is %s", next)
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

// TestStreamsInOrder claims the incidents first that have waited longest, and no more than asked for.
func TestStreamsInOrder(t *testing.T) {
	var s Streams
	at := func(minute int) time.Time { return time.Unix(int64(minute)*60, 0) }
	for i, due := range []int{30, 10, 20} {
		s.Change("", fmt.Sprint("I", i), func(q *Queue) {
			q.FallsDue(at(due))
			q.Put(Open{Key: fmt.Sprint("k", i), From: at(due)})
		})
	}
	var got []string
	for _, c := range s.Look("", "me", at(60), at(90), 2) {
		got = append(got, c.Incident)
	}
	for range 2 {
		for _, c := range s.Claim("", "me", at(25), at(90), 2, 1) {
			got = append(got, c.Open[0].Key)
		}
	}
	if want := []string{"I1", "I2", "k1", "k2"}; !slices.Equal(got, want) {
		t.Errorf("claimed %v, want %v", got, want)
	}
	if list := s.Claim("acme", "me", at(60), at(90), 0, 0); len(list) > 0 {
		t.Errorf("another tenant claimed %v", list)
	}
}

package recoverytest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// streamRandom does random things to the streams of some incidents, and compares each answer with that of a
// [store.Queue] to which the same was done: a store that keeps deliveries in rows says the rules once more.
func streamRandom(k *kit) {
	q := &queues{kit: k, stream: k.stream(), random: rand.New(rand.NewPCG(3, 4)), of: map[string]*store.Queue{}}
	for range 300 {
		q.round++
		q.step()
		q.compare()
		if k.Failed() {
			return
		}
	}
}

// queues are the streams of a store, and the queues that they are compared with, by incident.
type queues struct {
	*kit
	stream     recovery.Stream
	random     *rand.Rand
	of         map[string]*store.Queue
	keys       []string // "incident key"
	now, round int
	did        string
}

func (q *queues) at() time.Time { return minuteOf(q.now) }

func (q *queues) step() {
	q.now += q.random.IntN(4)
	id := fmt.Sprint("I-", q.random.IntN(4))
	switch q.random.IntN(9) {
	case 0, 1:
		q.decide(id)
	case 2:
		q.fall(id)
	case 3:
		q.report()
	case 4, 5:
		q.claim()
	case 6, 7:
		q.handle()
	case 8:
		q.look()
	}
}

// tasks are new deliveries, and sometimes one that came before.
func (q *queues) tasks(id string, fell time.Time) (out []recovery.Delivery) {
	for i := range q.random.IntN(4) {
		amount := []string{"", "5 EUR"}[q.random.IntN(2)]
		key := fmt.Sprintf("eff_%d_%d", q.round, i)
		if len(q.keys) > 0 && q.random.IntN(6) == 0 {
			_, key, _ = strings.Cut(q.keys[q.random.IntN(len(q.keys))], " ")
		}
		d := task(key, amount)
		d.Incident, d.Decision, d.FellAt = id, "dec", fell
		if q.random.IntN(4) == 0 {
			d.NotBefore = minuteOf(q.now + q.random.IntN(20))
		}
		out = append(out, d)
	}
	return out
}

func (q *queues) next() time.Time {
	if q.random.IntN(3) == 0 {
		return time.Time{}
	}
	return minuteOf(q.now + 1 + q.random.IntN(30))
}

// sent does to the queue what a commit says.
func (q *queues) sent(c recovery.Commit, id string) {
	q.send(c)
	queue := q.of[id]
	for i := range c.Reports {
		queue.Report(&c.Reports[i])
	}
	queue.Withdraw(c.Withdrawn)
	for _, d := range append(slices.Clip(c.Outbox), c.Fell...) {
		if queue.Put(d.Open()) > 0 {
			q.keys = append(q.keys, id+" "+d.Key)
		}
	}
	queue.FallsDue(c.NextDue)
}

func (q *queues) decide(id string) {
	q.did = "a decision on " + id
	previous := ""
	if q.of[id] == nil {
		q.of[id] = &store.Queue{}
	} else {
		given, _ := q.read(recovery.Query{Incident: id})
		previous = given.Previous.Decision.ID
	}
	c := q.prepare(decided(fmt.Sprint("dec_", q.round), id, supersedes(previous)), recovery.Query{})
	for _, key := range c.Given.Stream.Waiting() {
		if q.random.IntN(3) == 0 {
			c.Withdrawn = append(c.Withdrawn, key)
		}
	}
	own := func(d recovery.Delivery) bool { return q.foreign(id, d.Key) }
	c.Outbox, c.NextDue = slices.DeleteFunc(q.tasks(id, time.Time{}), own), q.next()
	q.sent(c, id)
}

// foreign reports whether a key is that of another incident, which no engine gives twice.
func (q *queues) foreign(id, key string) bool {
	return slices.ContainsFunc(q.keys, func(k string) bool { return strings.HasSuffix(k, " "+key) && !strings.HasPrefix(k, id+" ") })
}

func (q *queues) fall(id string) {
	if q.of[id] == nil {
		return
	}
	q.did = "what fell due on " + id
	reads := recovery.Query{Incident: id}
	given, version := q.read(reads)
	own := func(d recovery.Delivery) bool { return q.foreign(id, d.Key) }
	q.sent(recovery.Commit{Reads: reads, Given: given, Version: version, Fell: slices.DeleteFunc(q.tasks(id, q.at()), own), NextDue: q.next()}, id)
}

func (q *queues) some() (id, key string) {
	if len(q.keys) == 0 {
		return "", ""
	}
	id, key, _ = strings.Cut(q.keys[q.random.IntN(len(q.keys))], " ")
	return id, key
}

func (q *queues) report() {
	id, key := q.some()
	if id == "" {
		return
	}
	outcome := []recovery.Outcome{recovery.OutcomeDone, recovery.OutcomeFailed, recovery.OutcomeFailed, recovery.OutcomeUndone}[q.random.IntN(4)]
	q.did = fmt.Sprint("the report ", outcome, " of ", key)
	reads := recovery.Query{Incident: id}
	given, version := q.read(reads)
	r := recovery.Report{Incident: id, Action: "act_" + key, Key: key, Outcome: outcome, At: q.at().Add(time.Duration(q.round))}
	r.At = value.Instant(r.At.Add(time.Duration(q.round) * time.Microsecond))
	q.sent(recovery.Commit{Reports: []recovery.Report{r}, Reads: reads, Given: given, Version: version, NextDue: q.next()}, id)
}

func (q *queues) claim() {
	c := recovery.Claim{By: fmt.Sprint("r", q.random.IntN(2)), Now: q.at(), Until: minuteOf(q.now + 1 + q.random.IntN(10)), Each: q.random.IntN(3)}
	q.did = "a claim"
	list, err := q.stream.Claim(q.Context(), c)
	if err != nil {
		q.Fatal(err)
	}
	got := map[string][]string{}
	for _, d := range list {
		got[d.Incident] = append(got[d.Incident], fmt.Sprint(d.Key, " ", d.Seq, " ", d.Attempt))
	}
	want := map[string][]string{}
	for id, queue := range q.of {
		for _, o := range queue.Claim(c.By, c.Now, c.Until, c.Each) {
			want[id] = append(want[id], fmt.Sprint(o.Key, " ", o.Seq, " ", o.Attempt))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		q.Errorf("round %d: claimed were (-want, +got):\n%s", q.round, diff)
	}
}

// handle does something to one delivery.
func (q *queues) handle() {
	id, key := q.some()
	if id == "" {
		return
	}
	by, until, ctx := fmt.Sprint("r", q.random.IntN(2)), minuteOf(q.now+q.random.IntN(10)), q.Context()
	var err error
	var could bool
	queue := q.of[id]
	n := q.random.IntN(5)
	q.did = fmt.Sprint([]string{"renewing ", "returning ", "burying ", "reviving ", "settling "}[n], key, " by ", by)
	switch n {
	case 0:
		err, could = q.stream.Renew(ctx, by, []string{key}, until), queue.Renew(by, key, until)
	case 1:
		err, could = q.stream.Return(ctx, by, key, until), queue.Return(by, key, until)
	case 2:
		err, could = q.stream.Bury(ctx, by, key), queue.Bury(by, key)
	case 3:
		err, could = q.stream.Revive(ctx, key), queue.Revive(key)
	case 4:
		err, could = q.stream.Settle(ctx, key), queue.Settle(key)
	}
	if (err == nil) != could {
		q.Errorf("round %d: %s: got %v, and the rules say %t", q.round, q.did, err, could)
	}
}

// look claims what has fallen due, and postpones some of it.
func (q *queues) look() {
	q.did = "a look at what fell due"
	by, until := fmt.Sprint("r", q.random.IntN(2)), minuteOf(q.now+1+q.random.IntN(10))
	list, err := q.stream.FallenDue(q.Context(), recovery.Claim{By: by, Now: q.at(), Until: until})
	if err != nil {
		q.Fatal(err)
	}
	got, want := []string{}, []string{}
	for _, d := range list {
		got = append(got, fmt.Sprint(d.Incident, " ", d.At.UTC(), " ", d.Attempt))
	}
	for id, queue := range q.of {
		if attempt := queue.Look(by, q.at(), until); attempt > 0 {
			want = append(want, fmt.Sprint(id, " ", queue.NextDue().UTC(), " ", attempt))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		q.Errorf("round %d: fallen due are (-want, +got):\n%s", q.round, diff)
	}
	for _, id := range slices.Sorted(maps.Keys(q.of)) {
		if q.random.IntN(3) > 0 {
			continue
		}
		p := recovery.Postponed{Incident: id, Until: minuteOf(q.now + 5), Why: "no"}
		err, could := q.stream.Postpone(q.Context(), by, p), q.of[id].Postpone(by, p.Until, p.Why)
		if (err == nil) != could {
			q.Errorf("round %d: postponing %s: got %v, and the rules say %t", q.round, id, err, could)
		}
	}
}

// compare compares all that a store says of its streams.
func (q *queues) compare() {
	var first time.Time
	var b recovery.Backlog
	see := func(t time.Time, ok bool) {
		if ok && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, id := range slices.Sorted(maps.Keys(q.of)) {
		queue := q.of[id]
		given, _ := q.read(recovery.Query{Incident: id})
		if diff := cmp.Diff(queue.Stream(), given.Stream, cmp.Comparer(time.Time.Equal)); diff != "" {
			q.Errorf("round %d: after %s, the stream of %s is (-want, +got):\n%s", q.round, q.did, id, diff)
		}
		looks := queue.LooksAt()
		see(looks, !looks.IsZero())
		if at, ok := queue.Ready(); ok && at.IsZero() {
			see(q.at(), true)
		} else {
			see(at, ok)
		}
		troubled := given.Stream.Stuck != nil
		for _, o := range queue.Stream().Open {
			switch o.State {
			case store.DeliveryWaiting:
				b.Waiting++
			case store.DeliveryClaimed:
				b.Claimed++
			case store.DeliveryDead:
				b.Dead++
				troubled = true
			}
		}
		if given.Stream.Stuck != nil {
			b.Stuck++
		}
		if troubled {
			b.Troubled = append(b.Troubled, id)
		}
	}
	if !first.IsZero() && first.Before(q.at()) {
		first = q.at()
	}
	if next, err := q.stream.Next(q.Context(), "", q.at()); err != nil || !next.Equal(first) {
		q.Errorf("round %d: after %s, something is to be done next at %s, and the rules say %s (%v)", q.round, q.did, next, first, err)
	}
	got, err := q.stream.Backlog(q.Context(), "")
	if len(got.Troubled) == 0 && len(b.Troubled) == 0 {
		got.Troubled = b.Troubled
	}
	if diff := cmp.Diff(b, got); err != nil || diff != "" {
		q.Errorf("round %d: after %s, the backlog is (-want, +got; %v):\n%s", q.round, q.did, err, diff)
	}
}

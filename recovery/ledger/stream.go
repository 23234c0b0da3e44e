package ledger

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// The stream of deliveries. Records say what was put in, withdrawn, claimed, buried, revived and settled, and when
// something falls due next. In memory are the incidents on which anything is left to do. The
// records of any other say what its stream was.
//
// There is one process. What only says who is at work just now is kept in mind alone: renewed leases,
// what was given back, who looks at what has fallen due. When the process ends, nobody is at work any more, and a
// lease ends when its record says.

// streams are those of the incidents on which anything is left to do.
type streams struct {
	on   bool // the ledger keeps deliveries
	live store.Streams
	// records are where the contents of deliveries stand, by their keys.
	records map[string]int64
	// moved are the incidents whose streams have changed since they were last on disk, by their names.
	moved map[string]move
}

type move struct {
	namespace, incident string
	seq                 int64 // the record that has changed it last
}

func newStreams() *streams { return &streams{records: map[string]int64{}, moved: map[string]move{}} }

var errNoStream = errors.New("the ledger keeps no deliveries; open it with KeepDeliveries")

// keeps says why the ledger has no stream. The caller does not hold the lock.
func (l *Ledger) keeps() error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if !l.index.streams.on {
		return errNoStream
	}
	return nil
}

// settle takes out of memory what has moved, is on disk up to a record, and has nothing left to do.
func (s *streams) settle(confirmed int64) {
	for name, m := range s.moved {
		if m.seq >= confirmed {
			continue
		}
		delete(s.moved, name)
		if s.live.Has(m.namespace, m.incident) && s.live.Idle(m.namespace, m.incident) {
			s.forget(m.namespace, m.incident)
		}
	}
}

func (s *streams) forget(namespace, incident string) {
	s.live.Change(namespace, incident, func(q *store.Queue) {
		for _, o := range q.All() {
			delete(s.records, o.Key)
		}
	})
	s.live.Forget(namespace, incident)
}

// change changes the stream of an incident as a record does.
func (s *streams) change(namespace, incident string, seq int64, change func(q *store.Queue)) {
	s.live.Change(namespace, incident, func(q *store.Queue) {
		had := len(q.All())
		change(q)
		for _, o := range q.All()[had:] {
			s.keep(o.Key, seq)
		}
	})
	s.moved[store.Name(namespace, incident)] = move{namespace, incident, seq}
}

func (s *streams) keep(key string, seq int64) {
	s.records[key] = seq
}

// streams changes the stream of an incident as its record of a number does. The caller holds the lock, and
// has loaded the stream.
func (l *Ledger) streams(x *streamed, seq int64) {
	l.index.streams.change(x.namespace, x.incident, seq, x.apply)
}

// reportsMove does what reports on one incident do to its deliveries.
func (l *Ledger) reportsMove(reports []recovery.Report, seq int64) {
	if !l.index.streams.on {
		return
	}
	l.index.streams.change(reports[0].Namespace, reports[0].Incident, seq, func(q *store.Queue) {
		for i := range reports {
			q.Report(&reports[i])
		}
	})
}

// load makes sure that the stream of an incident is in memory, if the incident has one. The caller holds the lock.
func (l *Ledger) load(namespace, incident string, t *thread) error {
	s := l.index.streams
	if !s.on || t == nil || s.live.Has(namespace, incident) {
		return nil
	}
	q, at, err := l.replayed(t)
	if err != nil {
		return err
	}
	s.live.Change(namespace, incident, func(to *store.Queue) { *to = *q })
	for key, seq := range at {
		s.keep(key, seq)
	}
	return nil
}

// loadFor loads the stream that a commit changes.
func (l *Ledger) loadFor(c *recovery.Commit) error {
	t, err := l.index.find(store.Name(c.Reads.Namespace, c.Reads.Incident))
	return cmp.Or(err, l.load(c.Reads.Namespace, c.Reads.Incident, t))
}

// replayed makes the stream of an incident of its records on disk, and says where the contents are.
func (l *Ledger) replayed(t *thread) (*store.Queue, map[string]int64, error) {
	q, at := &store.Queue{}, map[string]int64{}
	seqs := t.records()
	slices.Sort(seqs)
	for _, seq := range slices.Compact(seqs) {
		if l.opened && seq >= l.confirmed {
			continue // a record that is not on disk yet has moved nothing, else the stream would be in memory
		}
		r, err := whole(l.log, seq)
		if err != nil {
			return nil, nil, err
		}
		if err := moves(&r, q); err != nil {
			return nil, nil, err
		}
		for _, o := range q.All()[len(at):] {
			at[o.Key] = seq
		}
	}
	return q, at, nil
}

// moves does to a stream what a record does.
func moves(t *log.Item, q *store.Queue) error {
	if t.Head.Kind == KindReport {
		list, _, err := parseReports(t.Payload)
		if err != nil {
			return err
		}
		for i := range list {
			q.Report(&list[i])
		}
	}
	x, err := deliveriesOf(t)
	if s, ok := x.(*streamed); ok && err == nil {
		s.apply(q)
	}
	return err
}

// streamOf is what an answer says of the stream of an incident. The caller holds the lock, for reading at least.
func (l *Ledger) streamOf(namespace, incident string, t *thread) (*store.Stream, error) {
	s := l.index.streams
	if t == nil || s.live.Has(namespace, incident) {
		return s.live.Of(namespace, incident), nil
	}
	q, _, err := l.replayed(t)
	if err != nil {
		return nil, err
	}
	return q.Stream(), nil
}

// streamAgain takes a record into the streams while the ledger is opened, before it is taken into the index.
func (l *Ledger) streamAgain(t *log.Item) error {
	s := l.index.streams
	x, does := t.Beside.(*streamed)
	s.on = s.on || does
	if !s.on {
		return nil
	}
	var namespace, incident string
	reports, _ := t.Made.([]recovery.Report)
	switch made := t.Made.(type) {
	case *store.Decision:
		namespace, incident = made.Namespace, made.Incident
	case []recovery.Report:
		if len(made) == 0 {
			return nil
		}
		namespace, incident = made[0].Namespace, made[0].Incident
	case *streamed:
		namespace, incident = made.namespace, made.incident
	}
	if !does && len(reports) == 0 {
		return nil
	}
	th, err := l.index.find(store.Name(namespace, incident))
	if err = cmp.Or(err, l.load(namespace, incident, th)); err != nil {
		return err
	}
	if len(reports) > 0 {
		l.reportsMove(reports, t.Head.Seq)
	}
	if does {
		l.index.streams.change(namespace, incident, t.Head.Seq, x.apply)
	}
	return nil
}

// restream loads the streams that an index names.
func (l *Ledger) restream(from *snapshot) error {
	s := l.index.streams
	s.on = from.meta.Deliveries
	var failed error
	err := from.busy.Each(0, func(row []byte) bool {
		var text []byte
		if text, failed = from.text(row[busyKey:]); failed != nil {
			return false
		}
		d := decoder{rest: text}
		namespace, incident := d.text(), d.text()
		if d.bad || keyOf(store.Name(namespace, incident)) != store.ID(row) {
			failed = from.bad(errSnapshot)
			return false
		}
		var t *thread
		if t, failed = l.index.find(store.Name(namespace, incident)); failed == nil {
			failed = l.load(namespace, incident, t)
		}
		return failed == nil
	})
	return cmp.Or(failed, from.bad(err))
}

// streamsAgain makes the streams anew that have changed since they were on disk, because that was taken back.
func (l *Ledger) streamsAgain() error {
	s := l.index.streams
	for name, m := range s.moved {
		delete(s.moved, name)
		s.forget(m.namespace, m.incident)
		t, err := l.index.find(name)
		if err = cmp.Or(err, l.load(m.namespace, m.incident, t)); err != nil {
			return err
		}
		if s.live.Idle(m.namespace, m.incident) {
			s.forget(m.namespace, m.incident)
		}
	}
	return nil
}

// stands compares what is said of the stream of an incident with what is true of the incident now. The caller
// holds the lock.
func (l *Ledger) stands(c *recovery.Commit) error {
	seenAt, ok := l.versionSeen(c.Version)
	if !ok {
		return store.Changed("what was read was taken back")
	}
	t, err := l.index.find(store.Name(c.Reads.Namespace, c.Reads.Incident))
	if err != nil {
		return err
	}
	return cmp.Or(t.unchanged(c.Seen()), l.unstirred(c, t, seenAt))
}

// unstirred compares the deliveries that waited, and the reports that there were, with those that there are now.
func (l *Ledger) unstirred(c *recovery.Commit, t *thread, seenAt int64) error {
	if !c.Streams() {
		return nil
	}
	now, err := l.streamOf(c.Reads.Namespace, c.Reads.Incident, t)
	if err != nil {
		return err
	}
	reports := len(c.Given.Reports)
	if t != nil && t.extras != nil && slices.ContainsFunc(t.reports, func(seq int64) bool { return seq >= seenAt }) {
		reports++ // how many more does not matter
	}
	return c.CheckStream(now.Waiting(), reports)
}

// takeFallen takes what has fallen due on an incident.
func (l *Ledger) takeFallen(c *recovery.Commit) (*batch, error) {
	l.mu.Lock()
	err := l.usable()
	if err == nil {
		err = l.stands(c)
	}
	t, missing := l.index.find(store.Name(c.Reads.Namespace, c.Reads.Incident))
	if err = cmp.Or(err, missing); err != nil || t == nil {
		l.mu.Unlock()
		return nil, err
	}
	if err := l.moveAll([]*streamed{streamedBy(c)}); err != nil {
		l.mu.Unlock()
		return nil, err
	}
	return l.joined(), nil
}

// moveAll adds records of deliveries alone, and changes the streams. The caller holds the lock. After an error,
// nothing was changed.
func (l *Ledger) moveAll(list []*streamed) error {
	var records []*prepared
	var calendars []*calendarEntry
	for _, x := range list {
		p, err := prepare(KindStream, func() []byte {
			o := writing(nil)
			o.streamed(x, func(c *worktime.Calendar) string {
				e := l.calendarOf(c)
				if !slices.Contains(calendars, e) {
					calendars = append(calendars, e)
				}
				return e.name
			})
			return o.Buf
		}())
		if err != nil {
			return err
		}
		records = append(records, p)
	}
	ahead, err := l.ahead("", calendars)
	if err != nil {
		return err
	}
	threads, saved := make([]*thread, len(list)), make([]*thread, len(list))
	for i, x := range list {
		t, err := l.index.find(x.name())
		if err = cmp.Or(err, l.load(x.namespace, x.incident, t)); err != nil {
			return err
		}
		if t != nil {
			was := *t
			saved[i] = &was
		}
		if threads[i], err = l.index.open(x.name()); err != nil {
			return err
		}
	}
	l.putAhead(ahead)
	for i, x := range list {
		l.undo = append(l.undo, undo{seq: l.next, incident: x.name(), saved: saved[i]})
		threads[i].stream(l.next)
		l.streams(x, l.next)
		l.put(records[i])
	}
	return nil
}

// streaming begins what somebody asks of the stream, and returns with the lock held if there is no error.
func (l *Ledger) streaming(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	err := l.usable()
	if err == nil && !l.index.streams.on {
		err = errNoStream
	}
	if err != nil {
		l.mu.Unlock()
	}
	return err
}

// Claim implements [recovery.Stream]. When it returns, the claim is on disk.
func (l *Ledger) Claim(ctx context.Context, c recovery.Claim) ([]recovery.Delivery, error) {
	if err := l.streaming(ctx); err != nil {
		return nil, err
	}
	var list []*streamed
	var claimed []store.Open
	for _, x := range l.index.streams.live.Claimable(c.Namespace, c.Now, c.Most, c.Each) {
		s := &streamed{namespace: c.Namespace, incident: x.Incident, by: c.By, until: c.Until}
		for _, o := range x.Open {
			s.claimed = append(s.claimed, o.Key)
			o.Attempt++
			claimed = append(claimed, o)
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		l.mu.Unlock()
		return nil, nil
	}
	if err := l.moveAll(list); err != nil {
		l.mu.Unlock()
		return nil, err
	}
	if err := l.settle(l.joined()); err != nil {
		return nil, err
	}
	return l.contents(claimed)
}

// contents reads deliveries.
func (l *Ledger) contents(of []store.Open) (out []recovery.Delivery, err error) {
	read := map[int64][]recovery.Delivery{}
	for _, o := range of {
		l.mu.RLock()
		seq, ok := l.index.streams.records[o.Key]
		l.mu.RUnlock()
		if !ok {
			continue // it was erased meanwhile
		}
		if read[seq] == nil {
			payload, err := l.whole(seq)
			if errors.Is(err, ErrErased) {
				continue
			}
			if err == nil {
				read[seq], err = putIn(payload, l.calendar)
			}
			if err != nil {
				return nil, err
			}
		}
		i := slices.IndexFunc(read[seq], func(d recovery.Delivery) bool { return d.Key == o.Key })
		if i < 0 {
			return nil, errors.New("the delivery " + o.Key + " is not where it was put in")
		}
		d := read[seq][i]
		d.Seq, d.Attempt = o.Seq, o.Attempt
		out = append(out, d)
	}
	return out, nil
}

const notClaimed = "is not claimed under this name"

// Renew implements [recovery.Stream]. A lease that was renewed ends with the process.
func (l *Ledger) Renew(ctx context.Context, by string, keys []string, until time.Time) error {
	if err := l.streaming(ctx); err != nil {
		return err
	}
	defer l.mu.Unlock()
	var err error
	for _, key := range keys {
		if !l.index.streams.live.ChangeBy(key, func(q *store.Queue) bool { return q.Renew(by, key, until) }) {
			err = cmp.Or(err, errors.New("the delivery "+key+" "+notClaimed))
		}
	}
	return err
}

// Return implements [recovery.Stream].
func (l *Ledger) Return(ctx context.Context, by, key string, from time.Time) error {
	if err := l.streaming(ctx); err != nil {
		return err
	}
	defer l.mu.Unlock()
	if !l.index.streams.live.ChangeBy(key, func(q *store.Queue) bool { return q.Return(by, key, from) }) {
		return errors.New("the delivery " + key + " " + notClaimed)
	}
	return nil
}

// Bury implements [recovery.Stream].
func (l *Ledger) Bury(ctx context.Context, by, key string) error {
	return l.moveOne(ctx, key, notClaimed,
		func(o *store.Open) bool { return o.State == store.DeliveryClaimed && o.By == by },
		func(x *streamed) { x.by, x.buried = by, []string{key} })
}

// Revive implements [recovery.Stream].
func (l *Ledger) Revive(ctx context.Context, key string) error {
	return l.moveOne(ctx, key, "is not dead",
		func(o *store.Open) bool { return o.State == store.DeliveryDead },
		func(x *streamed) { x.revived = []string{key} })
}

// Settle implements [recovery.Stream].
func (l *Ledger) Settle(ctx context.Context, key string) error {
	return l.moveOne(ctx, key, "is not known",
		func(*store.Open) bool { return true },
		func(x *streamed) { x.settled = []string{key} })
}

// moveOne does something to a delivery, if it can be done.
func (l *Ledger) moveOne(ctx context.Context, key, not string, can func(*store.Open) bool, say func(*streamed)) error {
	if err := l.streaming(ctx); err != nil {
		return err
	}
	namespace, incident, o := l.index.streams.live.By(key)
	if o == nil || !can(o) {
		l.mu.Unlock()
		return errors.New("the delivery " + key + " " + not)
	}
	x := &streamed{namespace: namespace, incident: incident}
	say(x)
	if err := l.moveAll([]*streamed{x}); err != nil {
		l.mu.Unlock()
		return err
	}
	return l.settle(l.joined())
}

// FallenDue implements [recovery.Stream]. Who looks at what has fallen due is forgotten when the process ends.
func (l *Ledger) FallenDue(ctx context.Context, c recovery.Claim) (out []recovery.FallenDue, err error) {
	if err := l.streaming(ctx); err != nil {
		return nil, err
	}
	defer l.mu.Unlock()
	for _, x := range l.index.streams.live.Look(c.Namespace, c.By, c.Now, c.Until, c.Most) {
		out = append(out, recovery.FallenDue{Incident: x.Incident, At: x.At, Attempt: x.Attempt})
	}
	return out, nil
}

// Postpone implements [recovery.Stream]. That an incident could not be decided is forgotten when the process ends: then
// it is tried again.
func (l *Ledger) Postpone(ctx context.Context, by string, p recovery.Postponed) error {
	if err := l.streaming(ctx); err != nil {
		return err
	}
	defer l.mu.Unlock()
	ok := false
	if s := l.index.streams; s.live.Has(p.Namespace, p.Incident) {
		s.live.Change(p.Namespace, p.Incident, func(q *store.Queue) { ok = q.Postpone(by, p.Until, p.Why) })
	}
	if !ok {
		return errors.New("what fell due on incident " + quoted(p.Incident) + " " + notClaimed)
	}
	return nil
}

// Next implements [recovery.Stream].
func (l *Ledger) Next(ctx context.Context, namespace string, now time.Time) (next time.Time, err error) {
	if err := l.streaming(ctx); err != nil {
		return next, err
	}
	defer l.mu.Unlock()
	next, any := l.index.streams.live.Next(namespace)
	if any && next.Before(now) {
		next = now // it has waited for that long already
	}
	return next, nil
}

// Backlog implements [recovery.Stream].
func (l *Ledger) Backlog(ctx context.Context, namespace string) (recovery.Backlog, error) {
	if err := l.streaming(ctx); err != nil {
		return recovery.Backlog{}, err
	}
	defer l.mu.Unlock()
	return l.index.streams.live.Backlog(namespace), nil
}

// pending are the deliveries of what is to be erased that are not settled.
func (l *Ledger) pending(c *concerned) ([]recovery.Delivery, error) {
	var open []store.Open
	l.mu.RLock()
	for _, name := range slices.Sorted(maps.Keys(c.incidents)) {
		about := c.incidents[name]
		open = append(open, l.index.streams.live.Of(about.namespace, about.id).Open...)
	}
	l.mu.RUnlock()
	return l.contents(open)
}

// erase takes the stream of an incident out of memory, by the record of a number.
func (s *streams) erase(a about, seq int64) {
	if !s.live.Has(a.namespace, a.id) {
		return
	}
	s.forget(a.namespace, a.id)
	s.moved[a.incident] = move{a.namespace, a.id, seq}
}

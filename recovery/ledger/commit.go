package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// Commit implements [recovery.Store]. When it returns nil, the commit is on
// disk.
func (l *Ledger) Commit(ctx context.Context, c recovery.Commit) error {
	b, err := l.take(ctx, &c)
	if err != nil {
		return err
	}
	return l.settle(b)
}

// Submit is Commit without waiting for the disk. Later reads count the commit at once. Wait returns
// when the commit is on disk, or when it was refused, together with every commit that was submitted
// after it. So a program that handles incidents one after another can share syncs. Nothing is
// certain until wait has returned nil. Wait must be called, because it may be the call that writes.
func (l *Ledger) Submit(ctx context.Context, c recovery.Commit) (wait func() error, err error) {
	b, err := l.take(ctx, &c)
	if err != nil {
		return nil, err
	}
	return func() error { return l.settle(b) }, nil
}

// take puts a commit into the open batch, and returns the batch that it is in. The batch is nil when
// the commit is on disk already.
func (l *Ledger) take(ctx context.Context, c *recovery.Commit) (*batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.RLock()
	err := l.usable()
	l.mu.RUnlock()
	if err != nil {
		return nil, err
	}
	if err := l.checkCommit(c); err != nil {
		return nil, err
	}
	switch {
	case c.Record != nil:
		return l.takeRecord(c)
	case c.Refusal != nil:
		return l.takeRefusal(c)
	case c.Mark != nil:
		return l.takeMark(c)
	}
	if len(c.Reports) == 0 {
		return l.takeFallen(c)
	}
	return l.takeReports(c)
}

// checkCommit refuses a commit that an engine would never send.
func (l *Ledger) checkCommit(c *recovery.Commit) error {
	if err := c.Check(); err != nil {
		return err
	}
	if !l.seals && (len(c.Outbox)+len(c.Fell)+len(c.Withdrawn) > 0 || c.Given.Stream != nil) {
		if err := l.keeps(); err != nil {
			return err
		}
	}
	if c.Record == nil {
		return nil
	}
	if err := checkJSON(c.Record.Incident); err != nil {
		return fmt.Errorf("a record holds its incident as JSON: %w", err)
	}
	return nil
}

func (l *Ledger) takeRecord(c *recovery.Commit) (*batch, error) {
	id := store.IDOf(c.Record.Decision.ID)
	at, b, done, err := l.links(c, id)
	if err != nil || done {
		return b, err
	}
	var calendars []*calendarEntry
	buf := l.buffer()
	defer l.payloads.Put(buf)
	payload := appendDecision((*buf)[:0], c, at, l.does(c), func(x *worktime.Calendar) string {
		e := l.calendarOf(x)
		if !slices.ContainsFunc(calendars, func(o *calendarEntry) bool { return o.name == e.name }) {
			calendars = append(calendars, e)
		}
		return e.name
	})
	*buf = payload
	p, err := prepare(KindDecision, payload)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	if err := l.usable(); err != nil {
		l.mu.Unlock()
		return nil, err
	}
	t, err := l.index.find(nameOf(c.Record.Decision))
	if err = cmp.Or(err, l.refuses(c.Record.Decision.Namespace, c.Record.Decision.Incident)); err == nil {
		if seq, done := t.find(id); done {
			b := l.waitFor(seq)
			l.mu.Unlock()
			return b, nil
		}
		err = l.admit(c, at, t, p, calendars)
	}
	if err != nil {
		l.mu.Unlock()
		return nil, err
	}
	return l.joined(), nil
}

// does is what a commit does to the deliveries of its incident; nil: nothing, or the ledger keeps none.
func (l *Ledger) does(c *recovery.Commit) *streamed {
	if l.seals || !c.Streams() {
		return nil
	}
	return streamedBy(c)
}

// nameOf is what the ledger calls the incident of a decision.
func nameOf(d *recovery.Decision) string { return store.Name(d.Namespace, d.Incident) }

// buffer returns a buffer for a payload. It can be used again once the payload was copied into a
// batch.
func (l *Ledger) buffer() *[]byte {
	if buf, ok := l.payloads.Get().(*[]byte); ok {
		return buf
	}
	return new([]byte)
}

// admit adds a decision to the index and to the batch, if nothing conflicts.
func (l *Ledger) admit(c *recovery.Commit, at links, t *thread, p *prepared, calendars []*calendarEntry) error {
	if err := l.conflict(c, at, t); err != nil {
		return err
	}
	if !l.seals {
		if err := l.build(l.index.counts.Missing(c.Reads.Facts)); err != nil {
			return err
		}
	}
	ahead, err := l.ahead(c.Record.Decision.Set.Digest, calendars)
	if err != nil {
		return err
	}
	incident := nameOf(c.Record.Decision)
	before := store.Standing{}
	if t != nil {
		if before, err = t.standing(l.look); err != nil {
			return err
		}
	}
	s := c.Record.Counts(l.next + int64(len(ahead)))
	after := store.Standing{Latest: s}
	if t != nil {
		if after, err = t.after(before, s, l.look); err != nil {
			return err
		}
	}
	if err := l.loadFor(c); err != nil {
		return err
	}
	u := undo{incident: incident, before: before, after: after, shifted: true}
	if t != nil {
		saved := *t
		u.saved = &saved
	}
	if t, err = l.index.open(incident); err != nil {
		return err
	}
	// From here on nothing fails.
	l.putAhead(ahead)
	u.seq = l.next
	l.index.put(t, s, before, after)
	l.fresh[s.Number] = s
	l.undo = append(l.undo, u)
	if does := l.does(c); does != nil {
		l.streams(does, l.next)
	}
	l.put(p)
	kept := &struct { // a copy, so that the rest of the commit can be freed
		cached
		record recovery.Record
	}{record: *c.Record}
	kept.cached = cached{s.Number, &kept.record}
	l.cache[s.Number%cacheSize].Store(&kept.cached)
	return nil
}

// links finds the records that a decision was made from. When the decision is in the ledger already,
// done is set, and b is the batch to wait for.
func (l *Ledger) links(c *recovery.Commit, id store.ID) (at links, b *batch, done bool, err error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	t, err := l.index.find(nameOf(c.Record.Decision))
	if err != nil {
		return at, nil, false, err
	}
	if seq, done := t.find(id); done {
		return at, l.waitFor(seq), true, nil
	}
	at.previous, at.seen = -1, -1
	if seen, ok := l.versionSeen(c.Version); ok {
		at.seen = seen
	} else if !l.seals {
		return at, nil, false, fmt.Errorf("%w: it was not read from this ledger, or what was read was taken back since", recovery.ErrConflict)
	}
	if c.Given.Previous != nil && t != nil && t.decided {
		at.previous = t.latest.seq
	}
	if t != nil {
		for _, r := range t.standingChoices() {
			at.made = append(at.made, r.seq)
		}
	}
	return at, nil, false, nil
}

func (l *Ledger) version() recovery.Version {
	return recovery.Version(strconv.AppendInt(append(append(make([]byte, 0, 40), l.epoch...), ':'), l.next, 10))
}

// versionSeen returns how many records the ledger had at a version. It fails for a version of another
// ledger, and for one after which records were taken back.
func (l *Ledger) versionSeen(v recovery.Version) (int64, bool) {
	rest, ok := strings.CutPrefix(string(v), l.epoch+":")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(rest, 10, 64)
	return n, err == nil && n >= 0 && n <= l.next
}

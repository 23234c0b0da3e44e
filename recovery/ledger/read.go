package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// Read implements [recovery.Store]. Its cost does not grow with the number of
// incidents, except that the first query of a kind of fact reads the whole
// ledger. Its answers about the incident itself are on disk.
func (l *Ledger) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	const attempts = 3
	for failed := 0; ; {
		if err := ctx.Err(); err != nil {
			return recovery.Given{}, "", err
		}
		if q.Incident == "" && q.Choice != "" {
			var err error
			if q.Incident, err = l.chosenOn(q.Namespace, q.Choice); err != nil || q.Incident == "" {
				return unanswered(&q), "", err
			}
		}
		given, at, err := l.answer(&q)
		if err == nil {
			err = l.records(store.Name(q.Namespace, q.Incident), &given, at)
		}
		switch {
		case err == nil && at.wait == nil:
			return given, at.version, nil
		case err == nil:
			_ = l.settle(at.wait) // if it was refused, the next attempt answers without it
		case failed == attempts || !overtaken(err):
			return recovery.Given{}, "", err
		default:
			failed++
		}
	}
}

// chosenOn finds the incident on which a choice was left to somebody; empty where that was erased, or is not
// known.
func (l *Ledger) chosenOn(namespace, choice string) (string, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if err := l.usable(); err != nil {
		return "", err
	}
	seq, err := l.index.leftBy(store.IDOf(choice))
	if err != nil || seq < 0 {
		return "", err
	}
	d, err := l.look(ref{seq: seq})
	switch {
	case errors.Is(err, ErrErased):
		return "", nil
	case err != nil || d.Namespace != namespace:
		return "", err
	}
	return d.Incident, nil
}

// unanswered is the answer about an incident that nobody knows.
func unanswered(q *recovery.Query) recovery.Given {
	return recovery.Given{Facts: make([]any, len(q.Facts)), Use: make([]int64, len(q.Use))}
}

// told reads what a refusal or a mark says that was told.
func (l *Ledger) told(seq int64) (*recovery.Told, error) {
	payload, err := l.whole(seq)
	if err != nil {
		return nil, err
	}
	// A mark has what was told under told, and a refusal under input.
	var out recovery.Told
	c := readingAgain(payload)
	c.Members(func(key []byte) {
		switch string(key) {
		case "at", "updated_at":
			out.At = c.time()
		case "input", "told":
			out.Incident = []byte(c.Text())
		}
	})
	if err := c.end(); err != nil {
		return nil, fmt.Errorf("record %d: %w", seq, err)
	}
	return &out, nil
}

// overtaken reports whether an error may come from an erasure that was made after the index was read.
// The next attempt does not find erased decisions in the index.
func overtaken(err error) bool {
	var damage *Damage
	return errors.Is(err, ErrErased) || errors.Is(err, errIndexClosed) || errors.As(err, &damage)
}

// answered says which records of the incident an answer still needs from disk.
type answered struct {
	version recovery.Version
	wait    *batch // has a record of the incident that is not on disk yet
	latest  int64  // -1: none
	older   string // a set that may be older than that of the latest; empty: nobody asks
	made    []ref
	reports []int64
	told    int64 // what was told last, where the latest has not; -1: it has
}

// answer answers from the index.
func (l *Ledger) answer(q *recovery.Query) (recovery.Given, answered, error) {
	l.mu.RLock()
	if err := l.usable(); err != nil {
		l.mu.RUnlock()
		return recovery.Given{}, answered{}, err
	}
	if len(l.index.counts.Missing(q.Facts)) == 0 {
		defer l.mu.RUnlock()
		return l.fromIndex(q)
	}
	l.mu.RUnlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.build(l.index.counts.Missing(q.Facts)); err != nil {
		return recovery.Given{}, answered{}, err
	}
	return l.fromIndex(q)
}

// fromIndex answers from the index. The caller holds the lock, for reading at least.
func (l *Ledger) fromIndex(q *recovery.Query) (recovery.Given, answered, error) {
	given := recovery.Given{
		Facts: make([]any, len(q.Facts)), Use: make([]int64, len(q.Use)),
	}
	at := answered{version: l.version(), latest: -1, told: -1}
	number := store.Stranger
	var own store.Standing
	t, err := l.index.find(store.Name(q.Namespace, q.Incident))
	if err != nil {
		return given, at, err
	}
	if t != nil {
		if last := t.last(); last >= l.confirmed {
			at.wait = l.waitFor(last)
			return given, at, nil
		}
		number = t.number
		given.UpdatedAt = t.updatedAt()
		if t.decided {
			at.latest, at.older = t.latest.seq, q.Set
		}
		if t.extras != nil {
			at.made, at.reports, at.told = t.made, t.reports, t.toldBy()
		}
		if len(q.Facts)+len(q.Use) > 0 {
			if own, err = t.standing(l.look); err != nil {
				return given, at, err
			}
		}
	}
	if l.index.streams.on {
		if given.Stream, err = l.streamOf(q.Namespace, q.Incident, t); err != nil {
			return given, at, err
		}
	}
	for i := range q.Facts {
		if given.Facts[i], err = l.index.counts.Fact(&q.Facts[i], number, own); err != nil {
			return given, at, err
		}
	}
	for i := range q.Use {
		if given.Use[i], err = l.index.counts.Use(&q.Use[i], own); err != nil {
			return given, at, err
		}
	}
	return given, at, nil
}

// Precedents implements [recovery.Store].
func (l *Ledger) Precedents(ctx context.Context, q recovery.Query) ([]store.Precedents, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if err := l.usable(); err != nil {
		return nil, err
	}
	out := make([]store.Precedents, len(q.Precedents))
	for i := range q.Precedents {
		var err error
		if out[i], err = l.precedents(&q.Precedents[i], store.Name(q.Namespace, q.Incident)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// precedents sums up the precedents for an incident. The caller holds the lock, for reading at least.
func (l *Ledger) precedents(q *recovery.PrecedentQuery, incident string) (store.Precedents, error) {
	list, err := l.index.choices.now(q, incident)
	return store.Summarise(list), err
}

// records reads what is on disk about the incident.
func (l *Ledger) records(incident string, given *recovery.Given, at answered) error {
	if at.wait != nil {
		return nil
	}
	if at.latest >= 0 {
		r, err := l.record(at.latest)
		if err != nil {
			return err
		}
		given.Previous = r
		if at.older != "" {
			l.mu.RLock()
			given.SetIsOlder = l.index.sets.Older(store.IDOf(at.older), store.IDOf(r.Decision.Set.Digest))
			l.mu.RUnlock()
		}
	}
	if at.told >= 0 {
		var err error
		if given.Told, err = l.told(at.told); err != nil {
			return err
		}
	}
	for _, m := range at.made {
		r, err := l.record(m.seq)
		if err != nil {
			return err
		}
		given.Made = append(given.Made, *r)
	}
	for _, seq := range at.reports {
		list, err := l.reports(seq)
		if err != nil {
			return err
		}
		for _, r := range list {
			if store.Name(r.Namespace, r.Incident) == incident {
				given.Reports = append(given.Reports, r)
			}
		}
	}
	return nil
}

// conflict compares the inputs of a decision with the ledger as it is now. The thread is that of its
// incident, nil where there is none.
func (l *Ledger) conflict(c *recovery.Commit, at links, t *thread) error {
	seen := c.Seen()
	if l.seals {
		return t.unchanged(seen)
	}
	seenAt, ok := l.versionSeen(c.Version)
	if !ok {
		return store.Changed("what was read was taken back")
	}
	if err := t.unchanged(seen); err != nil || seenAt == l.next {
		return err
	}
	if err := l.unstirred(c, t, seenAt); err != nil {
		return err
	}
	if seen.Tells {
		if err := l.toldSince(c.Version, t); err != nil {
			return err
		}
	}
	now := now{l: l, number: store.Stranger, incident: nameOf(c.Record.Decision)}
	if t != nil {
		now.number = t.number
		var err error
		if now.own, err = t.standing(l.look); err != nil {
			return err
		}
	}
	return seen.CheckCounts(now)
}

// now answers queries on behalf of one incident, as the ledger is now.
type now struct {
	l        *Ledger
	incident string // its name
	number   int
	own      store.Standing
}

func (n now) Fact(q *recovery.FactQuery) (any, error) {
	if err := n.l.build(n.l.index.counts.Missing([]recovery.FactQuery{*q})); err != nil {
		return nil, err
	}
	return n.l.index.counts.Fact(q, n.number, n.own)
}

func (n now) Use(q *recovery.UseQuery) (int64, error) { return n.l.index.counts.Use(q, n.own) }

func (n now) Precedents(q *recovery.PrecedentQuery) (store.Precedents, error) {
	return n.l.precedents(q, n.incident)
}

package ledger

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// Commits that have no decision: refusals, marks and reports.

// takeRefusal takes a refusal, from which the next update of its incident starts.
func (l *Ledger) takeRefusal(c *recovery.Commit) (*batch, error) {
	payload, err := appendRefusal(nil, c.Refusal)
	if err != nil {
		return nil, err
	}
	p, err := prepare(KindRefusal, payload)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	if err := l.admitRefusal(c, p); err != nil {
		l.mu.Unlock()
		return nil, err
	}
	return l.joined(), nil
}

// admitRefusal adds a refusal to the index and to the batch, if nothing conflicts.
func (l *Ledger) admitRefusal(c *recovery.Commit, p *prepared) error {
	if err := l.usable(); err != nil {
		return err
	}
	r := c.Refusal
	name := store.Name(r.Namespace, r.Incident)
	t, err := l.index.find(name)
	if err = cmp.Or(err, l.refuses(r.Namespace, r.Incident)); err != nil {
		return err
	}
	if c.Seen().Tells {
		if err := l.untold(c, t); err != nil {
			return err
		}
	}
	ahead, err := l.ahead(r.Set.Digest, nil)
	if err != nil {
		return err
	}
	u := undo{incident: name}
	if t != nil {
		saved := *t
		u.saved = &saved
	}
	if r.Told() != nil {
		if t, err = l.index.open(name); err != nil {
			return err
		}
	}
	// From here on nothing fails.
	l.putAhead(ahead)
	u.seq = l.next
	if r.Incident != "" {
		l.undo = append(l.undo, undo{seq: l.next, incident: name, refused: true})
		l.index.refuse(name, l.next)
	}
	if r.Told() != nil {
		l.undo = append(l.undo, u)
		t.tell(l.next, true)
	}
	l.put(p)
	return nil
}

// untold compares what a refusal or a mark was made from with the ledger as it is now: the latest
// decision, the latest updated_at, and what was told of the incident last.
func (l *Ledger) untold(c *recovery.Commit, t *thread) error {
	if l.seals {
		return nil
	}
	var latest store.ID
	var updated time.Time
	if t != nil {
		latest, updated = t.latest.id, t.updatedAt()
	}
	seen := c.Seen()
	if err := seen.CheckLatest(latest); err != nil {
		return err
	}
	if c.Refusal != nil {
		if err := seen.CheckUpdated(updated); err != nil {
			return err
		}
	}
	return l.toldSince(c.Version, t)
}

// toldSince is a conflict when something was told of an incident since a version that was not decided.
// What was told before it, the version has seen.
func (l *Ledger) toldSince(v recovery.Version, t *thread) error {
	seenAt, ok := l.versionSeen(v)
	if !ok {
		return store.Changed("what was read was taken back")
	}
	if t != nil && t.extras != nil && t.told >= seenAt {
		return store.ChangedTold()
	}
	return nil
}

// takeMark takes a mark that is later than what is known of its incident, or tells something else.
func (l *Ledger) takeMark(c *recovery.Commit) (*batch, error) {
	p, err := prepare(KindMark, appendMark(nil, c.Mark))
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	if err := l.usable(); err != nil {
		l.mu.Unlock()
		return nil, err
	}
	name := store.Name(c.Mark.Namespace, c.Mark.Incident)
	t, err := l.index.find(name)
	if err = cmp.Or(err, l.refuses(c.Mark.Namespace, c.Mark.Incident)); err == nil {
		err = l.untold(c, t)
	}
	if err != nil || t == nil {
		l.mu.Unlock()
		return nil, err
	}
	was := c.Given.Told
	if !l.seals && !c.Mark.UpdatedAt.After(t.updatedAt()) && (was == nil) == (c.Mark.Told == nil) && (was == nil || bytes.Equal(was.Incident, c.Mark.Told)) {
		b := l.waitFor(t.last())
		l.mu.Unlock()
		return b, nil
	}
	saved := *t
	if t, err = l.index.open(name); err != nil {
		l.mu.Unlock()
		return nil, err
	}
	l.undo = append(l.undo, undo{seq: l.next, incident: name, saved: &saved})
	t.mark(l.next, *c.Mark)
	l.put(p)
	return l.joined(), nil
}

// takeReports takes those reports that the ledger does not have yet.
func (l *Ledger) takeReports(c *recovery.Commit) (*batch, error) {
	l.mu.Lock()
	err := l.usable()
	if err == nil && l.does(c) != nil {
		err = l.stands(c)
	}
	if err != nil {
		l.mu.Unlock()
		return nil, err
	}
	var news []recovery.Report
	last := int64(-1)
	for _, r := range c.Reports {
		seq, old, err := l.reported(r)
		if err = cmp.Or(err, l.refuses(r.Namespace, r.Incident)); err != nil {
			l.mu.Unlock()
			return nil, err
		}
		last = max(last, seq)
		if !old && !slices.ContainsFunc(news, r.Same) {
			news = append(news, r)
		}
	}
	if len(news) == 0 {
		b := l.waitFor(last)
		l.mu.Unlock()
		return b, nil
	}
	return l.admitReports(c, news)
}

// admitReports adds those reports of a commit to the ledger that are new. Each incident gets a record of its own, so
// that it can be erased by itself. It unlocks the lock that the caller holds.
func (l *Ledger) admitReports(c *recovery.Commit, news []recovery.Report) (*batch, error) {
	does := l.does(c)
	var incidents []string
	var records []*prepared
	of := map[string][]recovery.Report{}
	for _, r := range news {
		name := store.Name(r.Namespace, r.Incident)
		if of[name] == nil {
			incidents = append(incidents, name)
		}
		of[name] = append(of[name], r)
	}
	for i, incident := range incidents {
		own := does
		if own != nil && own.name() != incident {
			own = nil
		}
		p, err := prepare(KindReport, appendReports(nil, of[incident], len(incidents)-1-i, own))
		if err != nil {
			l.mu.Unlock()
			return nil, err
		}
		records = append(records, p)
	}
	undone, threads := make([]undo, len(incidents)), make([]*thread, len(incidents))
	for i, incident := range incidents {
		t, err := l.index.find(incident)
		if t != nil {
			saved := *t
			undone[i].saved = &saved
		}
		if err == nil {
			err = l.load(of[incident][0].Namespace, of[incident][0].Incident, t)
		}
		if err == nil {
			threads[i], err = l.index.open(incident)
		}
		if err != nil {
			l.mu.Unlock()
			return nil, err
		}
	}
	for i, incident := range incidents {
		m := threads[i].more()
		m.reports = append(m.reports, l.next)
		threads[i].extras = m
		undone[i].seq, undone[i].incident = l.next, incident
		l.undo = append(l.undo, undone[i])
		l.freshReports[l.next] = of[incident]
		l.reportsMove(of[incident], l.next)
		if does != nil && does.name() == incident {
			l.streams(does, l.next)
		}
		l.put(records[i])
	}
	return l.joined(), nil
}

// reported looks for an equal report, and returns its record.
func (l *Ledger) reported(r recovery.Report) (int64, bool, error) {
	t, err := l.index.find(store.Name(r.Namespace, r.Incident))
	if err != nil || t == nil || t.extras == nil {
		return -1, false, err
	}
	for _, seq := range t.reports {
		list, ok := l.freshReports[seq]
		if !ok {
			var err error
			if list, err = l.reports(seq); err != nil {
				return -1, false, err
			}
		}
		if slices.ContainsFunc(list, r.Same) {
			return seq, true, nil
		}
	}
	return -1, false, nil
}

package ledger

import (
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/recovery"
)

// conflict compares what a decision was made from with what is true now. What
// cannot change a decision for the worse is not compared: facts that no limit
// counts, the use of partners that the decision does not take, precedents.
func (l *Ledger) conflict(c *recovery.Commit, at links) error {
	t := l.index.threads[c.Record.Decision.Incident]
	if on := c.Record.On; on != "" && (t == nil || !t.decided || t.latest.id != nameOf(on)) {
		return changed("the decision that the choice hangs on is not the latest")
	}
	seen, ok := l.versionSeen(c.Version)
	if !ok {
		return changed("what was read was taken back")
	}
	if err := sameThread(c, t); err != nil {
		return err
	}
	if seen == l.next {
		return nil
	}
	number := -1
	var own standing
	if t != nil {
		number = t.number
		var err error
		if own, err = t.standing(l.look); err != nil {
			return err
		}
	}
	if err := l.factsConflict(c, number, own); err != nil {
		return err
	}
	return l.useConflict(c, own)
}

func changed(what string) error { return fmt.Errorf("%w: %s", recovery.ErrConflict, what) }

func sameThread(c *recovery.Commit, t *thread) error {
	was, is := name{}, name{}
	if c.Given.Previous != nil {
		was = nameOf(c.Given.Previous.Decision.ID)
	}
	var made []ref
	if t != nil {
		made = t.standingChoices()
		if t.decided {
			is = t.latest.id
		}
	}
	if was != is {
		return changed("the incident's previous decision")
	}
	same := func(a recovery.Record, b ref) bool { return nameOf(a.Decision.ID) == b.id }
	if !slices.EqualFunc(c.Given.Made, made, same) {
		return changed("the choices made on the incident")
	}
	return nil
}

func (l *Ledger) factsConflict(c *recovery.Commit, number int, own standing) error {
	for i := range c.Reads.Facts {
		q := &c.Reads.Facts[i]
		if !q.Matters {
			continue
		}
		if err := l.build(l.index.missing(c.Reads.Facts[i : i+1])); err != nil {
			return err
		}
		now, err := l.index.fact(q, number, own)
		if err != nil {
			return err
		}
		if now != c.Given.Facts[i] {
			return changed("the fact " + q.Name)
		}
	}
	return nil
}

func (l *Ledger) useConflict(c *recovery.Commit, own standing) error {
	for i, q := range c.Reads.Use {
		reserves := func(r recovery.Reserve) bool { return r.Partner == q.Partner && r.Direction == q.Direction }
		if !slices.ContainsFunc(c.Record.Reserves, reserves) {
			continue
		}
		now, err := l.index.used(q, own)
		if err != nil {
			return err
		}
		if now != c.Given.Use[i] {
			return changed("the use of partner " + q.Partner)
		}
	}
	return nil
}

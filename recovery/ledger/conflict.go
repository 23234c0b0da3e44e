package ledger

import (
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// conflict compares the inputs of a decision with the ledger as it is now. The thread is that of its
// incident, nil where there is none.
func (l *Ledger) conflict(c *recovery.Commit, at links, t *thread) error {
	seenAt, ok := l.versionSeen(c.Version)
	if !ok {
		return store.Changed("what was read was taken back")
	}
	var latest store.ID
	var made []store.ID
	var updated time.Time
	if t != nil {
		latest, updated = t.latest.id, t.updatedAt()
		for _, r := range t.standingChoices() {
			made = append(made, r.id)
		}
	}
	seen := c.Seen()
	if err := seen.CheckThread(latest, made, updated); err != nil || seenAt == l.next {
		return err
	}
	now := now{l: l, number: store.Stranger}
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
	l      *Ledger
	number int
	own    store.Standing
}

func (n now) Fact(q *recovery.FactQuery) (any, error) {
	if err := n.l.build([]recovery.FactQuery{*q}); err != nil {
		return nil, err
	}
	return n.l.index.counts.Fact(q, n.number, n.own)
}

func (n now) Use(q *recovery.UseQuery) (int64, error) { return n.l.index.counts.Use(q, n.own) }

package postgres

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// Tx is the store in a transaction of the host's, for [recovery.In]: what an engine commits is there when the host commits,
// and is not when it rolls back. Hooks are told once the host has called Committed. A Tx is good for one goroutine.
//
// A commit locks the row of its incident, and the sums that a limit or a partner's capacity is looked at for, until
// the transaction ends: keep transactions short. Whoever handles several incidents in one transaction names
// them first with [Tx.Lock]. Otherwise PostgreSQL may end one of two transactions that wait for each other
// (SQLSTATE 40P01), and the host does that one again.
type Tx struct {
	recovery.Tx
	tx pgx.Tx
	s  *Store
}

var _ recovery.Store = (*Tx)(nil)

// Tx binds the store to a transaction.
func (s *Store) Tx(tx pgx.Tx) *Tx { return &Tx{tx: tx, s: s} }

// Prepare implements [recovery.Store]. A set is prepared outside of transactions: Load and Reload do that.
func (t *Tx) Prepare(context.Context, *playbook.Set, []recovery.FactKind) error {
	return errors.New("a store that is bound to a transaction cannot be prepared; use it with recovery.In")
}

// Read implements [recovery.Store]. It sees what the transaction has done. A kind of fact that nobody has asked for is
// counted outside of the transaction, but for the incidents that this one or another is changing: prepare sets before.
func (t *Tx) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	come, err := t.s.begin(ctx, kindsOf(q.Facts))
	if err == nil && come {
		err = t.s.countRest(ctx, t.s.pool, passing)
	}
	if err != nil {
		return recovery.Given{}, "", err
	}
	return t.s.read(ctx, t.tx, &q)
}

// Precedents implements [recovery.Store].
func (t *Tx) Precedents(ctx context.Context, q recovery.Query) ([]store.Precedents, error) {
	return t.s.precedents(ctx, t.tx, &q)
}

// Commit implements [recovery.Store]: it makes the commit a part of the transaction.
func (t *Tx) Commit(ctx context.Context, c recovery.Commit) error {
	if err := c.Check(); err != nil {
		return err
	}
	return t.s.commit(ctx, t.tx, &c, t.s.calendars.Naming())
}

// Lock locks incidents in an order that is the same for everybody, and then the sums that they count in by now. It
// is called before anything else is done to them in the transaction. They may be new.
func (t *Tx) Lock(ctx context.Context, incidents ...string) error {
	return t.LockIn(ctx, "", incidents...)
}

// LockIn is Lock for incidents of a namespace.
func (t *Tx) LockIn(ctx context.Context, namespace string, incidents ...string) error {
	ids := slices.Compact(slices.Sorted(slices.Values(incidents)))
	hashes := [][]byte{}
	for _, id := range ids {
		h, err := hex.DecodeString(t.s.hash(namespace, id))
		if err != nil {
			return err
		}
		hashes = append(hashes, h)
	}
	_, err := t.tx.Exec(ctx, t.s.sql("SELECT {lock_incidents}($1, $2, $3)"), namespace, ids, hashes)
	return err
}

package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// Sealer adds to a ledger what a store in a database has kept, so that it can be audited as in a ledger. What a
// decision was made from was compared by that store, and only what stands on its incident is compared again. A Sealer is for stores, and good for one goroutine.
type Sealer struct{ l *Ledger }

// OpenSealer opens the ledger in a directory, and begins one if there is none. At is the ledger as the store knows
// it. Since are the records that the store has sealed behind it. Some of these may be missing, because they were not on disk yet
// when a program ended. The error is a *[CheckpointError] when the ledger does not continue At, a *[ForeignError] when somebody
// else has added records, and otherwise as in [Open].
func OpenSealer(dir string, at Checkpoint, since []int64) (*Sealer, error) {
	l, err := Open(dir)
	if err != nil {
		return nil, err
	}
	l.seals = true
	s := &Sealer{l}
	if err := s.continues(at, since); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return s, nil
}

// ForeignError says that a ledger has a record that the store does not know.
type ForeignError struct{ Seq int64 }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("record %d of the ledger does not come from this store; a mirror wants a directory that nothing else writes to", e.Seq)
}

// continues holds that the ledger begins as a checkpoint says, and has nothing behind it that others have added.
func (s *Sealer) continues(at Checkpoint, since []int64) error {
	l := s.l
	found := Checkpoint{Origin: at.Origin, Size: l.tree.Size}
	if found.Size < at.Size {
		return &CheckpointError{Checkpoint: at, Found: found}
	}
	if at.Size > 0 {
		root, err := tlog.TreeHash(at.Size, l.tree.Reader(func(n int64) ([]tlog.Hash, error) { return groupLeaves(l.log, n) }))
		if err != nil {
			return err
		}
		if root != at.Root {
			found.Size, found.Root = at.Size, root
			return &CheckpointError{Checkpoint: at, Found: found}
		}
	}
	for seq := at.Size; seq < l.confirmed; seq++ {
		kind, err := l.log.KindOf(seq)
		if err != nil {
			return err
		}
		if kind.Erasable() && !slices.Contains(since, seq) {
			return &ForeignError{seq}
		}
	}
	return nil
}

// Size is how many records are in the ledger and on disk.
func (s *Sealer) Size() int64 { return s.l.Size() }

// Set tells of a set, which is written ahead of the first record that names it.
func (s *Sealer) Set(ctx context.Context, set *playbook.Set) error { return s.l.Prepare(ctx, set, nil) }

// Add adds a decision, a mark or a report at the end, and returns the number of its record; -1: the ledger has it
// already. It is on disk once [Sealer.Write] has returned.
func (s *Sealer) Add(ctx context.Context, c recovery.Commit) (int64, error) {
	before := s.l.next
	if _, err := s.l.take(ctx, &c); err != nil {
		return 0, err
	}
	if s.l.next == before {
		return -1, nil
	}
	return s.l.next - 1, nil
}

// Refuse is Add for a refusal. Said is what [recovery.AppendRefusal] wrote.
func (s *Sealer) Refuse(ctx context.Context, r recovery.Refusal, said []byte) (int64, error) {
	r.Error = &Refused{said: said}
	return s.Add(ctx, recovery.Commit{Refusal: &r})
}

// Write writes what was added.
func (s *Sealer) Write() error {
	s.l.mu.Lock()
	b := s.l.batch
	empty := len(b.starts) == 0
	s.l.mu.Unlock()
	if empty {
		return nil
	}
	return s.l.settle(b)
}

// Erase erases records that are on disk, and returns the number of the record that says so; -1: all are erased already. They are all that the
// ledger has about some incidents.
func (s *Sealer) Erase(ctx context.Context, at time.Time, seqs []int64) (int64, error) {
	l := s.l
	c := &concerned{incidents: map[string]about{}}
	slices.Sort(seqs)
	err := l.each(ctx, func(t *log.Item) error {
		c.until = t.Head.Seq + 1
		is, err := whose(t)
		if _, found := slices.BinarySearch(seqs, t.Head.Seq); found {
			c.seqs = append(c.seqs, t.Head.Seq)
			if is.incident != "" {
				c.incidents[is.incident] = is
			}
		} else if is.set != (store.ID{}) {
			c.rest.Decided(is.set, t.Head.Seq, is.newest)
		}
		return err
	})
	if err != nil || len(c.seqs) == 0 {
		return -1, err
	}
	seq := l.next
	if err := l.commitErasure(at, c); err != nil {
		return 0, err
	}
	return seq, errors.Join(l.forgetErased(c), l.wipe(c.seqs))
}

// Close closes the ledger, without what was added and not written, and returns its checkpoint.
func (s *Sealer) Close() (Checkpoint, error) {
	l := s.l
	l.mu.Lock()
	if b := l.batch; len(b.starts) > 0 {
		l.batch = newBatch(nil)
		l.refuse(b, errors.New("it was not to be written"))
	}
	l.mu.Unlock()
	err := l.Close()
	c, err2 := l.Checkpoint("")
	return c, errors.Join(err, err2)
}

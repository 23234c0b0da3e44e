package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// Consistency proves that a ledger extends the one that an earlier checkpoint was taken of. It
// convinces a reader who has both checkpoints and not the ledger. It is as long as a few hashes.
type Consistency struct {
	Old, New Checkpoint
	Proof    []Hash
}

// Check reports whether the proof holds.
func (c Consistency) Check() error {
	if empty := (&log.Roots{}).Root(); c.Old.Size == 0 && (c.Old.Root != empty || len(c.Proof) > 0) {
		return errors.New("the earlier checkpoint is not one of an empty ledger, though it says so")
	}
	if c.Old.Size == 0 {
		return nil // everything extends nothing
	}
	if err := tlog.CheckTree(c.Proof, c.New.Size, c.New.Root, c.Old.Size, c.Old.Root); err != nil {
		return fmt.Errorf("the later checkpoint does not extend the earlier one: %w", err)
	}
	return nil
}

// Receipt writes the proof as JSON, for [CheckConsistency]. The note is the new
// checkpoint: its text, or the note that [Checkpoint.Sign] returned.
func (c Consistency) Receipt(note []byte) []byte {
	o := writing(nil)
	o.BeginObject()
	o.text("new", string(note))
	o.text("old", string(c.Old.Text()))
	o.hashes("proof", c.Proof)
	o.EndObject()
	return append(o.Buf, '\n')
}

var consistencyShape = jsontext.AllNames("new", "old", "proof")

// CheckConsistency checks a proof that [Consistency.Receipt] wrote. With keys, the new checkpoint
// must be signed with one of them. Compare the old checkpoint with one that you have kept.
func CheckConsistency(data []byte, keys ...string) (*Consistency, error) {
	var old, later string
	p := &Consistency{}
	c := reading(data, consistencyShape)
	c.Members(func(key []byte) {
		switch string(key) {
		case "new":
			later = c.Text()
		case "old":
			old = c.Text()
		case "proof":
			p.Proof = c.hashes()
		}
	})
	err := c.end()
	if err != nil {
		return nil, fmt.Errorf("this is no receipt: %w", err)
	}
	if p.Old, err = ParseCheckpoint([]byte(old)); err != nil {
		return nil, err
	}
	if p.New, err = ParseCheckpoint([]byte(later), keys...); err != nil {
		return nil, err
	}
	return p, p.Check()
}

// ProveConsistency proves that the ledger in a directory extends a checkpoint. The
// error is a *[CheckpointError] when it does not.
func ProveConsistency(ctx context.Context, dir string, old Checkpoint) (*Consistency, error) {
	return looked(func(index bool) (*Consistency, error) { return proveGrowth(ctx, log.Directory(dir), index, old) })
}

// proveGrowth proves with the index, if there is one, or without it.
func proveGrowth(ctx context.Context, dir log.Files, index bool, old Checkpoint) (*Consistency, error) {
	b, err := openBook(ctx, dir, index, func(*snapshot) func(*log.Item) error {
		return func(*log.Item) error { return nil }
	})
	if err != nil {
		return nil, err
	}
	defer b.close()
	root, err := b.tree.Root()
	if err != nil {
		return nil, err
	}
	c := &Consistency{Old: old, New: Checkpoint{Origin: old.Origin, Size: b.tree.Size, Root: root}}
	if old.Size > c.New.Size {
		return nil, &CheckpointError{Checkpoint: old, Found: c.New}
	}
	if old.Size > 0 {
		if c.Proof, err = tlog.ProveTree(c.New.Size, old.Size, b.tree.Reader(b.group)); err != nil {
			return nil, err
		}
	}
	if c.Check() != nil {
		then, err := tlog.TreeHash(old.Size, b.tree.Reader(b.group))
		if err != nil {
			return nil, err
		}
		return nil, &CheckpointError{Checkpoint: old, Found: Checkpoint{Origin: old.Origin, Size: old.Size, Root: then}}
	}
	return c, nil
}

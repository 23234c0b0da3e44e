package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// Verification says what was found in a ledger that is whole.
type Verification struct {
	Records int64
	Kinds   map[Kind]int64
	Erased  int64 // records whose payload was erased, as the ledger says itself
	// Torn is how many bytes at the end are not a whole record, and Tear says what they are. A
	// crash leaves them, and so does somebody who cuts a file off: a checkpoint tells which.
	// Opening the ledger for writing cuts them off, and [Repair] keeps them.
	Torn int64
	Tear Tear
	// Unfinished are erased records whose payload was not overwritten yet, because the
	// program that erased them ended. Opening the ledger finishes it.
	Unfinished int64
	// Checkpoint is the size and the root of what was verified.
	Checkpoint Checkpoint
	// Indexed is how many records are found by an index when the ledger is opened. The index is as
	// they say. Unused are indexes beside the segments that nobody uses, because no record holds their
	// digest, or because a later record has erased some that they are about. The next writer removes them.
	Indexed int64
	Unused  []string
}

// VerifyOptions say what else to check. The zero value is good.
type VerifyOptions struct {
	// Checkpoints that were taken earlier and kept elsewhere are compared with
	// the ledger. It must be at least as long as each checkpoint says, and begin
	// with the same records.
	Checkpoints []Checkpoint
	// Progress is told how many bytes of how many have been read.
	Progress func(done, total int64)
}

// Verify reads a whole ledger and checks that nothing in it was changed, taken
// out, put in or moved, and that nothing beside it could be taken for a file of it. Other files
// are ignored. The ledger may be written meanwhile. The error is a *[Damage] with the first bad
// place, a *[CheckpointError], or that of reading. Memory does not grow with the
// ledger, but with how much was erased. An index is compared with the records, if there is one.
func Verify(ctx context.Context, dir string, options VerifyOptions) (*Verification, error) {
	return verify(ctx, log.Directory(dir), options)
}

func verify(ctx context.Context, dir log.Files, options VerifyOptions) (*Verification, error) {
	from, err := openLog(dir, 1<<30) // nothing is looked up
	if err != nil {
		return nil, err
	}
	defer from.Close()
	v := verifier{
		Audit: log.NewAudit(from), out: &Verification{Kinds: map[Kind]int64{}},
		checkpoints: slices.SortedFunc(slices.Values(options.Checkpoints), func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) }),
	}
	if v.indexes, v.out.Unused, err = checkIndexes(dir); err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, c := range v.indexes {
		defer c.close()
		want(wanted, c.meta.kinds())
	}
	w := &log.Walk{Scanner: log.Scanner{Log: from}, Digests: true, Work: func(t *log.Item) { parse(t, wanted) }, Visit: v.look}
	if options.Progress != nil {
		total, err := from.Bytes()
		if err != nil {
			return nil, err
		}
		w.Progress = func(done int64) { options.Progress(done, max(total, done)) }
	}
	if err := v.compare(); err != nil { // with nothing
		return nil, err
	}
	if err := v.Run(ctx, w); err != nil {
		return nil, err
	}
	v.out.Torn, v.out.Tear = w.Torn, w.Tear
	return v.result()
}

type verifier struct {
	*log.Audit
	out         *Verification
	roots       log.Roots
	checkpoints []Checkpoint // those that were not met yet, by size
	indexes     []*indexCheck
}

func (v *verifier) look(t *log.Item) error {
	if err := v.Audit.Look(t); err != nil {
		return err
	}
	v.out.Records++
	v.out.Kinds[t.Head.Kind]++
	v.roots.Add(t.Hash)
	for _, c := range v.indexes {
		c.look(t)
	}
	return v.compare()
}

// compare compares the ledger so far with the checkpoints of its size.
func (v *verifier) compare() error {
	for len(v.checkpoints) > 0 && v.checkpoints[0].Size == v.roots.Size {
		c := v.checkpoints[0]
		if root := v.roots.Root(); root != c.Root {
			return &CheckpointError{Checkpoint: c, Found: Checkpoint{Origin: c.Origin, Size: v.roots.Size, Root: root}}
		}
		v.checkpoints = v.checkpoints[1:]
	}
	return nil
}

func (v *verifier) result() (*Verification, error) {
	v.out.Erased, v.out.Unfinished = v.Wiped, int64(len(v.Unfinished))
	if len(v.checkpoints) > 0 {
		c := v.checkpoints[0]
		return nil, &CheckpointError{Checkpoint: c, Found: Checkpoint{Origin: c.Origin, Size: v.roots.Size, Root: v.roots.Root()}}
	}
	for _, c := range v.indexes {
		used, err := c.used()
		switch {
		case err != nil:
			return nil, err
		case used:
			v.out.Indexed = max(v.out.Indexed, c.Size())
		default:
			v.out.Unused = append(v.out.Unused, c.name)
		}
	}
	v.out.Checkpoint = Checkpoint{Origin: DefaultOrigin, Size: v.roots.Size, Root: v.roots.Root()}
	return v.out, nil
}

// CheckpointError reports a ledger that does not continue the one that a
// checkpoint was taken of: it was cut off at the end, or written anew.
type CheckpointError struct {
	Checkpoint Checkpoint
	Found      Checkpoint // what the ledger is at that size, or in all if it is shorter
}

func (e *CheckpointError) Error() string {
	if e.Found.Size < e.Checkpoint.Size {
		return fmt.Sprintf("the ledger was cut off: the checkpoint has seen %d records, and %d are left", e.Checkpoint.Size, e.Found.Size)
	}
	return fmt.Sprintf("the ledger was rewritten: its first %d records are not those that the checkpoint has seen", e.Checkpoint.Size)
}

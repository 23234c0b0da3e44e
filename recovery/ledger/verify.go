package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Verification says what was found in a ledger that is whole.
type Verification struct {
	Records int64
	Kinds   map[Kind]int64
	Erased  int64 // records whose payload was erased, as the ledger says itself
	// Torn is how many bytes at the end are no whole record, and Tear says what they
	// are. A crash leaves them, and so does somebody who cuts a file off: a
	// checkpoint tells which. Opening the ledger for writing cuts them off, and
	// [Repair] keeps them.
	Torn int64
	Tear Tear
	// Unfinished are erased records whose payload was not overwritten yet, because the
	// program that erased them ended. Opening the ledger finishes it.
	Unfinished int64
	// Checkpoint is the size and the root of what was verified.
	Checkpoint Checkpoint
}

// VerifyOptions say what else to look at. The zero value is good.
type VerifyOptions struct {
	// Checkpoints, taken earlier and kept elsewhere, are compared with the
	// ledger: it must be longer, or as long, and begin with what they have seen.
	Checkpoints []Checkpoint
	// Progress is told how many bytes of how many have been read.
	Progress func(done, total int64)
}

// Verify reads a whole ledger and checks that nothing in it was changed, taken
// out, put in or moved, and that nothing else lies beside it but files named
// *.lock. The ledger may be written meanwhile. The error is a *[Damage] with the first bad
// place, a *[CheckpointError], or that of reading. Memory does not grow with the
// ledger, but with how much was erased.
func Verify(ctx context.Context, dir string, options VerifyOptions) (*Verification, error) {
	return verify(ctx, directory(dir), options)
}

func verify(ctx context.Context, dir files, options VerifyOptions) (*Verification, error) {
	log, err := openLog(dir, 1<<30) // nothing is looked up
	if err != nil {
		return nil, err
	}
	defer log.Close()
	v := verifier{
		audit: newAudit(log), out: &Verification{Kinds: map[Kind]int64{}},
		checkpoints: slices.SortedFunc(slices.Values(options.Checkpoints), func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) }),
	}
	w := &walk{scanner: scanner{log: log}, digests: true, work: func(t *item) { t.parse(nil) }, visit: v.look}
	if options.Progress != nil {
		total, err := log.bytes()
		if err != nil {
			return nil, err
		}
		w.progress = func(done int64) { options.Progress(done, max(total, done)) }
	}
	if err := v.compare(); err != nil { // with nothing
		return nil, err
	}
	if err := v.run(ctx, w); err != nil {
		return nil, err
	}
	v.out.Torn, v.out.Tear = w.torn, w.tear
	return v.result()
}

type verifier struct {
	*audit
	out         *Verification
	roots       roots
	checkpoints []Checkpoint // those that were not met yet, by size
}

func (v *verifier) look(t *item) error {
	if err := v.audit.look(t); err != nil {
		return err
	}
	v.out.Records++
	v.out.Kinds[t.head.kind]++
	v.roots.add(t.hash)
	return v.compare()
}

// compare compares the ledger so far with the checkpoints of its size.
func (v *verifier) compare() error {
	for len(v.checkpoints) > 0 && v.checkpoints[0].Size == v.roots.size {
		c := v.checkpoints[0]
		if root := v.roots.root(); root != c.Root {
			return &CheckpointError{Checkpoint: c, Found: Checkpoint{Origin: c.Origin, Size: v.roots.size, Root: root}}
		}
		v.checkpoints = v.checkpoints[1:]
	}
	return nil
}

func (v *verifier) result() (*Verification, error) {
	v.out.Erased, v.out.Unfinished = v.wiped, int64(len(v.unfinished))
	if len(v.checkpoints) > 0 {
		c := v.checkpoints[0]
		return nil, &CheckpointError{Checkpoint: c, Found: Checkpoint{Origin: c.Origin, Size: v.roots.size, Root: v.roots.root()}}
	}
	v.out.Checkpoint = Checkpoint{Origin: DefaultOrigin, Size: v.roots.size, Root: v.roots.root()}
	return v.out, nil
}

// CheckpointError reports a ledger that does not continue what a checkpoint has
// seen: it was cut off at the end, or written anew.
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

package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
)

// Verification says what was found in a ledger that is whole.
type Verification struct {
	Records int64
	Kinds   map[Kind]int64
	Erased  int64 // records whose payload was erased, as the ledger says itself
	// Torn is how many bytes of a last record stand at the end that was not
	// written whole. It was never confirmed; opening the ledger cuts it off.
	Torn int64
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
		log: log, out: &Verification{Kinds: map[Kind]int64{}}, changed: map[int64]*Damage{}, erased: map[int64]bool{},
		checkpoints: slices.SortedFunc(slices.Values(options.Checkpoints), func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) }),
	}
	w := &walk{scanner: scanner{log: log}, digests: true, work: v.parse, visit: v.look}
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
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	v.out.Torn = w.torn
	return v.finish()
}

type verifier struct {
	log         *log
	out         *Verification
	roots       roots
	checkpoints []Checkpoint // those that were not met yet, by size

	changed map[int64]*Damage // payloads that are not what was written
	zero    []int64           // payloads that are all zeros
	erased  map[int64]bool    // what the ledger says was erased
}

func (v *verifier) parse(t *item) {
	if t.body != bodyWhole {
		return
	}
	var err error
	switch t.head.kind {
	case KindErasure:
		t.made, err = parseErasure(t.payload)
	case KindSet:
		err = checkSet(t.payload)
	}
	if err != nil {
		t.made = err
	}
}

func (v *verifier) look(t *item) error {
	seq := t.head.seq
	switch t.body {
	case bodyErased:
		v.zero = append(v.zero, seq)
	case bodyChanged:
		v.changed[seq] = v.damage(t, "its payload was changed")
	}
	switch made := t.made.(type) {
	case error:
		return v.damage(t, made.Error())
	case erasure:
		for _, n := range made.records {
			if n < 0 || n >= seq {
				return v.damage(t, fmt.Sprintf("it says that record %d was erased, which is not there", n))
			}
			v.erased[n] = true
		}
	}
	v.out.Records++
	v.out.Kinds[t.head.kind]++
	v.roots.add(t.hash)
	return v.compare()
}

func (v *verifier) damage(t *item, what string) *Damage {
	return &Damage{v.log.segment(t.segment).name, t.offset, t.head.seq, what}
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

// finish looks at what can be judged only once the whole ledger was read: which
// payloads were to be erased.
func (v *verifier) finish() (*Verification, error) {
	bad := v.changed
	for _, seq := range v.zero {
		if v.erased[seq] {
			v.out.Erased++
			delete(v.erased, seq)
		} else {
			bad[seq] = &Damage{What: "its payload was wiped out, and the ledger does not say that it was erased", Record: seq}
		}
	}
	// What is left was to be erased, and was not when it was read.
	for _, seq := range slices.Sorted(maps.Keys(v.erased)) {
		d := bad[seq]
		switch {
		case d == nil:
			v.out.Unfinished++
		case v.wiped(d):
			v.out.Erased++
			delete(bad, seq)
		default:
			d.What = "its payload was to be erased, and is neither what was written nor all zeros; if an erasure was interrupted, opening the ledger finishes it"
		}
	}
	if len(bad) > 0 {
		first := slices.Min(slices.Collect(maps.Keys(bad)))
		return nil, v.placed(bad[first])
	}
	if len(v.log.strays) > 0 {
		return nil, &Damage{File: v.log.strays[0], Record: -1, What: "the file does not belong to the ledger"}
	}
	if len(v.checkpoints) > 0 {
		c := v.checkpoints[0]
		return nil, &CheckpointError{Checkpoint: c, Found: Checkpoint{Origin: c.Origin, Size: v.roots.size, Root: v.roots.root()}}
	}
	v.out.Checkpoint = Checkpoint{Origin: DefaultOrigin, Size: v.roots.size, Root: v.roots.root()}
	return v.out, nil
}

// wiped reads a record again, which may have been erased while it was read first.
func (v *verifier) wiped(d *Damage) bool {
	for i := range v.log.count() {
		if v.log.segment(i).name == d.File {
			f, err := v.log.read(place{int32(i), d.Offset})
			return err == nil && f.erased()
		}
	}
	return false
}

// placed finds the place of a record that is known by its number.
func (v *verifier) placed(d *Damage) *Damage {
	if d.File != "" {
		return d
	}
	s := scanner{log: v.log}
	for {
		items, err := s.next()
		if err != nil {
			return d
		}
		if s.seq > d.Record {
			t := &items[int64(len(items))-(s.seq-d.Record)]
			d.File, d.Offset = v.log.segment(t.segment).name, t.offset
			return d
		}
	}
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

package ledger

import (
	"context"
	"errors"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// What the records of a ledger are as bytes in files, and what can be wrong with
// them, is the matter of internal/log. This much of it is part of what a ledger says.
type (
	// Kind is what a record is about.
	Kind = log.Kind
	// Damage is the first place at which a ledger differs from what its writer wrote.
	Damage = log.Damage
	// Tear says how the end of a ledger is torn.
	Tear = log.Tear
	// Repaired says what [Repair] found and did.
	Repaired = log.Repaired
	// LockedError reports that a ledger is being written by another program, or by this
	// one already.
	LockedError = log.LockedError
	// DisturbedError reports that something else changed the files of a ledger while it
	// was open for writing. Nothing is confirmed from then on.
	DisturbedError = log.DisturbedError
)

// The kinds of records.
const (
	KindDecision = log.KindDecision // a decision, or a choice that was made
	KindRefusal  = log.KindRefusal  // an incident that could not be decided
	KindReport   = log.KindReport   // what the host said of actions
	KindSet      = log.KindSet      // the files of a set, ahead of what was decided by it
	KindCalendar = log.KindCalendar // a calendar in which actions of later records count
	KindErasure  = log.KindErasure  // which payloads were erased
	KindMark     = log.KindMark     // a later updated_at of an incident that has not changed
	KindStream   = log.KindStream   // deliveries of an incident that were put in, handed out or ended
	KindIndex    = log.KindIndex    // the digest of a file by which earlier records are found
)

// The ways in which an end is torn. A crash leaves each of them, and so does somebody
// who cuts a file off: a checkpoint tells which.
const (
	TearRecord  = log.TearRecord  // the file ends inside of a last record
	TearZeros   = log.TearZeros   // behind the last record there are zeros and nothing else
	TearCommit  = log.TearCommit  // the last record of a commit of several is not there
	TearRubbish = log.TearRubbish // no beginning of a record; only [Repair] cuts it off
)

// ErrClosed is returned by calls on a ledger that was closed.
var ErrClosed = errors.New("the ledger was closed")

// ErrNotFound is returned when a ledger has no such record.
var ErrNotFound = log.ErrNotFound

// ErrErased is returned for a record whose payload was erased. It is a [recovery.ErrErased], as [errors.Is] sees it.
var ErrErased error = erasedError{}

type erasedError struct{}

func (erasedError) Error() string { return "the record was erased" }

func (erasedError) Is(target error) bool { return target == recovery.ErrErased }

// Repair cuts off the bytes behind the last whole record of a ledger that are not a record: the
// beginning of one, zeros, or rubbish. It keeps them in a file beside the segment. Any other damage
// is left as it is, and returned as a *[Damage]. Repair never cuts off bytes before a whole record.
// It never cuts off a record whose header is there, unless the record ends in zeros. A ledger that
// is whole is left alone. Repair removes an index that is not used, or is not as the records say.
func Repair(ctx context.Context, dir string) (*Repaired, error) {
	return repairFiles(ctx, log.Directory(dir))
}

func repairFiles(ctx context.Context, dir log.Files) (*Repaired, error) {
	done, err := log.Repair(ctx, dir, following, func(t *log.Item) { parse(t, nil) })
	if err != nil {
		return nil, err
	}
	names, err := log.Indexes(dir)
	if err != nil || len(names) == 0 {
		return done, err
	}
	done.Indexes, err = removeIndexes(ctx, dir)
	return done, err
}

// removeIndexes removes the indexes of a whole ledger that are not used, or are not as its records say.
func removeIndexes(ctx context.Context, dir log.Files) (names []string, err error) {
	lock, err := dir.Lock()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	v, err := verify(ctx, dir, VerifyOptions{})
	var bad *badIndex
	switch {
	case errors.As(err, &bad):
		names = []string{bad.File}
	case err != nil:
		return nil, err
	default:
		names = v.Unused
	}
	for _, name := range names {
		if err := dir.Remove(name); err != nil {
			return nil, err
		}
	}
	return names, dir.Sync()
}

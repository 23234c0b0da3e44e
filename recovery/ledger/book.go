package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// book is the result of reading a ledger once without writing it: its Merkle tree, and where its
// records stand. What a snapshot has is not read.
type book struct {
	log  *log.Log
	base *snapshot // nil: everything was read
	tree log.Tree
}

// step is how many records of a book share one place that is remembered.
const step = 64

// openBook reads a ledger. begin is called before, and again when the snapshot turns out not to be
// one of the ledger; what it returns is told of each record behind the snapshot.
func openBook(ctx context.Context, dir log.Files, index bool, begin func(*snapshot) (visit func(*log.Item) error)) (*book, error) {
	from, err := openLog(dir, step)
	if err != nil {
		return nil, err
	}
	b := &book{log: from}
	err = fromSnapshot(dir, from, index, func(s *snapshot, w *log.Walk) error {
		b.base, b.tree = s, log.Tree{}
		visit := begin(s)
		w.Visit = func(t *log.Item) error {
			if err := s.see(t); err != nil {
				return err
			}
			b.tree.Add(t.Hash)
			return visit(t)
		}
		if s != nil {
			if err := s.restore(&b.tree); err != nil {
				return err
			}
		}
		return w.Run(ctx)
	})
	if err != nil {
		_ = from.Close() // the first error says more
		return nil, err
	}
	return b, nil
}

func (b *book) close() error { return errors.Join(b.log.Close(), b.base.close()) }

// group returns the leaves of a whole group of records.
func (b *book) group(n int64) ([]tlog.Hash, error) { return groupLeaves(b.log, n) }

func groupLeaves(from *log.Log, n int64) ([]tlog.Hash, error) {
	leaves := make([]tlog.Hash, log.GroupSize)
	for i := range leaves {
		var err error
		if _, leaves[i], err = from.Place(n*log.GroupSize + int64(i)); err != nil {
			return nil, err
		}
	}
	return leaves, nil
}

// whole reads a record and checks it.
func whole(from *log.Log, seq int64) (log.Item, error) {
	f, err := from.Find(seq)
	if err != nil {
		return log.Item{}, fmt.Errorf("record %d: %w", seq, err)
	}
	t := log.Item{Frame: f}
	t.Check(true)
	switch {
	case t.What != "":
		return t, from.Damaged(&f, seq, t.What)
	case t.Body == log.BodyErased:
		return t, fmt.Errorf("record %d: %w", seq, ErrErased)
	case t.Body == log.BodyChanged:
		return t, from.Damaged(&f, seq, "its payload was changed")
	}
	return t, nil
}

// aboutIncident reads a record to which a snapshot leads for an incident. One that is not there any
// more, or that is about another incident, is damage.
func aboutIncident(from *log.Log, seq int64, incident string) (log.Item, error) {
	t, err := whole(from, seq)
	if errors.Is(err, ErrErased) {
		return t, from.Damaged(&t.Frame, seq, errWiped.Error())
	}
	if err != nil {
		return t, err
	}
	is, err := whose(&t)
	if err == nil && is.incident != incident {
		err = from.Damaged(&t.Frame, seq, "the index leads to it for another incident than the one that it is about")
	}
	return t, err
}

// errWiped says what is wrong with a record that is not there, and that nobody has erased.
var errWiped = errors.New("its payload was wiped out, and the ledger does not say that it was erased")

// calendarIn reads a calendar from the record that holds it.
func calendarIn(from *log.Log, seq int64) (*worktime.Calendar, error) {
	t, err := whole(from, seq)
	if err != nil {
		return nil, err
	}
	_, text, err := parseCalendar(t.Payload)
	if err != nil {
		return nil, err
	}
	return worktime.ParseCalendar(text)
}

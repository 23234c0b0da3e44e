package ledger

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// book is the result of reading a ledger once from end to end, without writing it: its Merkle tree,
// and where its records stand.
type book struct {
	log  *log.Log
	tree log.Tree
	torn int64

	calendars map[string]int64
	read      map[string]*worktime.Calendar
}

// step is how many records of a book share one place that is remembered.
const step = 64

// openBook reads a ledger; visit is told of each record.
func openBook(ctx context.Context, dir log.Files, visit func(*log.Item) error) (*book, error) {
	from, err := openLog(dir, step)
	if err != nil {
		return nil, err
	}
	b := &book{log: from, calendars: map[string]int64{}, read: map[string]*worktime.Calendar{}}
	w := &log.Walk{Scanner: log.Scanner{Log: from}, Visit: func(t *log.Item) error {
		b.tree.Add(t.Hash)
		if visit == nil {
			return nil
		}
		return visit(t)
	}}
	if err := w.Run(ctx); err != nil {
		_ = from.Close() // the first error says more
		return nil, err
	}
	b.torn = w.Torn
	return b, nil
}

// group returns the leaves of a whole group of records.
func (b *book) group(n int64) ([]tlog.Hash, error) { return groupLeaves(b.log, n) }

func groupLeaves(from *log.Log, n int64) ([]tlog.Hash, error) {
	leaves := make([]tlog.Hash, log.GroupSize)
	for i := range leaves {
		f, err := from.Find(n*log.GroupSize + int64(i))
		if err != nil {
			return nil, err
		}
		leaves[i] = log.RecordHash(f.Header)
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

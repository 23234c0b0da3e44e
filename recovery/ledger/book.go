package ledger

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/policy/worktime"
)

// book is a ledger that was read once from end to end, by one who does not write
// it: the tree, and where records stand.
type book struct {
	log  *log
	tree tree
	torn int64

	calendars map[string]int64
	read      map[string]*worktime.Calendar
}

// step is how many records of a book share one place that is remembered.
const step = 64

// openBook reads a ledger; visit is told of each record.
func openBook(ctx context.Context, dir files, visit func(*item) error) (*book, error) {
	log, err := openLog(dir, step)
	if err != nil {
		return nil, err
	}
	b := &book{log: log, calendars: map[string]int64{}, read: map[string]*worktime.Calendar{}}
	w := &walk{scanner: scanner{log: log}, visit: func(t *item) error {
		b.tree.add(t.hash)
		if visit == nil {
			return nil
		}
		return visit(t)
	}}
	if err := w.run(ctx); err != nil {
		_ = log.Close() // the first error says more
		return nil, err
	}
	b.torn = w.torn
	return b, nil
}

// group returns the leaves of a whole group of records.
func (b *book) group(n int64) ([]tlog.Hash, error) { return groupLeaves(b.log, n) }

func groupLeaves(log *log, n int64) ([]tlog.Hash, error) {
	leaves := make([]tlog.Hash, groupSize)
	for i := range leaves {
		f, err := log.find(n*groupSize + int64(i))
		if err != nil {
			return nil, err
		}
		leaves[i] = recordHash(f.header)
	}
	return leaves, nil
}

// whole reads a record and checks it.
func whole(log *log, seq int64) (item, error) {
	f, err := log.find(seq)
	if err != nil {
		return item{}, fmt.Errorf("record %d: %w", seq, err)
	}
	t := item{frame: f}
	t.check(true)
	switch {
	case t.what != "":
		return t, &Damage{File: log.segment(f.segment).name, Offset: f.offset, Record: seq, What: t.what}
	case t.body == bodyErased:
		return t, fmt.Errorf("record %d: %w", seq, ErrErased)
	case t.body == bodyChanged:
		return t, &Damage{File: log.segment(f.segment).name, Offset: f.offset, Record: seq, What: "its payload was changed"}
	}
	return t, nil
}

// calendarIn reads a calendar from the record that holds it.
func calendarIn(log *log, seq int64) (*worktime.Calendar, error) {
	t, err := whole(log, seq)
	if err != nil {
		return nil, err
	}
	_, text, err := parseCalendar(t.payload)
	if err != nil {
		return nil, err
	}
	return worktime.ParseCalendar(text)
}

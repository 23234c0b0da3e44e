package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// Text is the record of a decision as it is kept.
type Text struct {
	Seq int64
	// JSON is what [recovery.Record.AppendJSON] wrote. It must not be changed, nor kept.
	JSON []byte
	// Calendar finds a calendar that the record names.
	Calendar func(name string) (*worktime.Calendar, error)
}

// Read reads the whole record.
func (t *Text) Read() (*recovery.Record, error) { return recovery.ReadRecord(t.JSON, t.Calendar) }

var errStopped = errors.New("stopped")

// Scan goes through the records of a ledger as [Entries] does, for readers who do not need whole
// decisions: [Entry.Record] is nil. In its place, read takes what it needs out of the text of a decision,
// on any core and in no order. Then visit gets what read returned, in the order of the ledger; of a record
// of another kind, or one that was erased, it gets the zero value. An Entry of a decision is good until visit
// returns.
//
// When read fails, it is called once more in order, and that error ends the scan: a calendar may have been
// out of its reach before. What Scan checks is what Entries checks: every checksum, and that each record
// follows from the one before.
func Scan[T any](ctx context.Context, dir string, read func(*Text) (T, error), visit func(*Entry, T) error) error {
	return scan(ctx, dir, func(*log.Item) bool { return true }, func(t *log.Item) bool { return t.Head.Kind != KindDecision }, read, visit)
}

// made is what was read of a decision.
type made[T any] struct {
	entry *Entry
	of    T
}

func scan[T any](ctx context.Context, dir string, wanted, keeps func(*log.Item) bool, read func(*Text) (T, error), visit func(*Entry, T) error) error {
	from, err := openLog(log.Directory(dir), step)
	if err != nil {
		return err
	}
	defer from.Close()
	r := entryReader{log: from, calendars: map[string]*worktime.Calendar{}}
	try := func(t *log.Item) (m made[T], err error) {
		m.entry = &Entry{Seq: t.Head.Seq, Kind: t.Head.Kind, payload: t.Payload}
		text := Text{Seq: t.Head.Seq, Calendar: r.calendar}
		if text.JSON, err = recordText(t.Payload); err == nil {
			m.of, err = read(&text)
		}
		return m, err
	}
	w := &log.Walk{Scanner: log.Scanner{Log: from}, Keeps: keeps}
	w.Work = func(t *log.Item) {
		if !wanted(t) || t.Body != log.BodyWhole || t.Head.Kind != KindDecision {
			return
		}
		if m, err := try(t); err == nil {
			t.Made = m
		}
	}
	w.Visit = func(t *log.Item) error {
		if !wanted(t) {
			return nil
		}
		m, ok := t.Made.(made[T])
		var err error
		switch {
		case ok:
		case t.Body == log.BodyWhole && t.Head.Kind == KindDecision:
			if m, err = try(t); err != nil {
				err = fmt.Errorf("record %d: %w", t.Head.Seq, err)
			}
		default:
			m.entry, err = r.entry(t)
		}
		if err != nil {
			return err
		}
		return visit(m.entry, m.of)
	}
	return w.Run(ctx)
}

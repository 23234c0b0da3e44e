// Package mirror seals what a store in a database has kept into a ledger, so that it can be audited as in a ledger. It
// knows no database: a store says what is not sealed yet, and notes where it is sealed.
package mirror

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Row is a record as a database has it.
type Row struct {
	Number   int64
	Kind     string // decision, report, mark, refusal or erasure
	Incident int64
	At       time.Time // zero: none is known
	Body     string
	Given    string // of a decision
}

// Seal says in which record of a ledger a row is sealed; -1: in none, because the ledger has it already.
type Seal struct{ Number, Seq int64 }

// Source is a store in a database. Each method is a transaction of its own.
type Source interface {
	// Sealed is the ledger as the store knows it, and the numbers of the ledger's records that were noted since.
	Sealed(ctx context.Context) (at ledger.Checkpoint, since []int64, err error)
	// Unnote forgets what was noted of records of the ledger from a number on: they are not there.
	Unnote(ctx context.Context, from int64) error
	// Unsealed are the first rows that are not sealed, in order. When a row is among what a transaction sees, so are those
	// that it was made from.
	Unsealed(ctx context.Context, most int) ([]Row, error)
	// Note says where rows are sealed, before that is on disk.
	Note(ctx context.Context, list []Seal) error
	// Noted are the records of the ledger in which rows are sealed.
	Noted(ctx context.Context, numbers []int64) ([]int64, error)
	// Done keeps the ledger as it is now.
	Done(ctx context.Context, at ledger.Checkpoint) error

	// Reports are the first reports on an incident.
	Reports(ctx context.Context, incident int64, first int) ([]recovery.Report, error)
	// Files are those of a set; nil: the store does not have them.
	Files(ctx context.Context, digest string) (*playbook.Set, error)
	// Calendar finds the calendars of records.
	Calendar(ctx context.Context) func(name string) (*worktime.Calendar, error)
}

// atOnce is how many rows are sealed and synced together.
const atOnce = 500

// Run seals everything that is not sealed. What was sealed stays when it ends early.
//
// Where rows are sealed is noted in the database first, and the ledger is written then. When a program ends in
// between, the notes name records that are not there, and the next run takes them back. So nothing is sealed twice.
func Run(ctx context.Context, from Source, dir string) (err error) {
	at, since, err := from.Sealed(ctx)
	if err != nil {
		return err
	}
	to, err := ledger.OpenSealer(dir, at, since)
	if err != nil {
		return err
	}
	m := &mirror{ctx: ctx, from: from, to: to, sets: map[string]bool{}}
	if err = from.Unnote(ctx, to.Size()); err == nil {
		err = m.all()
	}
	now, closed := to.Close()
	if err = errors.Join(err, closed); err != nil {
		return err
	}
	return from.Done(ctx, now)
}

type mirror struct {
	ctx  context.Context
	from Source
	to   *ledger.Sealer
	sets map[string]bool // that the ledger was told of
	list []Seal          // added, and not noted
}

func (m *mirror) all() error {
	for {
		list, err := m.from.Unsealed(m.ctx, atOnce)
		if err != nil {
			return err
		}
		for i := range list {
			if err := m.seal(&list[i]); err != nil {
				return fmt.Errorf("record %d of the store: %w", list[i].Number, err)
			}
		}
		if err := m.write(); err != nil {
			return err
		}
		if len(list) < atOnce {
			return nil
		}
	}
}

// write notes what was added, and writes it.
func (m *mirror) write() error {
	if len(m.list) > 0 {
		if err := m.from.Note(m.ctx, m.list); err != nil {
			return err
		}
	}
	m.list = m.list[:0]
	return m.to.Write()
}

func (m *mirror) seal(r *Row) error {
	seq, err := m.add(r)
	if err == nil {
		m.list = append(m.list, Seal{r.Number, seq})
	}
	return err
}

func (m *mirror) add(r *Row) (int64, error) {
	switch r.Kind {
	case "decision":
		return m.decision(r)
	case "report":
		report, err := rows.ReadReport(r.Body)
		if err != nil {
			return 0, err
		}
		return m.to.Add(m.ctx, recovery.Commit{Reports: []recovery.Report{report}})
	case "mark":
		mark, err := rows.ReadMark(r.Body)
		if err != nil {
			return 0, err
		}
		return m.to.Add(m.ctx, recovery.Commit{Mark: mark})
	case "refusal":
		refusal, said, err := rows.ReadRefusal(r.Body)
		if err == nil {
			err = m.set(refusal.Set.Digest)
		}
		if err != nil {
			return 0, err
		}
		return m.to.Refuse(m.ctx, refusal, said)
	case "erasure":
		return m.erase(r)
	}
	return 0, fmt.Errorf("a record of kind %q is not known here; use a later version of this package", r.Kind)
}

func (m *mirror) decision(r *Row) (int64, error) {
	var c recovery.Commit
	var err error
	if c.Record, err = recovery.ReadRecord([]byte(r.Body), m.from.Calendar(m.ctx)); err != nil {
		return 0, err
	}
	reports, err := rows.ReadGiven(r.Given, &c)
	if err == nil && reports > 0 {
		c.Given.Reports, err = m.from.Reports(m.ctx, r.Incident, reports)
	}
	if err == nil {
		err = m.set(c.Record.Decision.Set.Digest)
	}
	if err != nil {
		return 0, err
	}
	return m.to.Add(m.ctx, c)
}

// set tells the ledger of a set.
func (m *mirror) set(digest string) error {
	if m.sets[digest] {
		return nil
	}
	set, err := m.from.Files(m.ctx, digest)
	if err == nil && set != nil {
		err = m.to.Set(m.ctx, set)
	}
	m.sets[digest] = err == nil
	return err
}

// erase erases in the ledger what was erased in the database, once everything before it is on disk.
func (m *mirror) erase(r *Row) (int64, error) {
	if err := m.write(); err != nil {
		return 0, err
	}
	numbers, err := rows.ReadErasure(r.Body)
	if err != nil {
		return 0, err
	}
	seqs, err := m.from.Noted(m.ctx, numbers)
	if err != nil || len(seqs) == 0 {
		return -1, err
	}
	return m.to.Erase(m.ctx, r.At, seqs)
}

// Checkpoint reads the text of a checkpoint. Its size is 0 when the text is empty.
func Checkpoint(text []byte) (ledger.Checkpoint, error) {
	if len(text) == 0 {
		return ledger.Checkpoint{}, nil
	}
	return ledger.ParseCheckpoint(text)
}

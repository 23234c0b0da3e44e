package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// Erasure says which payloads to erase: those of one incident, or of every
// incident of a customer. One of the two is required.
type Erasure struct {
	Incident string
	Customer string    // as in customer.id
	At       time.Time // written into the ledger; zero: no time is
}

// Erase overwrites the records of an incident or of a customer and returns how many they were. The
// chain stays whole: the records keep their places, and a record is added. It says which records
// were erased, and keeps their use of partners. Facts and precedents no longer count the erased
// records, and an incident that comes again is a new one.
//
// Copies of the files keep the old bytes, and so may the disk. FORMAT.md says
// more, also about later decisions that quote an erased one.
func (l *Ledger) Erase(ctx context.Context, e Erasure) (records int, err error) {
	if (e.Incident == "") == (e.Customer == "") {
		return 0, errors.New("an incident or a customer is wanted, whose records are to be erased")
	}
	incidents, seqs, err := l.concerned(ctx, e)
	if err != nil || len(seqs) == 0 {
		return 0, err
	}
	if err := l.commitErasure(e.At, incidents, seqs); err != nil {
		return 0, err
	}
	return len(seqs), l.wipe(seqs)
}

// concerned finds the incidents that are meant, and all records of theirs.
func (l *Ledger) concerned(ctx context.Context, e Erasure) (map[string]bool, []int64, error) {
	incidents := map[string]bool{}
	var loose []int64 // refusals of incidents without an id
	if e.Incident != "" {
		incidents[e.Incident] = true
	} else {
		err := l.each(ctx, func(t *log.Item) error {
			incident, customer, err := whose(t)
			switch {
			case err != nil || customer != e.Customer:
			case incident == "":
				loose = append(loose, t.Head.Seq)
			default:
				incidents[incident] = true
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	seqs := loose
	err := l.each(ctx, func(t *log.Item) error {
		incident, _, err := whose(t)
		if incident != "" && incidents[incident] && !slices.Contains(seqs, t.Head.Seq) {
			seqs = append(seqs, t.Head.Seq)
		}
		return err
	})
	slices.Sort(seqs)
	return incidents, seqs, err
}

// each goes through the records on disk that can be erased.
func (l *Ledger) each(ctx context.Context, visit func(*log.Item) error) error {
	l.mu.RLock()
	until, err := l.confirmed, l.usable()
	l.mu.RUnlock()
	if err != nil {
		return err
	}
	if until == 0 {
		return nil
	}
	w := &log.Walk{Scanner: log.Scanner{Log: l.log, Until: until}, Visit: func(t *log.Item) error {
		if t.Body != log.BodyWhole || !t.Head.Kind.Erasable() {
			return nil
		}
		return visit(t)
	}}
	return w.Run(ctx)
}

// whose says which incident and customer a record is about. A record of reports
// is about one incident.
func whose(t *log.Item) (incident, customer string, err error) {
	switch t.Head.Kind {
	case KindDecision:
		s, err := parseSummary(t.Head.Seq, t.Payload, map[string]bool{"customer.id": true})
		if err != nil {
			return "", "", err
		}
		return s.Incident, s.Key("customer.id"), nil
	case KindReport:
		list, _, err := parseReports(t.Payload)
		if err != nil || len(list) == 0 {
			return "", "", err
		}
		return list[0].Incident, "", nil
	case KindMark:
		m, err := parseMark(t.Payload)
		return m.Incident, "", err
	case KindRefusal:
		r, err := parseRefusal(t.Payload)
		if err != nil {
			return "", "", err
		}
		var in recovery.Incident
		if json.Unmarshal(r.Input, &in) == nil {
			customer = in.Customer.ID
		}
		return r.Incident, customer, nil
	}
	return "", "", nil
}

// commitErasure takes the incidents out of the index, and records that.
func (l *Ledger) commitErasure(at time.Time, incidents map[string]bool, seqs []int64) error {
	l.mu.Lock()
	if err := l.usable(); err != nil {
		l.mu.Unlock()
		return err
	}
	e := erasure{at: at, records: seqs}
	type gone struct {
		incident string
		number   int
		from     store.Standing
	}
	var list []gone
	for _, incident := range slices.Sorted(maps.Keys(incidents)) {
		t := l.index.threads[incident]
		if t == nil {
			continue
		}
		if t.last() > seqs[len(seqs)-1] || t.last() >= l.confirmed {
			l.mu.Unlock()
			return store.Changed("incident " + incident + " was decided again while its records were being erased; erase it again")
		}
		from, err := t.standing(l.look)
		if err != nil {
			l.mu.Unlock()
			return err
		}
		e.reserves = slices.AppendSeq(e.reserves, from.Reserves())
		list = append(list, gone{incident, t.number, from})
	}
	slices.SortFunc(e.reserves, compareReserves)
	p, err := prepare(KindErasure, e.append(nil))
	if err != nil {
		l.mu.Unlock()
		return err
	}
	for _, g := range list {
		l.undo = append(l.undo, undo{seq: l.next, incident: g.incident, forgotten: l.index.threads[g.incident], before: g.from, shifted: true})
		l.index.counts.Shift(g.number, g.from, store.Standing{})
		delete(l.index.threads, g.incident)
	}
	l.index.counts.Reserve(e.reserves)
	l.undo = append(l.undo, undo{seq: l.next, reserves: e.reserves})
	for _, seq := range seqs {
		l.cache[seq%cacheSize].Store(nil)
	}
	l.put(p)
	return l.settle(l.joined())
}

// wipe overwrites salts and payloads with zeros.
func (l *Ledger) wipe(seqs []int64) error {
	for _, seq := range seqs {
		f, err := l.log.Find(seq)
		if err != nil {
			return err
		}
		if f.Erased() {
			continue
		}
		if err := l.log.Overwrite(&f); err != nil {
			l.mu.Lock()
			l.end(err)
			l.mu.Unlock()
			return err
		}
		l.cache[seq%cacheSize].Store(nil)
	}
	return nil
}

func compareReserves(a, b recovery.Reserve) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Partner, b.Partner), cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Units, b.Units))
}

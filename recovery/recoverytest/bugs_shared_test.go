package recoverytest_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/recoverytest"
	"github.com/servicerecovery/amends/recovery/store"
)

// disk is where stores of the bugs are kept while they are not open: a store in memory, and all that it has taken. Only
// this process has it.
type disk struct {
	*recovery.MemoryStore
	mu    sync.Mutex
	taken []recovery.Commit
}

// disks are all that there are, by place.
var disks sync.Map

func newDisk() (place string, d *disk) {
	d = &disk{MemoryStore: recovery.NewMemoryStore(recovery.KeepDeliveries())}
	place = fmt.Sprintf("%p", d)
	disks.Store(place, d)
	return place, d
}

// diskAt is the disk of a place, a new one where there is none.
func diskAt(place string) *disk {
	if d, ok := disks.Load(place); ok {
		return d.(*disk)
	}
	_, d := newDisk()
	return d
}

func (d *disk) Commit(ctx context.Context, c recovery.Commit) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.MemoryStore.Commit(ctx, c)
	if err == nil {
		d.taken = append(d.taken, c)
	}
	return err
}

// copied is another disk that has taken the same.
func (d *disk) copied(t *testing.T) *disk {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	_, out := newDisk()
	for _, c := range d.taken {
		if err := out.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// buggyHarness is a harness of stores that have a bug.
func buggyHarness(b bug) recoverytest.Harness {
	of := func(s recovery.Store) *buggy { return s.(*buggy) }
	return recoverytest.Harness{
		New: func(*testing.T) recovery.Store {
			place, d := newDisk()
			return &buggy{disk: d, bug: b, place: place}
		},
		Reopen: func(_ *testing.T, s recovery.Store) recovery.Store {
			again := &buggy{disk: of(s).disk, bug: of(s).bug, place: of(s).place}
			if b.reopened != nil {
				b.reopened(again)
			}
			return again
		},
		Place: func(_ *testing.T, s recovery.Store) string { return of(s).place },
		At: func(_ *testing.T, place string) recovery.Store {
			other := &buggy{disk: diskAt(place), bug: b, place: place}
			if b.other != nil {
				b.other(other)
			}
			return other
		},
		Begin: func(t *testing.T, s recovery.Store) recoverytest.Transaction {
			in := &buggy{disk: of(s).copied(t), bug: of(s).bug}
			before := len(in.taken)
			commit := func() error {
				for _, c := range in.taken[before:] {
					if err := of(s).Commit(t.Context(), c); err != nil {
						return err
					}
				}
				return nil
			}
			tx := recoverytest.Transaction{Store: in, Commit: commit, Rollback: func() error { return nil }}
			if b.begun != nil {
				b.begun(of(s), &tx)
			}
			return tx
		},
		Erase: func(ctx context.Context, s recovery.Store, e store.Erasure) ([]recovery.Delivery, error) {
			if b.erase != nil {
				return b.erase(ctx, of(s), e)
			}
			return of(s).Erase(ctx, e)
		},
		Anew: func(ctx context.Context, s recovery.Store, namespace, incident string) error {
			if b.neverAnew {
				return nil
			}
			return of(s).Anew(ctx, namespace, incident)
		},
	}
}

// caching answers from what was read before.
func caching(s *buggy) {
	s.cached = map[string]recovery.Given{}
}

// sharedBugs are about handles, processes, reopening, transactions, erasure, tenants of streams, and what an engine keeps.
func sharedBugs() map[string]bug {
	given := func(change func(g *recovery.Given)) func(s *buggy) { return func(s *buggy) { s.given = change } }
	return map[string]bug{
		"a handle keeps what it has read":             {other: caching},
		"each handle has a store of its own":          {other: func(s *buggy) { _, s.disk = newDisk() }},
		"a handle compares with its own commits":      {other: func(s *buggy) { s.lastWins = true }},
		"a handle does not see what another has used": {other: given(func(g *recovery.Given) { clear(g.Use) })},
		"what is shared is shared in one process":     {inOneProcess: true},

		"opened again, choices are lost":            {reopened: given(func(g *recovery.Given) { g.Made = nil })},
		"opened again, reports are lost":            {reopened: given(func(g *recovery.Given) { g.Reports = nil })},
		"opened again, what was refused is lost":    {reopened: given(func(g *recovery.Given) { g.Told = nil })},
		"opened again, the use of partners is lost": {reopened: given(func(g *recovery.Given) { clear(g.Use) })},
		"opened again, facts begin anew": {reopened: given(func(g *recovery.Given) {
			for i := range g.Facts {
				if m, ok := g.Facts[i].(recovery.Money); ok {
					g.Facts[i], _ = m.Sub(m)
				}
			}
		})},
		"opened again, precedents are lost":    {reopened: func(s *buggy) { s.summary = func(p *store.Precedents) { *p = store.Precedents{} } }},
		"opened again, deliveries are lost":    {reopened: func(s *buggy) { s.silent = true }},
		"opened again, what falls due is lost": {reopened: func(s *buggy) { s.never = true }},
		"opened again, what was dead is not": {reopened: given(func(g *recovery.Given) {
			if g.Stream != nil {
				g.Stream.Open = nil
			}
		})},
		"opened again, it is not known what was erased": {reopened: func(s *buggy) { _ = s.Anew(context.Background(), "", "A") }},
		"opened again, promises are lost":               {reopened: func(s *buggy) { s.given = previous(func(r *recovery.Record) { r.Promises = nil }) }},

		"a rollback is none":                  {begun: func(_ *buggy, tx *recoverytest.Transaction) { tx.Rollback = tx.Commit }},
		"a transaction is none":               {begun: func(s *buggy, tx *recoverytest.Transaction) { tx.Store = s; tx.Commit = tx.Rollback }},
		"what was committed in one is lost":   {begun: func(_ *buggy, tx *recoverytest.Transaction) { tx.Commit = tx.Rollback }},
		"deliveries do not wait for the end":  {begun: func(s *buggy, tx *recoverytest.Transaction) { tx.Store.(*buggy).ahead = s }},
		"a transaction does not read its own": {begun: func(s *buggy, tx *recoverytest.Transaction) { tx.Store.(*buggy).reads = s.disk }},

		"nothing is erased": {erase: func(context.Context, *buggy, store.Erasure) ([]recovery.Delivery, error) { return nil, nil }},
		"what was erased is taken again": {erase: func(ctx context.Context, s *buggy, e store.Erasure) ([]recovery.Delivery, error) {
			list, err := s.Erase(ctx, e)
			for _, id := range []string{"A", "B", "E"} {
				_ = s.Anew(ctx, e.Namespace, id)
			}
			return list, err
		}},
		"another tenant's is erased too": {erase: func(ctx context.Context, s *buggy, e store.Erasure) ([]recovery.Delivery, error) {
			other := e
			other.Namespace = "acme"
			_, _ = s.Erase(ctx, other)
			return s.Erase(ctx, e)
		}},
		"a customer of every tenant is erased": {erase: func(ctx context.Context, s *buggy, e store.Erasure) ([]recovery.Delivery, error) {
			if e.Customer != "" {
				other := e
				other.Namespace = ""
				_, _ = s.Erase(ctx, other)
			}
			return s.Erase(ctx, e)
		}},
		"what is cancelled by erasing is not told": {erase: func(ctx context.Context, s *buggy, e store.Erasure) ([]recovery.Delivery, error) {
			_, err := s.Erase(ctx, e)
			return nil, err
		}},
		"what was done is cancelled by erasing": {erase: func(ctx context.Context, s *buggy, e store.Erasure) ([]recovery.Delivery, error) {
			list, err := s.Erase(ctx, e)
			return append(list, recovery.Delivery{Key: "e2"}), err
		}},
		"erasing gives back the use of partners": {erase: func(ctx context.Context, s *buggy, e store.Erasure) ([]recovery.Delivery, error) {
			s.given = func(g *recovery.Given) { clear(g.Use) }
			return s.Erase(ctx, e)
		}},
		"precedents outlive erasing": {erase: func(ctx context.Context, s *buggy, e store.Erasure) ([]recovery.Delivery, error) {
			s.summary = func(p *store.Precedents) { p.Count = 1 }
			return s.Erase(ctx, e)
		}},
		"what was erased never begins anew": {neverAnew: true},

		"what falls due ignores tenants":          {due: func(c *recovery.Claim) { c.Namespace = "" }},
		"what is next ignores tenants":            {nextOfAll: true},
		"claiming does not heed the context":      {deafStream: true},
		"claims are lost when a claim is renewed": {noRenewal: true},

		"durations come back as texts": {given: previous(func(r *recovery.Record) {
			params(r, func(v any) any {
				if d, ok := v.(time.Duration); ok {
					return d.String()
				}
				return v
			})
		})},
		"doubles come back as ints": {given: previous(func(r *recovery.Record) {
			params(r, func(v any) any {
				if f, ok := v.(float64); ok {
					return int64(f)
				}
				return v
			})
		})},
		"lists of parameters lose their order": {given: previous(func(r *recovery.Record) {
			params(r, func(v any) any {
				if list, ok := v.([]any); ok {
					list = slices.Clone(list)
					slices.Reverse(list)
					return list
				}
				return v
			})
		})},
		"pauses are lost":    {given: previous(func(r *recovery.Record) { r.Incident = pauses.ReplaceAll(r.Incident, []byte(`"paused":[]`)) })},
		"calendars are lost": {given: previous(func(r *recovery.Record) { *r = *inCalendar(r, always()) })},
	}
}

var pauses = regexp.MustCompile(`"paused":\[[^\]]*\]`)

// params changes the parameters of a record.
func params(r *recovery.Record, change func(v any) any) {
	d := *r.Decision
	d.Actions = slices.Clone(d.Actions)
	for i := range d.Actions {
		list := slices.Clone(d.Actions[i].Params)
		for j := range list {
			list[j].Value = change(list[j].Value)
		}
		d.Actions[i].Params = list
	}
	r.Decision = &d
}

// always is a calendar that is always open.
func always() *worktime.Calendar {
	var week worktime.Week
	for day := range week {
		week[day] = []worktime.Shift{{From: 0, Until: 24 * 60}}
	}
	c, err := worktime.New(worktime.Rules{Zone: time.UTC, Versions: []worktime.Version{{Week: week}}})
	if err != nil {
		panic(err)
	}
	return c
}

// inCalendar is a record whose actions count in a calendar.
func inCalendar(r *recovery.Record, c *worktime.Calendar) *recovery.Record {
	text := r.AppendJSON(nil, func(*worktime.Calendar) string { return "c" })
	out, err := recovery.ReadRecord(text, func(string) (*worktime.Calendar, error) { return c, nil })
	if err != nil {
		panic(err)
	}
	return out
}

// Package mirrortest tests the mirror of a store in a database: whatever is committed, erased and interrupted, the ledger has
// each record once, is whole, and gives every decision again.
package mirrortest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/mirror"
	"github.com/servicerecovery/amends/recovery/ledger"
	"github.com/servicerecovery/amends/recovery/store"
)

// Store is a store with a mirror.
type Store interface {
	recovery.Stream
	Mirror(ctx context.Context, dir string) error
	Unsealed(ctx context.Context) (int64, time.Time, error)
	Erase(ctx context.Context, e store.Erasure) ([]recovery.Delivery, error)
	Anew(ctx context.Context, namespace, incident string) error
}

const set = `
amends: v1
playbook: parcels
owner: care
review_by: 2027-06-30
zone: Europe/Madrid
applies: incident.service == "parcel"
calendars:
  office: {hours: {mon-fri: "09:00-17:00"}}
facts:
  credited: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}
limits:
  - {of: compensate, at_most: 30 EUR, counting: credited}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{compensate: {amount: 5 EUR}}, {respond: {within: 2h, calendar: office, if_late: [{escalate: {to: lead}}]}}]
  - id: lost
    approach: case-by-case
    when: incident.failure == "lost"
    discretion:
      decider: care
      options:
        - compensate: {amount: {from: 1 EUR, to: 20 EUR}}
      comparable: [service]
`

// desk tells a random story to a store.
type desk struct {
	*testing.T
	Kit
	random *rand.Rand
	store  Store
	engine *recovery.Engine
	now    time.Time
	same   int64 // decisions that came out the same again
}

// Kit is what the test wants to know of a kind of store.
type Kit struct {
	Open   func(t *testing.T) Store // an empty one
	Source func(Store) mirror.Source
	// Count counts decisions, reports, marks and refusals.
	Count func(t *testing.T, s Store) int
}

// Test tells random stories to stores, and mirrors them in between.
func Test(t *testing.T, k Kit) {
	seeds := 12
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("story ", seed), func(t *testing.T) {
			d := newDesk(t, k, uint64(seed))
			dir := filepath.Join(t.TempDir(), "mirror")
			for range 4 {
				for range 20 {
					d.step()
				}
				d.mirror(dir)
			}
			if d.same == 0 {
				t.Error("nothing was decided again")
			}
		})
	}
	t.Run("other hands", func(t *testing.T) { otherHands(newDesk(t, k, 99)) })
}

func newDesk(t *testing.T, k Kit, seed uint64) *desk {
	s := k.Open(t)
	d := &desk{T: t, Kit: k, random: rand.New(rand.NewPCG(seed, 7)), store: s, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	var err error
	d.engine, err = recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(set)}}, recovery.WithStore(s), recovery.WithClock(func() time.Time { return d.now }))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil && !errors.Is(err, recovery.ErrErased) {
		d.Fatal(err)
	}
}

// step does something that somebody could do.
func (d *desk) step() {
	d.Helper()
	ctx := d.Context()
	d.now = d.now.Add(time.Duration(d.random.IntN(100)) * time.Minute)
	id, customer := fmt.Sprint("T-", d.random.IntN(6)), fmt.Sprint("C-", d.random.IntN(2))
	switch d.random.IntN(10) {
	case 0, 1, 2:
		in := recovery.Incident{
			ID: id, Service: "parcel", Failure: []string{"late", "lost"}[d.random.IntN(2)], Severity: 1 + d.random.IntN(4), OccurredAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
			UpdatedAt: d.now, Customer: recovery.Customer{ID: customer, Name: "Name of " + customer},
		}
		_, err := d.engine.Handle(ctx, in)
		d.must(err)
	case 3: // a version that says nothing new
		unknown := errors.New("nobody has told of it")
		_, err := d.engine.Update(ctx, id, func(in *recovery.Incident) error {
			if in.UpdatedAt = d.now; in.Service == "" {
				return unknown
			}
			return nil
		})
		var refused *recovery.IncidentError
		if !errors.Is(err, unknown) && !errors.As(err, &refused) {
			d.must(err)
		}
	case 4: // what is refused
		_, err := d.engine.Handle(ctx, recovery.Incident{ID: id, Service: "parcel", Failure: "late", Severity: 9, OccurredAt: d.now, Customer: recovery.Customer{ID: customer}})
		if err == nil {
			d.Fatal("a severity of 9 was taken")
		}
	case 5:
		choices, err := d.engine.Choices(ctx, id)
		d.must(err)
		for _, c := range choices {
			amount, err := value.NewMoney(int64(100*(1+d.random.IntN(20))), "EUR")
			d.must(err)
			sel := recovery.Selection{Incident: id, Choice: c.ID, By: "ana", Roles: []string{"care"}, Reason: "it was long", Options: []recovery.Selected{{Type: "compensate", Amount: amount}}}
			var refused *recovery.ChoiceError // by the limit
			if _, err := d.engine.Choose(ctx, sel); !errors.As(err, &refused) {
				d.must(err)
			}
		}
	case 6:
		list, err := d.store.Claim(ctx, recovery.Claim{By: "r", Now: d.now, Until: d.now.Add(time.Minute)})
		d.must(err)
		for _, x := range list {
			if x.Action != nil && d.random.IntN(2) == 0 {
				d.must(d.engine.Report(ctx, recovery.Report{Incident: x.Incident, Key: x.Key, At: d.now}))
			}
		}
	case 7:
		var unhandled *recovery.UnhandledError
		if _, err := d.engine.Again(ctx, id); !errors.As(err, &unhandled) {
			d.must(err)
		}
	case 8:
		if d.random.IntN(3) == 0 {
			_, err := d.store.Erase(ctx, store.Erasure{Incident: id, At: d.now})
			d.must(err)
		}
	case 9:
		if d.random.IntN(20) == 0 {
			_, err := d.store.Erase(ctx, store.Erasure{Customer: customer, At: d.now})
			d.must(err)
		}
		d.must(d.store.Anew(ctx, "", id))
	}
}

// mirror seals what there is, often interrupted, and compares the ledger with the store.
func (d *desk) mirror(dir string) {
	d.Helper()
	ctx := d.Context()
	for left := d.random.IntN(4); left > 0; left-- {
		err := mirror.Run(ctx, &failing{Source: d.Source(d.store), after: d.random.IntN(8)}, dir)
		if err != nil && !errors.Is(err, errFailed) {
			d.Fatal(err)
		}
	}
	d.must(d.store.Mirror(ctx, dir))
	if n, since, err := d.store.Unsealed(ctx); err != nil || n != 0 || !since.IsZero() {
		d.Fatalf("%d records since %s are not sealed (%v)", n, since, err)
	}
	at, _, err := d.Source(d.store).Sealed(ctx)
	d.must(err)
	v, err := ledger.Verify(ctx, dir, ledger.VerifyOptions{Checkpoints: []ledger.Checkpoint{at}})
	if err != nil || v.Unfinished > 0 || v.Torn > 0 {
		d.Fatalf("the mirror is not whole: %+v, %v", v, err)
	}
	if v.Checkpoint.Root != at.Root {
		d.Errorf("the mirror has %d records, and the store knows %d", v.Records, at.Size)
	}
	out, err := ledger.Replay(ctx, dir, ledger.ReplayOptions{Differs: func(x ledger.Difference) error {
		return fmt.Errorf("record %d is decided otherwise: %+v", x.Seq, x)
	}})
	if err != nil || out.Different > 0 || len(out.Skipped) > 0 {
		d.Fatalf("replayed: %+v, %v", out, err)
	}
	d.same += out.Same
	kept := 0
	for e, err := range ledger.Entries(ctx, dir) {
		d.must(err)
		if !e.Erased && (e.Record != nil || e.Refusal != nil || e.Mark != nil || len(e.Reports) > 0) {
			kept++
		}
	}
	if want := d.Count(d.T, d.store); kept != want {
		d.Errorf("the ledger has %d records that are not erased, and the store %d", kept, want)
	}
	d.incidents(dir)
	d.must(d.store.Mirror(ctx, dir)) // adds nothing
	if again, _, err := d.Source(d.store).Sealed(ctx); err != nil || again != at {
		d.Errorf("a mirror of nothing has added: %d records, then %d (%v)", at.Size, again.Size, err)
	}
}

// incidents compares what stands of each incident in the ledger with what stands in the store.
func (d *desk) incidents(dir string) {
	d.Helper()
	ctx := d.Context()
	for i := range 6 {
		q := recovery.Query{Incident: fmt.Sprint("T-", i)}
		want, _, err := d.store.Read(ctx, q)
		d.must(err)
		list, err := ledger.About(ctx, dir, "", q.Incident, false)
		d.must(err)
		var previous *recovery.Record
		var made []string
		reports := 0
		for _, e := range list {
			reports += len(e.Reports)
			if e.Record != nil && e.Record.On == "" {
				previous = e.Record
			} else if e.Record != nil {
				made = append(made, e.Record.Decision.ID)
			}
		}
		name := func(*worktime.Calendar) string { return "" }
		switch {
		case (want.Previous == nil) != (previous == nil):
			d.Errorf("%s: the ledger has %v, the store %v", q.Incident, previous, want.Previous)
		case previous != nil && string(previous.AppendJSON(nil, name)) != string(want.Previous.AppendJSON(nil, name)):
			d.Errorf("%s: the decisions differ", q.Incident)
		case reports != len(want.Reports):
			d.Errorf("%s: the ledger has %d reports, the store %d", q.Incident, reports, len(want.Reports))
		}
		for i := range want.Made {
			if !slices.Contains(made, want.Made[i].Decision.ID) {
				d.Errorf("%s: the ledger lacks the choice %s", q.Incident, want.Made[i].Decision.ID)
			}
		}
	}
}

// failing is a source whose transactions fail from some one on, half of them after they are done.
type failing struct {
	mirror.Source
	after int
}

var errFailed = errors.New("the server was killed")

func (f *failing) fail() bool {
	f.after--
	return f.after < 0
}

func (f *failing) Unsealed(ctx context.Context, most int) ([]mirror.Row, error) {
	if f.fail() {
		return nil, errFailed
	}
	return f.Source.Unsealed(ctx, min(most, 7)) // fewer than are wanted would end the run
}

func (f *failing) Note(ctx context.Context, list []mirror.Seal) error {
	if f.fail() {
		return errFailed
	}
	err := f.Source.Note(ctx, list)
	if f.fail() {
		return errFailed
	}
	return err
}

func (f *failing) Done(ctx context.Context, at ledger.Checkpoint) error {
	if f.fail() {
		return errFailed
	}
	return f.Source.Done(ctx, at)
}

// otherHands holds that a ledger that is not the mirror of the store is refused.
func otherHands(d *desk) {
	ctx := d.Context()
	for range 30 {
		d.step()
	}
	if n, since, err := d.store.Unsealed(ctx); err != nil || n == 0 || since.IsZero() {
		d.Errorf("%d records since %s are not sealed (%v)", n, since, err)
	}
	dir := filepath.Join(d.TempDir(), "mirror")
	d.must(d.store.Mirror(ctx, dir))
	var cut *ledger.CheckpointError
	if err := d.store.Mirror(ctx, filepath.Join(d.TempDir(), "another")); !errors.As(err, &cut) {
		d.Errorf("another directory is taken: %v", err)
	}
	l, err := ledger.Open(dir)
	d.must(err)
	e, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(set)}}, recovery.WithStore(l))
	d.must(err)
	_, err = e.Handle(ctx, recovery.Incident{ID: "X", Service: "parcel", Failure: "late", Severity: 1, OccurredAt: d.now, Customer: recovery.Customer{ID: "C"}})
	d.must(err)
	d.must(l.Close())
	var foreign *ledger.ForeignError
	if err := d.store.Mirror(ctx, dir); !errors.As(err, &foreign) {
		d.Errorf("a record of somebody else's is taken: %v", err)
	}
}

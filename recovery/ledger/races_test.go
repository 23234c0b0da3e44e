package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// TestRetries handles one incident 1,000 times from 8 goroutines: it is one
// decision.
func TestRetries(t *testing.T) {
	l := openT(t, t.TempDir())
	d := newDesk(t, l, story)
	var all sync.WaitGroup
	var ids sync.Map
	for range 8 {
		all.Go(func() {
			for range 125 {
				x, err := d.Handle(context.Background(), incident("T-1", "late", "C-1", 30*time.Hour, 1))
				if err != nil {
					t.Error(err)
					return
				}
				ids.Store(x.ID, true)
			}
		})
	}
	all.Wait()
	n := 0
	ids.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("there are %d decisions", n)
	}
	if got := verifyT(t, l.dir).Kinds[KindDecision]; got != 1 {
		t.Errorf("%d were recorded", got)
	}
}

// TestRaces lets incidents race for the last unit of a partner and the last euro
// of a cap, over many rounds, through the engine.
func TestRaces(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	l := openT(t, t.TempDir())
	d := newDesk(t, l, `
facts:
  credited: {sum: compensate, currency: EUR, same: [customer.id], last: 30d}
partners:
  quickbike:
    agreement: {ref: QB-1, from: 2026-01-01, until: 2027-12-31}
    outbound: {capacity: {units: 1, per: day}}
limits: [{of: compensate, at_most: 5 EUR, counting: credited}]
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late" && facts.credited >= money("0 EUR")
    do: [{compensate: {amount: 5 EUR}}]
  - id: bring
    approach: partner-substitute
    when: incident.failure == "lost"
    substitute: {partners: [quickbike], units: 1}
    otherwise: [{refund: {amount: 20 EUR}}]
`)
	for round := range rounds {
		d.now = d.now.Add(24 * time.Hour) // a new day has new capacity
		for _, failure := range []string{"late", "lost"} {
			var all sync.WaitGroup
			var mu sync.Mutex
			won := 0
			for racer := range 4 {
				all.Go(func() {
					in := incident(fmt.Sprintf("%s-%d-%d", failure, round, racer), failure, fmt.Sprint("C-", round), 0, 1)
					in.OccurredAt, in.Fields = d.now, nil
					x, err := d.Handle(context.Background(), in)
					if err != nil {
						t.Error(err)
						return
					}
					for _, a := range x.Actions {
						if a.Type == "substitute" || a.Type == "compensate" {
							mu.Lock()
							won++
							mu.Unlock()
						}
					}
				})
			}
			all.Wait()
			if won != 1 {
				t.Fatalf("round %d, %s: %d took what there was one of", round, failure, won)
			}
		}
	}
	r, err := Replay(context.Background(), string(l.dir.(log.Directory)), ReplayOptions{Differs: func(x Difference) error { t.Errorf("%+v", x); return nil }})
	if err != nil || r.Same != int64(8*rounds) {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestOneWriter holds that a second writer is told so at once, and by whom.
func TestOneWriter(t *testing.T) {
	dir := t.TempDir()
	l := openT(t, dir)
	_, err := Open(dir)
	var locked *LockedError
	if !errors.As(err, &locked) || locked.Holder != log.Holder() {
		t.Fatalf("got %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("closed again: %v", err)
	}
	if err := commitPlain(l, "dec_1", "T-1"); !errors.Is(err, ErrClosed) {
		t.Errorf("after closing: %v", err)
	}
	openT(t, dir)
}

// TestReadersMeanwhile reads, verifies and replays a ledger that is written,
// over many files.
func TestReadersMeanwhile(t *testing.T) {
	dir := t.TempDir()
	l, err := open(log.Directory(dir), 20_000)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	stop := make(chan struct{})
	var all sync.WaitGroup
	for g := range 2 {
		all.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				incident := fmt.Sprintf("T-%d-%d", g, i)
				if err := commitPlain(l, "dec_"+incident, incident, given("refund", "1 EUR")); err != nil {
					t.Error(err)
					return
				}
				if i%40 == 39 {
					if n, err := l.Erase(context.Background(), Erasure{Incident: fmt.Sprintf("T-%d-%d", g, i-20)}); err != nil || n != 1 {
						t.Error(n, err)
						return
					}
				}
			}
		})
	}
	enough := int64(1000)
	if testing.Short() {
		enough = 100
	}
	last := int64(0)
	for last < enough && !t.Failed() {
		v, err := Verify(context.Background(), dir, VerifyOptions{})
		if err != nil {
			t.Error(err)
			break
		}
		if v.Records < last {
			t.Errorf("%d records after %d", v.Records, last)
		}
		last = v.Records
		n := int64(0)
		for e, err := range Entries(context.Background(), dir) {
			if err != nil {
				t.Error(err)
				break
			}
			if e.Seq != n {
				t.Errorf("record %d stands where %d belongs", e.Seq, n)
			}
			n++
		}
	}
	close(stop)
	all.Wait()
}

// TestFiles holds that nothing but segments and the lock is in the directory.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	l, err := open(log.Directory(dir), 600)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if err := commitPlain(l, fmt.Sprint("dec_", i), named(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	want := "[0000000000000000.ledger 0000000000000001.ledger 0000000000000002.ledger 0000000000000003.ledger writer.lock]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v", got)
	}
	if err := os.Remove(filepath.Join(dir, "0000000000000002.ledger")); err != nil {
		t.Fatal(err)
	}
	if d := wantDamage(t, second(Verify(context.Background(), dir, VerifyOptions{}))); d.Record != 2 {
		t.Error(d)
	}
	wantDamage(t, second(Open(dir)))
}

// TestCommitsThatNoEngineSends holds what is refused.
func TestCommitsThatNoEngineSends(t *testing.T) {
	l := openFiles(t, newMemoryFiles(), segmentSize)
	good, err := plain(l, "dec_1", "T-1", given("refund", "1 EUR"))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*recovery.Commit){
		"nothing":              func(c *recovery.Commit) { c.Record = nil },
		"two things":           func(c *recovery.Commit) { c.Refusal = &recovery.Refusal{} },
		"no id":                func(c *recovery.Commit) { d := *c.Record.Decision; d.ID = ""; c.Record.Decision = &d },
		"no JSON":              func(c *recovery.Commit) { c.Record.Incident = []byte("{") },
		"unanswered questions": func(c *recovery.Commit) { c.Reads.Facts = make([]recovery.FactQuery, 1) },
		"deliveries": func(c *recovery.Commit) {
			c.Outbox = c.Record.Decision.Effects()
		},
		"another's version": func(c *recovery.Commit) { c.Version = "17" },
	} {
		c, r := good, *good.Record
		c.Record = &r
		change(&c)
		if err := l.Commit(context.Background(), c); err == nil {
			t.Errorf("%s was committed", name)
		}
	}
	if err := l.Commit(context.Background(), good); err != nil {
		t.Error(err)
	}
}

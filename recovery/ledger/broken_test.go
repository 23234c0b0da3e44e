package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

func given(kind, amount string) func(*recovery.Record) {
	return func(r *recovery.Record) {
		r.Decision.Actions = append(r.Decision.Actions, recovery.Action{
			ID: "act_" + kind + r.Decision.ID, Type: kind, Change: recovery.ChangeNew, Amount: recovery.MustMoney(amount),
		})
		r.Reserves = append(r.Reserves, recovery.Reserve{Partner: "bike", Direction: "outbound", Units: 1, At: r.Decision.DecidedAt})
	}
}

func everything(incident string) recovery.Query {
	return recovery.Query{
		Incident:   incident,
		Facts:      []recovery.FactQuery{{Name: "n", Count: "incidents"}, {Name: "sum", Sum: "refund", Currency: "EUR", Matters: true}},
		Use:        []recovery.UseQuery{{Partner: "bike", Direction: "outbound", From: at("2026-03-02T00:00:00Z"), Until: at("2026-03-03T00:00:00Z")}},
		Precedents: []recovery.PrecedentQuery{{Play: "p/one"}},
	}
}

// known is everything that a store says, as text.
func known(t testing.TB, s recovery.Store, incident string) string {
	t.Helper()
	g, _, err := s.Read(context.Background(), everything(incident))
	if err != nil {
		t.Fatal(err)
	}
	previous := ""
	if g.Previous != nil {
		previous = text(g.Previous.Decision)
	}
	made := ""
	for _, m := range g.Made {
		made += text(m.Decision)
	}
	return fmt.Sprint(previous, made, text(g.Reports), text(g.Facts), text(g.Use), text(g.Precedents))
}

// TestBrokenDisk lets each thing that can be done to a disk fail in turn. What
// fails is refused and leaves nothing behind, in mind or on disk; once the disk
// is well again, the same goes through.
func TestBrokenDisk(t *testing.T) {
	for _, what := range []string{"write", "sync", "create", "directory", "full"} {
		t.Run(what, func(t *testing.T) {
			dir := newMemoryFiles()
			l := openFiles(t, dir, 2500)
			tries := 0
			for i := range 12 {
				if err := commitPlain(l, fmt.Sprint("dec_", i), named(i%5), given("refund", "5 EUR")); err != nil {
					t.Fatal(err)
				}
				before := known(t, l, named(i%5))
				size, head := l.Size(), l.head
				breakDisk(dir, what)
				err := commitPlain(l, fmt.Sprint("dec_x", i), named(i%5), given("refund", "7 EUR"))
				dir.fail, dir.room = nil, -1
				if err == nil {
					continue // this one did not need what was broken
				}
				tries++
				if !strings.Contains(err.Error(), "nothing was recorded") {
					t.Fatal(err)
				}
				if after := known(t, l, named(i%5)); after != before || l.Size() != size || l.head != head {
					t.Fatalf("a refused commit has left something behind:\nbefore %s\nafter  %s", before, after)
				}
			}
			if tries == 0 {
				t.Error("nothing broke")
			}
			want := known(t, l, "T-1")
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if v := verifyT(t, dir); v.Torn != 0 {
				t.Errorf("%+v", v)
			}
			if got := known(t, openFiles(t, dir, 2500), "T-1"); got != want {
				t.Errorf("opened again\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

func breakDisk(dir *memoryFiles, what string) {
	if what == "full" {
		dir.room = 100
		return
	}
	once := true
	dir.fail = func(did, name string) error {
		wanted := did == what && name != "" || what == "directory" && did == "sync" && name == ""
		if wanted && once {
			once = false
			return errDisk
		}
		return nil
	}
}

// TestUnmendable breaks the disk so that not even what was half written can be
// cut off. Nothing is recorded until it can.
func TestUnmendable(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	if err := commitPlain(l, "dec_1", "T-1"); err != nil {
		t.Fatal(err)
	}
	dir.fail = func(what, _ string) error {
		if what == "write" || what == "truncate" {
			return errDisk
		}
		return nil
	}
	if err := commitPlain(l, "dec_2", "T-2"); !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "until it can be") {
		t.Fatal(err)
	}
	dir.fail = func(what, _ string) error {
		if what == "truncate" {
			return errDisk
		}
		return nil
	}
	if err := commitPlain(l, "dec_2", "T-2"); err == nil || !strings.Contains(err.Error(), "could not be restored") {
		t.Fatal(err)
	}
	dir.fail = nil
	if err := commitPlain(l, "dec_2", "T-2"); err != nil {
		t.Fatal(err)
	}
	if got := latest(t, l, "T-2"); got != "dec_2" {
		t.Error(got)
	}
	verifyT(t, dir)
}

// TestBrokenWhileMany lets the disk fail now and then under many goroutines:
// what was confirmed is there, what was refused is not.
func TestBrokenWhileMany(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 5000)
	var mu sync.Mutex
	outcome := map[string]error{}
	syncs := 0
	dir.fail = func(what, name string) error {
		if what != "sync" || name == "" {
			return nil
		}
		if syncs++; syncs%5 == 0 {
			return errDisk
		}
		return nil
	}
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 60 {
				incident := fmt.Sprintf("T-%d-%d", g, i)
				err := commitPlain(l, "dec_"+incident, incident, given("refund", "1 EUR"))
				mu.Lock()
				outcome[incident] = err
				mu.Unlock()
			}
		})
	}
	all.Wait()
	dir.fail = nil
	recorded, refused := 0, 0
	check := func(l *Ledger) {
		recorded, refused = 0, 0
		for incident, err := range outcome {
			got := latest(t, l, incident)
			switch {
			case err == nil:
				recorded++
				if got != "dec_"+incident {
					t.Fatalf("%s was confirmed and is not there", incident)
				}
			case !errors.Is(err, errDisk) && !errors.Is(err, recovery.ErrConflict):
				t.Fatal(err)
			default:
				refused++
				if got != "" {
					t.Fatalf("%s was refused and is there", incident)
				}
			}
		}
		g, _, err := l.Read(context.Background(), everything("X"))
		if err != nil || g.Facts[0] != int64(recorded) || g.Use[0] != int64(recorded) || g.Facts[1] != money(recorded) {
			t.Fatalf("%d were recorded, and counted were %v, %v (%v)", recorded, g.Facts, g.Use, err)
		}
	}
	check(l)
	if recorded == 0 || refused == 0 {
		t.Errorf("%d recorded, %d refused", recorded, refused)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	verifyT(t, dir)
	check(openFiles(t, dir, 5000))
}

func money(n int) recovery.Money { return recovery.MustMoney(fmt.Sprint(n, " EUR")) }

// TestChangedUnderneath changes a file of a ledger that is open: what it held is
// not answered, and the error says where it stood.
func TestChangedUnderneath(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	if err := commitPlain(l, "dec_1", "T-1"); err != nil {
		t.Fatal(err)
	}
	l.cache[0].Store(nil) // as if long ago
	data := dir.data[log.SegmentName(0)]
	data[len(data)-5] ^= 1
	_, _, err := l.Read(context.Background(), recovery.Query{Incident: "T-1"})
	if d := wantDamage(t, err); d.Record != 0 {
		t.Error(d)
	}
}

package ledger

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// sureOf notes how many records are confirmed after each operation of a ledger on its files.
type sureOf struct {
	dir  *memoryFiles
	l    *Ledger
	list []struct{ ops, records int }
}

func (s *sureOf) confirm(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	s.list = append(s.list, struct{ ops, records int }{len(s.dir.ops), int(s.l.Size())})
}

// after is how many records are sure once that many operations are done.
func (s *sureOf) after(ops int) (records int64) {
	for _, c := range s.list {
		if c.ops <= ops {
			records = int64(c.records)
		}
	}
	return records
}

// TestCutAtEveryByte runs a small story, stops the disk at every byte that was
// written, and opens what is there: all that was confirmed by then is, and
// the ledger is whole and goes on.
func TestCutAtEveryByte(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 1500)
	sure := sureOf{dir: dir, l: l}
	confirm := func(err error) { t.Helper(); sure.confirm(t, err) }
	for i := range 3 {
		confirm(commitPlain(l, fmt.Sprint("dec_", i), named(i%2)))
	}
	report := func(incident string) recovery.Report {
		return recovery.Report{Incident: incident, Action: "act_x", At: at("2026-03-02T13:00:00Z")}
	}
	confirm(l.Commit(context.Background(), recovery.Commit{Reports: []recovery.Report{report("T-0"), report("T-1"), report("T-9")}}))
	confirm(commitPlain(l, "dec_9", "T-9"))
	erased, err := l.Erase(context.Background(), Erasure{Incident: "T-0"})
	if erased != 3 {
		t.Fatalf("%d records were erased", erased)
	}
	confirm(err)
	if err := commitPlain(l, "dec_10", "T-0"); !errors.Is(err, recovery.ErrErased) {
		t.Fatalf("what comes again of an erased incident: %v", err)
	}
	confirm(l.Anew(context.Background(), "", "T-0"))
	confirm(commitPlain(l, "dec_10", "T-0"))

	built, tried := newMemoryFiles(), 0
	for i, o := range dir.ops {
		least := sure.after(i)
		for cut := range max(len(o.data), 1) {
			if testing.Short() && cut%7 != 0 {
				continue
			}
			tried++
			torn := built.clone()
			torn.apply(o, cut)
			opened, err := open(torn, 1500)
			if err != nil {
				t.Fatalf("operation %d (%s %s), cut at %d: %v", i, o.what, o.name, cut, err)
			}
			if opened.Size() < least {
				t.Fatalf("operation %d, cut at %d: %d records are left of %d", i, cut, opened.Size(), least)
			}
			if err := commitPlain(opened, "dec_after", "T-after"); err != nil {
				t.Fatalf("operation %d, cut at %d: %v", i, cut, err)
			}
			given, _, err := opened.Read(context.Background(), recovery.Query{Incident: "T-1"})
			if err != nil || least >= 2 && given.Previous == nil || least >= 6 && len(given.Reports) != 1 {
				t.Fatalf("operation %d, cut at %d: %+v, %v", i, cut, given, err)
			}
			if n := len(given.Reports); n > 0 {
				// All of a commit, or none: the report on T-9 came with it.
				other, _, err := opened.Read(context.Background(), recovery.Query{Incident: "T-9"})
				if err != nil || len(other.Reports) != n {
					t.Fatalf("operation %d, cut at %d: half of a commit is there: %v, %v", i, cut, other.Reports, err)
				}
			}
			if err := opened.Close(); err != nil {
				t.Fatal(err)
			}
			if v := verifyT(t, torn); v.Torn != 0 || v.Unfinished != 0 {
				t.Fatalf("operation %d, cut at %d: %+v", i, cut, v)
			}
		}
		built.apply(o, len(o.data))
	}
	if tried < 500 {
		t.Errorf("only %d cuts were tried", tried)
	}
}

// TestFlipEveryByte changes each byte of a ledger in which everything has
// happened, and each change is found.
func TestFlipEveryByte(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 4000)
	tell(newDesk(t, l, story))
	if n, err := l.Erase(context.Background(), Erasure{Customer: "C-2", At: at("2026-04-01T00:00:00Z")}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if v := verifyT(t, dir); v.Erased != 2 {
		t.Fatalf("%+v", v)
	}
	step := 1
	if testing.Short() {
		step = 29
	}
	segments := 0
	for name, data := range dir.clone().data {
		if !strings.HasSuffix(name, log.SegmentSuffix) {
			continue
		}
		segments++
		for i := 0; i < len(data); i += step {
			bit := byte(1) << (i % 8)
			dir.data[name][i] ^= bit
			_, err := verify(context.Background(), dir, VerifyOptions{})
			if err == nil {
				t.Fatalf("%s: a change of byte %d was not found", name, i)
			}
			wantDamage(t, err)
			dir.data[name][i] ^= bit
		}
	}
	if segments < 3 {
		t.Errorf("there are only %d segments", segments)
	}
	verifyT(t, dir)
}

// TestTampering takes records out, puts them in, moves them and changes them with
// every checksum made right again.
func TestTampering(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	for i := range 6 {
		if err := commitPlain(l, fmt.Sprint("dec_", i), named(i)); err != nil {
			t.Fatal(err)
		}
	}
	before, err := l.Checkpoint("")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	file := log.SegmentName(0)
	var frames [][]byte
	for rest := dir.data[file][len(log.Magic):]; len(rest) > 0; {
		f, err := log.ParseFrame(rest)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, rest[:f.Size:f.Size])
		rest = rest[f.Size:]
	}
	resealed := func(frame []byte, change func(h *log.Header, payload *[]byte)) []byte {
		f, _ := log.ParseFrame(frame)
		h, _ := log.ParseHeader(f.Header)
		payload := append([]byte(nil), f.Payload...)
		change(&h, &payload)
		return log.AppendFrame(nil, h.Append(nil), f.Salt, payload, log.Sum32(f.Salt, payload))
	}
	swapped := func(i, j int) [][]byte {
		out := append([][]byte(nil), frames...)
		out[i], out[j] = out[j], out[i]
		return out
	}
	changed := func(p *[]byte) { (*p)[len(*p)-3] ^= 1 }
	for name, c := range map[string]struct {
		frames [][]byte
		record int64
	}{
		"one taken out":         {append(append([][]byte(nil), frames[:2]...), frames[3:]...), 2},
		"one put in twice":      {append(append([][]byte(nil), frames[:3]...), frames[2:]...), 3},
		"two moved":             {swapped(1, 4), 1},
		"a payload changed":     {append(append([][]byte{}, resealed(frames[0], func(_ *log.Header, p *[]byte) { changed(p) })), frames[1:]...), 0},
		"a header changed too":  {append(append([][]byte{}, resealed(frames[0], func(h *log.Header, p *[]byte) { changed(p); h.Payload[0] ^= 1 })), frames[1:]...), 0},
		"renumbered":            {append(append([][]byte{}, frames[:5]...), resealed(frames[5], func(h *log.Header, _ *[]byte) { h.Seq = 6 })), 5},
		"another record before": {append(append([][]byte{}, frames[:5]...), resealed(frames[5], func(h *log.Header, _ *[]byte) { h.Prev[3] ^= 1 })), 5},
		"of another kind":       {append(append([][]byte{}, frames[:5]...), resealed(frames[5], func(h *log.Header, _ *[]byte) { h.Kind = "refusal" })), 5},
		"written anew": {append(append([][]byte{}, frames[:5]...), resealed(frames[5], func(h *log.Header, p *[]byte) {
			f, _ := log.ParseFrame(frames[5])
			*p = bytes.ReplaceAll(*p, []byte("dec_5"), []byte("dec_7"))
			h.Payload = log.PayloadDigest(f.Salt, *p)
		})), -1},
		"wiped without a record": {append(append([][]byte{}, log.AppendFrame(nil, frames[0][log.PreambleSize:log.PreambleSize+headerLen(frames[0])], make([]byte, log.SaltSize), make([]byte, len(frames[0])-log.PreambleSize-headerLen(frames[0])-log.SaltSize), 1)), frames[1:]...), 0},
	} {
		t.Run(name, func(t *testing.T) {
			bad := newMemoryFiles()
			data := []byte(log.Magic)
			for _, f := range c.frames {
				data = append(data, f...)
			}
			bad.data[file] = data
			_, err := verify(context.Background(), bad, VerifyOptions{Checkpoints: []Checkpoint{before}})
			if c.record < 0 { // the chain is right, and the checkpoint is not
				if _, err := verify(context.Background(), bad, VerifyOptions{}); err != nil {
					t.Fatal(err)
				}
				if _, ok := err.(*CheckpointError); !ok {
					t.Errorf("got %v", err)
				}
				return
			}
			if d := wantDamage(t, err); d.Record != c.record && d.Record != c.record+1 {
				t.Errorf("found at record %d, want %d: %v", d.Record, c.record, err)
			}
		})
	}
	t.Run("cut off at the end", func(t *testing.T) {
		bad := dir.clone()
		bad.data[file] = bad.data[file][:len(bad.data[file])-len(frames[5])]
		if _, err := verify(context.Background(), bad, VerifyOptions{}); err != nil {
			t.Fatal(err)
		}
		_, err := verify(context.Background(), bad, VerifyOptions{Checkpoints: []Checkpoint{before}})
		if err == nil || !strings.Contains(err.Error(), "was cut off") {
			t.Error(err)
		}
	})
}

func headerLen(frame []byte) int {
	f, _ := log.ParseFrame(frame)
	return len(f.Header)
}

func second[T any](_ T, err error) error { return err }

// TestKilled kills a child process at random moments, while several goroutines
// of it commit, and looks for everything that it said was confirmed.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("AMENDS_LEDGER_CHILD"); dir != "" {
		commitUntilKilled(dir)
		return
	}
	rounds := 8
	if testing.Short() {
		rounds = 2
	}
	dir := t.TempDir()
	confirmed := map[string]string{} // incident → decision
	for round := range rounds {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "AMENDS_LEDGER_CHILD="+dir, fmt.Sprint("AMENDS_LEDGER_ROUND=", round))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for left := 20 + rand.IntN(300); lines.Scan(); left-- {
			if incident, id, ok := strings.Cut(lines.Text(), " "); ok && strings.HasPrefix(incident, "R-") {
				confirmed[incident] = id
			}
			if left == 0 { // what it has said since is read too
				time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
			}
		}
		_ = cmd.Wait() // it was killed

		l, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		for incident, id := range confirmed {
			if got := latest(t, l, incident); got != id {
				t.Fatalf("round %d: of incident %s there is %q, confirmed was %s", round, incident, got, id)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(context.Background(), dir, VerifyOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(confirmed) < 20*rounds {
		t.Errorf("only %d commits were confirmed", len(confirmed))
	}
}

func commitUntilKilled(dir string) {
	l, err := open(log.Directory(dir), 200_000)
	if err != nil {
		fmt.Println(err)
		return
	}
	var out sync.Mutex
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 100_000 {
				incident := fmt.Sprintf("R-%s-%d-%d", os.Getenv("AMENDS_LEDGER_ROUND"), g, i)
				if err := commitPlain(l, "dec_"+incident, incident); err != nil {
					fmt.Println(err)
					return
				}
				out.Lock()
				fmt.Fprintln(os.Stdout, incident, "dec_"+incident)
				out.Unlock()
			}
		})
	}
	all.Wait()
}

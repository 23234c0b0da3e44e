package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// indexedStory is a ledger in which everything has happened, erasures among it, with an index and a
// little behind it.
func indexedStory(t testing.TB) *memoryFiles {
	t.Helper()
	dir := newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	d := newDesk(t, l, story)
	tell(d)
	if _, err := l.Erase(context.Background(), Erasure{Incident: "T-5"}); err != nil {
		t.Fatal(err)
	}
	if err := l.WriteIndex(context.Background()); err != nil {
		t.Fatal(err)
	}
	d.handle(incident("T-6", "late", "C-6", 0, 1))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

var toldOf = []string{"T-1", "T-2", "T-3", "T-4", "T-5", "T-6", "T-7"}

// read is what readers say who do not write.
func read(t testing.TB, dir *memoryFiles) string {
	t.Helper()
	var out strings.Builder
	for _, incident := range toldOf {
		x, err := explain(context.Background(), dir, ExplainOptions{Incident: incident})
		receipt, proveErr := prove(context.Background(), dir, ProveOptions{Incident: incident})
		list, listErr := entriesAbout(context.Background(), dir, incident, true)
		fmt.Fprintln(&out, text(x), err, string(receipt), proveErr, text(list), listErr)
	}
	return out.String()
}

// TestIndexFlipEveryByte changes each byte of an index. Nothing that anybody says changes: the index is
// not used, or whoever comes upon the change says so.
func TestIndexFlipEveryByte(t *testing.T) {
	dir := indexedStory(t)
	name := indexes(t, dir)[0]
	want := read(t, withoutIndex(dir))
	asked := openFiles(t, withoutIndex(dir), segmentSize)
	wanted := map[string]string{}
	for _, incident := range toldOf {
		wanted[incident] = known(t, asked, incident)
	}
	step := 211
	if testing.Short() {
		step = 5003
	}
	said, unused := 0, 0
	for i := 0; i < len(dir.data[name]); i += step {
		changed := dir.clone()
		changed.data[name][i] ^= 1 << (i % 8)
		v, err := verify(context.Background(), changed, VerifyOptions{})
		var damage *Damage
		switch {
		case errors.As(err, &damage) && damage.File == name:
		case err != nil || len(v.Unused) != 1 || v.Indexed != 0:
			t.Fatalf("byte %d: %+v, %v", i, v, err)
		}
		if got := read(t, changed); got != want {
			t.Fatalf("byte %d: got\n%s\nwant\n%s", i, got, want)
		}
		l, err := open(changed.clone(), segmentSize)
		if err != nil {
			t.Fatalf("byte %d: %v", i, err)
		}
		if l.Unread() == 0 {
			unused++
		}
		for _, incident := range toldOf {
			g, _, err := l.Read(context.Background(), everything(incident))
			switch {
			case errors.As(err, &damage) && damage.File == name:
				said++
			case err != nil:
				t.Fatalf("byte %d: %v", i, err)
			case text(g.Facts) != text(factsOf(t, asked, incident)) || known(t, l, incident) != wanted[incident]:
				t.Fatalf("byte %d: %s is %s, want %s", i, incident, known(t, l, incident), wanted[incident])
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := repairFiles(context.Background(), changed)
		if err != nil || len(r.Indexes) != 1 || r.Cut != 0 {
			t.Fatalf("byte %d: %+v, %v", i, r, err)
		}
		if v := verifyT(t, changed); v.Indexed != 0 || len(v.Unused) != 0 {
			t.Fatalf("byte %d: repaired %+v", i, v)
		}
	}
	if unused == 0 || said == 0 {
		t.Errorf("%d changes were found when the ledger was opened, %d later", unused, said)
	}
	v := verifyT(t, dir)
	if r, err := repairFiles(context.Background(), dir); err != nil || len(r.Indexes) != 0 || v.Indexed == 0 {
		t.Errorf("an index that is used was removed: %+v, %+v, %v", v, r, err)
	}
}

func factsOf(t testing.TB, l *Ledger, incident string) []any {
	t.Helper()
	g, _, err := l.Read(context.Background(), everything(incident))
	if err != nil {
		t.Fatal(err)
	}
	return g.Facts
}

// TestIndexThatIsCut cuts an index and makes it longer. It is not used.
func TestIndexThatIsCut(t *testing.T) {
	dir := indexedStory(t)
	name := indexes(t, dir)[0]
	whole := dir.data[name]
	for _, data := range [][]byte{nil, whole[:1], whole[:len(whole)/2], whole[:len(whole)-1], append(whole[:len(whole):len(whole)], 0), make([]byte, len(whole))} {
		changed := dir.clone()
		changed.data[name] = data
		if v := verifyT(t, changed); len(v.Unused) != 1 {
			t.Errorf("%d bytes: %+v", len(data), v)
		}
		l := openFiles(t, changed, segmentSize)
		if l.Unread() != 0 || len(indexes(t, changed)) != 0 {
			t.Errorf("%d bytes: %d records were not read, and there are %v", len(data), l.Unread(), indexes(t, changed))
		}
	}
}

// TestIndexOfAnother puts an index that the chain does not vouch for in the place of one: that of
// another ledger, an earlier one of this ledger under a later name, and one without its record.
func TestIndexOfAnother(t *testing.T) {
	dir, other := indexedStory(t), indexedStory(t)
	name := indexes(t, dir)[0]
	want := read(t, withoutIndex(dir))
	l := openFiles(t, other, segmentSize)
	if err := l.WriteIndex(context.Background()); err != nil {
		t.Fatal(err)
	}
	later := indexes(t, other)[0]
	cases := map[string]func(*memoryFiles){
		"of another ledger":  func(m *memoryFiles) { m.data[name] = other.data[later] },
		"under a later name": func(m *memoryFiles) { m.data[log.IndexName(10)] = m.data[name]; delete(m.data, name) },
		"of a longer ledger": func(m *memoryFiles) { m.data[later] = other.data[later]; delete(m.data, name) },
	}
	for what, change := range cases {
		changed := dir.clone()
		change(changed)
		if got := read(t, changed); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
		}
		if l := openFiles(t, changed, segmentSize); l.Unread() != 0 || len(indexes(t, changed)) != 0 {
			t.Errorf("%s: it was used", what)
		}
	}
}

// TestDamageBehindIndex changes records that are not read when the ledger is opened. Whoever comes to
// them says so: a record that is not there any more is never a new incident.
func TestDamageBehindIndex(t *testing.T) {
	dir := indexedStory(t)
	segment := log.SegmentName(0)
	whole := dir.data[segment]
	frames := framesIn(t, whole)
	about := map[int][]string{} // the incidents that a record is about
	for i, f := range frames {
		item := log.Item{Frame: f}
		item.Check(true)
		if is, err := whose(&item); err == nil && item.Body == log.BodyWhole && is.incident != "" {
			about[i] = append(about[i], is.incident)
		}
	}
	changes := map[string]func(b []byte, f *log.Frame){
		"wiped":   func(b []byte, f *log.Frame) { clear(b[f.Body() : f.Offset+f.Size]) },
		"half":    func(b []byte, f *log.Frame) { clear(b[f.Body() : f.Body()+f.Size/3]) },
		"changed": func(b []byte, f *log.Frame) { b[f.Body()+log.SaltSize+9] ^= 1 },
		"resealed": func(b []byte, f *log.Frame) { // with every sum of the record made right again
			h, _ := log.ParseHeader(f.Header)
			payload := append([]byte(nil), f.Payload...)
			payload[len(payload)-9] ^= 1
			h.Payload = log.PayloadDigest(f.Salt, payload)
			copy(b[f.Offset:], log.AppendFrame(nil, h.Append(nil), f.Salt, payload, log.Sum32(f.Salt, payload)))
		},
		"zeros": func(b []byte, f *log.Frame) { clear(b[f.Offset : f.Offset+f.Size]) },
	}
	tried := 0
	for i := range frames {
		f := frames[i]
		if len(about[i]) == 0 || i >= len(frames)-2 { // the last one is read
			continue
		}
		for what, change := range changes {
			changed := dir.clone()
			change(changed.data[segment], &f)
			l, err := open(changed.clone(), segmentSize)
			if err != nil {
				t.Fatalf("record %d %s: %v", i, what, err)
			}
			asked := about[i][0]
			_, explainErr := explain(context.Background(), changed, ExplainOptions{Incident: asked})
			wantDamage(t, explainErr)
			_, aboutErr := entriesAbout(context.Background(), changed, asked, false)
			wantDamage(t, aboutErr)
			if _, err := verify(context.Background(), changed, VerifyOptions{}); err == nil {
				t.Errorf("record %d %s: it verifies", i, what)
			}
			g, _, err := l.Read(context.Background(), recovery.Query{Incident: asked})
			if err == nil && !reads(l, asked, int64(i)) {
				continue // of an earlier decision, or a refusal, an engine needs nothing
			}
			if d := wantDamage(t, err); d.Record != int64(i) {
				t.Errorf("record %d %s: %v, %v", i, what, d, g.Previous)
			}
			if _, err = newDesk(t, l, story).Handle(context.Background(), incident(asked, "late", "C-1", 0, 2)); err == nil {
				t.Errorf("record %d %s: incident %s was decided as a new one", i, what, asked)
			}
			tried++
		}
	}
	if tried < 15 {
		t.Errorf("only %d changes were tried", tried)
	}
}

// reads reports whether a record is part of what a store answers about an incident.
func reads(l *Ledger, incident string, seq int64) bool {
	t, err := l.index.find(incident)
	if err != nil || t == nil {
		return false
	}
	is := t.decided && t.latest.seq == seq
	if t.extras != nil {
		for _, r := range t.made {
			is = is || r.seq == seq
		}
		for _, n := range t.reports {
			is = is || n == seq
		}
	}
	return is
}

// TestCutWhileIndexing stops the disk at every write, while indexes are written and incidents erased.
// What was confirmed is there, and an index that is used says what the records say.
func TestCutWhileIndexing(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 4000)
	sure := sureOf{dir: dir, l: l}
	confirm := func(err error) { t.Helper(); sure.confirm(t, err) }
	ctx := context.Background()
	for i := range 4 {
		confirm(commitPlain(l, fmt.Sprint("dec_", i), named(i%3), given("refund", "5 EUR")))
	}
	confirm(l.WriteIndex(ctx))
	confirm(commitPlain(l, "dec_4", "T-1", given("refund", "5 EUR")))
	confirm(l.WriteIndex(ctx))
	confirm(second(l.Erase(ctx, Erasure{Incident: "T-0"})))
	confirm(commitPlain(l, "dec_5", "T-3"))
	built, tried, used := newMemoryFiles(), 0, 0
	for i, o := range dir.ops {
		least := sure.after(i)
		step := 1 + len(o.data)/40
		if testing.Short() {
			step = 1 + len(o.data)/3
		}
		for cut := 0; cut < max(len(o.data), 1); cut += step {
			tried++
			torn := built.clone()
			torn.apply(o, cut)
			without := withoutIndex(torn)
			opened, err := open(torn, 4000)
			if err != nil {
				t.Fatalf("operation %d (%s %s), cut at %d: %v", i, o.what, o.name, cut, err)
			}
			plain := openFiles(t, without, 4000)
			if opened.Size() < least || opened.Size() != plain.Size() {
				t.Fatalf("operation %d, cut at %d: %d records are left of %d", i, cut, opened.Size(), least)
			}
			if opened.Unread() > 0 {
				used++
			}
			for n := range 4 {
				if a, b := known(t, opened, named(n)), known(t, plain, named(n)); a != b {
					t.Fatalf("operation %d, cut at %d, %s:\nwith    %s\nwithout %s", i, cut, named(n), a, b)
				}
			}
			if n := len(indexes(t, torn)); n > 1 || n == 1 != (opened.Unread() > 0) {
				t.Fatalf("operation %d, cut at %d: %v are left", i, cut, indexes(t, torn))
			}
			if err := commitPlain(opened, "dec_after", "T-1"); err != nil {
				t.Fatal(err)
			}
			if err := opened.Close(); err != nil {
				t.Fatal(err)
			}
			if v := verifyT(t, torn); v.Torn != 0 || v.Unfinished != 0 || len(v.Unused) > 0 {
				t.Fatalf("operation %d, cut at %d: %+v", i, cut, v)
			}
		}
		built.apply(o, len(o.data))
	}
	if tried < 50 || used == 0 {
		t.Errorf("%d cuts were tried, and in %d an index was used", tried, used)
	}
}

// TestErasedLeavesIndex holds that an index has nothing of an erased incident, and that none before it
// is left.
func TestErasedLeavesIndex(t *testing.T) {
	dir := indexedStory(t)
	secret := "she waited twice"
	has := func() (out []string) {
		for name, data := range dir.data {
			if strings.Contains(string(data), secret) {
				out = append(out, name)
			}
		}
		return out
	}
	if got := has(); len(got) != 2 {
		t.Fatalf("the reason is in %v", got)
	}
	l := openFiles(t, dir, segmentSize)
	if n, err := l.Erase(context.Background(), Erasure{Incident: "T-2"}); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	if got := has(); len(got) != 0 || len(indexes(t, dir)) != 1 {
		t.Errorf("the reason is left in %v, with %v", got, indexes(t, dir))
	}
	if got := latest(t, l, "T-2"); got != "" {
		t.Errorf("it has %s", got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	sameWithoutIndex(t, dir, toldOf, true)
}

// TestIndexThatCannotBeWritten lets the disk fail while an index is written. The ledger goes on with
// the one before, and erasing leaves none.
func TestIndexThatCannotBeWritten(t *testing.T) {
	for _, what := range []string{"create", "write", "sync"} {
		dir := indexedStory(t)
		l := openFiles(t, dir, segmentSize)
		before := told(t, dir, l, toldOf)
		dir.fail = func(did, name string) error {
			if did == what && strings.HasSuffix(name, ".index") {
				return errDisk
			}
			return nil
		}
		if err := l.WriteIndex(context.Background()); !errors.Is(err, errDisk) {
			t.Errorf("%s: %v", what, err)
		}
		if after := told(t, dir, l, toldOf); after != before || len(indexes(t, dir)) != 1 {
			t.Errorf("%s: it says something else, or there are %v", what, indexes(t, dir))
		}
		if _, err := l.Erase(context.Background(), Erasure{Incident: "T-2"}); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if len(indexes(t, dir)) != 0 {
			t.Errorf("%s: there are %v", what, indexes(t, dir))
		}
		dir.fail = nil
		if err := commitPlain(l, "dec_later", "T-9"); err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		sameWithoutIndex(t, dir, toldOf, false)
	}
}

// TestIndexMeanwhile explains, proves and verifies while another writes indexes and erases.
func TestIndexMeanwhile(t *testing.T) {
	dir := t.TempDir()
	l, err := open(log.Directory(dir), 30_000)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := commitPlain(l, "dec_steady", "steady", given("refund", "1 EUR")); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			incident := named(i)
			err := commitPlain(l, "dec_"+incident, incident, given("refund", "1 EUR"))
			if err == nil && i%20 == 19 {
				err = l.WriteIndex(context.Background())
			}
			if err == nil && i%50 == 49 {
				_, err = l.Erase(context.Background(), Erasure{Incident: named(i - 20)})
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	rounds := 60
	if testing.Short() {
		rounds = 12
	}
	for range rounds {
		if _, err := Prove(context.Background(), dir, ProveOptions{Incident: "steady"}); err != nil {
			t.Error(err)
		}
		if _, err := Explain(context.Background(), dir, ExplainOptions{Incident: "steady"}); err == nil || !strings.Contains(err.Error(), skipSet) {
			t.Error(err)
		}
		if _, err := Verify(context.Background(), dir, VerifyOptions{}); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	all.Wait()
}

// TestIndexNames holds which files beside the segments are no part of the ledger.
func TestIndexNames(t *testing.T) {
	dir := t.TempDir()
	l := openT(t, dir)
	for i := range 3 {
		if err := commitPlain(l, fmt.Sprint("dec_", i), named(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.WriteIndex(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "my.index"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, log.IndexName(99)), 0o700); err != nil {
		t.Fatal(err)
	}
	if v, err := Verify(context.Background(), dir, VerifyOptions{}); err != nil || v.Indexed != 3 || v.Records != 4 || v.Kinds[KindIndex] != 1 {
		t.Errorf("%+v, %v", v, err)
	}
	if l := openT(t, dir); l.Unread() != 3 {
		t.Errorf("%d were not read", l.Unread())
	}
	if _, err := os.Stat(filepath.Join(dir, "my.index")); err != nil {
		t.Error(err)
	}
}

// TestReadOnlyIndex reads a ledger that nobody may write.
func TestReadOnlyIndex(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ledger")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range indexedStory(t).data {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o400); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	before := contents(t, dir)
	if x, err := Explain(context.Background(), dir, ExplainOptions{Incident: "T-1"}); err != nil || len(x.Changes) > 0 {
		t.Error(x, err)
	}
	if _, err := Prove(context.Background(), dir, ProveOptions{Incident: "T-1"}); err != nil {
		t.Error(err)
	}
	if after := contents(t, dir); after != before {
		t.Error("a reader has changed files")
	}
}

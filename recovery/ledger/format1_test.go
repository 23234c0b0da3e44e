package ledger_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// format1 copies a ledger that the version before has written: three incidents, one of them
// refused and one decided twice. It returns its directory.
func format1(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/format1")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func firstLine(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return line
}

// TestFormat1IsRead opens, verifies, lists and replays a ledger of the format before, and goes on
// with it in segments of the present one.
func TestFormat1IsRead(t *testing.T) {
	ctx, dir := context.Background(), format1(t)
	if v, err := ledger.Verify(ctx, dir, ledger.VerifyOptions{}); err != nil || v.Records != 5 {
		t.Fatalf("verify: %v, %v", v, err)
	}
	var set fstest.MapFS
	for e, err := range ledger.Entries(ctx, dir) {
		switch {
		case err != nil:
			t.Fatal(err)
		case e.Record != nil && e.Record.Decision.Semantics != 1:
			t.Errorf("record %d is of semantics %d", e.Seq, e.Record.Decision.Semantics)
		case e.Record != nil:
			if read, err := e.Read(); err != nil || !read.Query.Facts[0].Occurred {
				t.Errorf("record %d: its facts went by when incidents occurred: %v", e.Seq, err)
			}
		case e.Set != nil:
			set = fstest.MapFS{}
			for _, f := range e.Set.Files {
				set[f.Path] = &fstest.MapFile{Data: f.Source}
			}
		}
	}
	skipped := func(same int64) {
		t.Helper()
		r, err := ledger.Replay(ctx, dir, ledger.ReplayOptions{})
		if err != nil || r.Different != 0 || r.Same != same || r.Skipped["it was decided under another version of the semantics"] != 3 {
			t.Errorf("replay: %+v, %v", r, err)
		}
	}
	skipped(1) // the refusal
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	l, err := ledger.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := recovery.Load(set, recovery.WithStore(l), recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	handle := func(text string) *recovery.Decision {
		t.Helper()
		var in recovery.Incident
		if err := in.UnmarshalJSON([]byte(text)); err != nil {
			t.Fatal(err)
		}
		out, err := engine.Handle(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	const incident = `{"id":"T-1","service":"parcel","failure":"late","severity":4,"occurred_at":"2026-03-01T12:00:00Z","reported_at":"2026-03-02T08:00:00Z"`
	old := handle(incident + `,"comment":"third"}`)
	if old.Handled != recovery.HandledRetry || old.Semantics != 1 {
		t.Errorf("got %s of semantics %d, want a retry of what stands", old.Handled, old.Semantics)
	}
	refund := ""
	for _, a := range old.Actions {
		if a.Type == "refund" {
			refund = a.ID
		}
	}
	if err := engine.Report(ctx, recovery.Report{Incident: "T-1", Action: refund, Amount: recovery.MustMoney("10 EUR")}); err != nil {
		t.Error(err)
	}
	now = now.Add(time.Hour)
	anew := handle(incident + `,"summary":"changed"}`)
	for _, a := range anew.Actions {
		if a.Type == "refund" && (a.Change != recovery.ChangeKept || a.Already != recovery.MustMoney("10 EUR")) {
			t.Errorf("the refund is %s, already %s", a.Change, a.Already)
		}
		if a.Type == "respond" && !a.DueAt.Equal(time.Date(2026, 3, 2, 13, 0, 0, 0, time.UTC)) {
			t.Errorf("the deadline has moved to %s", a.DueAt)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := firstLine(t, dir, "0000000000000000.ledger"); got != "amends ledger 1" {
		t.Errorf("the old segment says %q", got)
	}
	if got := firstLine(t, dir, "0000000000000005.ledger"); got != "amends ledger 2" {
		t.Errorf("the new segment says %q", got)
	}
	if v, err := ledger.Verify(ctx, dir, ledger.VerifyOptions{}); err != nil || v.Records != 8 { // the calendar of the promises is one
		t.Errorf("verify: %v, %v", v, err)
	}
	skipped(2)
	if _, err := ledger.Open(dir); err != nil {
		t.Error(err)
	}
}

// TestFormat1IsExplained explains what stands of an incident that was decided under the version
// before, what came before it, and a refusal. The values are those that were read then.
func TestFormat1IsExplained(t *testing.T) {
	dir := format1(t)
	explain := func(incident, decision string) *ledger.Explained {
		t.Helper()
		x, err := ledger.Explain(context.Background(), dir, ledger.ExplainOptions{Incident: incident, Decision: decision})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct {
		incident, decision string
		seq                int64
		refund, paid       string
	}{
		{"T-1", "", 4, "10.00 EUR", "5.00 EUR"},
		{"T-1", "dec_90b7338557f7507ba36c0d099f8aeafc", 1, "5.00 EUR", "0.00 EUR"},
		{"T-3", "", 3, "5.00 EUR", "5.00 EUR"},
	} {
		x := explain(c.incident, c.decision)
		d := x.Record.Decision
		if x.Seq != c.seq || d.Semantics != 1 || x.Explanation.Decision != d || x.Explanation.Err != nil || len(x.Changes) > 0 {
			t.Errorf("%s %s: %+v", c.incident, c.decision, x)
		}
		if got := d.Actions[len(d.Actions)-1].Amount.String(); got != c.refund {
			t.Errorf("%s %s: a refund of %s, want %s", c.incident, c.decision, got, c.refund)
		}
		if p := x.Explanation.Plays; len(p) != 1 || !p[0].Matched {
			t.Errorf("%s %s: plays %+v", c.incident, c.decision, p)
		}
		if f := d.Facts; len(f) != 1 || f[0].Value != recovery.MustMoney(c.paid) {
			t.Errorf("%s %s: facts %+v, want %s", c.incident, c.decision, f, c.paid)
		}
	}
	if first := explain("T-1", "dec_90b7338557f7507ba36c0d099f8aeafc"); first.SupersededBy != explain("T-1", "").Record.Decision.ID {
		t.Errorf("superseded by %q", first.SupersededBy)
	}
	if x := explain("T-2", ""); x.Refusal == nil || !strings.Contains(x.Refusal.Error.Error(), "severity: wanted 1 to 5, found 9") {
		t.Errorf("%+v", x)
	}
}

// TestFormat1Empty begins with a segment of the format before that has no records yet.
func TestFormat1Empty(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "0000000000000000.ledger"), []byte("amends ledger 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	report := recovery.Commit{Reports: []recovery.Report{{Incident: "T-1", Action: "act_1"}}}
	if err := l.Commit(context.Background(), report); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := firstLine(t, dir, "0000000000000000.ledger"); got != "amends ledger 2" {
		t.Errorf("the segment says %q", got)
	}
	if v, err := ledger.Verify(context.Background(), dir, ledger.VerifyOptions{}); err != nil || v.Records != 1 {
		t.Errorf("verify: %v, %v", v, err)
	}
}

// TestFormat1Indexed writes an index over a ledger of the format before, and finds its incidents by it.
func TestFormat1Indexed(t *testing.T) {
	ctx, dir := context.Background(), format1(t)
	latest := ""
	for e, err := range ledger.Entries(ctx, dir) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Record != nil && e.Record.Decision.Incident == "T-1" {
			latest = e.Record.Decision.ID
		}
	}
	for unread := int64(0); unread < 7; unread = max(unread+5, 5) {
		l, err := ledger.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if l.Unread() != unread {
			t.Fatalf("%d records were not read, want %d", l.Unread(), unread)
		}
		g, _, err := l.Read(ctx, recovery.Query{Incident: "T-1"})
		if err != nil || g.Previous == nil || g.Previous.Decision.ID != latest {
			t.Errorf("with %d records not read: %v, %v", unread, g.Previous, err)
		}
		if unread == 0 {
			err = l.WriteIndex(ctx)
		}
		if err = errors.Join(err, l.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if got := firstLine(t, dir, "0000000000000005.ledger"); got != "amends ledger 2" {
		t.Errorf("the new segment says %q", got)
	}
	v, err := ledger.Verify(ctx, dir, ledger.VerifyOptions{})
	if err != nil || v.Records != 6 || v.Indexed != 5 {
		t.Errorf("verify: %+v, %v", v, err)
	}
	if receipt, err := ledger.Prove(ctx, dir, ledger.ProveOptions{Incident: "T-1"}); err != nil || !strings.Contains(string(receipt), latest) {
		t.Errorf("the receipt is %s, %v", receipt, err)
	}
}

package ledger

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// TestErase erases a customer: nothing of theirs is left in the files, the chain
// and earlier checkpoints hold, partners have served all the same, and the
// incident is a new one when it comes again.
func TestErase(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 3000)
	d := newDesk(t, l, story)
	secret := incident("T-secret", "lost", "C-secret", 0, 1)
	secret.Summary = "the parcel with the red ribbon"
	x := d.handle(secret)
	if err := d.Report(context.Background(), recovery.Report{Incident: "T-secret", Action: x.Actions[0].ID, At: d.now, Note: "told the red ribbon"}); err != nil {
		t.Fatal(err)
	}
	bad := secret
	bad.ID, bad.Severity = "", 9
	if _, err := d.Handle(context.Background(), bad); err == nil {
		t.Fatal("a bad incident was decided")
	}
	tell(d)
	other := latest(t, l, "T-1")
	before, err := l.Checkpoint("")
	if err != nil {
		t.Fatal(err)
	}
	size := l.Size()

	n, err := l.Erase(context.Background(), Erasure{Customer: "C-secret", At: at("2026-05-01T00:00:00Z")})
	if err != nil || n != 3 {
		t.Fatalf("%d, %v", n, err)
	}
	check := func(l *Ledger) {
		t.Helper()
		if got := latest(t, l, "T-secret"); got != "" {
			t.Errorf("decision %s is known still", got)
		}
		if got := latest(t, l, "T-1"); got != other {
			t.Errorf("the decision of another incident is %q", got)
		}
		use := recovery.UseQuery{Partner: "quickbike", Direction: "outbound", From: at("2026-03-02T00:00:00Z"), Until: at("2026-03-02T23:00:00Z")}
		g, _, err := l.Read(context.Background(), recovery.Query{Incident: "X", Use: []recovery.UseQuery{use}})
		if err != nil || g.Use[0] != 1 {
			t.Errorf("the partner has served %v (%v)", g.Use, err)
		}
	}
	check(l)
	for name, data := range dir.data {
		for _, word := range []string{"secret", "ribbon"} {
			if i := bytes.Index(data, []byte(word)); i >= 0 {
				t.Errorf("%s, byte %d: %q is left", name, i, word)
			}
		}
	}
	v, err := verify(context.Background(), dir, VerifyOptions{Checkpoints: []Checkpoint{before}})
	if err != nil || v.Erased != 3 || v.Records != size+1 {
		t.Fatalf("%+v, %v", v, err)
	}
	if n, err := l.Erase(context.Background(), Erasure{Customer: "C-secret"}); err != nil || n != 0 {
		t.Errorf("erased again: %d, %v", n, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openFiles(t, dir, 3000)
	check(l)
	again := newDesk(t, l, story)
	again.now = d.now.Add(48 * time.Hour)
	if _, err := again.Handle(t.Context(), secret); !errors.Is(err, recovery.ErrErased) {
		t.Errorf("an erased incident that comes again: %v", err)
	}
	if err := l.Anew(t.Context(), "", secret.ID); err != nil {
		t.Fatal(err)
	}
	if x := again.handle(secret); x.Supersedes != "" {
		t.Error("an erased incident that begins anew is a new one")
	}
	r, err := replay(context.Background(), dir, ReplayOptions{})
	if err != nil || r.Erased != 2 || r.Different != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := l.Erase(context.Background(), Erasure{}); err == nil {
		t.Error("nobody was erased")
	}
}

// TestErasedPrecedent holds that a decision can be made again after its precedents were erased: its record
// has their summary.
func TestErasedPrecedent(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	tell(newDesk(t, l, story))
	if _, err := l.Erase(context.Background(), Erasure{Incident: "T-1"}); err != nil {
		t.Fatal(err)
	}
	r, err := replay(context.Background(), dir, ReplayOptions{Differs: func(d Difference) error { t.Errorf("%+v", d); return nil }})
	if err != nil || len(r.Skipped) > 0 || r.Same == 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestEraseFails holds that an erasure which could not be recorded changes
// nothing.
func TestEraseFails(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	tell(newDesk(t, l, story))
	before := known(t, l, "T-1")
	breakDisk(dir, "sync")
	if _, err := l.Erase(context.Background(), Erasure{Incident: "T-1"}); err == nil || !strings.Contains(err.Error(), "nothing was recorded") {
		t.Fatal(err)
	}
	dir.fail = nil
	if after := known(t, l, "T-1"); after != before {
		t.Errorf("before %s\nafter  %s", before, after)
	}
	if v := verifyT(t, dir); v.Erased+v.Unfinished != 0 {
		t.Errorf("%+v", v)
	}
}

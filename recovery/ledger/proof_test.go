package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// TestTree compares the tree with that of package tlog, at every size.
func TestTree(t *testing.T) {
	var all, leaves []tlog.Hash
	plain := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, n := range indexes {
			out[i] = all[n]
		}
		return out, nil
	})
	var tr log.Tree
	var streamed log.Roots
	group := func(n int64) ([]tlog.Hash, error) { return leaves[n*log.GroupSize : (n+1)*log.GroupSize], nil }
	for n := range int64(1200) {
		want, err := tlog.TreeHash(n, plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tr.Root()
		if err != nil || got != want || streamed.Root() != want {
			t.Fatalf("size %d: got %s and %s, want %s (%v)", n, got, streamed.Root(), want, err)
		}
		if n > 0 {
			for _, k := range []int64{0, n / 3, n - 1} {
				proof, err := tlog.ProveRecord(n, k, tr.Reader(group))
				if err != nil || tlog.CheckRecord(proof, n, want, k, leaves[k]) != nil {
					t.Fatalf("size %d, record %d: %v", n, k, err)
				}
			}
		}
		leaf := tlog.RecordHash([]byte(fmt.Sprint(n)))
		hashes, err := tlog.StoredHashesForRecordHash(n, leaf, plain)
		if err != nil {
			t.Fatal(err)
		}
		all, leaves = append(all, hashes...), append(leaves, leaf)
		tr.Add(leaf)
		streamed.Add(leaf)
	}
}

func TestCheckpointText(t *testing.T) {
	sign, verify, err := GenerateKey("shop.example/ledger")
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := GenerateKey("other.example")
	if err != nil {
		t.Fatal(err)
	}
	c := Checkpoint{Origin: "shop.example/ledger", Size: 7, Root: tlog.RecordHash([]byte("x"))}
	signed, err := c.Sign(sign)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range [][]byte{c.Text(), signed} {
		if back, err := ParseCheckpoint(text); err != nil || back != c {
			t.Errorf("%s: %v, %v", text, back, err)
		}
	}
	if back, err := ParseCheckpoint(signed, other, verify); err != nil || back != c {
		t.Errorf("%v, %v", back, err)
	}
	for name, text := range map[string][]byte{
		"unsigned": c.Text(), "changed": bytes.Replace(signed, []byte("\n7\n"), []byte("\n8\n"), 1),
	} {
		if _, err := ParseCheckpoint(text, verify); !errors.Is(err, ErrUnsigned) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ParseCheckpoint(signed, other); !errors.Is(err, ErrUnsigned) {
		t.Error(err)
	}
	for _, bad := range []string{"", "a\n", "a\n1\n", "a\n-1\n" + c.Root.String() + "\n", "a\n01\n" + c.Root.String() + "\n", "a\n1\nxx\n", "\n1\n" + c.Root.String() + "\n"} {
		if _, err := ParseCheckpoint([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// TestProofs proves that a decision is in the ledger, and that the ledger only
// grew.
func TestProofs(t *testing.T) {
	dir := t.TempDir()
	l := openT(t, dir)
	d := newDesk(t, l, story)
	sign, verify, err := GenerateKey("shop.example")
	if err != nil {
		t.Fatal(err)
	}
	old, err := l.Checkpoint("")
	if err != nil || old.Size != 0 {
		t.Fatal(old, err)
	}
	checkpoints := []Checkpoint{old}
	tell(d)
	commits := 600
	if testing.Short() {
		commits = 120
	}
	for i := range commits {
		if err := commitPlain(l, fmt.Sprint("dec_", i), fmt.Sprint("X-", i)); err != nil {
			t.Fatal(err)
		}
		if i%97 == 0 {
			c, err := l.Checkpoint("")
			if err != nil {
				t.Fatal(err)
			}
			checkpoints = append(checkpoints, c)
		}
	}
	if _, err := Verify(context.Background(), dir, VerifyOptions{Checkpoints: checkpoints}); err != nil {
		t.Error(err)
	}
	for _, c := range checkpoints {
		proof, err := ProveConsistency(context.Background(), dir, c)
		if err != nil {
			t.Fatal(err)
		}
		if err := proof.Check(); err != nil {
			t.Error(err)
		}
		if c.Size == 0 {
			continue
		}
		forged := c
		forged.Root[0] ^= 1
		var wrong *CheckpointError
		if _, err := ProveConsistency(context.Background(), dir, forged); !errors.As(err, &wrong) || wrong.Found.Root != c.Root {
			t.Errorf("a forged checkpoint: %v", err)
		}
	}
	data, err := Prove(context.Background(), dir, ProveOptions{Incident: "T-1", Origin: "shop.example", Key: sign})
	if err != nil {
		t.Fatal(err)
	}
	r, err := CheckReceipt(data, verify)
	if err != nil {
		t.Fatal(err)
	}
	if want := latest(t, l, "T-1"); r.Decision.ID != want || r.Checkpoint.Size != l.Size() || !strings.Contains(string(r.Incident), `"C-1"`) {
		t.Errorf("%+v, want decision %s", r, want)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, data, "", "\t"); err != nil {
		t.Fatal(err)
	}
	if _, err := CheckReceipt(indented.Bytes(), verify); err != nil {
		t.Errorf("indented: %v", err)
	}
	for i := 0; i < len(data); i += 3 {
		bad := bytes.Clone(data)
		bad[i] ^= 4
		if got, err := CheckReceipt(bad, verify); err == nil && text(got) != text(r) {
			t.Fatalf("a change of byte %d was not found:\n%s", i, bad)
		}
	}
	if _, err := Prove(context.Background(), dir, ProveOptions{Incident: "nobody"}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	first, err := Prove(context.Background(), dir, ProveOptions{Decision: r.Decision.Supersedes})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := CheckReceipt(first); err != nil || r.Decision.ID == "" {
		t.Error(err)
	}
	if _, err := CheckReceipt(first, verify); !errors.Is(err, ErrUnsigned) {
		t.Error(err)
	}
}

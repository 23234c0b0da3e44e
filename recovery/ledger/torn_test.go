package ledger

import (
	"context"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// TestTornReports cuts a commit of reports on several incidents at every byte: who
// reads and who opens the ledger must agree on what is in it.
func TestTornReports(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	for i, id := range []string{"dec_00000000000000000000000000000001", "dec_00000000000000000000000000000002"} {
		if err := commitPlain(l, id, []string{"T-1", "T-2"}[i]); err != nil {
			t.Fatal(err)
		}
	}
	before := len(dir.data[log.SegmentName(0)])
	var reports []recovery.Report
	for _, incident := range []string{"T-1", "T-2", "T-3"} {
		reports = append(reports, recovery.Report{Incident: incident, Action: "act_1", At: at("2026-03-02T13:00:00Z")})
	}
	if err := l.Commit(context.Background(), recovery.Commit{Reports: reports}); err != nil {
		t.Fatal(err)
	}
	whole := len(dir.data[log.SegmentName(0)])
	for n := before; n <= whole; n++ {
		cut := dir.clone()
		cut.data[log.SegmentName(0)] = cut.data[log.SegmentName(0)][:n]
		read := verifyT(t, cut)
		want := int64(2)
		if n == whole {
			want = 5
		}
		if read.Records != want || read.Kinds[KindReport] != want-2 || n < whole && read.Torn != int64(n-before) {
			t.Fatalf("cut at %d: %+v", n, read)
		}
		again := openFiles(t, cut, segmentSize)
		c, err := again.Checkpoint("")
		if err != nil || c != read.Checkpoint {
			t.Fatalf("cut at %d: opened %v, read %v: %v", n, c, read.Checkpoint, err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if got := verifyT(t, cut); got.Torn != 0 || got.Checkpoint != c {
			t.Fatalf("cut at %d: after it was opened %+v", n, got)
		}
	}
}

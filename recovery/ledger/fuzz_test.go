package ledger

import (
	"context"
	"testing"

	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// FuzzSegment gives any bytes to whatever reads files: nothing panics, and what
// verifies can be opened and read. Nothing is decided again, which takes too long,
// and of what a fuzzer makes up nothing would verify.
func FuzzSegment(f *testing.F) {
	dir := newMemoryFiles()
	l, err := open(dir, segmentSize)
	if err != nil {
		f.Fatal(err)
	}
	tell(newDesk(f, l, story))
	if _, err := l.Erase(context.Background(), Erasure{Incident: "T-2"}); err != nil {
		f.Fatal(err)
	}
	whole := dir.data[log.SegmentName(0)]
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(log.Magic))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := newMemoryFiles()
		dir.data[log.SegmentName(0)] = data
		_, verifyErr := verify(context.Background(), dir, VerifyOptions{})
		_, _ = equal(context.Background(), dir.clone(), EqualOptions{Same: []string{"service"}})
		l, err := open(dir, segmentSize)
		if err != nil {
			return
		}
		defer l.Close()
		if _, _, err := l.Read(context.Background(), everything("T-1")); err != nil && verifyErr == nil {
			t.Error(err)
		}
	})
}

// FuzzPayload gives any bytes to what reads payloads.
func FuzzPayload(f *testing.F) {
	l, err := open(newMemoryFiles(), segmentSize)
	if err != nil {
		f.Fatal(err)
	}
	tell(newDesk(f, l, story))
	for seq := range l.Size() {
		payload, err := l.whole(seq)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		r, err := readRecord(payload, l.calendar)
		s, summaryErr := parseSummary(1, payload, map[string]bool{"customer.id": true})
		if err == nil && summaryErr == nil && s.Incident != r.Decision.Incident {
			t.Errorf("the summary is of %q, the record of %q", s.Incident, r.Decision.Incident)
		}
		if x, err := parseTreated(1, payload, nil); err == nil && len(x.given) != len(x.Actions) {
			t.Errorf("%d actions were given of %d", len(x.given), len(x.Actions))
		}
		_, _ = parseGiven(payload)
		_, _, _ = parseReports(payload)
		_, _ = parseRefusal(payload)
		_, _, _ = parseSet(payload)
		_, _, _ = parseCalendar(payload)
		_, _ = parseErasure(payload)
	})
}

// FuzzReceipt gives any bytes to what reads receipts and checkpoints.
func FuzzReceipt(f *testing.F) {
	f.Add([]byte(`{"checkpoint":"amends/ledger\n1\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\n","header":"","payload":{},"proof":[],"salt":""}`))
	f.Add([]byte(`{"new":"a\n1\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\n","old":"a\n1\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\n","proof":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = CheckReceipt(data)
		_, _ = CheckConsistency(data)
		_, _ = ParseCheckpoint(data)
		_, _ = log.ParseHeader(data)
	})
}

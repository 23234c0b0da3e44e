package ledger

import (
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// TestDeepIncidents commits incidents that are nested as deep as a text may be. What was committed
// can be verified, opened and read; what is deeper is not committed.
func TestDeepIncidents(t *testing.T) {
	for _, levels := range []int{jsontext.MaxDepth - 1, jsontext.MaxDepth, jsontext.MaxDepth + 1, jsontext.MaxDepth + 2} {
		incident := []byte(strings.Repeat(`{"a":`, levels) + "0" + strings.Repeat("}", levels))
		_, parseErr := jsontext.Parse(incident)
		dir := newMemoryFiles()
		l := openFiles(t, dir, segmentSize)
		err := commitPlain(l, "dec_1", "T-1", func(r *recovery.Record) { r.Incident = incident })
		if (err == nil) != (parseErr == nil) {
			t.Errorf("%d levels: parsed %v, committed %v", levels, parseErr, err)
		}
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		verifyT(t, dir)
		l = openFiles(t, dir, segmentSize)
		payload, err := l.whole(0)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := readRecord(payload, l.calendar); err != nil || string(r.Incident) != string(incident) {
			t.Errorf("%d levels: read %v", levels, err)
		}
		if got, err := CheckReceipt(receiptOf(payload)); err != nil || string(got.Incident) != string(incident) {
			t.Errorf("%d levels: the receipt does not hold: %v", levels, err)
		}
	}
}

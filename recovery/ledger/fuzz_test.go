package ledger

import (
	"context"
	"reflect"
	"testing"

	"github.com/servicerecovery/amends/recovery"
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

// FuzzIndex gives any bytes to what reads indexes: nothing panics, and whoever opens the ledger answers
// as without it.
func FuzzIndex(f *testing.F) {
	dir := indexedStory(f)
	name := indexes(f, dir)[0]
	whole := dir.data[name]
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte{})
	l := openFiles(f, withoutIndex(dir), segmentSize)
	want := known(f, l, "T-1")
	f.Fuzz(func(t *testing.T, data []byte) {
		changed := dir.clone()
		changed.data[name] = data
		if s, err := openSnapshot(changed, name); err == nil {
			lookUpAll(s)
		}
		l, err := open(changed, segmentSize)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if g, _, err := l.Read(context.Background(), everything("T-1")); err == nil {
			if got := known(t, l, "T-1"); got != want {
				t.Errorf("got %v %s, want %s", g.Facts, got, want)
			}
		} else if !isBadIndex(err) {
			t.Error(err)
		}
	})
}

// lookUpAll looks up everything in a snapshot that nobody vouches for.
func lookUpAll(s *snapshot) {
	_ = s.restore(&log.Tree{})
	for seq := range min(s.Size(), 20) {
		_, _, _ = s.Place(seq)
		_, _ = s.wasErased(seq)
	}
	for _, incident := range toldOf {
		_, _ = s.about(incident)
		_, _ = s.Since(keyOf(incident), at("2026-03-02T00:00:00Z"))
	}
	_ = s.threads.Each(0, func(row []byte) bool {
		text, err := s.text(row[threadKey:])
		if err == nil {
			_, _ = s.readThread(text)
		}
		return true
	})
	_ = s.choiceRows.Each(0, func(row []byte) bool {
		_, _ = s.choice(row)
		return true
	})
	_ = s.Check()
}

// FuzzIndexTexts gives any bytes to what reads the texts in an index.
func FuzzIndexTexts(f *testing.F) {
	e := encoder{}
	e.thread(&thread{number: 3, decided: true, latest: ref{seq: 4}, earlier: []ref{{seq: 2}}, extras: &extras{reports: []int64{5}, told: -1}})
	f.Add(e.buf)
	e.number(-1) // told before all time, and cleared: the encoder writes neither
	e.flag(true)
	f.Add(e.buf)
	e = encoder{}
	e.stood(&stood{chosen: recovery.Chosen{Decision: "dec_1", Reason: "because", Actions: []recovery.ChosenAction{{Type: "refund", Amount: recovery.MustMoney("5 EUR")}}}}, 7)
	f.Add(e.buf)
	f.Fuzz(func(t *testing.T, text []byte) {
		d := decoder{rest: text}
		if x := d.thread(); !d.bad && len(d.rest) == 0 {
			again := encoder{}
			again.thread(x)
			d = decoder{rest: again.buf}
			if y := d.thread(); d.bad || !reflect.DeepEqual(x, y) {
				t.Errorf("got %+v, want %+v", y, x)
			}
		}
		d = decoder{rest: text}
		if x := d.stood(); !d.bad && len(d.rest) == 0 {
			again := encoder{}
			again.stood(x, x.until)
			d = decoder{rest: again.buf}
			if y := d.stood(); d.bad || !reflect.DeepEqual(x, y) {
				t.Errorf("got %+v, want %+v", y, x)
			}
		}
	})
}

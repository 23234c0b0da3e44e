package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// storied is a ledger in which everything has happened, erasures among it, as its one
// segment and the places of its records.
func storied(t testing.TB) (dir *memoryFiles, frames []log.Frame) {
	t.Helper()
	dir = newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	d := newDesk(t, l, story)
	tell(d)
	for _, incident := range []string{"T-2", "T-5"} {
		if _, err := l.Erase(context.Background(), Erasure{Incident: incident}); err != nil {
			t.Fatal(err)
		}
	}
	d.handle(incident("T-6", "late", "C-6", 0, 1))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, framesIn(t, dir.data[log.SegmentName(0)])
}

func framesIn(t testing.TB, data []byte) (frames []log.Frame) {
	t.Helper()
	for at := int64(len(log.Magic)); at < int64(len(data)); {
		f, err := log.ParseFrame(data[at:])
		if err != nil {
			t.Fatal(err)
		}
		f.Offset = at
		frames = append(frames, f)
		at += f.Size
	}
	return frames
}

// agree holds that who verifies and who opens come to the same end, and that opening
// leaves what is damaged alone.
func agree(t *testing.T, what string, data []byte) (verifyErr error) {
	t.Helper()
	dir := newMemoryFiles()
	dir.data[log.SegmentName(0)] = slices.Clone(data)
	v, verifyErr := verify(context.Background(), dir, VerifyOptions{})
	l, openErr := open(dir, segmentSize)
	switch {
	case fmt.Sprint(verifyErr) != fmt.Sprint(openErr):
		t.Fatalf("%s:\nverify %v\nopen   %v", what, verifyErr, openErr)
	case verifyErr != nil:
		var a, b *Damage
		if !errors.As(verifyErr, &a) || !errors.As(openErr, &b) || *a != *b {
			t.Fatalf("%s:\nverify %#v\nopen   %#v", what, verifyErr, openErr)
		}
		if !bytes.Equal(dir.data[log.SegmentName(0)], data) {
			t.Fatalf("%s: opening has changed a ledger that is damaged", what)
		}
		return verifyErr
	}
	c, err := l.Checkpoint("")
	if err != nil || c != v.Checkpoint {
		t.Fatalf("%s: verified %v, opened %v (%v)", what, v.Checkpoint, c, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := verify(context.Background(), dir, VerifyOptions{})
	if err != nil || again.Torn != 0 || again.Unfinished != 0 || again.Checkpoint != v.Checkpoint {
		t.Fatalf("%s: after it was opened %+v, %v", what, again, err)
	}
	return nil
}

// TestOpenAndVerifyAgree damages a ledger in every way that it knows.
func TestOpenAndVerifyAgree(t *testing.T) {
	dir, frames := storied(t)
	whole := dir.data[log.SegmentName(0)]
	random := rand.New(rand.NewPCG(1, 2))
	changed := func(change func(b []byte)) []byte {
		b := slices.Clone(whole)
		change(b)
		return b
	}
	step := 5
	if testing.Short() {
		step = 499
	}
	if err := agree(t, "whole", whole); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += step {
		if err := agree(t, fmt.Sprint("flip ", i), changed(func(b []byte) { b[i] ^= 1 << (i % 8) })); err == nil {
			t.Fatalf("a change of byte %d was not found", i)
		}
		// Where an erasure is cut off, what it has erased is damage.
		if err := agree(t, fmt.Sprint("cut ", i), whole[:i]); err != nil && !strings.Contains(err.Error(), "wiped out") {
			t.Fatalf("cut at %d: %v", i, err)
		}
		_ = agree(t, fmt.Sprint("zeros from ", i), changed(func(b []byte) { clear(b[i:]) }))
		end := min(len(whole), i+1+random.IntN(2000))
		err := agree(t, fmt.Sprint("zeros from ", i, " to ", end), changed(func(b []byte) { clear(b[i:end]) }))
		if err == nil && end < len(whole)-1 && !log.AllZero(whole[i:end]) {
			t.Fatalf("zeros from %d to %d were not found", i, end)
		}
	}
	for i := range frames {
		f := frames[i]
		at, body := f.Offset, f.Body()
		if f.Erased() {
			_ = agree(t, "half erased", changed(func(b []byte) { copy(b[at+f.Size-3:], `"}}`) }))
			continue
		}
		err := agree(t, fmt.Sprint("wiped ", i), changed(func(b []byte) { clear(b[body : at+f.Size]) }))
		if d := wantDamage(t, err); d.Record != int64(i) {
			t.Fatalf("wiped %d: %v", i, d)
		}
		_ = agree(t, fmt.Sprint("half wiped ", i), changed(func(b []byte) { clear(b[body : body+f.Size/3]) }))
		one := whole[at : at+f.Size]
		if err := agree(t, fmt.Sprint("repeated ", i), slices.Insert(slices.Clone(whole), int(at), one...)); err == nil {
			t.Fatalf("a repeated record %d was not found", i)
		}
		taken := slices.Delete(slices.Clone(whole), int(at), int(at+f.Size))
		if err := agree(t, fmt.Sprint("taken out ", i), taken); err == nil && i < len(frames)-1 {
			t.Fatalf("that record %d was taken out was not found", i)
		}
		j := random.IntN(len(frames))
		if other := frames[j]; j != i {
			moved := slices.Insert(taken, min(int(other.Offset), len(taken)), one...)
			_ = agree(t, fmt.Sprint("moved ", i), moved)
		}
		// Behind the end, where a whole record would follow from none.
		if err := agree(t, fmt.Sprint("appended ", i), append(slices.Clone(whole), one...)); err == nil {
			t.Fatalf("that record %d was appended was not found", i)
		}
	}
	for n := range 70 {
		if err := agree(t, fmt.Sprint("appended zeros ", n), append(slices.Clone(whole), make([]byte, n)...)); err != nil {
			t.Fatal(n, err)
		}
		rubbish := make([]byte, n)
		for i := range rubbish {
			rubbish[i] = byte(random.IntN(256))
		}
		if err := agree(t, fmt.Sprint("appended rubbish ", n), append(slices.Clone(whole), rubbish...)); (err == nil) != (n < log.PreambleSize) {
			t.Fatal(n, err)
		}
	}
}

// TestPayloadsThatNoWriterWrites puts payloads into a ledger that are chained well
// and read in more than one way.
func TestPayloadsThatNoWriterWrites(t *testing.T) {
	dir, frames := storied(t)
	whole := dir.data[log.SegmentName(0)]
	tried := map[Kind]int{}
	for i, f := range frames {
		if f.Erased() {
			continue
		}
		h, err := log.ParseHeader(f.Header)
		if err != nil {
			t.Fatal(err)
		}
		for name, payload := range ambiguous(f.Payload) {
			// The record is the last, so that the chain holds.
			h.Payload = log.PayloadDigest(f.Salt, payload)
			b := append(slices.Clone(whole[:f.Offset]), log.AppendFrame(nil, h.Append(nil), f.Salt, payload, log.Sum32(f.Salt, payload))...)
			if err := agree(t, fmt.Sprint(h.Kind, " ", i, " ", name), b); err == nil {
				t.Fatalf("%s, record %d: %s was read:\n%.200s", h.Kind, i, name, payload)
			}
			tried[h.Kind]++
		}
	}
	for _, k := range []Kind{KindDecision, KindRefusal, KindReport, KindSet, KindCalendar, KindErasure} {
		if tried[k] == 0 {
			t.Errorf("no %s was tried", k)
		}
	}
}

// ambiguous returns an object with its first key doubled, spelt in another case and
// spelt as an escape beside it, with a key more, with half a character, and as no text.
func ambiguous(object []byte) map[string][]byte {
	key, _, _ := bytes.Cut(object[2:], []byte(`"`))
	with := func(s string) []byte { return append([]byte("{"+s+","), object[1:]...) }
	return map[string][]byte{
		"a doubled key":                 with(`"` + string(key) + `":0`),
		"a doubled key at the end":      append(slices.Clone(object[:len(object)-1]), `,"`+string(key)+`":0}`...),
		"a doubled key as an escape":    with(fmt.Sprintf(`"\u%04x%s":0`, key[0], key[1:])),
		"a key in another case":         with(`"` + string(bytes.ToUpper(key)) + `":0`),
		"a key more":                    with(`"zz":0`),
		"half a character":              with(`"zz":"\ud800"`),
		"something that is no UTF-8":    with("\"zz\":\"\xff\""),
		"something behind the object":   append(slices.Clone(object), '0'),
		"an object that does not close": object[:len(object)-1],
	}
}

// TestErasureOfWhatLasts holds that an erasure can name only what can be erased.
func TestErasureOfWhatLasts(t *testing.T) {
	dir, frames := storied(t)
	whole := dir.data[log.SegmentName(0)]
	last, err := log.ParseHeader(frames[len(frames)-1].Header)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range frames {
		h, err := log.ParseHeader(f.Header)
		if err != nil {
			t.Fatal(err)
		}
		e := erasure{records: []int64{int64(i)}}
		payload, salt := e.append(nil), make([]byte, log.SaltSize)
		salt[0] = 1
		next := log.Header{Kind: KindErasure, Payload: log.PayloadDigest(salt, payload), Prev: log.RecordHash(frames[len(frames)-1].Header), Seq: last.Seq + 1}
		b := append(slices.Clone(whole), log.AppendFrame(nil, next.Append(nil), salt, payload, log.Sum32(salt, payload))...)
		if err := agree(t, fmt.Sprint("erasure of ", h.Kind), b); (err == nil) != h.Kind.Erasable() {
			t.Errorf("record %d, %s: %v", i, h.Kind, err)
		}
	}
}

// TestIncidentsThatAreReadInTwoWays holds that a host cannot commit what could not be
// opened afterwards.
func TestIncidentsThatAreReadInTwoWays(t *testing.T) {
	l := openFiles(t, newMemoryFiles(), segmentSize)
	for name, text := range ambiguous([]byte(`{"id":"T-1"}`)) {
		if name == "a key more" || name == "a key in another case" {
			continue // what keys an incident has is not the ledger's to say
		}
		if err := commitPlain(l, "dec_1", "T-1", func(r *recovery.Record) { r.Incident = text }); err == nil {
			t.Errorf("%s was committed", name)
		}
	}
}

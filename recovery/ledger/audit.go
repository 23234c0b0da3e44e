package ledger

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
)

// audit judges the records of a ledger one after another. Who verifies a ledger and
// who opens one for writing both go by it, so that they cannot come to different ends.
type audit struct {
	log     *log
	changed map[int64]*Damage // payloads that are not what was written
	half    map[int64]bool    // of them, those that look half overwritten with zeros
	zero    []int64           // payloads that are all zeros
	erased  map[int64]bool    // what the ledger says was erased
	lasting map[int64]bool    // records of kinds that are never erased

	wiped      int64   // erased payloads
	unfinished []int64 // payloads to be erased that are there still
}

func newAudit(log *log) *audit {
	return &audit{log: log, changed: map[int64]*Damage{}, half: map[int64]bool{}, erased: map[int64]bool{}, lasting: map[int64]bool{}}
}

// parse reads a payload, on any core. Of a decision's keys it takes those that are
// wanted.
func (t *item) parse(wanted map[string]bool) {
	if t.body != bodyWhole {
		return
	}
	err := checkShape(t.payload, shapes[t.head.kind])
	if err == nil {
		t.made, err = parsePayload(t, wanted)
	}
	if err != nil {
		t.made = err
	}
}

func parsePayload(t *item, wanted map[string]bool) (any, error) {
	switch t.head.kind {
	case KindDecision:
		return parseSummary(t.head.seq, t.payload, wanted)
	case KindRefusal:
		return parseRefusal(t.payload)
	case KindReport:
		list, _, err := parseReports(t.payload)
		return list, err
	case KindSet:
		return checkSet(t.payload)
	case KindCalendar:
		name, _, err := parseCalendar(t.payload)
		return name, err
	}
	return parseErasure(t.payload)
}

// look judges a record that was parsed.
func (a *audit) look(t *item) error {
	seq := t.head.seq
	if !t.head.kind.erasable() {
		a.lasting[seq] = true
	}
	switch t.body {
	case bodyErased:
		a.zero = append(a.zero, seq)
	case bodyChanged:
		a.changed[seq] = a.damage(t, "its payload was changed")
		a.half[seq] = t.halfErased()
	}
	switch made := t.made.(type) {
	case error:
		return a.damage(t, made.Error())
	case erasure:
		for _, n := range made.records {
			switch {
			case n < 0 || n >= seq:
				return a.damage(t, fmt.Sprintf("it says that record %d was erased, which is not there", n))
			case a.lasting[n]:
				return a.damage(t, fmt.Sprintf("it says that record %d was erased, which is of a kind that is never erased", n))
			}
			a.erased[n] = true
		}
	}
	return nil
}

func (a *audit) damage(t *item, what string) *Damage {
	return &Damage{File: a.log.segment(t.segment).name, Offset: t.offset, Record: t.head.seq, What: what}
}

// finish judges what can be judged only once the whole ledger was read: which
// payloads were to be erased, and what lies beside the segments.
func (a *audit) finish() error {
	bad := a.changed
	for _, seq := range a.zero {
		if a.erased[seq] {
			a.wiped++
			delete(a.erased, seq)
		} else {
			bad[seq] = &Damage{What: "its payload was wiped out, and the ledger does not say that it was erased", Record: seq}
		}
	}
	// What is left was to be erased, and was not when it was read.
	for _, seq := range slices.Sorted(maps.Keys(a.erased)) {
		d := bad[seq]
		switch {
		case d == nil:
			a.unfinished = append(a.unfinished, seq)
		case a.wipedBy(d):
			a.wiped++
			delete(bad, seq)
		case a.half[seq]:
			a.unfinished = append(a.unfinished, seq)
			delete(bad, seq)
		default:
			d.What = "its payload was erased, and something else than zeros stands there"
		}
	}
	if len(bad) > 0 {
		first := slices.Min(slices.Collect(maps.Keys(bad)))
		return a.placed(bad[first])
	}
	if len(a.log.strays) > 0 {
		return &Damage{File: a.log.strays[0], Record: -1, What: "the file does not belong to the ledger; move it elsewhere"}
	}
	return nil
}

// wipedBy reads a record again, which may have been erased while it was read first.
func (a *audit) wipedBy(d *Damage) bool {
	for i := range a.log.count() {
		if a.log.segment(i).name == d.File {
			f, err := a.log.read(place{int32(i), d.Offset})
			return err == nil && f.erased()
		}
	}
	return false
}

// placed finds the place of a record that is known by its number.
func (a *audit) placed(d *Damage) *Damage {
	if d.File != "" {
		return d
	}
	s := scanner{log: a.log}
	for {
		items, err := s.next()
		if err != nil {
			return d
		}
		if s.seq > d.Record {
			t := &items[int64(len(items))-(s.seq-d.Record)]
			d.File, d.Offset = a.log.segment(t.segment).name, t.offset
			return d
		}
	}
}

// sector is what a disk writes as a whole.
const sector = 512

// halfErased reports whether salt and payload look as an interrupted erasure leaves
// them: zeros up to some byte and the old text behind it, or whole sectors of zeros
// among whole sectors of the old text. A text has no zeros, and ends with a brace; a
// salt may have some.
func (f *frame) halfErased() bool {
	if len(f.payload) == 0 {
		return false
	}
	if last := f.payload[len(f.payload)-1]; last != '}' && last != 0 {
		return false
	}
	solid := len(bytes.TrimLeft(f.payload, "\x00"))
	zeros := len(f.payload) - solid
	if (allZero(f.salt) || zeros == 0 && f.salt[0] == 0) && solid > 0 && bytes.IndexByte(f.payload[zeros:], 0) < 0 {
		return true
	}
	at := f.offset + preambleSize + int64(len(f.header))
	body := append(slices.Clone(f.salt), f.payload...)
	some := false
	for start := 0; start < len(body); {
		end := min(start+int(sector-(at+int64(start))%sector), len(body))
		switch text := body[max(start, min(saltSize, end)):end]; {
		case allZero(body[start:end]):
			some = true
		case len(text) == 0 && body[saltSize] == 0, bytes.IndexByte(text, 0) >= 0:
			return false
		}
		start = end
	}
	return some
}

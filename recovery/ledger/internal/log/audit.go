package log

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
)

// Audit judges the records of a ledger one after another. Verifying a ledger and opening one for
// writing both use it, so that both come to the same result.
type Audit struct {
	log     *Log
	Changed map[int64]*Damage // payloads that are not what was written
	half    map[int64]bool    // of them, those that look half overwritten with zeros
	zero    []int64           // payloads that are all zeros
	erased  map[int64]bool    // what the ledger says was erased
	lasting map[int64]bool    // records of kinds that are never erased

	Wiped      int64   // erased payloads
	Unfinished []int64 // payloads to be erased that are there still
}

// NewAudit begins to judge the records of a log.
func NewAudit(log *Log) *Audit {
	return &Audit{log: log, Changed: map[int64]*Damage{}, half: map[int64]bool{}, erased: map[int64]bool{}, lasting: map[int64]bool{}}
}

// Eraser is a parsed payload that says which records were erased.
type Eraser interface{ ErasedRecords() []int64 }

// Look judges a record that was parsed.
func (a *Audit) Look(t *Item) error {
	seq := t.Head.Seq
	if !t.Head.Kind.Erasable() {
		a.lasting[seq] = true
	}
	switch t.Body {
	case BodyErased:
		a.zero = append(a.zero, seq)
	case BodyChanged:
		a.Changed[seq] = a.damage(t, "its payload was changed")
		a.half[seq] = t.halfErased()
	}
	switch made := t.Made.(type) {
	case error:
		return a.damage(t, made.Error())
	case Eraser:
		for _, n := range made.ErasedRecords() {
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

func (a *Audit) damage(t *Item, what string) *Damage {
	return a.log.Damaged(&t.Frame, t.Head.Seq, what)
}

// finish judges what is known only at the end: which payloads were to be erased, and which files lie
// beside the segments.
func (a *Audit) finish() error {
	bad := a.Changed
	for _, seq := range a.zero {
		if a.erased[seq] {
			a.Wiped++
			delete(a.erased, seq)
		} else {
			bad[seq] = &Damage{What: "its payload was wiped out, and the ledger does not say that it was erased", Record: seq}
		}
	}
	// The records that are left in erased were to be erased, and were not when they were read.
	for _, seq := range slices.Sorted(maps.Keys(a.erased)) {
		d := bad[seq]
		switch {
		case d == nil:
			a.Unfinished = append(a.Unfinished, seq)
		case a.wipedBy(d):
			a.Wiped++
			delete(bad, seq)
		case a.half[seq]:
			a.Unfinished = append(a.Unfinished, seq)
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
func (a *Audit) wipedBy(d *Damage) bool {
	for i := range a.log.Count() {
		if a.log.segment(i).name == d.File {
			f, err := a.log.read(place{int32(i), d.Offset})
			return err == nil && f.Erased()
		}
	}
	return false
}

// placed adds the place of a record to damage that has only the record's number.
func (a *Audit) placed(d *Damage) *Damage {
	if d.File != "" {
		return d
	}
	s := Scanner{Log: a.log}
	for {
		items, err := s.Next()
		if err != nil {
			return d
		}
		if s.Seq > d.Record {
			t := &items[int64(len(items))-(s.Seq-d.Record)]
			d.File, d.Offset = a.log.segment(t.Segment).name, t.Offset
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
func (f *Frame) halfErased() bool {
	if len(f.Payload) == 0 {
		return false
	}
	if last := f.Payload[len(f.Payload)-1]; last != '}' && last != 0 {
		return false
	}
	solid := len(bytes.TrimLeft(f.Payload, "\x00"))
	zeros := len(f.Payload) - solid
	if (AllZero(f.Salt) || zeros == 0 && f.Salt[0] == 0) && solid > 0 && bytes.IndexByte(f.Payload[zeros:], 0) < 0 {
		return true
	}
	at := f.Offset + PreambleSize + int64(len(f.Header))
	body := append(slices.Clone(f.Salt), f.Payload...)
	some := false
	for start := 0; start < len(body); {
		end := min(start+int(sector-(at+int64(start))%sector), len(body))
		switch text := body[max(start, min(SaltSize, end)):end]; {
		case AllZero(body[start:end]):
			some = true
		case len(text) == 0 && body[SaltSize] == 0, bytes.IndexByte(text, 0) >= 0:
			return false
		}
		start = end
	}
	return some
}

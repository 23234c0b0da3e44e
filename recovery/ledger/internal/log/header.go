package log

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

// Kind is what a record is about.
type Kind string

// The kinds of records.
const (
	KindDecision Kind = "decision" // a decision, or a choice that was made
	KindRefusal  Kind = "refusal"  // an incident that could not be decided
	KindReport   Kind = "report"   // what the host said of actions
	KindSet      Kind = "set"      // the files of a set, ahead of what was decided by it
	KindCalendar Kind = "calendar" // a calendar in which actions of later records count
	KindErasure  Kind = "erasure"  // which payloads were erased
	KindMark     Kind = "mark"     // a later updated_at of an incident that has not changed
	KindStream   Kind = "stream"   // deliveries of an incident that were put in, handed out or ended
	KindIndex    Kind = "index"    // the digest of a file by which earlier records are found
)

func (k Kind) known() bool {
	switch k {
	case KindDecision, KindRefusal, KindReport, KindSet, KindCalendar, KindErasure, KindMark, KindStream, KindIndex:
		return true
	}
	return false
}

// Erasable reports whether payloads of the kind can hold personal data.
func (k Kind) Erasable() bool {
	return k == KindDecision || k == KindRefusal || k == KindReport || k == KindMark || k == KindStream
}

// Digest is a SHA-256 hash.
type Digest = [sha256.Size]byte

// Header is the part of a record that is chained, and is never erased.
type Header struct {
	Kind    Kind
	Payload Digest // of the salt and the payload
	Prev    Digest // of the record before; zero for the first
	Seq     int64  // from 0
}

// Append writes the header as canonical JSON.
func (h *Header) Append(dst []byte) []byte {
	dst = append(append(dst, `{"kind":"`...), h.Kind...)
	dst = hex.AppendEncode(append(dst, `","payload":"`...), h.Payload[:])
	dst = hex.AppendEncode(append(dst, `","prev":"`...), h.Prev[:])
	dst = strconv.AppendInt(append(dst, `","seq":`...), h.Seq, 10)
	return append(dst, '}')
}

var errHeader = errors.New("the header of the record was changed")

// ParseHeader reads a header. It refuses any other form than the one that Append writes.
func ParseHeader(b []byte) (h Header, err error) {
	rest := b
	between := func(before, after string) []byte {
		var text []byte
		var ok bool
		if rest, ok = bytes.CutPrefix(rest, []byte(before)); !ok {
			return nil
		}
		text, rest, _ = bytes.Cut(rest, []byte(after))
		return text
	}
	h.Kind = Kind(between(`{"kind":"`, `"`))
	payload, prev := between(`,"payload":"`, `"`), between(`,"prev":"`, `"`)
	seq, seqErr := strconv.ParseInt(string(between(`,"seq":`, `}`)), 10, 64)
	if len(payload) != 2*len(h.Payload) || len(prev) != 2*len(h.Prev) || seqErr != nil || !h.Kind.known() {
		return Header{}, errHeader
	}
	h.Seq = seq
	_, err1 := hex.Decode(h.Payload[:], payload)
	_, err2 := hex.Decode(h.Prev[:], prev)
	var again [MaxHeader]byte
	if err1 != nil || err2 != nil || !bytes.Equal(h.Append(again[:0]), b) {
		return Header{}, errHeader
	}
	return h, nil
}

// RecordHash is the hash of a record: what the next one names, and a leaf of the
// tree (RFC 6962). It is [tlog.RecordHash] without allocating.
func RecordHash(header []byte) tlog.Hash {
	var buf [1 + MaxHeader]byte
	n := 1 + copy(buf[1:], header)
	return sha256.Sum256(buf[:n])
}

// PayloadDigest commits to a payload. Without the salt, somebody could guess a short payload after it
// was erased, and compare digests.
func PayloadDigest(salt, payload []byte) Digest {
	h := sha256.New()
	h.Write(salt)
	h.Write(payload)
	var d Digest
	h.Sum(d[:0])
	return d
}

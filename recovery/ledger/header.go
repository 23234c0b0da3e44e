package ledger

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
)

func (k Kind) known() bool {
	switch k {
	case KindDecision, KindRefusal, KindReport, KindSet, KindCalendar, KindErasure:
		return true
	}
	return false
}

// erasable reports whether payloads of the kind can hold what is a person's.
func (k Kind) erasable() bool { return k == KindDecision || k == KindRefusal || k == KindReport }

// digest is a SHA-256 hash.
type digest = [sha256.Size]byte

// header is the part of a record that is chained, and is never erased.
type header struct {
	kind    Kind
	payload digest // of the salt and the payload
	prev    digest // of the record before; zero for the first
	seq     int64  // from 0
}

// append writes the header as canonical JSON.
func (h *header) append(dst []byte) []byte {
	dst = append(append(dst, `{"kind":"`...), h.kind...)
	dst = hex.AppendEncode(append(dst, `","payload":"`...), h.payload[:])
	dst = hex.AppendEncode(append(dst, `","prev":"`...), h.prev[:])
	dst = strconv.AppendInt(append(dst, `","seq":`...), h.seq, 10)
	return append(dst, '}')
}

var errHeader = errors.New("the header of the record was changed")

// parseHeader reads a header. There is one way to write it.
func parseHeader(b []byte) (h header, err error) {
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
	h.kind = Kind(between(`{"kind":"`, `"`))
	payload, prev := between(`,"payload":"`, `"`), between(`,"prev":"`, `"`)
	seq, seqErr := strconv.ParseInt(string(between(`,"seq":`, `}`)), 10, 64)
	if len(payload) != 2*len(h.payload) || len(prev) != 2*len(h.prev) || seqErr != nil || !h.kind.known() {
		return header{}, errHeader
	}
	h.seq = seq
	_, err1 := hex.Decode(h.payload[:], payload)
	_, err2 := hex.Decode(h.prev[:], prev)
	var again [maxHeader]byte
	if err1 != nil || err2 != nil || !bytes.Equal(h.append(again[:0]), b) {
		return header{}, errHeader
	}
	return h, nil
}

// recordHash is the hash of a record: what the next one names, and a leaf of the
// tree (RFC 6962). It is [tlog.RecordHash] without allocating.
func recordHash(header []byte) tlog.Hash {
	var buf [1 + maxHeader]byte
	n := 1 + copy(buf[1:], header)
	return sha256.Sum256(buf[:n])
}

// payloadDigest commits to a payload. The salt keeps what little a payload may
// say from being guessed once it is erased.
func payloadDigest(salt, payload []byte) digest {
	h := sha256.New()
	h.Write(salt)
	h.Write(payload)
	var d digest
	h.Sum(d[:0])
	return d
}

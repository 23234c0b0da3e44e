// Package series adds up what happened since an instant.
package series

import (
	"math/bits"
	"slices"
	"sort"
	"time"
)

// Series is a list of weights in order of time. It adds up all of them from an
// instant on at a cost that hardly grows with their number, and takes new ones
// anywhere. The entries stand in chunks of bounded size, each with its total.
type Series struct{ chunks []*chunk }

type chunk struct {
	entries []Entry // never empty
	total   Wide
}

// Entry is what one incident weighs. Two may be equal.
type Entry struct {
	Stamp
	Number int // which incident
	Weight Wide
}

const maxChunk = 512

func (e Entry) less(o Entry) bool {
	if e.Stamp != o.Stamp {
		return e.Before(o.Stamp)
	}
	return e.Number < o.Number
}

// Add takes in an entry.
func (s *Series) Add(e Entry) {
	if len(s.chunks) == 0 {
		s.chunks = []*chunk{{}}
	}
	i := s.chunkOf(e)
	c := s.chunks[i]
	at := sort.Search(len(c.entries), func(k int) bool { return e.less(c.entries[k]) })
	c.entries = slices.Insert(c.entries, at, e)
	c.total = c.total.Plus(e.Weight)
	if len(c.entries) > maxChunk {
		s.split(i)
	}
}

// chunkOf returns the last chunk that begins at or before e, else the first.
func (s *Series) chunkOf(e Entry) int {
	after := sort.Search(len(s.chunks), func(i int) bool {
		c := s.chunks[i]
		return len(c.entries) > 0 && e.less(c.entries[0])
	})
	return max(after-1, 0)
}

// split cuts a chunk in two. The last chunk is where nearly all entries come, so
// it is left nearly full and not half.
func (s *Series) split(i int) {
	c := s.chunks[i]
	cut := len(c.entries) / 2
	if i == len(s.chunks)-1 {
		cut = len(c.entries) - 1
	}
	second := &chunk{entries: slices.Clone(c.entries[cut:])}
	for _, e := range second.entries {
		second.total = second.total.Plus(e.Weight)
	}
	c.entries = c.entries[:cut]
	c.total = c.total.Minus(second.total)
	s.chunks = slices.Insert(s.chunks, i+1, second)
}

// Remove takes out one entry that equals e.
func (s *Series) Remove(e Entry) {
	// Entries that differ in weight alone may begin in an earlier chunk.
	for i := s.chunkOf(e); i >= 0; i-- {
		c := s.chunks[i]
		at := slices.Index(c.entries, e)
		if at < 0 {
			continue
		}
		c.entries = slices.Delete(c.entries, at, at+1)
		c.total = c.total.Minus(e.Weight)
		if len(c.entries) == 0 {
			s.chunks = slices.Delete(s.chunks, i, i+1)
		}
		return
	}
}

// Since adds up the weights from an instant on, the instant included.
func (s *Series) Since(from Stamp) Wide {
	var total Wide
	for i := len(s.chunks) - 1; i >= 0; i-- {
		c := s.chunks[i]
		if !c.entries[0].Before(from) {
			total = total.Plus(c.total)
			continue
		}
		at := sort.Search(len(c.entries), func(k int) bool { return !c.entries[k].Before(from) })
		for _, e := range c.entries[at:] {
			total = total.Plus(e.Weight)
		}
		break
	}
	return total
}

// Stamp is an instant that compares quickly, and with ==.
type Stamp struct {
	seconds     int64
	nanoseconds int32
}

// StampOf returns the stamp of a time.
func StampOf(t time.Time) Stamp { return Stamp{t.Unix(), int32(t.Nanosecond())} }

// Before compares instants.
func (s Stamp) Before(o Stamp) bool {
	if s.seconds != o.seconds {
		return s.seconds < o.seconds
	}
	return s.nanoseconds < o.nanoseconds
}

// Wide is a 128-bit whole number. Amounts fit 64 bits, their sums may not, and
// a sum that wrapped around would pass under every limit.
type Wide struct {
	high int64
	low  uint64
}

// WideOf widens a number.
func WideOf(n int64) Wide { return Wide{n >> 63, uint64(n)} }

// Plus adds.
func (w Wide) Plus(o Wide) Wide {
	low, carry := bits.Add64(w.low, o.low, 0)
	return Wide{w.high + o.high + int64(carry), low}
}

// Minus subtracts.
func (w Wide) Minus(o Wide) Wide {
	low, borrow := bits.Sub64(w.low, o.low, 0)
	return Wide{w.high - o.high - int64(borrow), low}
}

// Int64 returns the number if it fits.
func (w Wide) Int64() (int64, bool) {
	n := int64(w.low)
	return n, w.high == n>>63
}

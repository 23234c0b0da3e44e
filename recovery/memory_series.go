package recovery

import (
	"math/bits"
	"slices"
	"sort"
	"time"
)

// series is a list of weights in order of time. It adds up all of them from an
// instant on at a cost that hardly grows with their number, and takes new ones
// anywhere. The entries stand in chunks of bounded size, each with its total.
type series struct{ chunks []*chunk }

type chunk struct {
	entries []entry // never empty
	total   wide
}

// entry is what an incident weighs. Two may be equal.
type entry struct {
	stamp
	number int
	weight wide
}

const maxChunk = 512

func (e entry) less(o entry) bool {
	if e.stamp != o.stamp {
		return e.before(o.stamp)
	}
	return e.number < o.number
}

func (s *series) add(e entry) {
	if len(s.chunks) == 0 {
		s.chunks = []*chunk{{}}
	}
	i := s.chunkOf(e)
	c := s.chunks[i]
	at := sort.Search(len(c.entries), func(k int) bool { return e.less(c.entries[k]) })
	c.entries = slices.Insert(c.entries, at, e)
	c.total = c.total.plus(e.weight)
	if len(c.entries) > maxChunk {
		s.split(i)
	}
}

// chunkOf returns the last chunk that begins at or before e, else the first.
func (s *series) chunkOf(e entry) int {
	after := sort.Search(len(s.chunks), func(i int) bool {
		c := s.chunks[i]
		return len(c.entries) > 0 && e.less(c.entries[0])
	})
	return max(after-1, 0)
}

// split cuts a chunk in two. The last chunk is where nearly all entries come, so
// it is left nearly full and not half.
func (s *series) split(i int) {
	c := s.chunks[i]
	cut := len(c.entries) / 2
	if i == len(s.chunks)-1 {
		cut = len(c.entries) - 1
	}
	second := &chunk{entries: slices.Clone(c.entries[cut:])}
	for _, e := range second.entries {
		second.total = second.total.plus(e.weight)
	}
	c.entries = c.entries[:cut]
	c.total = c.total.minus(second.total)
	s.chunks = slices.Insert(s.chunks, i+1, second)
}

// remove takes out one entry that equals e.
func (s *series) remove(e entry) {
	// Entries that differ in weight alone may begin in an earlier chunk.
	for i := s.chunkOf(e); i >= 0; i-- {
		c := s.chunks[i]
		at := slices.Index(c.entries, e)
		if at < 0 {
			continue
		}
		c.entries = slices.Delete(c.entries, at, at+1)
		c.total = c.total.minus(e.weight)
		if len(c.entries) == 0 {
			s.chunks = slices.Delete(s.chunks, i, i+1)
		}
		return
	}
}

// since adds up the weights from an instant on, the instant included.
func (s *series) since(from stamp) wide {
	var total wide
	for i := len(s.chunks) - 1; i >= 0; i-- {
		c := s.chunks[i]
		if !c.entries[0].before(from) {
			total = total.plus(c.total)
			continue
		}
		at := sort.Search(len(c.entries), func(k int) bool { return !c.entries[k].before(from) })
		for _, e := range c.entries[at:] {
			total = total.plus(e.weight)
		}
		break
	}
	return total
}

// stamp is an instant that compares quickly, and with ==.
type stamp struct {
	seconds     int64
	nanoseconds int32
}

func stampOf(t time.Time) stamp { return stamp{t.Unix(), int32(t.Nanosecond())} }

func (s stamp) before(o stamp) bool {
	if s.seconds != o.seconds {
		return s.seconds < o.seconds
	}
	return s.nanoseconds < o.nanoseconds
}

// wide is a 128-bit whole number. Amounts fit 64 bits, their sums may not, and
// a sum that wrapped around would pass under every limit.
type wide struct {
	high int64
	low  uint64
}

func wideOf(n int64) wide { return wide{n >> 63, uint64(n)} }

func (w wide) plus(o wide) wide {
	low, carry := bits.Add64(w.low, o.low, 0)
	return wide{w.high + o.high + int64(carry), low}
}

func (w wide) minus(o wide) wide {
	low, borrow := bits.Sub64(w.low, o.low, 0)
	return wide{w.high - o.high - int64(borrow), low}
}

// int64 returns the number if it fits.
func (w wide) int64() (int64, bool) {
	n := int64(w.low)
	return n, w.high == n>>63
}

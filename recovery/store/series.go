package store

import (
	"slices"
	"sort"
	"time"
)

// series is a list of weights in order of time. It adds up all of them from an
// instant on at a cost that hardly grows with their number, and takes new ones
// anywhere. The entries stand in chunks of bounded size, each with its total.
type series struct{ chunks []*chunk }

type chunk struct {
	entries []weighed // never empty
	total   Wide
}

// weighed is what one incident weighs at one time. Two may be equal.
type weighed struct {
	stamp
	incident int // which one
	weight   Wide
}

const maxChunk = 512

func (e weighed) less(o weighed) bool {
	if e.stamp != o.stamp {
		return e.before(o.stamp)
	}
	return e.incident < o.incident
}

// add takes in an entry.
func (s *series) add(e weighed) {
	if len(s.chunks) == 0 {
		s.chunks = []*chunk{{}}
	}
	i := s.chunkOf(e)
	c := s.chunks[i]
	at := sort.Search(len(c.entries), func(k int) bool { return e.less(c.entries[k]) })
	c.entries = slices.Insert(c.entries, at, e)
	c.total = c.total.Plus(e.weight)
	if len(c.entries) > maxChunk {
		s.split(i)
	}
}

// chunkOf returns the last chunk that begins at or before e, else the first.
func (s *series) chunkOf(e weighed) int {
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
		second.total = second.total.Plus(e.weight)
	}
	c.entries = c.entries[:cut]
	c.total = c.total.Minus(second.total)
	s.chunks = slices.Insert(s.chunks, i+1, second)
}

// taken is the entry that takes one back.
func (e weighed) taken() weighed {
	e.weight = Wide{}.Minus(e.weight)
	return e
}

// takeOut takes out an entry. One that is not there is in what the index stands on, and is taken back.
func (s *series) takeOut(e weighed) {
	if !s.remove(e) {
		s.add(e.taken())
	}
}

// each visits the entries.
func (s *series) each(visit func(e weighed)) {
	for _, c := range s.chunks {
		for _, e := range c.entries {
			visit(e)
		}
	}
}

// remove takes out one entry that equals e, if there is one.
func (s *series) remove(e weighed) bool {
	if len(s.chunks) == 0 {
		return false
	}
	// Entries that differ in weight alone may begin in an earlier chunk.
	for i := s.chunkOf(e); i >= 0; i-- {
		c := s.chunks[i]
		if c.entries[len(c.entries)-1].less(e) {
			return false
		}
		at := slices.Index(c.entries, e)
		if at < 0 {
			continue
		}
		c.entries = slices.Delete(c.entries, at, at+1)
		c.total = c.total.Minus(e.weight)
		if len(c.entries) == 0 {
			s.chunks = slices.Delete(s.chunks, i, i+1)
		}
		return true
	}
	return false
}

// since adds up the weights from an instant on, the instant included.
func (s *series) since(from stamp) Wide {
	var total Wide
	for i := len(s.chunks) - 1; i >= 0; i-- {
		c := s.chunks[i]
		if !c.entries[0].before(from) {
			total = total.Plus(c.total)
			continue
		}
		at := sort.Search(len(c.entries), func(k int) bool { return !c.entries[k].before(from) })
		for _, e := range c.entries[at:] {
			total = total.Plus(e.weight)
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

func (s stamp) time() time.Time { return time.Unix(s.seconds, int64(s.nanoseconds)).UTC() }

// stampOf returns the stamp of a time.
func stampOf(t time.Time) stamp { return stamp{t.Unix(), int32(t.Nanosecond())} }

// before compares instants.
func (s stamp) before(o stamp) bool {
	if s.seconds != o.seconds {
		return s.seconds < o.seconds
	}
	return s.nanoseconds < o.nanoseconds
}

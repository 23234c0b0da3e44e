package ledger

import (
	"crypto/sha256"

	"github.com/servicerecovery/amends/recovery/internal/series"
)

// buckets are series, one for each combination of texts that fields have. Most
// hold one incident, as when a fact counts by customer: those take no series of their own, and
// nothing that the garbage collector has to look at.
type buckets struct {
	at   map[name]bucket
	many []*series.Series
}

type bucket struct {
	only series.Entry
	many int32 // when set, one more than the number of its series
}

func newBuckets() buckets { return buckets{at: map[name]bucket{}} }

// bucketName is where texts are found.
func bucketName(texts []string) name {
	var buf [256]byte
	sum := sha256.Sum256(appendJoined(buf[:0], texts...))
	return name(sum[:len(name{})])
}

func (b *buckets) add(to name, e series.Entry) {
	x, ok := b.at[to]
	switch {
	case !ok:
		b.at[to] = bucket{only: e}
	case x.many > 0:
		b.many[x.many-1].Add(e)
	default:
		s := &series.Series{}
		s.Add(x.only)
		s.Add(e)
		b.many = append(b.many, s)
		b.at[to] = bucket{many: int32(len(b.many))}
	}
}

func (b *buckets) remove(from name, e series.Entry) {
	if x := b.at[from]; x.many > 0 {
		b.many[x.many-1].Remove(e)
		return
	}
	delete(b.at, from)
}

// since adds up a bucket from an instant on, the instant included.
func (b *buckets) since(of name, from series.Stamp) series.Wide {
	x, ok := b.at[of]
	switch {
	case x.many > 0:
		return b.many[x.many-1].Since(from)
	case ok && !x.only.Before(from):
		return x.only.Weight
	}
	return series.Wide{}
}

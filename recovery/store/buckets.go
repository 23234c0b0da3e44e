package store

import "crypto/sha256"

// buckets are series, one for each combination of texts that fields have. Most
// hold one entry, as when a fact counts by customer: those take no series of their own, and
// nothing that the garbage collector has to look at.
type buckets struct {
	at   map[ID]bucket
	many []*series
}

type bucket struct {
	only weighed
	many int32 // when set, one more than the number of its series
}

func newBuckets() buckets { return buckets{at: map[ID]bucket{}} }

// bucketOf is where texts are found.
func bucketOf(texts []string) ID {
	var room [256]byte
	sum := sha256.Sum256(AppendTexts(room[:0], texts...))
	return ID(sum[:len(ID{})])
}

func (b *buckets) add(to ID, e weighed) {
	x, ok := b.at[to]
	switch {
	case !ok:
		b.at[to] = bucket{only: e}
	case x.many > 0:
		b.many[x.many-1].add(e)
	default:
		s := &series{}
		s.add(x.only)
		s.add(e)
		b.many = append(b.many, s)
		b.at[to] = bucket{many: int32(len(b.many))}
	}
}

func (b *buckets) remove(from ID, e weighed) {
	if x := b.at[from]; x.many > 0 {
		b.many[x.many-1].remove(e)
		return
	}
	delete(b.at, from)
}

// since adds up a bucket from an instant on, the instant included.
func (b *buckets) since(of ID, from stamp) Wide {
	x, ok := b.at[of]
	switch {
	case x.many > 0:
		return b.many[x.many-1].since(from)
	case ok && !x.only.before(from):
		return x.only.weight
	}
	return Wide{}
}

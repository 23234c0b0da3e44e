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

// groupOf is where the entries of a kind with these texts are added up.
func groupOf(kind string, texts []string) ID {
	var room [256]byte
	sum := sha256.Sum256(AppendTexts(append(room[:0], kind...), texts...))
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

// remove takes out an entry. One that is not there is in what the index stands on, and is taken back.
func (b *buckets) remove(from ID, e weighed) {
	x, ok := b.at[from]
	switch {
	case x.many > 0:
		b.many[x.many-1].takeOut(e)
	case ok && x.only == e:
		delete(b.at, from)
	default:
		b.add(from, e.taken())
	}
}

// each visits the entries.
func (b *buckets) each(visit func(group ID, e weighed)) {
	for group, x := range b.at {
		if x.many == 0 {
			visit(group, x.only)
			continue
		}
		b.many[x.many-1].each(func(e weighed) { visit(group, e) })
	}
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

package rows

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// Entry is where an incident counts, and how much. Entries of one group are added up: those of a kind of fact
// with the same texts, or those of a partner in one direction.
type Entry struct {
	Group  store.ID
	At     time.Time
	Weight store.Wide
}

// Kind is the text of a kind of fact, which tells it apart and which [ReadKind] reads.
func Kind(k *store.FactKind) (string, error) {
	text, err := json.Marshal(k)
	return string(text), err
}

// ReadKind reads the text of a kind of fact.
func ReadKind(text string) (k store.FactKind, err error) {
	err = json.Unmarshal([]byte(text), &k)
	return k, err
}

// Counted is a kind of fact that a store counts, with its text.
type Counted struct {
	store.FactKind
	Text string
}

func group(of string, texts []string) store.ID {
	var room [256]byte
	sum := sha256.Sum256(store.AppendTexts(store.AppendTexts(room[:0], of), texts...))
	return store.ID(sum[:len(store.ID{})])
}

func useGroup(namespace, partner, direction string) store.ID {
	return group("use", []string{namespace, partner, direction})
}

// Entries are where an incident counts in kinds of facts, and which units of partners it uses: each time of a
// group once, in order.
func Entries(kinds []Counted, s store.Standing) []Entry {
	var out []Entry
	for i := range kinds {
		k := &kinds[i]
		list := k.Entries(s)
		if len(list) == 0 {
			continue
		}
		g := group(k.Text, list[0].Texts)
		for _, e := range list {
			out = append(out, Entry{g, e.At, e.Weight})
		}
	}
	return merged(append(out, Reserved(slices.Collect(s.Reserves()))...))
}

// Reserved are the entries of units that are reserved.
func Reserved(list []store.Reserve) (out []Entry) {
	for _, r := range list {
		out = append(out, Entry{useGroup(r.Namespace, r.Partner, r.Direction), r.At, store.WideOf(r.Units)})
	}
	return merged(out)
}

// merged sorts entries, and adds up those of one time.
func merged(list []Entry) []Entry {
	slices.SortFunc(list, func(a, b Entry) int { return cmp.Or(bytes.Compare(a.Group[:], b.Group[:]), a.At.Compare(b.At)) })
	out := list[:0]
	for _, e := range list {
		if n := len(out); n > 0 && out[n-1].Group == e.Group && out[n-1].At.Equal(e.At) {
			out[n-1].Weight = out[n-1].Weight.Plus(e.Weight)
			continue
		}
		out = append(out, e)
	}
	return out
}

// Changed compares entries of an incident: those that go, and those that come.
func Changed(was, is []Entry) (gone, new []Entry) {
	same := func(list []Entry, e Entry) bool {
		return slices.ContainsFunc(list, func(o Entry) bool { return o.Group == e.Group && o.At.Equal(e.At) && o.Weight == e.Weight })
	}
	for _, e := range was {
		if !same(is, e) {
			gone = append(gone, e)
		}
	}
	for _, e := range is {
		if !same(was, e) {
			new = append(new, e)
		}
	}
	return gone, new
}

// Asked is a question about a group: what lies in it from a time on.
type Asked struct {
	Group store.ID
	From  time.Time
	// Until is the end of a window, which is not in it; zero: there is none.
	Until time.Time
	// Nothing says that no incident can be meant, since a text is missing.
	Nothing bool
}

// AskedFact is the question behind a fact of a kind, whose text is given.
func AskedFact(q *store.FactQuery, kind string) Asked {
	var texts []string
	if q.Namespace != "" {
		texts = append(texts, q.Namespace)
	}
	for _, k := range q.Same {
		if k.Text == "" {
			return Asked{Nothing: true}
		}
		texts = append(texts, k.Text)
	}
	return Asked{Group: group(kind, texts), From: q.From}
}

// AskedUse is the question behind the use of a partner.
func AskedUse(q *store.UseQuery) Asked {
	return Asked{Group: useGroup(q.Namespace, q.Partner, q.Direction), From: q.From, Until: q.Until}
}

// Of adds up those entries of a list that are asked about.
func (a *Asked) Of(list []Entry) (total store.Wide) {
	for _, e := range list {
		if e.Group == a.Group && !e.At.Before(a.From) && (a.Until.IsZero() || e.At.Before(a.Until)) {
			total = total.Plus(e.Weight)
		}
	}
	return total
}

// Use turns a total into an answer. The error is a *[store.OverflowError].
func Use(q *store.UseQuery, total store.Wide) (int64, error) {
	n, ok := total.Int64()
	if !ok {
		return 0, &store.OverflowError{What: "the use of partner " + q.Partner}
	}
	return n, nil
}

// Before is what stands of an incident, as it was read.
func Before(g *recovery.Given) (s store.Standing) {
	if g.Previous != nil {
		s.Latest = g.Previous.Counts(0)
	}
	for i := range g.Made {
		s.Made = append(s.Made, g.Made[i].Counts(int64(i)+1))
	}
	return s
}

// Lost are the ids of decisions that a record keeps and that do not stand by now: their choices were left out
// in between. A store reads them before it asks for [After].
func Lost(before store.Standing, r *recovery.Record) (out []string) {
	for _, id := range r.Keeps {
		of := store.IDOf(id)
		if !slices.ContainsFunc(before.Made, func(d *store.Decision) bool { return d.ID == of }) {
			out = append(out, id)
		}
	}
	return out
}

// After is what stands after a record. Lost are the decisions that [Lost] has named, as far as the incident has
// them, in order.
func After(before store.Standing, r *recovery.Record, lost []*store.Decision) (after store.Standing, d *store.Decision) {
	d = r.Counts(int64(len(before.Made)) + 1)
	return before.After(d, append(slices.Clip(lost), before.Made...)), d
}

// Precedent is a choice of a decision, by which later ones go, with the key under which it is found.
type Precedent struct {
	Decision store.ID
	Key      store.ID
	Chosen   store.Chosen
}

// Precedents compares what stands of an incident before and after: the precedents that go, and those that come.
func Precedents(before, after store.Standing) (gone, new []Precedent) {
	return standingBy(before, after), standingBy(after, before)
}

// standingBy are those of one standing that another does not have.
func standingBy(of, without store.Standing) (out []Precedent) {
	for _, d := range of.Made {
		if !d.Choice.Open && !slices.ContainsFunc(without.Made, func(o *store.Decision) bool { return o.ID == d.ID }) {
			out = append(out, Precedent{d.ID, PrecedentGroup(d.Choice.Key), d.Choice.Chosen})
		}
	}
	return out
}

// PrecedentGroup is the form in which rows have a [store.PrecedentKey].
func PrecedentGroup(key string) store.ID { return group("precedents", []string{key}) }

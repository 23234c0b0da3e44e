package ledger

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// choices has every choice that was made in a ledger so far, with the records between which it stood.
// From that follows which choices are precedents, and which were at an earlier moment. Choices that a
// snapshot has are read from it when somebody asks for those of their key.
type choices struct {
	base  *snapshot // nil: there is none
	byKey map[string][]*stood
	bySeq map[int64]*stood
	ended map[int64]int64       // the records that ended choices of the base, by the choice's record
	gone  map[store.ID][]*stood // erased incidents, by their key, with the choices that were not in the base

	mu   sync.Mutex
	read map[string][]*stood // what was read from the base, by key
}

type stood struct {
	seq      int64
	until    int64    // the record that ended it; 0: it stands
	incident store.ID // its key: see [keyOf]
	key      string   // of the choice: see [store.PrecedentKey]
	chosen   recovery.Chosen
}

func newChoices(base *snapshot) *choices {
	return &choices{
		base: base, byKey: map[string][]*stood{}, bySeq: map[int64]*stood{}, ended: map[int64]int64{}, gone: map[store.ID][]*stood{}, read: map[string][]*stood{},
	}
}

// add takes in a decision, in the order of the ledger. standing are the choices on the incident that
// stood before it.
func (c *choices) add(s *store.Decision, standing []ref) {
	if s.Choice != nil {
		if !s.Choice.Open { // nobody can be compared with what is not chosen yet
			c.put(&stood{seq: s.Number, incident: keyOf(s.Name()), key: s.Choice.Key, chosen: s.Choice.Chosen})
		}
		return
	}
	for _, r := range standing {
		if slices.Contains(s.Keeps, r.id) {
			continue
		}
		if x := c.bySeq[r.seq]; x != nil {
			x.until = s.Number
		} else {
			c.ended[r.seq] = s.Number
		}
	}
}

func (c *choices) put(x *stood) {
	list := c.byKey[x.key]
	i, _ := slices.BinarySearchFunc(list, x.seq, (*stood).compare)
	c.byKey[x.key] = slices.Insert(list, i, x)
	c.bySeq[x.seq] = x
}

func (c *choices) drop(x *stood) {
	list := c.byKey[x.key]
	if i, ok := slices.BinarySearchFunc(list, x.seq, (*stood).compare); ok {
		c.byKey[x.key] = slices.Delete(list, i, i+1)
	}
	delete(c.bySeq, x.seq)
}

func (x *stood) compare(seq int64) int { return cmp.Compare(x.seq, seq) }

// takeBack drops what decisions from a number on have changed.
func (c *choices) takeBack(from int64) {
	for _, x := range c.bySeq {
		switch {
		case x.seq >= from:
			c.drop(x)
		case x.until >= from:
			x.until = 0
		}
	}
	maps.DeleteFunc(c.ended, func(_, until int64) bool { return until >= from })
}

// forget drops the choices on an incident, until [choices.restore].
func (c *choices) forget(incident string) {
	of := keyOf(incident)
	var list []*stood
	for _, x := range c.bySeq {
		if x.incident == of {
			list = append(list, x)
			c.drop(x)
		}
	}
	c.gone[of] = list
}

func (c *choices) restore(incident string) {
	of := keyOf(incident)
	for _, x := range c.gone[of] {
		c.put(x)
	}
	delete(c.gone, of)
}

// now lists the precedents for an incident, oldest first. Choices on the incident itself are left out.
func (c *choices) now(q *recovery.PrecedentQuery, incident string) ([]recovery.Chosen, error) {
	return c.list(q, incident, func(_, until int64) bool { return until == 0 })
}

// before lists the precedents as they stood when the ledger had so many records.
func (c *choices) before(q *recovery.PrecedentQuery, seen int64, incident string) ([]recovery.Chosen, error) {
	return c.list(q, incident, func(seq, until int64) bool { return seq < seen && (until == 0 || until >= seen) })
}

func (c *choices) list(q *recovery.PrecedentQuery, incident string, stands func(seq, until int64) bool) (out []recovery.Chosen, err error) {
	if c.base == nil && len(c.byKey) == 0 {
		return nil, nil
	}
	key, of := store.PrecedentKey(q.Namespace, q.Play, q.Comparable), keyOf(incident)
	below, err := c.below(key)
	if err != nil {
		return nil, err
	}
	for _, x := range below {
		until := x.until
		if at, ok := c.ended[x.seq]; ok {
			until = at
		}
		if _, erased := c.gone[x.incident]; !erased && x.incident != of && stands(x.seq, until) {
			out = append(out, x.chosen)
		}
	}
	for _, x := range c.byKey[key] {
		if x.incident != of && stands(x.seq, x.until) {
			out = append(out, x.chosen)
		}
	}
	return out, nil
}

// below are the choices of a key that the base has.
func (c *choices) below(key string) ([]*stood, error) {
	if c.base == nil {
		return nil, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	list, ok := c.read[key]
	if ok {
		return list, nil
	}
	list, err := c.base.choices(key)
	if err == nil {
		c.read[key] = list
	}
	return list, err
}

// history follows the choices of a ledger, for whoever reads it without an [index].
type history struct {
	*choices
	standing map[string][]ref // by incident
}

func newHistory(base *snapshot) *history { return &history{newChoices(base), map[string][]ref{}} }

// follow takes in a decision, in the order of the ledger.
func (h *history) follow(s *store.Decision) error {
	list, known := h.standing[s.Name()]
	if !known && h.base != nil {
		t, err := h.base.thread(keyOf(s.Name()))
		if err != nil {
			return err
		}
		if t != nil {
			list = t.standingChoices()
		}
	}
	h.add(s, list)
	if s.Choice != nil {
		h.standing[s.Name()] = append(slices.Clip(list), refOf(s))
		return nil
	}
	kept := slices.DeleteFunc(slices.Clone(list), func(r ref) bool { return !slices.Contains(s.Keeps, r.id) })
	if h.standing[s.Name()] = kept; len(kept) == 0 && h.base == nil {
		delete(h.standing, s.Name())
	}
	return nil
}

package ledger

import (
	"slices"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// choices has every choice that was made in a ledger so far, with the records between which it stood.
// From that follows which choices were precedents at an earlier moment.
type choices struct {
	byKey    map[string][]*stood
	standing map[string][]*stood // by incident
}

type stood struct {
	seq      int64
	until    int64 // the record that ended it; 0: it stands
	id       store.ID
	incident string
	chosen   recovery.Chosen
}

func newChoices() *choices {
	return &choices{map[string][]*stood{}, map[string][]*stood{}}
}

// add takes in a decision, in the order of the ledger.
func (c *choices) add(s *store.Decision) {
	if s.Choice != nil {
		if s.Choice.Open {
			return // nobody can be compared with what is not chosen yet
		}
		x := &stood{seq: s.Number, id: s.ID, incident: s.Incident, chosen: s.Choice.Chosen}
		c.byKey[s.Choice.Key] = append(c.byKey[s.Choice.Key], x)
		c.standing[s.Incident] = append(c.standing[s.Incident], x)
		return
	}
	list, ok := c.standing[s.Incident]
	if !ok {
		return
	}
	kept := slices.DeleteFunc(list, func(x *stood) bool {
		if slices.Contains(s.Keeps, x.id) {
			return false
		}
		x.until = s.Number
		return true
	})
	c.standing[s.Incident] = kept
	if len(kept) == 0 {
		delete(c.standing, s.Incident)
	}
}

// before lists the precedents as they stood when the ledger had so many records. Choices on the
// incident itself are left out.
func (c *choices) before(q recovery.PrecedentQuery, seen int64, incident string) []recovery.Chosen {
	var out []recovery.Chosen
	for _, x := range c.byKey[store.PrecedentKey(q.Play, q.Comparable)] {
		if x.seq < seen && (x.until == 0 || x.until >= seen) && x.incident != incident {
			out = append(out, x.chosen)
		}
	}
	return out
}

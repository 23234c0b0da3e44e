package ledger

import (
	"slices"

	"github.com/servicerecovery/amends/recovery"
)

// choices are all that were made in a ledger so far, with from when until when
// each stood, so that it can be said which were precedents at an earlier moment.
type choices struct {
	byKey    map[string][]*stood
	standing map[string][]*stood // by incident
}

type stood struct {
	seq      int64
	until    int64 // the record that ended it; 0: it stands
	id       name
	incident string
	chosen   recovery.Chosen
}

func newChoices() *choices {
	return &choices{map[string][]*stood{}, map[string][]*stood{}}
}

// add takes in a decision, in the order of the ledger.
func (c *choices) add(s *summary) {
	if s.choice != nil {
		x := &stood{seq: s.seq, id: s.id, incident: s.incident, chosen: s.choice.chosen}
		c.byKey[s.choice.key] = append(c.byKey[s.choice.key], x)
		c.standing[s.incident] = append(c.standing[s.incident], x)
		return
	}
	list, ok := c.standing[s.incident]
	if !ok {
		return
	}
	kept := slices.DeleteFunc(list, func(x *stood) bool {
		if slices.Contains(s.keeps, x.id) {
			return false
		}
		x.until = s.seq
		return true
	})
	c.standing[s.incident] = kept
	if len(kept) == 0 {
		delete(c.standing, s.incident)
	}
}

// before lists the precedents that there were when the ledger had so many
// records; those of the incident itself are none.
func (c *choices) before(q recovery.PrecedentQuery, seen int64, incident string) []recovery.Chosen {
	var out []recovery.Chosen
	for _, x := range c.byKey[precedentKey(q.Play, q.Comparable)] {
		if x.seq < seen && (x.until == 0 || x.until >= seen) && x.incident != incident {
			out = append(out, x.chosen)
		}
	}
	return out
}

package suite

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// ownIDs are the ids that plays have given an action.
func (s *Set) ownIDs(incident string, a *recovery.Action) []string {
	ids, _ := s.namesOf(incident, a)
	return ids
}

// namesOf returns the ids that plays have given an action, and whether a play has given it none.
// Both can be so for a merged action: one play gave it an id, and another did not. Decisions do not
// show these ids, except as a part of the id of an action that is not merged.
func (s *Set) namesOf(incident string, a *recovery.Action) (ids []string, bare bool) {
	for _, name := range a.Plays {
		p := s.known.plays[name]
		if p == nil {
			continue
		}
		for _, source := range canGive(p) {
			switch {
			case source.Type.Name != a.Type:
			case source.Type.Merge == policy.MergeNever && idOf(incident, p, source, a) != a.ID:
			case source.Type.Merge != policy.MergeNever && !s.mayMerge(p, source, a):
			case source.ID == "":
				bare = true
			case !slices.Contains(ids, source.ID):
				ids = append(ids, source.ID)
			}
		}
	}
	return ids, bare || len(ids) == 0
}

// idOf is the id that a play's action, which is not merged, has for the item of a.
func idOf(incident string, p *policy.Play, source *policy.Action, a *recovery.Action) string {
	if a.Item != "" && p.Each != nil {
		return recovery.ItemActionID(incident, p.Name, a.Type, source.ID, p.Each.Name, a.Item)
	}
	return recovery.ActionID(incident, p.Name, a.Type, source.ID)
}

// mayMerge reports whether an action of a play can be a part of a merged one: whether the
// parameter that it is merged by is the same, as far as that is known without an incident.
func (s *Set) mayMerge(play *policy.Play, source *policy.Action, a *recovery.Action) bool {
	by := ""
	switch source.Type.Merge {
	case policy.MergeItem:
		by = "item"
	case policy.MergeTo, policy.MergeToMessage:
		by = "to"
	}
	given := ""
	if v := (thing{params: a.Params}).value(by); v != nil {
		given = value.Show(v)
	}
	written := ""
	for _, p := range source.Params {
		if p.Name() != by {
			continue
		}
		if s.program.Explainer().Param(p, play.Playbook) != nil {
			return true
		}
		v, err := p.Value(s.program.Blank().Frame(play.Playbook), value.Style{})
		if err != nil || p.Spec.Type.Kind == value.KindString && strings.Contains(p.Source(), "${") {
			return true
		}
		written = value.Show(v)
	}
	return written == given
}

// changed returns the actions of a decision that a key of `changes` is about, and the name of each
// in a report. TYPE/ID is about the actions to which a play gave the id. TYPE is about the actions
// without an id. TYPE/ITEM, and TYPE/ID/ITEM, is about the own action of an item. If all actions of the type have one, it is about those that no other key names.
func (c *comparison) changed(key string, all []playbook.Pair) (found []*recovery.Action, called []string) {
	kind, id, hasID := strings.Cut(key, "/")
	for i := range c.d.Actions {
		a := &c.d.Actions[i]
		if a.Type != kind {
			continue
		}
		ids, bare := c.set.namesOf(c.d.Incident, a)
		if a.Item != "" {
			for _, id := range slices.Clone(ids) {
				ids = append(ids, id+"/"+a.Item)
			}
			if bare {
				ids = append(ids, a.Item)
			}
		}
		named := slices.ContainsFunc(all, func(p playbook.Pair) bool {
			k, id, ok := strings.Cut(p.Key.Value, "/")
			return ok && k == kind && slices.Contains(ids, id)
		})
		switch {
		case hasID && slices.Contains(ids, id):
			found, called = append(found, a), append(called, key)
		case hasID:
		case bare:
			found, called = append(found, a), append(called, kind)
		case !c.set.known.bare[kind] && !named:
			found, called = append(found, a), append(called, kind+"/"+ids[0])
		}
	}
	return found, called
}

package diff

import (
	"slices"
	"strings"
	"sync"
)

// Compare tells what changed in meaning from one set to another: first what the
// whole set shares, then playbook by playbook, its own parts before its plays.
// Nothing changed when the list is empty.
func Compare(old, new *Side) []Change {
	var o, n meaning
	var both sync.WaitGroup
	both.Go(func() { o = meaningOf(old.set) })
	both.Go(func() { n = meaningOf(new.set) })
	both.Wait()
	c := &comparison{old: o, new: n, oldUses: usesOf(o), newUses: usesOf(n), movedNames: map[string]bool{}}
	books := pairBooks(o.playbooks, n.playbooks)
	c.findMoved(books)
	c.shared()
	for _, p := range books {
		c.book(p)
	}
	for i := range c.list {
		c.list[i].OldAt, c.list[i].NewAt = old.from(c.list[i].OldAt), new.from(c.list[i].NewAt)
	}
	return c.list
}

// comparison is one run of Compare.
type comparison struct {
	changes
	old, new         meaning
	oldUses, newUses uses
	// movedNames are the shared definitions of one side that are a playbook's own
	// on the other: they are compared there.
	movedNames map[string]bool
}

// findMoved finds the definitions that went from playbooks to the shared ones,
// or back.
func (c *comparison) findMoved(books []bookPair) {
	for _, p := range books {
		if p.old == nil || p.new == nil {
			continue
		}
		for _, d := range p.old.own.parts {
			if p.new.own.part(d.name) == nil && isDefinition(d) && c.new.shared.part(d.name) != nil && c.old.shared.part(d.name) == nil {
				c.movedNames[d.name] = true
			}
		}
		for _, d := range p.new.own.parts {
			if p.old.own.part(d.name) == nil && isDefinition(d) && c.old.shared.part(d.name) != nil && c.new.shared.part(d.name) == nil {
				c.movedNames[d.name] = true
			}
		}
	}
}

// isDefinition reports whether a thing is declared under a name, as a term is. Otherwise
// every playbook has it, as it has a zone.
func isDefinition(t *thing) bool { return strings.Contains(t.name, " ") }

// shared compares what the whole set shares.
func (c *comparison) shared() {
	c.playbook, c.play = "", ""
	for _, p := range pairs(c.old.shared.parts, c.new.shared.parts) {
		name := nameOf(p)
		if (p.old == nil || p.new == nil) && c.movedNames[name] {
			continue
		}
		c.definition(p, name, "", "")
	}
}

func nameOf(p pair) string {
	if p.new != nil {
		return p.new.name
	}
	return p.old.name
}

// definition compares one part of a playbook or of what the set shares. A definition that
// no play uses, before and after, is not compared. Fields, roles and maps are always compared.
func (c *comparison) definition(p pair, name, oldBook, newBook string) {
	c.usedBy, c.givenBy, c.inFront = nil, nil, false
	if isDefinition(firstOf(p)) {
		c.usedBy = union(c.oldUses.plays(oldBook, name, p.old != nil), c.newUses.plays(newBook, name, p.new != nil))
		c.givenBy = union(usersIn(c.oldUses.given, oldBook, name, p.old != nil), usersIn(c.newUses.given, newBook, name, p.new != nil))
		c.inFront = c.oldUses.elsewhere[name] || c.newUses.elsewhere[name]
		always := strings.HasPrefix(name, "field ") || strings.HasPrefix(name, "role ") || strings.HasPrefix(name, "map ")
		if c.usedBy == nil && !always && !c.oldUses.elsewhere[name] && !c.newUses.elsewhere[name] {
			return
		}
	}
	c.columnUsers = func(column string) (plays []string, used bool) {
		anyOf := column[:strings.Index(column, ".")] + ".*"
		for _, name := range []string{column, anyOf} {
			plays = union(plays, union(c.oldUses.plays(oldBook, name, true), c.newUses.plays(newBook, name, true)))
			used = used || c.oldUses.elsewhere[name] || c.newUses.elsewhere[name]
		}
		return plays, used || len(plays) > 0
	}
	c.compare(name, p.old, p.new)
	c.usedBy, c.givenBy, c.inFront = nil, nil, false
}

func firstOf(p pair) *thing {
	if p.new != nil {
		return p.new
	}
	return p.old
}

// union joins two sorted lists.
func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// book compares two versions of a playbook.
func (c *comparison) book(p bookPair) {
	c.play = ""
	switch {
	case p.new == nil:
		c.playbook = p.old.id
		c.add(Change{What: WhatPlaybook, Kind: Removed, Old: p.old.own.shown, OldAt: p.old.at})
		c.plays(p.old.plays, nil)
		return
	case p.old == nil:
		c.playbook = p.new.id
		c.add(Change{What: WhatPlaybook, Kind: Added, New: p.new.own.shown, NewAt: p.new.at})
		c.plays(nil, p.new.plays)
		return
	}
	c.playbook = p.new.id
	if p.old.id != p.new.id {
		c.add(Change{What: WhatPlaybook, Kind: Renamed, Old: p.old.id, New: p.new.id, OldAt: p.old.at, NewAt: p.new.at})
	}
	for _, part := range pairs(p.old.own.parts, p.new.own.parts) {
		name := nameOf(part)
		if c.movedNames[name] {
			if part.old == nil {
				part.old = c.old.shared.part(name)
			} else if part.new == nil {
				part.new = c.new.shared.part(name)
			}
		}
		c.definition(part, name, p.old.id, p.new.id)
	}
	c.plays(p.old.plays, p.new.plays)
}

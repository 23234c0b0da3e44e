package diff

import (
	"slices"
	"strings"
)

// uses says which plays use which definition, also through other definitions.
type uses struct {
	// byBook holds, for each playbook, the plays that reach a name; shared ones
	// are under the empty id, from all playbooks that have no such name of their
	// own.
	byBook map[string]map[string][]string
	// given are the plays of byBook that read it in what they give, and not in a condition alone.
	given map[string]map[string][]string
	// elsewhere are the names that something outside the plays reads: limits and
	// what stands in front of plays.
	elsewhere map[string]bool
}

// plays lists the plays that use a definition of a playbook, or a shared one.
func (u uses) plays(playbook, name string, defined bool) []string {
	return usersIn(u.byBook, playbook, name, defined)
}

func usersIn(in map[string]map[string][]string, playbook, name string, defined bool) []string {
	if !defined {
		return nil
	}
	list := slices.Concat(in[playbook][name])
	slices.Sort(list)
	return slices.Compact(list)
}

func usesOf(m meaning) uses {
	u := uses{byBook: map[string]map[string][]string{"": {}}, given: map[string]map[string][]string{"": {}}, elsewhere: map[string]bool{}}
	for _, b := range m.playbooks {
		u.byBook[b.id], u.given[b.id] = map[string][]string{}, map[string][]string{}
		v := visible{own: index(b.own), shared: index(m.shared)}
		for _, root := range []*thing{b.own.part("applies"), b.own.part("limits"), m.shared.part("limits")} {
			for name := range v.reach(root) {
				u.elsewhere[name] = true
			}
		}
		for _, p := range b.plays {
			v.note(u.byBook, p, b.id, p.name)
			v.note(u.given, withoutConditions(p), b.id, p.name)
		}
	}
	return u
}

// note notes what a play, or a part of it, reads.
func (v visible) note(in map[string]map[string][]string, root *thing, book, play string) {
	for name := range v.reach(root) {
		home := ""
		if v.own[tableOf(name)] != nil {
			home = book
		}
		in[home][name] = append(in[home][name], book+"/"+play)
		if home == "" { // it may become the playbook's own
			in[book][name] = append(in[book][name], book+"/"+play)
		}
	}
}

// withoutConditions is a play without its condition and those of its cases.
func withoutConditions(t *thing) *thing {
	out := *t
	out.parts = nil
	for _, p := range t.parts {
		switch {
		case p.what == WhatCondition && p.name == "when":
		case p.what == WhatCase:
			out.parts = append(out.parts, withoutConditions(p))
		default:
			out.parts = append(out.parts, p)
		}
	}
	return &out
}

// tableOf is the table of a column; other names stay.
func tableOf(name string) string {
	if column, ok := strings.CutPrefix(name, "column "); ok {
		table, _, _ := strings.Cut(column, ".")
		return "table " + table
	}
	return name
}

// visible is what a playbook can name.
type visible struct{ own, shared map[string]*thing }

func index(t *thing) map[string]*thing {
	out := map[string]*thing{}
	for _, p := range t.parts {
		if isDefinition(p) {
			out[p.name] = p
		}
	}
	return out
}

// reach returns the names that a thing reads, itself or through what it reads.
func (v visible) reach(root *thing) map[string]bool {
	seen := map[string]bool{}
	var see func(t *thing)
	follow := func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		if d := v.own[name]; d != nil {
			see(d)
		} else if d := v.shared[name]; d != nil {
			see(d)
		}
	}
	see = func(t *thing) {
		t.visit(func(x *thing) {
			for _, name := range x.reads {
				if name == everyPartner {
					v.partners(follow)
					continue
				}
				follow(name)
			}
		})
	}
	see(root)
	return seen
}

func (v visible) partners(follow func(string)) {
	for _, defs := range []map[string]*thing{v.own, v.shared} {
		for name := range defs {
			if strings.HasPrefix(name, "partner ") {
				follow(name)
			}
		}
	}
}

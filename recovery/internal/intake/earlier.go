package intake

import (
	"slices"

	"github.com/servicerecovery/amends/policy"
)

// Earlier are the earlier names of fields, each with the present one, in the order in which they are
// looked for. A name that is declared itself, or that two fields have had, is left out: it does not
// say which field is meant.
func Earlier(p *policy.Program) []Renamed {
	var out []Renamed
	now, unclear := map[string]string{}, map[string]bool{}
	each := func(fields []*policy.Field, visit func(*policy.Field)) {
		for _, f := range fields {
			visit(f)
		}
	}
	all := func(visit func(*policy.Field)) {
		each(p.Fields, visit)
		for _, b := range p.Playbooks {
			each(b.Fields, visit)
		}
	}
	all(func(f *policy.Field) {
		for _, was := range f.Was {
			switch name, known := now[was]; {
			case !known:
				now[was] = f.Name
				out = append(out, Renamed{Now: f.Name, Was: was})
			case name != f.Name:
				unclear[was] = true
			}
		}
	})
	all(func(f *policy.Field) { unclear[f.Name] = true })
	return slices.DeleteFunc(out, func(r Renamed) bool { return unclear[r.Was] })
}

// Names are the names of the fields that the set declares and that are not standard, sorted. Lists of
// objects are left out.
func (l *Layout) Names() []string { return l.names }

// namesOf makes Names.
func (l *Layout) namesOf() []string {
	var out []string
	for _, name := range SortedKeys(l.named) {
		if _, standard := l.standard[name]; !standard && l.named[name].Items == nil {
			out = append(out, name)
		}
	}
	return out
}

// Native returns what stands under a name as a value of the type of a declared field. It fails where it
// is absent, came twice or does not fit, and for standard fields and lists of objects.
func (l *Layout) Native(fields map[string]any, name, declared string) (any, bool) {
	s := search{path: name}
	s.in(fields, name)
	f := l.named[declared]
	if s.times != 1 || f == nil || f.Items != nil {
		return nil, false
	}
	v, bad := Coerce(s.first, f.Type)
	return v, bad == nil
}

// Times is how often a field stands among others.
func (l *Layout) Times(fields map[string]any, path string) int {
	s := search{path: path}
	s.in(fields, path)
	return s.times
}

// IsDotted reports whether a name is made of several, so that it may stand in objects.
func IsDotted(path string) bool { return isDotted(path) }

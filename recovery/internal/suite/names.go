package suite

import (
	"maps"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// names are what suites may name of a set.
type names struct {
	plays    map[string]*policy.Play
	types    map[string]*policy.ActionType // nil: a type that no play gives
	fields   map[string]*policy.Field      // by dotted name, earlier names included
	partners map[string]bool
	bare     map[string]bool // the types that some play gives without an id
	promises []string        // what broken promises can be called
}

func namesOf(books *playbook.Set, program *policy.Program) names {
	n := names{plays: map[string]*policy.Play{}, types: map[string]*policy.ActionType{}, fields: map[string]*policy.Field{}, partners: map[string]bool{}, bare: map[string]bool{policy.ActionSubstitute: true}, promises: program.Missable}
	for _, d := range books.Documents {
		for _, a := range d.Actions {
			n.types[a.Name.Value] = nil
		}
		for _, p := range d.Partners {
			n.partners[p.ID.Value] = true
		}
	}
	for _, t := range policy.BuiltinActions() {
		n.types[t.Name] = t
	}
	n.addFields(program.Declared())
	for _, p := range program.Plays {
		n.plays[p.Name] = p
		for _, a := range canGive(p) {
			n.types[a.Type.Name] = a.Type
			n.bare[a.Type.Name] = n.bare[a.Type.Name] || a.ID == ""
		}
	}
	return n
}

func (n names) addFields(fields map[string]*policy.Field) {
	for _, name := range sortedKeys(fields) {
		f := fields[name]
		n.fields[name] = f
		for _, was := range f.Was {
			n.fields[was] = f
		}
	}
}

// canGive are all the actions that a play can give, with their steps, and its options.
func canGive(p *policy.Play) []*policy.Action {
	var out []*policy.Action
	var add func(list []*policy.Action)
	add = func(list []*policy.Action) {
		for _, a := range list {
			out = append(out, a)
			add(a.Remind)
			add(a.IfLate)
		}
	}
	add(p.Do)
	for _, c := range p.Cases {
		add(c.Do)
	}
	add(p.TooLate)
	add(p.Otherwise)
	if p.Choice != nil {
		for _, o := range p.Choice.Options {
			add([]*policy.Action{o.Action})
		}
	}
	return out
}

// isPlay reports whether a decision can list a play under a name, its case
// included.
func (n names) isPlay(name string) bool {
	if n.plays[name] != nil {
		return true
	}
	i := strings.LastIndexByte(name, '/')
	if i < 0 || n.plays[name[:i]] == nil {
		return false
	}
	return slices.ContainsFunc(n.plays[name[:i]].Cases, func(c *policy.Case) bool { return c.ID == name[i+1:] })
}

// playOf is the play that a name begins with: playbook/play, and what is behind it; nil: there is none.
func (n names) playOf(name string) *policy.Play {
	parts := strings.SplitN(name, "/", 3)
	return n.plays[strings.Join(parts[:min(len(parts), 2)], "/")]
}

// caseOfItems is the play with each of whose cases a name names one; empty for any other name.
func (n names) caseOfItems(name string) string {
	if p := n.playOf(name); p != nil && p.Each != nil && name != p.Name {
		return p.Name
	}
	return ""
}

// playNames are all names under which decisions list plays.
func (n names) playNames() []string {
	var out []string
	for name, p := range n.plays {
		out = append(out, name)
		for _, c := range p.Cases {
			if c.ID != "" && p.Each == nil { // the cases of items are the items'
				out = append(out, name+"/"+c.ID)
			}
		}
	}
	slices.Sort(out)
	return out
}

// isField reports whether a path is a field, lies in one, or leads to one.
func (n names) isField(path string) bool {
	if path == "paused" || n.fields[path] != nil {
		return true
	}
	for name := range n.fields {
		if strings.HasPrefix(name, path+".") {
			return true
		}
	}
	return false
}

// fieldsUnder are the names that may follow a path.
func (n names) fieldsUnder(prefix string) []string {
	out := map[string]bool{}
	if prefix == "" {
		out["paused"] = true
	}
	for name := range n.fields {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			first, _, _ := strings.Cut(rest, ".")
			out[first] = true
		}
	}
	return slices.Sorted(maps.Keys(out))
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

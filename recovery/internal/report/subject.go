package report

import (
	"slices"

	"github.com/servicerecovery/amends/policy"
)

// names are those that a field may have: just these, or all but these.
type names struct {
	except bool
	list   []string
}

// anything is every name.
var anything = names{except: true}

func (a names) and(b names) names {
	switch {
	case a.except && b.except:
		return names{true, union(a.list, b.list)}
	case a.except:
		return names{false, without(b.list, a.list)}
	case b.except:
		return names{false, without(a.list, b.list)}
	}
	return names{false, without(a.list, without(a.list, b.list))}
}

func (a names) none() bool { return !a.except && len(a.list) == 0 }

func (a names) has(name string) bool { return slices.Contains(a.list, name) != a.except }

// among names those that are meant where all that there are is known.
func (a names) among(all []string) names {
	if a.except && len(all) > 0 && len(a.list) > 0 {
		return names{false, without(all, a.list)}
	}
	return a
}

func union(a, b []string) []string { return append(slices.Clone(a), without(b, a)...) }

func without(a, b []string) []string {
	var out []string
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

// subject is a service and a failure that go together.
type subject struct{ service, failure names }

var everySubject = []subject{{anything, anything}}

// maxSubjects bounds what conditions are taken apart into; beyond, they are taken
// for any service and failure.
const maxSubjects = 200

// subjects are the services and failures for which a condition can hold, as far
// as it compares them with what is written out. It never leaves one out.
func subjects(n *policy.Node, want bool) []subject {
	if n == nil {
		return everySubject
	}
	switch n.Kind {
	case policy.NodeNot:
		return subjects(n.Parts[0], !want)
	case policy.NodeAnd:
		return ofParts(n.Parts, want, want)
	case policy.NodeOr:
		return ofParts(n.Parts, want, !want)
	case policy.NodeIf:
		if n.Bool {
			yes := both(subjects(n.Parts[0], true), subjects(n.Parts[1], want))
			return bounded(append(yes, both(subjects(n.Parts[0], false), subjects(n.Parts[2], want))...))
		}
	case policy.NodeRead:
		if len(n.Parts) == 1 && n.Parts[0].Bool && n.Bool {
			return subjects(n.Parts[0], want)
		}
	case policy.NodeConstant:
		if n.Value != want {
			return nil
		}
	case policy.NodeCompare:
		return compared(n, want)
	}
	return everySubject
}

func ofParts(parts []*policy.Node, want, all bool) []subject {
	if !all {
		var out []subject
		for _, p := range parts {
			out = append(out, subjects(p, want)...)
		}
		return bounded(out)
	}
	out := everySubject
	for _, p := range parts {
		out = both(out, subjects(p, want))
	}
	return out
}

// both are the subjects that are in each of two lists.
func both(a, b []subject) []subject {
	var out []subject
	for _, x := range a {
		for _, y := range b {
			s := subject{x.service.and(y.service), x.failure.and(y.failure)}
			if !s.service.none() && !s.failure.none() {
				out = append(out, s)
			}
		}
	}
	return bounded(out)
}

func bounded(list []subject) []subject {
	if len(list) > maxSubjects {
		return everySubject
	}
	return list
}

// compared reads a comparison of the service or the failure with names.
func compared(n *policy.Node, want bool) []subject {
	left, right := n.Parts[0], n.Parts[1]
	if left.Kind == policy.NodeConstant && n.Op != "in" {
		left, right = right, left
	}
	var list []string
	switch v := right.Value.(type) {
	case string:
		list = []string{v}
	case []any:
		for _, x := range v {
			text, ok := x.(string)
			if !ok {
				return everySubject
			}
			list = append(list, text)
		}
	}
	constant := right.Kind == policy.NodeConstant || n.Op == "in" && right.Kind == policy.NodeCall && constants(right.Parts)
	if !constant || list == nil && n.Op != "in" || left.Kind != policy.NodeRead {
		return everySubject
	}
	var named names
	switch n.Op {
	case "==", "in":
		named = names{!want, list}
	case "!=":
		named = names{want, list}
	default:
		return everySubject
	}
	switch left.Path {
	case "incident.service":
		return []subject{{named, anything}}
	case "incident.failure":
		return []subject{{anything, named}}
	}
	return everySubject
}

func constants(parts []*policy.Node) bool {
	return !slices.ContainsFunc(parts, func(p *policy.Node) bool { return p.Kind != policy.NodeConstant })
}

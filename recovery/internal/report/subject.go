package report

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
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

// looker takes conditions apart by service and failure. It knows the tables that they look at.
type looker struct {
	table func(name string) *playbook.Table
}

// subjects are the services and failures for which a condition can hold, as far as it compares
// them with what is written out, in tables and terms too. It never leaves one out.
func (k looker) subjects(n *policy.Node, want bool) []subject {
	if n == nil {
		return everySubject
	}
	switch n.Kind {
	case policy.NodeNot:
		return k.subjects(n.Parts[0], !want)
	case policy.NodeAnd:
		return k.ofParts(n.Parts, want, want)
	case policy.NodeOr:
		return k.ofParts(n.Parts, want, !want)
	case policy.NodeIf:
		if n.Bool {
			yes := both(k.subjects(n.Parts[0], true), k.subjects(n.Parts[1], want))
			return bounded(append(yes, both(k.subjects(n.Parts[0], false), k.subjects(n.Parts[2], want))...))
		}
	case policy.NodeRead:
		if len(n.Parts) == 1 && n.Parts[0].Bool && n.Bool && strings.HasPrefix(n.Path, "terms.") {
			return k.subjects(n.Parts[0], want)
		}
	case policy.NodeConstant:
		if n.Value != want {
			return nil
		}
		return everySubject
	}
	return k.leaf(n, want)
}

func (k looker) ofParts(parts []*policy.Node, want, all bool) []subject {
	if !all {
		var out []subject
		for _, p := range parts {
			out = append(out, k.subjects(p, want)...)
		}
		return bounded(out)
	}
	out := everySubject
	for _, p := range parts {
		out = both(out, k.subjects(p, want))
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

// leaf takes a part that has no conditions below it: a comparison, or whether a table has a row.
func (k looker) leaf(n *policy.Node, want bool) []subject {
	service, ofService := dependence{"incident.service", k.table}.names(n, want)
	failure, ofFailure := dependence{"incident.failure", k.table}.names(n, want)
	if !ofService && !ofFailure {
		return everySubject
	}
	x := subject{service, failure}
	if x.service.none() || x.failure.none() {
		return nil
	}
	return []subject{x}
}

func constants(parts []*policy.Node) bool {
	return !slices.ContainsFunc(parts, func(p *policy.Node) bool { return p.Kind != policy.NodeConstant })
}

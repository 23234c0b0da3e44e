package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// names are the values that a field may have: the listed ones, or all but the listed ones.
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

// among lists the values that are meant, once all possible values are known.
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

// maxSubjects bounds how many subjects a condition is taken apart into. A condition with
// more is shown for any service and failure.
const maxSubjects = 200

// looker takes conditions apart by service and failure. It knows the tables that they look at.
// It remembers what parts give that may be read often: terms, the keys of tables, and what a ?:
// asks.
type looker struct {
	table func(name string) *playbook.Table
	known map[answer][]subject
	deps  map[string]dependence // by the path of the field
}

// answer is what a part is wanted to be.
type answer struct {
	part *policy.Node
	want bool
}

// newLooker returns one for a condition.
func newLooker(table func(name string) *playbook.Table) looker {
	return looker{table, map[answer][]subject{}, map[string]dependence{}}
}

func (k looker) of(path string) dependence {
	if _, known := k.deps[path]; !known {
		k.deps[path] = dependence{path, k.table, map[*policy.Node]mention{}, map[named]valued{}}
	}
	return k.deps[path]
}

func (k looker) once(part *policy.Node, want bool) []subject {
	key := answer{part, want}
	out, known := k.known[key]
	if !known {
		out = k.subjects(part, want)
		k.known[key] = out
	}
	return out
}

// subjects are the services and failures for which a condition can hold. It finds those that the
// condition compares with constants, in tables and terms too. It never leaves out one that can hold.
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
			yes := both(k.once(n.Parts[0], true), k.once(n.Parts[1], want))
			return bounded(slices.Concat(yes, both(k.once(n.Parts[0], false), k.once(n.Parts[2], want))))
		}
	case policy.NodeRead:
		if body := n.Body(); body != nil && body.Bool && n.Bool && strings.HasPrefix(n.Path, "terms.") {
			return k.once(body, want)
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

// bounded are the subjects of a list, each once.
func bounded(list []subject) []subject {
	if len(list) < 2 {
		return list
	}
	there := make(map[string]bool, len(list))
	list = slices.DeleteFunc(list, func(s subject) bool {
		key := s.service.key() + "\x00" + s.failure.key()
		known := there[key]
		there[key] = true
		return known
	})
	if len(list) > maxSubjects {
		return everySubject
	}
	return list
}

// key tells names apart.
func (a names) key() string { return fmt.Sprint(a.except) + " " + strings.Join(a.list, "\x00") }

// leaf takes a part that has no conditions below it: a comparison, or whether a table has a row.
func (k looker) leaf(n *policy.Node, want bool) []subject {
	service, ofService := k.of("incident.service").names(n, want)
	failure, ofFailure := k.of("incident.failure").names(n, want)
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

package handwritten

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// Tables finds plays in lists by the service, the failure or the tag that they
// are about, and asks the rest of each by closures.
type Tables struct {
	service, failure, tag map[string][]entry
	rest                  []entry
}

type entry struct {
	play int
	when []func(*workload.Incident) bool
}

// NewTables makes the tables of a set of plays.
func NewTables(plays []workload.Play) *Tables {
	t := &Tables{service: map[string][]entry{}, failure: map[string][]entry{}, tag: map[string][]entry{}}
	for _, p := range plays {
		field, key, rest := workload.Key(p)
		e := entry{play: p.Number}
		for _, c := range rest {
			e.when = append(e.when, closure(c))
		}
		switch field {
		case workload.Service:
			t.service[key] = append(t.service[key], e)
		case workload.Failure:
			t.failure[key] = append(t.failure[key], e)
		case workload.Tags:
			t.tag[key] = append(t.tag[key], e)
		default:
			t.rest = append(t.rest, e)
		}
	}
	return t
}

// Match appends the plays that match to out.
func (t *Tables) Match(in *workload.Incident, out []int) []int {
	out = ask(t.service[in.Service], in, out)
	out = ask(t.failure[in.Failure], in, out)
	for i, tag := range in.Tags {
		if !includes(in.Tags[:i], tag) {
			out = ask(t.tag[tag], in, out)
		}
	}
	return ask(t.rest, in, out)
}

func ask(entries []entry, in *workload.Incident, out []int) []int {
entries:
	for i := range entries {
		for _, holds := range entries[i].when {
			if !holds(in) {
				continue entries
			}
		}
		out = append(out, entries[i].play)
	}
	return out
}

func closure(c workload.Condition) func(*workload.Incident) bool {
	f := c.Field
	switch c.Op {
	case workload.Either:
		a, b := closure(c.Any[0]), closure(c.Any[1])
		return func(in *workload.Incident) bool { return a(in) || b(in) }
	case workload.True:
		return func(in *workload.Incident) bool { return workload.At[bool](f, in) }
	case workload.False:
		return func(in *workload.Incident) bool { return !workload.At[bool](f, in) }
	case workload.Present:
		return func(in *workload.Incident) bool { return workload.At[string](f, in) != "" }
	case workload.StartsWith:
		prefix := c.Value.(string)
		return func(in *workload.Incident) bool { return strings.HasPrefix(workload.At[string](f, in), prefix) }
	case workload.OneOf:
		return func(in *workload.Incident) bool { return slices.Contains(c.Values, workload.At[string](f, in)) }
	}
	switch v := c.Value.(type) {
	case string:
		equal := c.Op == workload.Equal
		return func(in *workload.Incident) bool { return (workload.At[string](f, in) == v) == equal }
	case int64:
		return ordered(f, c.Op, v)
	case float64:
		return ordered(f, c.Op, v)
	case time.Duration:
		return ordered(f, c.Op, v)
	case time.Time:
		less := c.Op == workload.Less // or not less: the workload asks nothing else of times
		return func(in *workload.Incident) bool { return workload.At[time.Time](f, in).Before(v) == less }
	}
	panic("no such constant in the workload")
}

func ordered[T cmp.Ordered](f *workload.Field, op workload.Op, v T) func(*workload.Incident) bool {
	switch op {
	case workload.Less:
		return func(in *workload.Incident) bool { return workload.At[T](f, in) < v }
	case workload.LessEqual:
		return func(in *workload.Incident) bool { return workload.At[T](f, in) <= v }
	case workload.Greater:
		return func(in *workload.Incident) bool { return workload.At[T](f, in) > v }
	}
	return func(in *workload.Incident) bool { return workload.At[T](f, in) >= v }
}

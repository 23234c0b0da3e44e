package engines

import (
	"fmt"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// Set is a set of plays that only amends is measured on: larger than others
// would load in good time, or made to be hard for an index.
type Set struct {
	Name  string
	About string
	Plays int
	// Load gives the matcher, and the answers it must give for an incident.
	Load func(stream []*workload.Incident) (Matcher, func(*workload.Incident) []int, error)
}

// Sets lists them for n plays; the largest has ten times as many.
func Sets(n int) []Set {
	return []Set{
		spread("as above", "one playbook, what a play is about written first", n, 1, workload.Plays),
		spread("ten times as many", "in ten playbooks", 10*n, 10, workload.Plays),
		spread("50 playbooks", "the same plays in 50 playbooks", n, 50, workload.Plays),
		spread("key last", "what a play is about is written last", n, 1, func(n int, seed uint64) []workload.Play {
			return workload.KeyLast(workload.Plays(n, seed))
		}),
		spread("only ranges", "no equality anywhere: ranges of numbers, money and times", n, 1, workload.Ranges),
		{"keys missing", "every play asks for a field that no incident has", n, missing(n)},
		{"arithmetic", "every condition calculates, so that no part of it can be looked up", n, arithmetic(n)},
	}
}

func spread(name, about string, n, books int, plays func(n int, seed uint64) []workload.Play) Set {
	return Set{Name: name, About: about, Plays: n, Load: func(stream []*workload.Incident) (Matcher, func(*workload.Incident) []int, error) {
		made := plays(n, workload.Seed)
		m, err := newGiven(playbooks(conditions(made), books), stream)
		return m, func(in *workload.Incident) []int { return workload.Answers(made, in) }, err
	}}
}

// missing plays ask for a lane, which incidents do not have.
func missing(n int) func([]*workload.Incident) (Matcher, func(*workload.Incident) []int, error) {
	return func(stream []*workload.Incident) (Matcher, func(*workload.Incident) []int, error) {
		when := make([]string, n)
		for i := range when {
			when[i] = fmt.Sprintf(`has(incident.lane) && incident.lane == "lane-%d" && incident.severity >= %d`, i/4, 1+i%5)
		}
		m, err := newGiven(playbooks(when, 1), stream)
		return m, func(*workload.Incident) []int { return []int{} }, err
	}
}

// arithmetic plays hold for every n/4-th number of customers affected.
func arithmetic(n int) func([]*workload.Incident) (Matcher, func(*workload.Incident) []int, error) {
	return func(stream []*workload.Incident) (Matcher, func(*workload.Incident) []int, error) {
		every := max(1, n/4)
		when := make([]string, n)
		for i := range when {
			when[i] = fmt.Sprintf("incident.affected %% %d == %d && incident.contacts + incident.severity >= 0", every, i%every)
		}
		answers := func(in *workload.Incident) []int {
			out := []int{}
			for i := int(in.Affected) % every; i < n; i += every {
				out = append(out, i)
			}
			return out
		}
		m, err := newGiven(playbooks(when, 1), stream)
		return m, answers, err
	}
}

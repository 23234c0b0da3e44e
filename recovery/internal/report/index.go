package report

import (
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// reach is the subjects of a play, with the failures that its playbook takes.
type reach struct {
	play     *policy.Play
	subjects []subject
	failures []string // of its playbook; nil: any
}

// services lists the plays by service and failure: first the services that are
// named, then what holds for any.
func (b *builder) services() []Service {
	var reaches []reach
	var services []string
	any := false
	for _, p := range b.program.Plays {
		r := b.reachOf(p)
		for _, x := range r.subjects {
			any = any || x.service.except
			services = union(services, x.service.list)
		}
		reaches = append(reaches, r)
	}
	services = union(oneOfField(b.program.Fields, "service"), services)
	if any && len(oneOfField(b.program.Fields, "service")) == 0 {
		services = append(services, "")
	}
	var out []Service
	for i, name := range services {
		s := Service{Name: name, Anchor: "service." + itoa(i+1), Failures: b.failures(reaches, name)}
		if len(s.Failures) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// reachOf reads which services and failures a play is for.
func (b *builder) reachOf(p *policy.Play) reach {
	s, d := b.scopes[p.Playbook.ID], b.plays[p.Name]
	r := reach{play: p, failures: s.oneOf("failure")}
	look := newLooker(func(name string) *playbook.Table { return s.tables[name] })
	all := both(look.subjects(s.node(s.doc.Applies), true), look.subjects(s.node(d.When), true))
	for _, x := range all {
		if all := s.oneOf("service"); x.service.except && len(all) > 0 {
			x.service = names{false, without(all, x.service.list)}
		}
		x.failure = x.failure.among(r.failures)
		if !x.service.none() && !x.failure.none() {
			r.subjects = append(r.subjects, x)
		}
	}
	return r
}

// oneOf is the closed list of a field's values; nil where it is open.
func (s *scope) oneOf(name string) []string {
	if f := s.fields[name]; f != nil {
		return f.OneOf
	}
	return nil
}

func oneOfField(fields []*policy.Field, name string) []string {
	for _, f := range fields {
		if f.Name == name {
			return slices.Clone(f.OneOf)
		}
	}
	return nil
}

// failures lists what happens for each failure of a service. The last is for
// whatever else it may be.
func (b *builder) failures(reaches []reach, service string) []Failure {
	var named []string
	for _, r := range reaches {
		for _, x := range r.subjects {
			if !x.isFor(service) {
				continue
			}
			named = union(named, r.failures)
			if !x.failure.except {
				named = union(named, x.failure.list)
			}
		}
	}
	var out []Failure
	for _, name := range named {
		rows := b.rows(reaches, service, func(f names) bool { return !f.except && f.has(name) })
		if name != "" || len(rows) > 0 {
			out = append(out, Failure{Name: orElse(name, "not known yet"), Rows: rows})
		}
	}
	if rest := b.rows(reaches, service, func(f names) bool { return f.except }); len(rest) > 0 {
		out = append(out, Failure{Rows: rest})
	}
	return out
}

// isFor reports whether a subject belongs under a service. The empty name stands for
// subjects that name no service.
func (x subject) isFor(service string) bool {
	if service == "" {
		return x.service.except
	}
	return !x.service.except && x.service.has(service)
}

func (b *builder) rows(reaches []reach, service string, fits func(names) bool) []Row {
	var out []Row
	for _, r := range reaches {
		if slices.ContainsFunc(r.subjects, func(x subject) bool { return x.isFor(service) && fits(x.failure) }) {
			out = append(out, b.row(r.play))
		}
	}
	return out
}

// row is a play in short.
func (b *builder) row(p *policy.Play) Row {
	if r, ok := b.short[p]; ok {
		return r
	}
	s, d := b.scopes[p.Playbook.ID], b.plays[p.Name]
	r := Row{Play: b.linkTo(p), Approach: approachWords[p.Approach], Remarks: remarks(d, p), Cost: s.cost(p), Languages: s.spoken(d)}
	steps := func(list []Action, of string) {
		for _, a := range list {
			r.Steps = append(r.Steps, Step{a.Short, a.Who, a.By, of})
		}
	}
	if p.Partners != nil {
		r.Steps = append(r.Steps, Step{What: "a partner stands in"})
	}
	steps(s.actions(d.Do, p.Do), "")
	for i, c := range d.Cases {
		steps(s.actions(c.Do, p.Cases[i].Do), orElse(plain(c.ID.Value), "in a case"))
	}
	if c := s.choice(d.Discretion, p.Choice); c != nil {
		r.Steps = append(r.Steps, Step{What: c.Decider + " decides", By: c.By})
	}
	b.short[p] = r
	return r
}

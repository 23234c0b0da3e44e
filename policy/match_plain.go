package policy

import (
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// This file defines matching, and makes no attempt to be fast: it looks at each playbook and each
// play in turn, and evaluates every condition. [Input.Applying] and [Program.Match] give the same
// results, errors and their texts included; tests compare the two.

// Plain returns the program without its index. It looks at each playbook and each play in turn, and
// evaluates every condition. This is the definition of matching. Its time grows with the set, so it
// is meant for tests, and for checking a result.
func (p *Program) Plain() *Program {
	plain := *p
	plain.plain = true
	return &plain
}

func (in *Input) applyingPlain() ([]*Playbook, error) {
	var first error
	in.applying = in.applying[:0]
	occurred, dated := in.occurredAt()
	for _, b := range in.program.Playbooks {
		if dated && !b.inForceAt(occurred) || !dated && b.InForce != (Period{}) {
			continue
		}
		applies, err := b.applyTo(in)
		if err != nil && first == nil {
			first = err
		}
		if err == nil && applies {
			in.applying = append(in.applying, b)
		}
	}
	return in.applying, first
}

func (in *Input) occurredAt() (at time.Time, ok bool) {
	at, ok = in.values.Get(in.program.std.occurredAt).(time.Time)
	return at, ok
}

func (b *Playbook) inForceAt(t time.Time) bool {
	return b.InForce.Contains(value.DateOf(t.In(b.Zone)))
}

// applyTo evaluates the condition in front of a playbook's plays.
func (b *Playbook) applyTo(in *Input) (bool, error) {
	if b.applies == nil {
		return true, nil
	}
	ok, err := b.applies.evaluate(&Frame{in: in, pb: b, cel: b.before.NewFrame(&in.cel)})
	if err != nil {
		return false, &PlayError{Playbook: b.ID, Err: err}
	}
	return ok, nil
}

func (p *Program) matchPlain(in *Input) ([]Match, error) {
	m := matcher{program: p, in: in, by: map[*Play]*Match{}, applying: make([]bool, len(p.Playbooks))}
	for _, b := range in.applying {
		m.applying[b.number] = true
	}
	m.occurred, _ = in.occurredAt()
	m.phase = in.text(p.std.phase)
	m.provider = in.text(p.std.provider)
	// Plays are matched in the order of the set, and fallbacks after all others, so that the error
	// which is reported is always the same.
	for _, fallback := range []bool{false, true} {
		for _, play := range p.Plays {
			if play.Fallback != fallback || !m.applying[play.Playbook.number] {
				continue
			}
			if err := m.ask(play); err != nil {
				return nil, err
			}
		}
	}
	var out []Match
	for _, play := range p.Plays {
		if found, ok := m.by[play]; ok {
			out = append(out, *found)
		}
	}
	return out, nil
}

func (in *Input) text(slot int) string {
	s, _ := in.values.Get(slot).(string)
	return s
}

type matcher struct {
	program         *Program
	in              *Input
	occurred        time.Time
	phase, provider string
	applying        []bool // by the playbooks' numbers
	by              map[*Play]*Match
	first           map[*Playbook]*Play // that answers
	answered        map[purpose]bool
}

// purpose is a playbook with one of the two purposes of plays. A fallback depends only on plays
// with its own purpose.
type purpose struct {
	playbook   *Playbook
	preventive bool
}

// ask matches one play, unless the rules of its playbook skip it.
func (m *matcher) ask(p *Play) error {
	first := m.first[p.Playbook]
	side := purpose{p.Playbook, p.Preventive()}
	taken := first != nil && p.Answers // a play that does not answer can match beside one that does
	if taken && p.Playbook.Matches == MatchFirst || p.Fallback && m.answered[side] || !m.fits(p) {
		return nil
	}
	f := m.in.Frame(p.Playbook)
	ok, err := p.when.evaluate(f)
	if err != nil {
		return playError(p, err)
	}
	if !ok {
		return nil
	}
	match := &Match{Play: p}
	if p.Each != nil {
		if match.Items, err = m.items(p, f); err != nil {
			return playError(p, err)
		}
		if len(match.Items) == 0 {
			return nil // a play that is for none of the items has not matched
		}
	}
	if taken && p.Playbook.Matches == MatchOne {
		return &AmbiguousError{Playbook: p.Playbook.ID, Plays: [2]string{first.Name, p.Name}}
	}
	return m.found(match, f, side)
}

// items asks each item of the play's list: where, and then each case.
func (m *matcher) items(p *Play, f *Frame) ([]ItemMatch, error) {
	list, _ := m.in.Field(p.Each).([]any)
	defer f.NoItem()
	var out []ItemMatch
	for i, item := range list {
		f.SetItem(p.Each, i)
		ok, err := p.where.evaluate(f)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		held, err := firstCase(p, f)
		if err != nil {
			return nil, err
		}
		out = append(out, ItemMatch{Item: item.(*value.Item), At: i, Case: held})
	}
	return out, nil
}

// firstCase is the first case that holds; nil: none does.
func firstCase(p *Play, f *Frame) (*Case, error) {
	for _, c := range p.Cases {
		if ok, err := c.when.evaluate(f); err != nil || ok {
			return c, err
		}
	}
	return nil, nil
}

func (m *matcher) found(match *Match, f *Frame, side purpose) error {
	p := match.Play
	if m.first == nil {
		m.first, m.answered = map[*Playbook]*Play{}, map[purpose]bool{}
	}
	if p.Answers {
		if m.first[p.Playbook] == nil {
			m.first[p.Playbook] = p
		}
		m.answered[side] = true
	}
	if p.Each == nil {
		var err error
		if match.Case, err = firstCase(p, f); err != nil {
			return playError(p, err)
		}
	}
	match.plain = because(f, p, match.Case)
	m.by[p] = match
	return nil
}

// fits makes the checks that are cheap and cannot fail.
func (m *matcher) fits(p *Play) bool {
	if !p.phase.fits(m.phase == "failure") || !p.provider.fits(m.provider == "") {
		return false
	}
	return p.InForce.Contains(value.DateOf(m.occurred.In(p.Playbook.Zone)))
}

func (f fit) fits(first bool) bool {
	return f == fitAny || (f == fitFirst) == first
}

// because lists the values that the conditions that held have read, in source order, each once.
func because(f *Frame, p *Play, c *Case) []Reason {
	conditions := []*expression{p.when}
	if c != nil {
		conditions = append(conditions, c.when)
	}
	if p.Each != nil {
		conditions = p.ofItems()
	}
	out := []Reason{}
	seen := map[string]bool{}
	for _, e := range conditions {
		if e == nil {
			continue
		}
		for _, r := range e.cel.Reads() {
			// The decision has the time already.
			if r.Path != "now" && !r.Item && !seen[r.Path] {
				seen[r.Path] = true
				out = append(out, Reason{Expr: r.Path, Value: f.read(r.Path)})
			}
		}
	}
	return out
}

// read writes the value of a path. The value of a table is its row.
func (f *Frame) read(path string) string {
	if name, ok := strings.CutPrefix(path, "tables."); ok && !strings.ContainsAny(name, ".[") {
		return f.row(f.cel.Table(name))
	}
	v, err := f.pb.scope.ReadValue(f.cel, path)
	if err != nil {
		return "failed" // an error that || or && has absorbed
	}
	if !v.IsSet() {
		return "absent"
	}
	return value.Show(v.Native())
}

package policy

import (
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// Match is a play that matched, with the case that held.
type Match struct {
	Play *Play
	Case *Case // nil: no case held, or the play has none
	// Items are those that a play with Each is for, in the order of their ids, each with its own case;
	// there is at least one. Nil for any other play.
	Items []ItemMatch

	// plain has the reasons of a play that was matched without the index (match_plain.go); else it
	// is nil.
	plain []Reason
}

// ItemMatch is an item that a play is for.
type ItemMatch struct {
	Item *value.Item
	At   int   // its place in the list
	Case *Case // nil: no case held, or the play has none
}

// reads are the values that the conditions that held have read.
func (m *Match) reads() []*shown {
	if m.Case != nil {
		return m.Case.reads
	}
	return m.Play.reads
}

// Reasons is the number of values that the conditions that held have read.
func (m *Match) Reasons() int {
	if m.plain != nil {
		return len(m.plain)
	}
	return len(m.reads())
}

// Reason is one of the values that the conditions that held have read, in source order, each
// once. in is the input that was matched, with the values that it had then.
func (m *Match) Reason(in *Input, i int) Reason {
	if m.plain != nil {
		return m.plain[i]
	}
	read := m.reads()[i]
	return Reason{Expr: read.path, Value: in.show(read, m.Play.Playbook)}
}

// Reason is one value that a condition has read.
type Reason struct {
	Expr  string // incident.delay, facts.repeats, terms.valued, tables.late_credit
	Value string
}

// AmbiguousError reports two plays that match one incident, in a playbook that allows at most one.
type AmbiguousError struct {
	Playbook string
	Plays    [2]string // playbook/play, in their order
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("playbook %s lets at most one play match, but %s and %s both do", e.Playbook, e.Plays[0], e.Plays[1])
}

// PlayError is an error of one play's condition, or of a playbook's applies.
type PlayError struct {
	Playbook string
	Play     string // its id within the playbook; empty if applies failed
	Err      error
}

func (e *PlayError) Error() string {
	name := e.Playbook
	if e.Play != "" {
		name += "/" + e.Play
	}
	return name + ": " + e.Err.Error()
}

func playError(p *Play, err error) error {
	return &PlayError{Playbook: p.Playbook.ID, Play: p.ID, Err: err}
}

// Unwrap returns the evaluation error.
func (e *PlayError) Unwrap() error { return e.Err }

// Applying finds the playbooks that are in force on the day the incident occurred and apply to it,
// in the order of the program. It remembers them for [Program.Match]. The applies of a playbook
// reads standard and shared fields only. A playbook whose applies fails is left out. The error is
// that of the first such playbook.
//
// The result belongs to the input, and is valid until Applying is called again.
func (in *Input) Applying() ([]*Playbook, error) {
	switch {
	case !in.native():
		return in.applyingPlain()
	case in.program.matching.allApply:
		in.applying = append(in.applying[:0], in.program.Playbooks...)
		return in.applying, nil
	}
	var first error
	in.applying = in.applying[:0]
	dated := in.values.Get(in.program.std.occurredAt) != nil
	a := &in.asking
	a.hits = in.program.matching.books.Find(in.values, allBooks, a.hits[:0])
	for _, h := range a.hits {
		b := in.program.Playbooks[h.ID()]
		if !dated && b.InForce != (Period{}) {
			continue
		}
		applies, err := !h.Ask(), error(nil)
		if !applies {
			applies, err = b.applyTo(in)
		}
		switch {
		case err != nil && first == nil:
			first = err
		case err == nil && applies:
			in.applying = append(in.applying, b)
		}
	}
	return in.applying, first
}

// native reports whether package atom can answer conditions about the input.
func (in *Input) native() bool { return !in.odd && !in.program.plain }

// Match finds the plays of the applying playbooks that match, in the order of the program;
// [Input.Applying] comes first. The result, errors included, is the same as asking each play in
// turn. Match asks only the plays that the index does not rule out.
//
// The result belongs to the input, and is valid until Match is called again or the input is
// released.
func (p *Program) Match(in *Input) ([]Match, error) {
	if !in.native() {
		return p.matchPlain(in)
	}
	a := &in.asking
	a.begin(in.applying)
	a.hits = p.matching.plays.Find(in.values, a.classes, a.hits[:0])
	for _, h := range a.hits {
		c := &p.matching.order[h.ID()]
		if !a.books[c.book].applies {
			continue
		}
		if err := in.ask(c, h.Ask()); err != nil {
			return nil, err
		}
	}
	return in.matches(), nil
}

// candidate has the data of a play that matching needs. Plays are large and lie far apart in
// memory; candidates lie side by side.
type candidate struct {
	play              *Play
	book              int32 // the playbook's number
	preventive        bool
	fallback, answers bool
	cases             bool // it has cases
}

func candidateOf(p *Play) candidate {
	return candidate{
		play: p, book: int32(p.Playbook.number), preventive: p.Preventive(),
		fallback: p.Fallback, answers: p.Answers, cases: len(p.Cases) > 0,
	}
}

// bookState is the state of a playbook while its plays are matched.
type bookState struct {
	applies  bool
	first    *Play   // the first play that matched and answers
	answered [2]bool // by purpose: whether a play of it matched and answers
}

// begin forgets the last matching and adds the playbooks that apply. Its time grows with their
// number, and not with the set.
func (a *asking) begin(applying []*Playbook) {
	for _, n := range a.applying {
		a.books[n] = bookState{}
	}
	for _, c := range a.classes {
		a.inClass[c] = false
	}
	a.applying, a.classes, a.found, a.items, a.fallback = a.applying[:0], a.classes[:0], a.found[:0], a.items[:0], false
	for _, b := range applying {
		a.books[b.number].applies = true
		a.applying = append(a.applying, int32(b.number))
		if c := b.class; !a.inClass[c] {
			a.inClass[c] = true
			a.classes = append(a.classes, int32(c))
		}
	}
}

// ask matches a play that the index has found, unless the rules of its playbook skip it. doubt says
// that its condition has to be evaluated.
func (in *Input) ask(c *candidate, doubt bool) error {
	p := c.play
	state := &in.asking.books[c.book]
	answered := &state.answered[0]
	if c.preventive {
		answered = &state.answered[1]
	}
	taken := state.first != nil && c.answers
	if taken && p.Playbook.Matches == MatchFirst || c.fallback && *answered {
		return nil
	}
	if doubt {
		ok, err := p.when.evaluate(in.Frame(p.Playbook))
		if err != nil {
			return playError(p, err)
		}
		if !ok {
			return nil
		}
	}
	f := Match{Play: c.play}
	if p.Each != nil {
		var err error
		if f.Items, err = in.itemsOf(p); err != nil {
			return playError(p, err)
		}
		if len(f.Items) == 0 {
			return nil
		}
	}
	if taken && p.Playbook.Matches == MatchOne {
		return &AmbiguousError{Playbook: p.Playbook.ID, Plays: [2]string{state.first.Name, p.Name}}
	}
	if c.answers {
		if state.first == nil {
			state.first = p
		}
		*answered = true
	}
	return in.found(c, f)
}

// itemsOf are the items of its list that a play is for, each with the first of its cases that holds.
func (in *Input) itemsOf(p *Play) ([]ItemMatch, error) {
	list, _ := in.values.Get(p.Each.Slot).([]any)
	if len(list) == 0 {
		return nil, nil
	}
	f := in.Frame(p.Playbook)
	defer f.NoItem()
	a := &in.asking
	from := len(a.items)
	for i, one := range list {
		f.SetItem(p.Each, i)
		ok, err := p.where.evaluate(f)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		found := ItemMatch{Item: one.(*value.Item), At: i}
		for _, c := range p.Cases {
			if ok, err = c.when.holds(f); err != nil {
				return nil, err
			}
			if ok {
				found.Case = c
				break
			}
		}
		a.items = append(a.items, found)
	}
	return a.items[from:len(a.items):len(a.items)], nil
}

// found adds a play that matches, with the first of its cases that holds.
func (in *Input) found(c *candidate, f Match) error {
	if c.cases && c.play.Each == nil {
		var err error
		if f.Case, err = in.caseOf(c.play); err != nil {
			return playError(c.play, err)
		}
	}
	in.asking.found = append(in.asking.found, f)
	in.asking.fallback = in.asking.fallback || c.fallback
	return nil
}

func (in *Input) caseOf(p *Play) (*Case, error) {
	for _, c := range p.Cases {
		if ok, err := c.when.holdsFor(in, p.Playbook); err != nil || ok {
			return c, err
		}
	}
	return nil, nil
}

// matches returns the matches in the order of the program.
func (in *Input) matches() []Match {
	a := &in.asking
	if a.fallback { // they were matched last
		slices.SortFunc(a.found, func(x, y Match) int { return int(x.Play.rank) - int(y.Play.rank) })
	}
	return a.found
}

// shown is a path that conditions read, with the way to its value.
type shown struct {
	path   string
	slot   int            // of a field or a fact; -1: neither
	reader *celenv.Reader // of anything else; nil: there is no such path
	root   int32          // of a term that is a condition, plus one; 0: none
}

// term returns the term that a path names, nil for any other path.
func (s *shown) term() *celenv.Expr {
	if s.reader == nil {
		return nil
	}
	return s.reader.Term()
}

func newShown(p *Program, b *Playbook, path string) *shown {
	s := &shown{path: path, slot: -1}
	reader, err := b.scope.Reader(path)
	if err != nil {
		return s
	}
	s.reader = reader
	if slot, ok := reader.Field(); ok {
		s.slot = slot
	}
	if slot, ok := reader.Fact(); ok {
		s.slot = p.slots + slot
	}
	return s
}

// show writes the value of a path. The value of a field or a fact is written once per input.
func (in *Input) show(s *shown, b *Playbook) string {
	switch {
	case s.slot >= 0:
		return in.showSlot(s.slot)
	case s.reader == nil:
		return "failed"
	case s.reader.Table() != nil:
		return in.Frame(b).row(s.reader.Table())
	}
	if s.root > 0 {
		if t := in.program.matching.space.Truth(s.root-1, in.values); t != atom.Unsure {
			return value.Show(t == atom.Yes)
		}
	}
	v, err := s.reader.Read(in.Frame(b).cel)
	if err != nil {
		return "failed" // an error that || or && has absorbed
	}
	if !v.IsSet() {
		return "absent"
	}
	return value.Show(v.Native())
}

// row returns the label of the row that a table's key has found. The label belongs to the table,
// which playbooks share.
func (f *Frame) row(t *celenv.Table) string {
	i, err := t.Row(f.cel)
	switch {
	case err != nil:
		return "failed"
	case i < 0:
		return "absent"
	}
	return t.Label(i)
}

func (in *Input) showSlot(slot int) string {
	v := in.values.Get(slot)
	switch x := v.(type) {
	case nil:
		return "absent"
	case string:
		return x
	}
	if in.texts[slot] == "" {
		in.texts[slot] = value.Show(v)
	}
	return in.texts[slot]
}

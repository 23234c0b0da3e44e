package ledger

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/series"
)

// index is what the ledger has in mind of what it holds: where the decisions of
// each incident stand, and what facts, partners' use and precedents come to.
// Everything else is read from the files. Its answers are those of
// [recovery.MemoryStore].
type index struct {
	threads    map[string]*thread // by incident
	count      int                // of threads that there ever were
	facts      factIndexes
	use        map[partnerUse]*series.Series
	precedents map[string][]precedent
}

func newIndex() *index {
	return &index{
		threads: map[string]*thread{}, use: map[partnerUse]*series.Series{}, precedents: map[string][]precedent{},
	}
}

// ref points to a decision.
type ref struct {
	seq int64
	id  name
}

// thread is what is known of one incident.
type thread struct {
	number  int
	decided bool
	latest  ref   // when decided
	earlier []ref // the decisions before it
	*extras       // nil for most
}

// extras are replaced, never changed.
type extras struct {
	made    []ref   // the choices that stand
	choices []ref   // every choice, in order
	reports []int64 // the records that report on it
}

// more returns a copy of the extras that may be changed.
func (t *thread) more() *extras {
	if t.extras == nil {
		return &extras{}
	}
	return &extras{slices.Clip(t.made), slices.Clip(t.choices), slices.Clip(t.reports)}
}

func (t *thread) standingChoices() []ref {
	if t.extras == nil {
		return nil
	}
	return t.made
}

// find returns the record of a decision on the incident.
func (t *thread) find(id name) (int64, bool) {
	if t.decided && t.latest.id == id {
		return t.latest.seq, true
	}
	lists := [2][]ref{t.earlier}
	if t.extras != nil {
		lists[1] = t.choices
	}
	for _, list := range lists {
		for _, r := range list {
			if r.id == id {
				return r.seq, true
			}
		}
	}
	return 0, false
}

// last is the latest record about the incident that a read looks at.
func (t *thread) last() int64 {
	last := int64(-1)
	if t.decided {
		last = t.latest.seq
	}
	if t.extras != nil {
		for _, r := range t.made {
			last = max(last, r.seq)
		}
		for _, seq := range t.reports {
			last = max(last, seq)
		}
	}
	return last
}

// open returns the thread of an incident, a new one if there is none.
func (x *index) open(incident string) *thread {
	t, ok := x.threads[incident]
	if !ok {
		t = &thread{number: x.count}
		x.count++
		x.threads[incident] = t
	}
	return t
}

// standing is what counts of an incident: its latest decision, with the choices
// that hang on it.
type standing struct {
	latest *summary
	made   []*summary
}

// standingOf looks up what stands of an incident.
func (t *thread) standing(look func(ref) (*summary, error)) (s standing, err error) {
	if t.decided {
		if s.latest, err = look(t.latest); err != nil {
			return s, err
		}
	}
	for _, r := range t.standingChoices() {
		made, err := look(r)
		if err != nil {
			return s, err
		}
		s.made = append(s.made, made)
	}
	return s, nil
}

// after returns what stands once a decision has been added.
func (t *thread) after(before standing, s *summary, look func(ref) (*summary, error)) (standing, error) {
	if s.choice != nil {
		return standing{before.latest, append(slices.Clip(before.made), s)}, nil
	}
	out := standing{latest: s}
	if t.extras == nil {
		return out, nil
	}
	for _, r := range t.choices {
		if !slices.Contains(s.keeps, r.id) {
			continue
		}
		made, err := look(r)
		if err != nil {
			return out, err
		}
		out.made = append(out.made, made)
	}
	return out, nil
}

// add makes a decision the latest one, or a choice one that hangs on it.
func (t *thread) add(s *summary, stands standing) {
	if s.choice == nil {
		if t.decided {
			t.earlier = append(t.earlier, t.latest)
		}
		t.decided, t.latest = true, s.ref()
	}
	if s.choice == nil && t.extras == nil {
		return
	}
	m := t.more()
	if s.choice != nil {
		m.choices = append(m.choices, s.ref())
	}
	m.made = nil
	for _, x := range stands.made {
		m.made = append(m.made, x.ref())
	}
	t.extras = m
}

// shift brings everything that is counted up to date after an incident has
// changed. Shifting back undoes it.
func (x *index) shift(number int, from, to standing) {
	for _, f := range x.facts {
		f.shift(number, from, to)
	}
	from.each(func(s *summary) { x.reserve(number, s.reserves, (*series.Series).Remove) })
	to.each(func(s *summary) { x.reserve(number, s.reserves, (*series.Series).Add) })
	for _, s := range from.made {
		if !to.has(s.seq) {
			x.withdraw(s)
		}
	}
	for _, s := range to.made {
		if !from.has(s.seq) {
			x.precede(number, s)
		}
	}
}

func (s standing) has(choice int64) bool {
	return slices.ContainsFunc(s.made, func(m *summary) bool { return m.seq == choice })
}

// each visits the latest decision and the choices on it.
func (s standing) each(visit func(*summary)) {
	if s.latest == nil {
		return
	}
	visit(s.latest)
	for _, m := range s.made {
		visit(m)
	}
}

// withdrawn are the actions that choices have cancelled: those of the decision
// that they were made on, or of earlier choices.
func (s standing) withdrawn() map[name]bool {
	var out map[name]bool
	for i, m := range s.made {
		for _, a := range m.acts {
			if !a.cancelled {
				continue
			}
			chosen := slices.ContainsFunc(s.made[:i], func(earlier *summary) bool { return earlier.gives(a.id) })
			if chosen || s.latest != nil && m.choice.on == s.latest.id {
				if out == nil {
					out = map[name]bool{}
				}
				out[a.id] = true
			}
		}
	}
	return out
}

// precedent is a choice that stands.
type precedent struct {
	seq    int64
	thread int
	chosen recovery.Chosen
}

// precedentKey is where choices are found: by the play, and what they are
// compared by.
func precedentKey(play string, comparable []recovery.Key) string {
	return string(appendPrecedentKey(nil, play, comparable))
}

func appendPrecedentKey(dst []byte, play string, comparable []recovery.Key) []byte {
	byPath := func(a, b recovery.Key) int { return cmp.Compare(a.Path, b.Path) }
	if !slices.IsSortedFunc(comparable, byPath) {
		comparable = slices.SortedFunc(slices.Values(comparable), byPath)
	}
	dst = appendJoined(dst, play)
	for _, k := range comparable {
		dst = appendJoined(dst, k.Path, k.Text)
	}
	return dst
}

// joined makes one text of several, from which no other texts could be meant.
func joined(texts []string) string { return string(appendJoined(nil, texts...)) }

func appendJoined(out []byte, texts ...string) []byte {
	for _, t := range texts {
		out = strconv.AppendInt(out, int64(len(t)), 10)
		out = append(append(out, ':'), t...)
	}
	return out
}

func (x *index) precede(number int, s *summary) {
	list := x.precedents[s.choice.key]
	i, _ := slices.BinarySearchFunc(list, s.seq, func(p precedent, seq int64) int { return cmp.Compare(p.seq, seq) })
	x.precedents[s.choice.key] = slices.Insert(list, i, precedent{s.seq, number, s.choice.chosen})
}

func (x *index) withdraw(s *summary) {
	list := x.precedents[s.choice.key]
	i, ok := slices.BinarySearchFunc(list, s.seq, func(p precedent, seq int64) int { return cmp.Compare(p.seq, seq) })
	if ok {
		x.precedents[s.choice.key] = slices.Delete(list, i, i+1)
	}
}

// chosen lists earlier choices for an incident, whose own are no precedents.
func (x *index) chosen(q recovery.PrecedentQuery, own int) []recovery.Chosen {
	var out []recovery.Chosen
	var key [256]byte
	for _, p := range x.precedents[string(appendPrecedentKey(key[:0], q.Play, q.Comparable))] {
		if p.thread != own {
			out = append(out, p.chosen)
		}
	}
	return out
}

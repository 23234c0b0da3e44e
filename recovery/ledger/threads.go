package ledger

import (
	"crypto/sha256"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// index is the part of the ledger that is kept in memory: where the decisions of each incident stand
// in the files, and what they count. It stands on a snapshot, if there is one, and holds what has
// changed since. Everything else is read from the files.
type index struct {
	base *snapshot // nil: there is none

	threads map[string]*thread // by the incident's name, see [store.Name]; nil for one that is in the base and was erased
	// left is the record that first left each choice to somebody since the base, by the choice.
	left    map[store.ID]int64
	count   int // how many threads were ever opened, including erased ones
	counts  *store.Index
	choices *choices
	refused map[store.ID][]int64 // the refusals of each incident since the base, by its key
	sets    store.Sets
	streams *streams
}

func newIndex() *index { return indexOver(nil) }

// indexOver is an index in which nothing has changed since a snapshot.
func indexOver(base *snapshot) *index {
	x := &index{base: base, threads: map[string]*thread{}, counts: store.NewIndex(), choices: newChoices(base), left: map[store.ID]int64{}, refused: map[store.ID][]int64{}, streams: newStreams()}
	if base == nil {
		return x
	}
	x.count, x.counts = base.meta.Threads, store.NewIndexOver(base, base.meta.kinds())
	for _, s := range base.meta.Decided {
		x.sets.Decided(store.ID(s.ID), s.First, false)
	}
	return x
}

// keyOf is what an incident is called where its name is not needed.
func keyOf(incident string) store.ID {
	sum := sha256.Sum256([]byte(incident))
	return store.ID(sum[:len(store.ID{})])
}

// find returns the thread of an incident, nil if there is none. Only [index.open] returns one that may be changed.
func (x *index) find(incident string) (*thread, error) {
	t, ok := x.threads[incident]
	if ok || x.base == nil {
		return t, nil
	}
	return x.base.thread(keyOf(incident))
}

// open returns the thread of an incident for changing it, a new one if there is none.
func (x *index) open(incident string) (*thread, error) {
	t, err := x.find(incident)
	if err != nil {
		return nil, err
	}
	if t == nil {
		t = &thread{number: x.count}
		x.count++
	}
	x.threads[incident] = t
	return t, nil
}

// forget drops what is known of an incident, until [index.remember].
func (x *index) forget(incident string) {
	x.choices.forget(incident)
	x.lose(incident)
}

// lose makes an incident one that has no thread, in the base or otherwise.
func (x *index) lose(incident string) {
	delete(x.threads, incident)
	if x.base != nil {
		x.threads[incident] = nil
	}
}

// remember takes back forget.
func (x *index) remember(incident string, t *thread) {
	x.choices.restore(incident)
	x.threads[incident] = t
}

// refuse notes a refusal of an incident.
func (x *index) refuse(incident string, seq int64) {
	key := keyOf(incident)
	x.refused[key] = append(x.refused[key], seq)
}

// unrefuse takes back refuse, for records that are in order.
func (x *index) unrefuse(incident string, seqs ...int64) {
	key := keyOf(incident)
	x.refused[key] = slices.DeleteFunc(x.refused[key], func(n int64) bool {
		_, found := slices.BinarySearch(seqs, n)
		return found
	})
	if len(x.refused[key]) == 0 {
		delete(x.refused, key)
	}
}

// apply takes a record of an incident into what is known of it. Records come in the order of the ledger.
func (x *index) apply(t *log.Item, look lookup) error {
	switch made := t.Made.(type) {
	case *store.Decision:
		return x.take(made, look)
	case []recovery.Report:
		for _, r := range made {
			th, err := x.open(store.Name(r.Namespace, r.Incident))
			if err != nil {
				return err
			}
			m := th.more()
			if !slices.Contains(m.reports, t.Head.Seq) {
				m.reports = append(m.reports, t.Head.Seq)
			}
			th.extras = m
		}
	case recovery.Mark:
		th, err := x.open(store.Name(made.Namespace, made.Incident))
		if err != nil {
			return err
		}
		th.mark(t.Head.Seq, made)
	case *streamed:
		th, err := x.open(made.name())
		if err != nil {
			return err
		}
		th.stream(t.Head.Seq)
	case *recovery.Refusal:
		if made.Told() == nil {
			return nil
		}
		th, err := x.open(store.Name(made.Namespace, made.Incident))
		if err != nil {
			return err
		}
		th.tell(t.Head.Seq, true)
	}
	return nil
}

// take adds a decision to the index.
func (x *index) take(d *store.Decision, look lookup) error {
	t, err := x.open(d.Name())
	if err != nil {
		return err
	}
	before, err := t.standing(look)
	if err != nil {
		return err
	}
	after, err := t.after(before, d, look)
	if err != nil {
		return err
	}
	x.put(t, d, before, after)
	return nil
}

// put makes a decision part of a thread, once nothing can fail any more.
func (x *index) put(t *thread, d *store.Decision, before, after store.Standing) {
	x.choices.add(d, t.standingChoices())
	t.add(d, after)
	x.leave(d)
	x.sets.Decided(d.Set, d.Number, d.Newest)
	x.counts.Shift(t.number, before, after)
}

// leave notes which choices a decision is the first to leave to somebody.
func (x *index) leave(d *store.Decision) {
	for _, choice := range d.Leaves {
		if _, known := x.left[choice]; !known {
			x.left[choice] = d.Number
		}
	}
}

// leftBy finds the record that first left a choice to somebody; -1: none has.
func (x *index) leftBy(choice store.ID) (int64, error) {
	if x.base != nil {
		if seq, err := x.base.leftBy(choice); err != nil || seq >= 0 {
			return seq, err
		}
	}
	if seq, ok := x.left[choice]; ok {
		return seq, nil
	}
	return -1, nil
}

// unleave takes back leave, of the decision that came last.
func (x *index) unleave(after store.Standing, seq int64) {
	for _, d := range append(slices.Clip(after.Made), after.Latest) {
		if d == nil || d.Number != seq {
			continue
		}
		for _, choice := range d.Leaves {
			if x.left[choice] == seq {
				delete(x.left, choice)
			}
		}
	}
}

// wanted are the keys that summaries need: those by which the counted facts tell incidents apart.
func (x *index) wanted() map[string]bool {
	out := map[string]bool{}
	want(out, x.counts.Kinds())
	return out
}

func want(out map[string]bool, kinds []store.FactKind) {
	for _, k := range kinds {
		for _, path := range k.Paths {
			out[path] = true
		}
		if k.Of != value.KindInvalid {
			out[k.Field()] = true
		}
	}
}

// ref points to a decision.
type ref struct {
	seq int64
	id  store.ID
}

func refOf(d *store.Decision) ref { return ref{d.Number, d.ID} }

// lookup sums up a decision that a thread points to.
type lookup func(ref) (*store.Decision, error)

// thread is what is known of one incident.
type thread struct {
	number  int
	decided bool
	latest  ref   // when decided
	earlier []ref // the decisions before it
	// updated is the latest updated_at of the incident that was seen, in microseconds since
	// 1970; 0: none was.
	updated int64
	*extras // nil for an incident with neither choices, reports, marks nor refusals, as most are
}

// extras are replaced, never changed.
type extras struct {
	made    []ref   // the choices that stand
	choices []ref   // every choice, in order
	reports []int64 // the records that report on it
	marks   []int64 // the records that mark it
	streams []int64 // the records of its deliveries alone
	// told is the last record that said what was told without deciding it, a refusal or a mark, and -1
	// where there is none since the latest decision. Unless cleared, the next update starts from it.
	told    int64
	cleared bool
}

// more returns a copy of the extras that may be changed.
func (t *thread) more() *extras {
	if t.extras == nil {
		return &extras{told: -1}
	}
	return &extras{slices.Clip(t.made), slices.Clip(t.choices), slices.Clip(t.reports), slices.Clip(t.marks), slices.Clip(t.streams), t.told, t.cleared}
}

func (t *thread) standingChoices() []ref {
	if t.extras == nil {
		return nil
	}
	return t.made
}

// unchanged compares what a commit has seen of the incident with what stands on it now. Of a nil thread nothing is
// known yet.
func (t *thread) unchanged(seen store.Seen) error {
	if t == nil {
		return seen.CheckThread(store.ID{}, nil, time.Time{})
	}
	var made []store.ID
	for _, r := range t.standingChoices() {
		made = append(made, r.id)
	}
	return seen.CheckThread(t.latest.id, made, t.updatedAt())
}

// seen notes an updated_at of the incident.
func (t *thread) seen(updated time.Time) {
	if !updated.IsZero() {
		t.updated = max(t.updated, updated.UnixMicro())
	}
}

// updatedAt is the latest updated_at of the incident that was seen; zero: none was.
func (t *thread) updatedAt() time.Time {
	if t.updated == 0 {
		return time.Time{}
	}
	return time.UnixMicro(t.updated).UTC()
}

// mark adds a record that marks the incident.
func (t *thread) mark(seq int64, mark recovery.Mark) {
	t.seen(mark.UpdatedAt)
	t.tell(seq, mark.Told != nil)
	m := t.more()
	m.marks = append(m.marks, seq)
	t.extras = m
}

// stream adds a record of the incident's deliveries.
func (t *thread) stream(seq int64) {
	m := t.more()
	m.streams = append(m.streams, seq)
	t.extras = m
}

// tell notes a record after which the next update starts from what that has, or, where it has nothing,
// from what was decided.
func (t *thread) tell(seq int64, has bool) {
	m := t.more()
	m.told, m.cleared = seq, !has
	t.extras = m
}

// toldBy is the record from which the next update starts; -1: the latest decision.
func (t *thread) toldBy() int64 {
	if t.extras == nil || t.cleared {
		return -1
	}
	return t.told
}

// find returns the record of a decision on the incident.
func (t *thread) find(id store.ID) (int64, bool) {
	if t == nil {
		return 0, false
	}
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
		for _, seq := range t.marks {
			last = max(last, seq)
		}
		for _, seq := range t.streams {
			last = max(last, seq)
		}
		last = max(last, t.told)
	}
	return last
}

// decisions are the records of the decisions on the incident, without choices, in order.
func (t *thread) decisions() (out []int64) {
	for _, r := range t.earlier {
		out = append(out, r.seq)
	}
	if t.decided {
		out = append(out, t.latest.seq)
	}
	return out
}

// records are the records that the thread points to.
func (t *thread) records() (out []int64) {
	if t.decided {
		out = append(out, t.latest.seq)
	}
	for _, r := range t.earlier {
		out = append(out, r.seq)
	}
	if t.extras == nil {
		return out
	}
	for _, r := range t.choices {
		out = append(out, r.seq)
	}
	out = append(append(append(out, t.reports...), t.marks...), t.streams...)
	if t.told >= 0 && !t.cleared && !slices.Contains(t.marks, t.told) {
		out = append(out, t.told)
	}
	return out
}

// standing looks up the latest decision of an incident and the choices on it.
func (t *thread) standing(look lookup) (s store.Standing, err error) {
	if t.decided {
		if s.Latest, err = look(t.latest); err != nil {
			return s, err
		}
	}
	s.Made, err = each(t.standingChoices(), look)
	return s, err
}

// after returns the standing once a decision has been added.
func (t *thread) after(before store.Standing, d *store.Decision, look lookup) (store.Standing, error) {
	var choices []*store.Decision
	if d.Choice == nil && len(d.Keeps) > 0 && t.extras != nil {
		var err error
		if choices, err = each(t.choices, look); err != nil {
			return store.Standing{}, err
		}
	}
	return before.After(d, choices), nil
}

func each(refs []ref, look lookup) (out []*store.Decision, err error) {
	for _, r := range refs {
		d, err := look(r)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// add makes a decision the latest one, or a choice one that hangs on it.
func (t *thread) add(d *store.Decision, stands store.Standing) {
	t.seen(d.UpdatedAt)
	if d.Choice == nil {
		if t.decided {
			t.earlier = append(t.earlier, t.latest)
		}
		t.decided, t.latest = true, refOf(d)
	}
	if d.Choice == nil && t.extras == nil {
		return
	}
	m := t.more()
	if d.Tells() {
		m.told, m.cleared = -1, false
	}
	if d.Choice != nil {
		m.choices = append(m.choices, refOf(d))
	}
	m.made = nil
	for _, x := range stands.Made {
		m.made = append(m.made, refOf(x))
	}
	if t.extras = m; m.empty() {
		t.extras = nil // what was told before it was decided leaves nothing behind
	}
}

func (m *extras) empty() bool {
	return len(m.made)+len(m.choices)+len(m.reports)+len(m.marks)+len(m.streams) == 0 && m.told < 0
}

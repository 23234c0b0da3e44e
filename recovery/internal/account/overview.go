package account

import (
	"context"
	"crypto/sha256"
	"math"
	"slices"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
	"github.com/servicerecovery/amends/recovery/store"
)

// overview is what has to be known of a ledger before its first row can be given. Once it is made, workers
// read it, and nothing of it changes but when incidents were first decided.
type overview struct {
	records  int64
	of       []uint32 // the thread of each record; noThread where it has none
	threads  []*[threadsOf]thread
	count    int   // how many threads there are
	erased   int64 // how many incidents were erased
	mores    []*more
	known    map[store.ID]*known // of the incidents on which there are reports, by their keys
	choices  map[store.ID]*left  // by the choice's id
	reported map[string]bool     // types of actions on which somebody reports
	aliases  [][]string          // of the fields that were asked for: their names in some set
}

// thread is what is known of one incident. There may be a million of them, so that what few incidents have
// stands elsewhere.
type thread struct {
	latest    int64 // the record of its latest decision; -1: none
	first     int64 // when it was first decided: seconds since 1970, and nanoseconds
	nanos     int32 // -1: no decision of it has been read yet
	decisions int32
	more      int32 // what else is known of it, in mores; -1: nothing
}

const (
	noThread  = math.MaxUint32
	threadsOf = 1 << 12 // how many threads stand in one piece of memory
)

// more is what is known of an incident that has choices, reports or refusals.
type more struct {
	refused  int64   // the record of its last refusal; -1: none
	standing []int64 // the records of the choices that stand on it
	reports  []recovery.Report
	choosers []chooser
}

// nothingMore is what is known of most incidents.
var nothingMore = more{refused: -1}

// chooser is a decision that made a choice.
type chooser struct {
	seq int64
	id  string
}

// known is what reports have to be told with, as it was told last.
type known struct {
	thread           uint32
	service, failure string
	fields           [][]byte
	actions          map[string]source // on which there are reports
}

// source is the decision that was read last of those that list an action.
type source struct {
	kind, decision, set string
	stands              bool
}

// left is a choice that was left to somebody.
type left struct {
	seq  int64 // the last decision that leaves it
	made *recovery.Made
	// pending is set while what was proposed awaits a second person.
	pending bool
	by      int64 // the record that makes it
	in      string
	at      time.Time
}

// keyOf tells incidents apart.
func keyOf(incident string) store.ID {
	sum := sha256.Sum256([]byte(incident))
	return store.ID(sum[:len(store.ID{})])
}

// look reads a ledger for the first time.
func look(ctx context.Context, dir string, o Options, each func(*playbook.Set)) (*overview, error) {
	l := &looker{
		out:     &overview{known: map[store.ID]*known{}, choices: map[store.ID]*left{}, reported: map[string]bool{}},
		numbers: map[store.ID]uint32{}, silent: map[string]map[uint64]struct{}{}, fields: newFieldNames(o.Fields), each: each,
	}
	var err error
	l.out.records, err = ledger.Skim(ctx, dir, l.plain, glance, func(e *ledger.Entry, g *glimpse) (err error) {
		l.at(e.Seq)
		if is := o.Scope.Namespace; e.In(is) && (g == nil || g.namespace == is) {
			err = l.entry(e, g)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	l.at(l.out.records)
	l.out.aliases, err = l.fields.aliases()
	return l.out, err
}

type looker struct {
	out     *overview
	numbers map[store.ID]uint32 // of the threads
	// silent are the actions of each type that has no report yet.
	silent map[string]map[uint64]struct{}
	fields *fieldNames
	each   func(*playbook.Set) // gets each set; nil: nobody wants them
	seq    int64               // of the record that was read last
}

// at goes to a record.
func (l *looker) at(seq int64) {
	l.seq = seq
	for int64(len(l.out.of)) <= seq {
		l.out.of = append(l.out.of, noThread)
	}
}

// begin begins a thread.
func (l *looker) begin() uint32 {
	n := uint32(l.out.count)
	l.out.count++
	if n%threadsOf == 0 {
		l.out.threads = append(l.out.threads, new([threadsOf]thread))
	}
	*l.out.at(n) = thread{latest: -1, more: -1, nanos: -1}
	return n
}

// thread is that of an incident, which the record that was read last is about.
func (l *looker) thread(key store.ID) *thread {
	n, ok := l.numbers[key]
	if !ok {
		n = l.begin()
		l.numbers[key] = n
	}
	l.out.of[l.seq] = n
	return l.out.at(n)
}

// plain takes the decisions of an incident where nothing else has to be known.
func (l *looker) plain(decisions []int64) {
	n := l.begin()
	t := l.out.at(n)
	for _, seq := range decisions {
		l.at(seq)
		l.out.of[seq] = n
	}
	t.latest, t.decisions = l.seq, int32(len(decisions))
}

func (l *looker) more(t *thread) *more {
	if t.more < 0 {
		t.more = int32(len(l.out.mores))
		l.out.mores = append(l.out.mores, &more{refused: -1})
	}
	return l.out.mores[t.more]
}

func (o *overview) at(n uint32) *thread { return &o.threads[n/threadsOf][n%threadsOf] }

// thread is that of the incident which a record is about; nil where it is about none.
func (o *overview) thread(seq int64) *thread {
	if seq >= int64(len(o.of)) || o.of[seq] == noThread {
		return nil
	}
	return o.at(o.of[seq])
}

// more is what few incidents have.
func (o *overview) more(t *thread) *more {
	if t.more < 0 {
		return &nothingMore
	}
	return o.mores[t.more]
}

func (l *looker) entry(e *ledger.Entry, g *glimpse) error {
	switch {
	case g != nil:
		l.record(e.Seq, g)
	case e.Refusal != nil:
		l.more(l.thread(keyOf(e.Refusal.Incident))).refused = e.Seq
	case e.Set != nil:
		return l.set(e)
	}
	l.out.erased += e.ErasedIncidents
	for _, r := range e.Reports {
		l.report(r)
	}
	return nil
}

func (l *looker) report(r recovery.Report) {
	key := keyOf(r.Incident)
	m := l.more(l.thread(key))
	m.reports = append(m.reports, r)
	k := l.out.known[key]
	if k == nil {
		k = &known{thread: l.numbers[key], actions: map[string]source{}}
		l.out.known[key] = k
	}
	k.actions[r.Action] = source{}
	id := shortOf(r.Action)
	for kind, actions := range l.silent {
		if _, ok := actions[id]; ok {
			l.out.reported[kind] = true
			delete(l.silent, kind)
		}
	}
}

func (l *looker) record(seq int64, g *glimpse) {
	t := l.thread(g.incident)
	t.decisions++
	if g.makes == nil {
		t.latest = seq
		if t.more >= 0 {
			l.more(t).decided(g.keeps)
		}
	} else {
		l.more(t).chosen(seq, g.makes)
	}
	for _, id := range g.leaves {
		l.choice(id).seq = seq
	}
	if g.makes != nil && g.makes.made != nil {
		made := g.makes.made
		c := l.choice(store.IDOf(made.Choice))
		c.made, c.by, c.in, c.at = made, seq, g.makes.id, g.decidedAt
		if c.pending = made.Pending; c.pending || made.Declined != nil {
			c.made = nil // nothing is chosen yet
		}
	}
	for _, a := range g.actions {
		if l.out.reported[a.kind] {
			continue
		}
		if l.silent[a.kind] == nil {
			l.silent[a.kind] = map[uint64]struct{}{}
		}
		l.silent[a.kind][a.id] = struct{}{}
	}
}

// decided leaves those choices standing that a decision keeps.
func (m *more) decided(keeps []string) {
	m.standing = nil
	for _, c := range m.choosers {
		if slices.Contains(keeps, c.id) {
			m.standing = append(m.standing, c.seq)
		}
	}
}

func (m *more) chosen(seq int64, c *makes) {
	if i := slices.IndexFunc(m.choosers, func(o chooser) bool { return o.id == c.settles }); i >= 0 {
		settled := m.choosers[i].seq
		m.standing = slices.DeleteFunc(m.standing, func(n int64) bool { return n == settled })
	}
	m.choosers = append(m.choosers, chooser{seq, c.id})
	m.standing = append(m.standing, seq)
}

func (l *looker) choice(key store.ID) *left {
	c := l.out.choices[key]
	if c == nil {
		c = &left{}
		l.out.choices[key] = c
	}
	return c
}

func (l *looker) set(e *ledger.Entry) error {
	if len(l.fields.asked) == 0 && l.each == nil {
		return nil
	}
	fsys, err := e.Playbooks()
	if err != nil {
		return err
	}
	set, _ := playbook.Load(fsys)
	l.fields.declare(set)
	if l.each != nil {
		l.each(set)
	}
	return nil
}

// stands reports whether what a record decided stands.
func (o *overview) stands(t *thread, seq int64) bool {
	return seq == t.latest || t.more >= 0 && slices.Contains(o.mores[t.more].standing, seq)
}

// decided notes when the incident was first decided. Its decisions come in order.
func (t *thread) decided(at time.Time) {
	if t.nanos < 0 {
		t.first, t.nanos = at.Unix(), int32(at.Nanosecond())
	}
}

// firstAt is when the incident was first decided.
func (t *thread) firstAt() time.Time { return time.Unix(t.first, int64(t.nanos)).UTC() }

// refusedSince reports whether the incident was refused since its latest decision.
func (o *overview) refusedSince(t *thread) bool { return o.more(t).refused > t.latest }

// seen takes what the reports that follow are told with.
func (k *known) seen(r *recovery.Record, stands bool, fields [][]byte) {
	d := r.Decision
	k.service, k.failure, k.fields = d.Service, d.Failure, fields
	var visit func(list []recovery.Action)
	visit = func(list []recovery.Action) {
		for i := range list {
			if _, wanted := k.actions[list[i].ID]; wanted {
				k.actions[list[i].ID] = source{list[i].Type, d.ID, d.Set.Digest, stands}
			}
			visit(list[i].Remind)
			visit(list[i].IfLate)
		}
	}
	visit(d.Actions)
}

// replaced reports whether a later report has taken the place of one.
func (m *more) replaced(r *recovery.Report) bool {
	found := false
	for i := range m.reports {
		o := &m.reports[i]
		switch {
		case o.Action != r.Action || o.Key != r.Key:
		case o.At.After(r.At), found && o.At.Equal(r.At):
			return true
		case o.Same(*r):
			found = true
		}
	}
	return false
}

package account

import (
	"context"
	"slices"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
	"github.com/servicerecovery/amends/recovery/store"
)

// overview is what has to be known of a ledger before its first row can be given.
type overview struct {
	records  int64
	threads  map[store.ID]*thread
	choices  map[store.ID]*left // by the choice's id
	reported map[string]bool    // types of actions on which somebody reports
	aliases  [][]string         // of the fields that were asked for: their names in some set
}

// thread is what is known of one incident.
type thread struct {
	latest    int64 // the record of its latest decision; -1: none
	refused   int64 // that of its last refusal; -1: none
	decisions int32
	standing  []int64 // the records of the choices that stand on it
	reports   []recovery.Report
	firstAt   time.Time
	choosers  []chooser
	known     *known // nil: there are no reports on it
}

// chooser is a decision that made a choice.
type chooser struct {
	seq int64
	id  string
}

// known is what reports have to be told with, as it was told last.
type known struct {
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

// look reads a ledger for the first time.
func look(ctx context.Context, dir string, o Options) (*overview, error) {
	l := &looker{
		out:   &overview{threads: map[store.ID]*thread{}, choices: map[store.ID]*left{}, reported: map[string]bool{}},
		types: map[store.ID]string{}, fields: newFieldNames(o.Fields),
	}
	for e, err := range ledger.Entries(ctx, dir) {
		if err != nil {
			return nil, err
		}
		if err := l.entry(e); err != nil {
			return nil, err
		}
		l.out.records = e.Seq + 1
	}
	var err error
	l.out.aliases, err = l.fields.aliases()
	return l.out, err
}

type looker struct {
	out *overview
	// types are those of the actions of which nobody has reported any yet.
	types  map[store.ID]string
	fields *fieldNames
}

func (l *looker) thread(incident string) *thread {
	id := store.IDOf(incident)
	t := l.out.threads[id]
	if t == nil {
		t = &thread{latest: -1, refused: -1}
		l.out.threads[id] = t
	}
	return t
}

func (l *looker) entry(e *ledger.Entry) error {
	switch {
	case e.Record != nil:
		l.record(e.Seq, e.Record)
	case e.Refusal != nil:
		l.thread(e.Refusal.Incident).refused = e.Seq
	case e.Set != nil:
		return l.set(e)
	}
	for _, r := range e.Reports {
		t := l.thread(r.Incident)
		t.reports = append(t.reports, r)
		if t.known == nil {
			t.known = &known{actions: map[string]source{}}
		}
		t.known.actions[r.Action] = source{}
		if kind := l.types[store.IDOf(r.Action)]; kind != "" {
			l.out.reported[kind] = true
		}
	}
	return nil
}

func (l *looker) record(seq int64, r *recovery.Record) {
	d := r.Decision
	t := l.thread(d.Incident)
	if t.decisions++; t.decisions == 1 {
		t.firstAt = d.DecidedAt
	}
	if r.On == "" {
		t.latest = seq
		t.standing = nil
		for _, c := range t.choosers {
			if slices.Contains(r.Keeps, c.id) {
				t.standing = append(t.standing, c.seq)
			}
		}
	} else {
		if i := slices.IndexFunc(t.choosers, func(c chooser) bool { return c.id == r.Settles }); i >= 0 {
			settled := t.choosers[i].seq
			t.standing = slices.DeleteFunc(t.standing, func(n int64) bool { return n == settled })
		}
		t.choosers = append(t.choosers, chooser{seq, d.ID})
		t.standing = append(t.standing, seq)
	}
	for i := range d.Choices {
		l.choice(d.Choices[i].ID).seq = seq
	}
	if d.Made != nil {
		c := l.choice(d.Made.Choice)
		c.made, c.by, c.in, c.at = d.Made, seq, d.ID, d.DecidedAt
		if c.pending = d.Made.Pending; c.pending || d.Made.Declined != nil {
			c.made = nil // nothing is chosen yet
		}
	}
	l.typesOf(d.Actions)
}

func (l *looker) choice(id string) *left {
	key := store.IDOf(id)
	c := l.out.choices[key]
	if c == nil {
		c = &left{}
		l.out.choices[key] = c
	}
	return c
}

// typesOf keeps the types of actions, as long as nobody has reported one of the type.
func (l *looker) typesOf(list []recovery.Action) {
	for i := range list {
		a := &list[i]
		if !l.out.reported[a.Type] && !tellsItself(a.Type) {
			l.types[store.IDOf(a.ID)] = a.Type
		}
		l.typesOf(a.Remind)
		l.typesOf(a.IfLate)
	}
}

func (l *looker) set(e *ledger.Entry) error {
	if len(l.fields.asked) == 0 {
		return nil
	}
	fsys, err := e.Playbooks()
	if err != nil {
		return err
	}
	set, _ := playbook.Load(fsys)
	l.fields.declare(set)
	return nil
}

// stands reports whether what a record decided stands.
func (t *thread) stands(seq int64) bool {
	return seq == t.latest || slices.Contains(t.standing, seq)
}

// seen takes what the reports that follow are told with.
func (t *thread) seen(r *recovery.Record, stands bool, fields [][]byte) {
	if t.known == nil {
		return
	}
	d := r.Decision
	t.known.service, t.known.failure, t.known.fields = d.Service, d.Failure, fields
	var visit func(list []recovery.Action)
	visit = func(list []recovery.Action) {
		for i := range list {
			if _, wanted := t.known.actions[list[i].ID]; wanted {
				t.known.actions[list[i].ID] = source{list[i].Type, d.ID, d.Set.Digest, stands}
			}
			visit(list[i].Remind)
			visit(list[i].IfLate)
		}
	}
	visit(d.Actions)
}

// replaced reports whether a later report has taken the place of one.
func (t *thread) replaced(r *recovery.Report) bool {
	found := false
	for i := range t.reports {
		o := &t.reports[i]
		switch {
		case o.Action != r.Action || o.Effect != r.Effect:
		case o.At.After(r.At), found && o.At.Equal(r.At):
			return true
		case o.Same(*r):
			found = true
		}
	}
	return false
}

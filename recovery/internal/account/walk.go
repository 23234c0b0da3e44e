package account

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/ledger"
	"github.com/servicerecovery/amends/recovery/store"
)

// Options say what is counted. The zero value counts everything.
type Options struct {
	Now    time.Time // as of when outcomes are judged
	Scope  ledger.Scope
	Fields []string // of incidents, by dotted name: they stand in Row.Fields
	// Progress is told how many records of how many have been looked at.
	Progress func(done, total int64)

	whole bool // every decision is read in full, as the slow way that tests compare with
}

// Walk gives the rows of a ledger, which may be written meanwhile: what comes after Walk began to
// read is left out.
func Walk(ctx context.Context, dir string, o Options, rows Rows) error {
	w := &walker{options: o, rows: rows, owners: map[asked]string{}, pending: map[store.ID]*pending{}}
	w.rooms.New = func() any { return new(room) }
	var err error
	if w.first, err = look(ctx, dir, o, rows.Set); err != nil {
		return err
	}
	if rows.Expect != nil {
		rows.Expect(w.first.count, w.first.erased)
	}
	err = ledger.Scan(ctx, dir, w.read, func(e *ledger.Entry, x *reading) error {
		if e.Seq >= w.first.records {
			return errEnough
		}
		if e.In(o.Scope.Namespace) {
			if err := w.entry(e, x); err != nil {
				return err
			}
		}
		if o.Progress != nil {
			o.Progress(w.first.records+e.Seq+1, 2*w.first.records)
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// errEnough ends reading where the first reading ended.
var errEnough = errors.New("this is what was there")

type walker struct {
	options Options
	rows    Rows
	first   *overview
	owners  map[asked]string // who had to keep what a play asked for
	pending map[store.ID]*pending
	rooms   sync.Pool // of *room
	given   struct {  // the row that is given
		action   Action
		promise  Promise
		incident Incident
	}
}

// asked is what a play asks for.
type asked struct{ play, kind string }

// reading is a decision as a worker has read it.
type reading struct {
	record *recovery.Record
	row    Row
	thread *thread
	whole  *pending // all that stands of the incident, where this decision is all of it
	room   *room    // that the record stands in; nil: it has its own
}

// room is memory in which one decision after another is read.
type room struct {
	reader  recovery.RecordReader
	reading reading
	whole   pending
	texts   []byte   // of the fields that the decision says itself
	fields  [][]byte // of its row
}

// pending is an incident whose standing records have not all been read yet.
type pending struct {
	previous *recovery.Record
	row      Row
	made     []recovery.Record // in the order of the ledger
	rows     []Row             // theirs

	// What became of it, once all of it is there.
	became   *recovery.Outcomes
	promised []recovery.Promised
	acted    []acted // of the actions of all these decisions, in their order
}

// acted is what became of an action.
type acted struct {
	done     time.Time
	reported recovery.Money
	gone     bool // a choice that stands has taken it back
}

// read reads a decision, on any core.
func (w *walker) read(t *ledger.Text) (*reading, error) {
	thread := w.first.thread(t.Seq)
	if thread == nil {
		return nil, nil
	}
	m := w.first.more(thread)
	stands := w.first.stands(thread, t.Seq)
	alone := t.Seq == thread.latest && len(m.standing) == 0
	var x *reading
	var err error
	if len(m.reports) == 0 && (alone || !stands) && !w.options.whole {
		x, err = w.brief(t)
	} else {
		x = &reading{}
		x.record, err = t.Read()
	}
	if err != nil {
		return nil, err
	}
	if x.record.Decision.Namespace != w.options.Scope.Namespace { // the first reading passed over it
		if x.room != nil {
			w.rooms.Put(x.room)
		}
		return nil, nil
	}
	x.thread = thread
	if x.row, err = w.row(x, stands); err != nil || !alone {
		return x, err
	}
	if x.room == nil {
		x.whole = &pending{}
	} else {
		x.whole = &x.room.whole
	}
	*x.whole = pending{previous: x.record, row: x.row, acted: x.whole.acted[:0]}
	return x, w.judge(x.whole, m.reports)
}

// brief reads of a decision what is counted, into the room of one whose rows were given.
func (w *walker) brief(t *ledger.Text) (*reading, error) {
	r := w.rooms.Get().(*room)
	r.reader.Calendar, r.reader.Brief = t.Calendar, true
	r.reading = reading{room: r}
	var err error
	r.reading.record, err = r.reader.Read(t.JSON)
	return &r.reading, err
}

// judge says what became of an incident whose standing records are all there.
func (w *walker) judge(p *pending, reports []recovery.Report) (err error) {
	given := &recovery.Given{Previous: p.previous, Made: p.made, Reports: reports}
	if p.became, err = given.Outcomes(w.options.Now); err != nil {
		return err
	}
	if w.rows.Promise != nil || w.rows.Incident != nil {
		p.promised = p.became.Promised()
	}
	if w.rows.Action == nil {
		return nil
	}
	list := func(d *recovery.Decision) {
		for i := range d.Actions {
			a := &d.Actions[i]
			gone := a.Change != recovery.ChangeCancelled && p.became.Withdrawn(a.ID)
			p.acted = append(p.acted, acted{p.became.DoneAt(a.ID), p.became.Reported(a.ID, a.Amount.Currency()), gone})
		}
	}
	list(p.previous.Decision)
	for i := range p.made {
		list(p.made[i].Decision)
	}
	return nil
}

func (w *walker) entry(e *ledger.Entry, x *reading) error {
	switch {
	case x != nil:
		err := w.record(e.Seq, x)
		if x.room != nil {
			w.rooms.Put(x.room)
		}
		return err
	case e.Refusal != nil:
		return w.refusal(e.Seq, e.Refusal)
	}
	for _, r := range e.Reports {
		if err := w.report(r); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) record(seq int64, x *reading) error {
	t, d := x.thread, x.record.Decision
	t.decided(d.DecidedAt)
	w.own(d)
	if len(w.first.known) > 0 {
		if k := w.first.known[keyOf(d.Incident)]; k != nil {
			k.seen(x.record, x.row.Latest, x.row.Fields)
		}
	}
	if w.rows.Decision != nil && w.counts(d.DecidedAt, d) {
		if err := w.rows.Decision(&Decision{Row: x.row, Is: d}); err != nil {
			return err
		}
	}
	if err := w.choices(seq, x.row, d); err != nil {
		return err
	}
	switch {
	case !x.row.Latest:
		return w.actions(x.row, x.record, nil)
	case x.whole != nil:
		return w.whole(t, x.whole)
	}
	id := keyOf(d.Incident)
	p := w.pending[id]
	if p == nil {
		p = &pending{}
	}
	if x.record.On == "" {
		p.previous, p.row = x.record, x.row
	} else {
		p.made, p.rows = append(p.made, *x.record), append(p.rows, x.row)
	}
	m := w.first.more(t)
	if p.previous == nil || len(p.made) < len(m.standing) {
		w.pending[id] = p
		return nil
	}
	delete(w.pending, id)
	if err := w.judge(p, m.reports); err != nil {
		return err
	}
	return w.whole(t, p)
}

// own notes who has to keep what plays ask for.
func (w *walker) own(d *recovery.Decision) {
	if w.rows.Promise == nil {
		return
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		for _, play := range a.Plays {
			if ask := (asked{play, a.Type}); w.owners[ask] != a.Owner {
				w.owners[asked{strings.Clone(play), strings.Clone(a.Type)}] = strings.Clone(a.Owner)
			}
		}
	}
}

// counts reports whether something of a decision that counts at a time is counted.
func (w *walker) counts(at time.Time, d *recovery.Decision) bool {
	digest := ""
	if d != nil {
		digest = d.Set.Digest
	}
	return w.options.Scope.Has(at, digest)
}

func (w *walker) row(x *reading, stands bool) (row Row, err error) {
	d := x.record.Decision
	row = Row{Incident: d.Incident, Decision: d.ID, Latest: stands}
	if x.room != nil && x.room.said(w.first.aliases, d) {
		row.Fields = x.room.fields
		return row, nil
	}
	row.Fields, err = w.fields(x.record.Incident)
	return row, err
}

// said takes the fields that were asked for out of the decision, and reports whether it says them all: by
// these, kinds of incidents are told apart most often.
func (r *room) said(aliases [][]string, d *recovery.Decision) bool {
	r.texts, r.fields = r.texts[:0], r.fields[:0]
	for _, names := range aliases {
		text := ""
		switch {
		case len(names) > 1:
			return false
		case names[0] == "service":
			text = d.Service
		case names[0] == "failure":
			text = d.Failure
		}
		if text == "" {
			return false
		}
		from := len(r.texts)
		r.texts = jsontext.AppendQuote(r.texts, text)
		r.fields = append(r.fields, r.texts[from:len(r.texts):len(r.texts)])
	}
	return len(aliases) > 0
}

// whole gives the rows of what stands of an incident, once all of it is there.
func (w *walker) whole(t *thread, p *pending) error {
	rest := p.acted
	give := func(row Row, r *recovery.Record) error {
		if w.rows.Action == nil {
			return nil
		}
		n := len(r.Decision.Actions)
		err := w.actions(row, r, rest[:n])
		rest = rest[n:]
		return err
	}
	if err := give(p.row, p.previous); err != nil {
		return err
	}
	for i := range p.made {
		if err := give(p.rows[i], &p.made[i]); err != nil {
			return err
		}
	}
	if err := w.promises(p.row, p); err != nil {
		return err
	}
	return w.incident(t, p)
}

// actions gives the rows of a decision's actions. became is what became of them, where the decision
// stands.
func (w *walker) actions(row Row, r *recovery.Record, became []acted) error {
	if w.rows.Action == nil {
		return nil
	}
	d := r.Decision
	for i := range d.Actions {
		a := &d.Actions[i]
		at := a.GivenAt
		if at.IsZero() {
			at = d.DecidedAt
		}
		if !w.counts(at, d) {
			continue
		}
		x := &w.given.action
		*x = Action{Row: row, Is: a, DecidedAt: d.DecidedAt, Service: d.Service, Failure: d.Failure, DoneAt: a.DoneAt, Chosen: d.Made != nil}
		if became != nil {
			x.DoneAt, x.Reported, x.Latest = became[i].done, became[i].reported, row.Latest && !became[i].gone
		}
		if err := w.rows.Action(x); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) promises(row Row, p *pending) error {
	if w.rows.Promise == nil {
		return nil
	}
	list := p.promised
	once := onceOf(list)
	for i, x := range list {
		d, owner := p.of(x.Action)
		if owner == "" {
			owner = w.owners[asked{x.Play, x.Type}]
		}
		if x.Outcome == recovery.PromiseBroken && !w.first.reported[x.Type] && !tellsItself(x.Type) {
			x.Outcome = NotReported
		}
		if !w.counts(x.DueAt, d) {
			continue
		}
		row.Decision = d.ID
		out := &w.given.promise
		*out = Promise{Row: row, Is: x, Owner: owner, Service: d.Service, Failure: d.Failure, Once: once[i]}
		if err := w.rows.Promise(out); err != nil {
			return err
		}
	}
	return nil
}

// tellsItself reports whether a field of incidents says that actions of a type were done.
func tellsItself(kind string) bool {
	switch kind {
	case recovery.ActionAcknowledge, recovery.ActionRespond, recovery.ActionInform, recovery.ActionResolve:
		return true
	}
	return false
}

// of is the decision that stands and says most of an action, and whose the action is.
func (p *pending) of(action string) (d *recovery.Decision, owner string) {
	for i := range p.made {
		for j := range p.made[i].Decision.Actions {
			if a := &p.made[i].Decision.Actions[j]; a.ID == action && a.Change != recovery.ChangeCancelled {
				return p.made[i].Decision, a.Owner
			}
		}
	}
	d = p.previous.Decision
	for j := range d.Actions {
		if a := &d.Actions[j]; a.ID == action {
			return d, a.Owner
		}
	}
	return d, ""
}

// onceOf marks of the promises that several plays ask for under an action one: the first of each
// play are one promise, and so are the second ones. The earliest deadline counts.
func onceOf(list []recovery.Promised) []bool {
	type ask struct{ action, play string }
	type promise struct {
		action string
		number int
	}
	asked, taken := map[ask]int{}, map[promise]bool{}
	out := make([]bool, len(list))
	for i := range list { // by their deadlines
		x := &list[i]
		a := ask{x.Action, x.Play}
		p := promise{x.Action, asked[a]}
		asked[a]++
		out[i], taken[p] = !taken[p], true
	}
	return out
}

func (w *walker) incident(t *thread, p *pending) error {
	if w.rows.Incident == nil {
		return nil
	}
	r := p.previous
	x := &w.given.incident
	*x = Incident{
		Row: p.row, Is: p.became.Incident, FirstAt: t.firstAt(), LatestAt: r.Decision.DecidedAt, Decisions: int(t.decisions), Last: r.Decision,
		Refused: w.first.refusedSince(t), SourceTold: !slices.Contains(r.Defaults, "source"), Answered: true,
	}
	for _, warning := range r.Decision.Warnings {
		x.Answered = x.Answered && warning.Code != recovery.WarnUnanswered
	}
	for _, promise := range p.promised {
		if promise.Outcome == recovery.PromiseBroken || promise.Outcome == recovery.PromiseLate {
			x.Missed++
		}
	}
	return w.giveIncident(x, r.Decision)
}

func (w *walker) giveIncident(x *Incident, d *recovery.Decision) error {
	at := x.Is.ReportedAt
	if at.IsZero() {
		at = x.Is.OccurredAt
	}
	if !w.counts(at, d) {
		return nil
	}
	return w.rows.Incident(x)
}

// choices gives a row for each choice that a decision leaves, unless a later one leaves it too.
func (w *walker) choices(seq int64, row Row, d *recovery.Decision) error {
	if w.rows.Choice == nil {
		return nil
	}
	for i := range d.Choices {
		c := &d.Choices[i]
		left := w.first.choices[store.IDOf(c.ID)]
		if left == nil || left.seq != seq || !w.counts(d.DecidedAt, d) {
			continue
		}
		x := &Choice{Row: row, Is: c, Service: d.Service, Failure: d.Failure, LeftAt: d.DecidedAt, State: ChoiceLapsed}
		switch {
		case left.made != nil:
			x.State, x.Made, x.MadeAt, x.MadeIn = ChoiceMade, left.made, left.at, left.in
			x.Latest = w.first.stands(w.first.thread(left.by), left.by)
		case row.Latest && left.pending:
			x.State = ChoicePending
		case row.Latest:
			x.State = ChoiceOpen
		}
		if err := w.rows.Choice(x); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) report(r recovery.Report) error {
	k := w.first.known[keyOf(r.Incident)]
	if w.rows.Report == nil || k == nil {
		return nil
	}
	of := k.actions[r.Action]
	if !w.options.Scope.Has(r.At, of.set) {
		return nil
	}
	x := &Report{
		Row: Row{Incident: r.Incident, Decision: of.decision, Latest: of.stands, Fields: k.fields}, Is: r,
		Type: of.kind, Service: k.service, Failure: k.failure, Counts: !w.first.more(w.first.at(k.thread)).replaced(&r),
	}
	return w.rows.Report(x)
}

func (w *walker) refusal(seq int64, r *recovery.Refusal) error {
	t := w.first.thread(seq)
	if t == nil {
		return nil
	}
	row, err := w.refused(r)
	if err != nil {
		return err
	}
	last := w.first.more(t).refused == seq
	if w.rows.Refusal != nil && w.options.Scope.Has(r.At, r.Set.Digest) {
		x := &Refusal{Row: row, Is: r}
		x.Latest = last && seq > t.latest
		if err := w.rows.Refusal(x); err != nil {
			return err
		}
	}
	if w.rows.Incident == nil || t.latest >= 0 || !last {
		return nil
	}
	x := &Incident{Row: row, Refused: true}
	x.Latest = true
	if x.Is.UnmarshalJSON(r.Input) != nil { // what was refused may be no incident
		x.Is, x.Fields = recovery.Incident{ID: r.Incident}, make([][]byte, len(w.options.Fields))
	}
	x.SourceTold = x.Is.Source != ""
	at := cmp.Or(x.Is.ReportedAt, x.Is.OccurredAt, r.At)
	if !w.options.Scope.Has(at, r.Set.Digest) {
		return nil
	}
	return w.rows.Incident(x)
}

// refused is the row of something that was refused, with what it tells of the fields.
func (w *walker) refused(r *recovery.Refusal) (Row, error) {
	row := Row{Incident: r.Incident, Fields: make([][]byte, len(w.options.Fields))}
	if text := bytes.TrimSpace(r.Input); len(row.Fields) == 0 || len(text) == 0 || text[0] != '{' || !json.Valid(text) {
		return row, nil
	}
	var err error
	row.Fields, err = w.fields(r.Input)
	return row, err
}

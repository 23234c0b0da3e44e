package account

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
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
}

// Walk gives the rows of a ledger, which may be written meanwhile: what comes after Walk began to
// read is left out.
func Walk(ctx context.Context, dir string, o Options, rows Rows) error {
	w := &walker{options: o, rows: rows, owners: map[asked]string{}, pending: map[store.ID]*pending{}}
	var err error
	if w.first, err = look(ctx, dir, o); err != nil {
		return err
	}
	for e, err := range ledger.Entries(ctx, dir) {
		if err != nil {
			return err
		}
		if e.Seq >= w.first.records {
			break
		}
		if err := w.entry(e); err != nil {
			return err
		}
		if o.Progress != nil {
			o.Progress(w.first.records+e.Seq+1, 2*w.first.records)
		}
	}
	return nil
}

type walker struct {
	options Options
	rows    Rows
	first   *overview
	owners  map[asked]string // who had to keep what a play asked for
	pending map[store.ID]*pending
}

// asked is what a play asks for.
type asked struct{ play, kind string }

// pending is an incident of which not all that stands has been read yet.
type pending struct {
	previous *recovery.Record
	row      Row
	made     []recovery.Record // in the order of the ledger
	rows     []Row             // theirs
}

func (w *walker) entry(e *ledger.Entry) error {
	switch {
	case e.Record != nil:
		return w.record(e.Seq, e.Record)
	case e.Refusal != nil:
		return w.refusal(e.Seq, e.Refusal)
	}
	for _, r := range e.Reports {
		if err := w.report(e.Seq, r); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) record(seq int64, r *recovery.Record) error {
	d := r.Decision
	id := store.IDOf(d.Incident)
	t := w.first.threads[id]
	if t == nil { // it was erased between the two times
		return nil
	}
	stands := t.stands(seq)
	for i := range d.Actions {
		a := &d.Actions[i]
		for _, play := range a.Plays {
			w.owners[asked{play, a.Type}] = a.Owner
		}
	}
	row, err := w.row(r, stands)
	if err != nil {
		return err
	}
	t.seen(r, stands, row.Fields)
	if w.rows.Decision != nil && w.counts(d.DecidedAt, d) {
		if err := w.rows.Decision(&Decision{Row: row, Is: d}); err != nil {
			return err
		}
	}
	if err := w.choices(seq, t, row, d); err != nil {
		return err
	}
	if !stands {
		return w.actions(row, r, nil)
	}
	p := w.pending[id]
	if p == nil {
		p = &pending{}
	}
	if r.On == "" {
		p.previous, p.row = r, row
	} else {
		p.made, p.rows = append(p.made, *r), append(p.rows, row)
	}
	if p.previous == nil || len(p.made) < len(t.standing) {
		w.pending[id] = p
		return nil
	}
	delete(w.pending, id)
	return w.whole(t, p)
}

// counts reports whether something of a decision that counts at a time is counted.
func (w *walker) counts(at time.Time, d *recovery.Decision) bool {
	digest := ""
	if d != nil {
		digest = d.Set.Digest
	}
	return w.options.Scope.Has(at, digest)
}

func (w *walker) row(r *recovery.Record, stands bool) (Row, error) {
	fields, err := w.fields(r.Incident)
	return Row{Incident: r.Decision.Incident, Decision: r.Decision.ID, Latest: stands, Fields: fields}, err
}

// whole gives the rows of what stands of an incident, once all of it is there.
func (w *walker) whole(t *thread, p *pending) error {
	given := &recovery.Given{Previous: p.previous, Made: p.made, Reports: t.reports}
	became, err := given.Outcomes(w.options.Now)
	if err != nil {
		return err
	}
	if err := w.actions(p.row, p.previous, became); err != nil {
		return err
	}
	for i := range p.made {
		if err := w.actions(p.rows[i], &p.made[i], became); err != nil {
			return err
		}
	}
	var promised []recovery.Promised
	if w.rows.Promise != nil || w.rows.Incident != nil {
		promised = became.Promised()
	}
	if err := w.promises(p.row, p, promised); err != nil {
		return err
	}
	return w.incident(p.row, t, p.previous, &became.Incident, promised)
}

// actions gives the rows of a decision's actions. became is what became of them, where the decision
// stands.
func (w *walker) actions(row Row, r *recovery.Record, became *recovery.Outcomes) error {
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
		x := &Action{Row: row, Is: a, DecidedAt: d.DecidedAt, Service: d.Service, Failure: d.Failure, DoneAt: a.DoneAt}
		if became != nil {
			x.DoneAt, x.Reported = became.DoneAt(a.ID), became.Reported(a.ID, a.Amount.Currency())
		}
		if err := w.rows.Action(x); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) promises(row Row, p *pending, list []recovery.Promised) error {
	if w.rows.Promise == nil {
		return nil
	}
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
		out := &Promise{Row: row, Is: x, Owner: owner, Service: d.Service, Failure: d.Failure, Once: once[i]}
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

func (w *walker) incident(row Row, t *thread, r *recovery.Record, in *recovery.Incident, promised []recovery.Promised) error {
	if w.rows.Incident == nil {
		return nil
	}
	x := &Incident{
		Row: row, Is: *in, FirstAt: t.firstAt, LatestAt: r.Decision.DecidedAt, Decisions: int(t.decisions), Last: r.Decision,
		Refused: t.refused > t.latest, SourceTold: !slices.Contains(r.Defaults, "source"), Answered: true,
	}
	for _, warning := range r.Decision.Warnings {
		x.Answered = x.Answered && warning.Code != recovery.WarnUnanswered
	}
	for _, p := range promised {
		if p.Outcome == recovery.PromiseBroken || p.Outcome == recovery.PromiseLate {
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
func (w *walker) choices(seq int64, t *thread, row Row, d *recovery.Decision) error {
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
			x.Latest = t.stands(left.by)
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

func (w *walker) report(seq int64, r recovery.Report) error {
	t := w.first.threads[store.IDOf(r.Incident)]
	if w.rows.Report == nil || t == nil || t.known == nil {
		return nil
	}
	k, of := t.known, t.known.actions[r.Action]
	if !w.options.Scope.Has(r.At, of.set) {
		return nil
	}
	x := &Report{
		Row: Row{Incident: r.Incident, Decision: of.decision, Latest: of.stands, Fields: k.fields}, Is: r,
		Type: of.kind, Service: k.service, Failure: k.failure, Counts: !t.replaced(&r),
	}
	return w.rows.Report(x)
}

func (w *walker) refusal(seq int64, r *recovery.Refusal) error {
	t := w.first.threads[store.IDOf(r.Incident)]
	if t == nil {
		return nil
	}
	row, err := w.refused(r)
	if err != nil {
		return err
	}
	if w.rows.Refusal != nil && w.options.Scope.Has(r.At, r.Set.Digest) {
		x := &Refusal{Row: row, Is: r}
		x.Latest = t.refused == seq && t.refused > t.latest
		if err := w.rows.Refusal(x); err != nil {
			return err
		}
	}
	if w.rows.Incident == nil || t.latest >= 0 || t.refused != seq {
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

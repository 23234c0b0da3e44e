package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// ExplainOptions say what to explain.
type ExplainOptions struct {
	Namespace string // of the incident
	Incident  string // required
	// Decision is the id of the decision to explain. When it is empty, the last decision of the
	// incident other than a choice is explained, or the incident's refusal, if that came later.
	Decision string
	Plays    []string // as for [recovery.ForPlays]
}

// Explained is a decision of the past with its reasons as of then, or a refusal.
type Explained struct {
	Seq     int64             // the record's number
	Refusal *recovery.Refusal // then there is nothing more
	Record  *recovery.Record
	// Explanation is made from the values that were read then, by the set of that time, under the
	// present version of the semantics. Its decision is the one on record.
	Explanation *recovery.Explanation
	// Choices were made on the decision, in order.
	Choices []*recovery.Decision
	// SupersededBy is the decision that took its place; empty when it stands.
	SupersededBy string
	// Forgotten is how many precedents were erased since.
	Forgotten int
	// Changes are the fields that differ when the incident is decided again. There are none on a
	// ledger that is whole. Nothing is compared when precedents are Forgotten, or when the decision was
	// made under another version of the semantics.
	Changes []Change
}

// Explain explains a decision of a ledger: it is made again from what was recorded,
// by the archived set, as [Replay] does. The error is [ErrNotFound] when there is
// no record of the incident, which may have been erased, or of such a decision.
func Explain(ctx context.Context, dir string, options ExplainOptions) (*Explained, error) {
	return explain(ctx, log.Directory(dir), options)
}

func explain(ctx context.Context, dir log.Files, options ExplainOptions) (*Explained, error) {
	return looked(func(index bool) (*Explained, error) { return explainBy(ctx, dir, index, options) })
}

// explainBy explains with the index, if there is one, or without it.
func explainBy(ctx context.Context, dir log.Files, index bool, options ExplainOptions) (*Explained, error) {
	from, err := openLog(dir, step)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	var x *explainer
	err = fromSnapshot(dir, from, index, func(s *snapshot, w *log.Walk) error {
		x = &explainer{replayer: newReplayer(ctx, from), options: options, audit: log.NewAudit(from)}
		w.Visit = x.visit
		if err := x.begin(s); err != nil {
			return err
		}
		return x.audit.Run(ctx, w)
	})
	if err != nil {
		return nil, err
	}
	defer x.base.close()
	if err := x.known(); err != nil {
		return nil, err
	}
	return x.explain()
}

// explainer gathers the records of one incident, and what is needed to decide it again.
type explainer struct {
	*replayer
	base    *snapshot // what it begins with; nil: nothing
	audit   *log.Audit
	options ExplainOptions

	made    []*explained
	refused *Explained // the last refusal
}

// begin begins with what a snapshot has.
func (x *explainer) begin(s *snapshot) error {
	if x.base = s; s == nil {
		return nil
	}
	x.choices, x.out.Erased = newHistory(s), s.meta.Erased
	for digest, seq := range s.meta.Sets {
		x.sets[digest] = &archived{seq: seq}
	}
	maps.Copy(x.calendars, s.meta.Calendars)
	return nil
}

// known puts what the snapshot knows of the incident before what was read after it.
func (x *explainer) known() error {
	if x.base == nil {
		return nil
	}
	later, refused := x.made, x.refused
	x.made, x.refused = nil, nil
	about, err := x.base.about(x.incident())
	if err != nil {
		return err
	}
	for _, seq := range about {
		t, err := aboutIncident(x.log, seq, x.incident())
		if err != nil {
			return err
		}
		if err := x.take(&t); err != nil {
			return err
		}
	}
	x.made, x.refused = append(x.made, later...), cmp.Or(refused, x.refused)
	return nil
}

// explained is a decision of the incident.
type explained struct {
	task
	record *recovery.Record
}

func (x *explainer) visit(t *log.Item) error {
	if err := x.base.see(t); err != nil {
		return err
	}
	if t.Head.Kind == KindErasure && t.Body == log.BodyWhole {
		parse(t, nil) // for the audit
	}
	if err := x.audit.Look(t); err != nil {
		return err
	}
	if err := x.replayer.visit(t); err != nil || t.Body != log.BodyWhole {
		return err
	}
	if t.Head.Kind == KindDecision {
		s, err := parseSummary(t.Head.Seq, t.Payload, nil)
		if err == nil {
			err = x.choices.follow(s)
		}
		if err != nil || s.Name() != x.incident() {
			return err
		}
	}
	return x.take(t)
}

// incident is what the ledger calls the incident.
func (x *explainer) incident() string { return store.Name(x.options.Namespace, x.options.Incident) }

// take takes in a decision on the incident, or a refusal, which may be of another one.
func (x *explainer) take(t *log.Item) (err error) {
	switch t.Head.Kind {
	case KindRefusal:
		r, err := parseRefusal(t.Payload)
		if err == nil && store.Name(r.Namespace, r.Incident) == x.incident() {
			x.refused = &Explained{Seq: t.Head.Seq, Refusal: r}
		}
		return err
	case KindDecision:
		e := &explained{task: task{seq: t.Head.Seq}}
		if e.given, err = parseGiven(t.Payload); err == nil {
			e.record, err = readRecord(t.Payload, x.calendar)
		}
		x.made = append(x.made, e)
	}
	return err
}

func (x *explainer) explain() (*Explained, error) {
	at := -1
	for i, e := range x.made {
		if d := e.record.Decision; x.options.Decision == d.ID || x.options.Decision == "" && d.Made == nil {
			at = i
		}
	}
	switch {
	case x.options.Decision == "" && x.refused != nil && (at < 0 || x.refused.Seq > x.made[at].seq):
		return x.refused, nil
	case at < 0 && len(x.made) > 0:
		return nil, fmt.Errorf("decision %s of incident %s: %w", x.options.Decision, x.options.Incident, ErrNotFound)
	case at < 0 && x.out.Erased > 0:
		return nil, fmt.Errorf("incident %s: %w; %d records were erased, and say no more whose they were", x.options.Incident, ErrNotFound, x.out.Erased)
	case at < 0:
		return nil, fmt.Errorf("incident %s: %w", x.options.Incident, ErrNotFound)
	}
	e := x.made[at]
	out := &Explained{Seq: e.seq, Record: e.record}
	for _, later := range x.made[at+1:] {
		switch d := later.record.Decision; {
		case later.record.On == e.record.Decision.ID:
			out.Choices = append(out.Choices, d)
		case d.Supersedes == e.record.Decision.ID:
			out.SupersededBy = d.ID
		}
	}
	return out, x.reasons(e, out)
}

// reasons decides again and takes the explanation from that.
func (x *explainer) reasons(e *explained, out *Explained) error {
	was := e.record.Decision
	engine, err := x.engine(was.Set.Digest)
	switch {
	case err != nil:
		return err
	case engine == nil:
		return fmt.Errorf("decision %s cannot be explained: %s", was.ID, skipSet)
	}
	if out.Forgotten, err = x.forget(e.given, nameOf(e.record.Decision)); err != nil {
		return err
	}
	out.Explanation, err = engine.ExplainRecord(x.ctx, e.record, func(q recovery.Query) (recovery.Given, error) {
		return x.answer(&e.task, e.record, q)
	}, recovery.ForPlays(x.options.Plays...))
	if errors.Is(err, ErrErased) {
		return fmt.Errorf("decision %s cannot be explained: %s", was.ID, skipErased)
	}
	if err != nil {
		return err
	}
	if again := out.Explanation.Decision; again != nil && out.Forgotten == 0 && was.Semantics == recovery.Semantics {
		out.Changes = diff(was.AppendJSON(nil), again.AppendJSON(nil), nil)
	}
	out.Explanation.Decision = was
	return nil
}

package recovery

import (
	"context"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/store"
)

// subject is an incident that fits the fields of a set: what a decision is made
// about.
type subject struct {
	ctx       context.Context // within which it is decided
	namespace string
	id        string
	now       time.Time
	input     *policy.Input      // the values of its fields
	applying  []*policy.Playbook // in the order of the program
	canonical []byte             // the record: canonical JSON
	pauses    []worktime.Pause

	occurredAt                          time.Time
	reportedAt, respondedAt, resolvedAt time.Time
	informedAt, expectedAt              time.Time
	reopened, updatedAt                 time.Time
	service, failure, phase, provider   string
	languages                           policy.Languages // of the incident, then of the customer

	taken *intake.Intake // the keys of the record
	// facts are those that a decision lists, in the order of declaration, and query
	// is what is asked of the store; needs sets them.
	facts []*policy.Fact
	query Query
}

// key is the text of a field by which stores tell incidents apart; empty when
// the incident has none.
func (s *subject) key(f *policy.Field) string { return s.taken.Key(f) }

// keys are the fields of the record as text, by path: see [Record.Keys].
func (s *subject) keys() map[string]string { return s.taken.Keys() }

func (s *subject) keysOf(fields []*policy.Field) []Key {
	out := make([]Key, 0, len(fields))
	for _, f := range fields {
		out = append(out, Key{Path: f.Name, Text: s.key(f)})
	}
	return out
}

// or returns the error of the context where that has ended an evaluation, and else
// the given one: what came of the conditions then has no meaning.
func (s *subject) or(err error) error {
	if stopped := s.input.Interrupted(); stopped != nil {
		return stopped
	}
	return err
}

// inbound reports whether a partner's service failed, not ours.
func (s *subject) inbound() bool { return s.provider != "" }

func (s *subject) direction() string {
	if s.inbound() {
		return "inbound"
	}
	return "outbound"
}

// signal reports whether the failure has not reached the customer, and it is
// known when it will.
func (s *subject) signal() bool { return s.phase == PhaseSignal && !s.expectedAt.IsZero() }

// validate checks an incident against the standard fields, the shared ones, and
// those of each playbook that is in force and applies. Every violation is reported
// at once. Where the condition of a playbook has failed there is a subject all the
// same, for [ruleset.withoutFailed].
func (r *ruleset) validate(ctx context.Context, w *workspace, in *Incident, now time.Time, strict bool) (*subject, error) {
	s := &w.subject
	w.incident = *in
	s.ctx, s.namespace, s.id, s.now, s.input, s.taken = ctx, r.namespace, in.ID, now, r.program.NewInput(now), w.intake
	s.input.Within(ctx)
	wrong, err := w.intake.Take(w.incident.came(w.intake.Room()), s.input, strict)
	if err != nil {
		return s, s.or(matchError(err))
	}
	if len(wrong) > 0 {
		problems := make([]Problem, len(wrong))
		for i, p := range wrong {
			problems[i] = Problem(p)
		}
		return nil, &IncidentError{Incident: in.ID, Problems: problems}
	}
	r.describe(w)
	return s, nil
}

// withoutFailed makes the subject of an incident for which the condition of a
// playbook has failed, so that nothing will be decided: the other playbooks can be
// asked all the same.
func (r *ruleset) withoutFailed(w *workspace) {
	w.intake.TakeRest()
	r.describe(w)
}

// describe says of the subject what deciding asks most.
func (r *ruleset) describe(w *workspace) {
	s := &w.subject
	s.applying, s.pauses = w.intake.Applying(), w.intake.Pauses()
	w.record = w.intake.AppendRecord(w.record[:0])
	s.canonical = w.record
	f := &r.fields
	s.occurredAt = s.time(f.occurredAt)
	s.reportedAt, s.respondedAt = s.time(f.reportedAt), s.time(f.respondedAt)
	s.informedAt, s.resolvedAt = s.time(f.informedAt), s.time(f.resolvedAt)
	s.expectedAt, s.reopened, s.updatedAt = s.time(f.expectedAt), s.time(f.reopenedAt), s.time(f.updatedAt)
	s.service, s.failure, s.phase, s.provider = s.text(f.service), s.text(f.failure), s.text(f.phase), s.text(f.provider)
	s.languages = policy.Languages{s.text(f.language), s.text(f.customerLanguage)}
}

func (s *subject) time(f *policy.Field) time.Time {
	t, _ := s.input.Field(f).(time.Time)
	return t
}

func (s *subject) text(f *policy.Field) string {
	text, _ := s.input.Field(f).(string)
	return text
}

// fields are those standard fields that deciding itself reads.
type fields struct {
	occurredAt, reportedAt, respondedAt, informedAt *policy.Field
	resolvedAt, expectedAt, reopenedAt, updatedAt   *policy.Field
	service, failure, phase, provider               *policy.Field
	language, customerLanguage                      *policy.Field
}

func fieldsOf(p *policy.Program) fields {
	named := func(name string) *policy.Field {
		for _, f := range p.Fields {
			if f.Name == name {
				return f
			}
		}
		return nil
	}
	return fields{
		occurredAt: named("occurred_at"), reportedAt: named("reported_at"), respondedAt: named("responded_at"),
		informedAt: named("informed_at"), resolvedAt: named("resolved_at"), expectedAt: named("expected_at"),
		reopenedAt: named("reopened_at"), updatedAt: named("updated_at"),
		service: named("service"), failure: named("failure"), phase: named("phase"), provider: named("provider"),
		language: named("language"), customerLanguage: named("customer.language"),
	}
}

// needs says what has to be read before an incident can be decided, but for precedents. The subject
// keeps it: answers are found by the place of their question.
func (r *ruleset) needs(w *workspace) Query {
	s := &w.subject
	q := Query{Namespace: s.namespace, Incident: s.id, Set: r.ref.Digest}
	if s.facts = r.readableFacts(w); len(s.facts) > 0 {
		q.Facts = make([]FactQuery, 0, len(s.facts))
	}
	for _, f := range s.facts {
		q.Facts = append(q.Facts, FactQuery{
			Namespace: s.namespace, Name: f.Name, Count: f.Count, Sum: f.Sum, Of: sumOf(f), Currency: f.Currency,
			Same: s.keysOf(f.Same), From: f.From(s.now), Occurred: f.Occurred, Matters: r.counted[f.Slot],
		})
	}
	q.Use = r.useQueries(s)
	s.query = q
	return q
}

// kindsOf are the kinds of facts, each once.
func kindsOf(facts []*policy.Fact) []FactKind {
	var out []FactKind
	for _, f := range facts {
		q := FactQuery{Count: f.Count, Sum: f.Sum, Of: sumOf(f), Currency: f.Currency, Occurred: f.Occurred}
		for _, k := range f.Same {
			q.Same = append(q.Same, Key{Path: k.Name})
		}
		k := store.KindOf(&q)
		if !slices.ContainsFunc(out, func(o FactKind) bool { return o.Same(&k) }) {
			out = append(out, k)
		}
	}
	return out
}

// sumOf is the kind of the field that a fact adds up; invalid for any other fact.
func sumOf(f *policy.Fact) value.Kind {
	if f.Field == nil {
		return value.KindInvalid
	}
	return f.Field.Type.Kind
}

// applies reports whether the playbook of a play applies to the incident.
func (s *subject) applies(p *policy.Play) bool { return s.taken.Applies(p.Playbook) }

// readableFacts are those that a decision on the incident lists, in the order of their
// declaration.
func (r *ruleset) readableFacts(w *workspace) []*policy.Fact {
	slots := w.slots[:0]
	for _, b := range w.subject.applying {
		slots = append(slots, b.Facts...)
	}
	slices.Sort(slots)
	w.slots = slots
	var out []*policy.Fact
	for _, slot := range slices.Compact(slots) {
		out = append(out, r.program.Facts[slot])
	}
	return out
}

// useQueries ask for the use of every partner that a play of the applying
// playbooks could take, each once.
func (r *ruleset) useQueries(s *subject) []UseQuery {
	var out []UseQuery
	var seen map[UseQuery]bool
	for _, p := range r.substitutes {
		if !s.applies(p) {
			continue
		}
		for _, partner := range p.Partners.Partners {
			q, ok := s.useQuery(partner)
			if ok && !seen[q] {
				if seen == nil {
					seen = map[UseQuery]bool{}
				}
				seen[q] = true
				out = append(out, q)
			}
		}
	}
	return out
}

// useQuery asks for the use of a partner in the wanted direction, in the
// window of its capacity in which the decision is made.
func (s *subject) useQuery(p *policy.Partner) (UseQuery, bool) {
	way := p.Way(s.inbound())
	if way == nil || way.Units == 0 {
		return UseQuery{}, false
	}
	from, until := window(way.Per, s.now, p.Zone)
	return UseQuery{Namespace: s.namespace, Partner: p.ID, Direction: s.direction(), From: from, Until: until}, true
}

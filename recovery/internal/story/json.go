package story

import (
	"encoding/json"
	"io"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
)

// written is a story as JSON.
type written struct {
	Incident   string            `json:"incident"`
	Service    string            `json:"service,omitempty"`
	Failure    string            `json:"failure,omitempty"`
	Phase      string            `json:"phase,omitempty"`
	OccurredAt string            `json:"occurred_at,omitempty"`
	ReportedAt string            `json:"reported_at,omitempty"`
	Customer   *customer         `json:"customer,omitempty"`
	Latest     string            `json:"latest,omitempty"`
	Story      []writtenStep     `json:"story"`
	Promises   []writtenPromise  `json:"promises"`
	Owed       []json.RawMessage `json:"owed"`
}

type customer struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

type writtenStep struct {
	At        string             `json:"at"`
	Kind      Kind               `json:"kind"`
	ID        string             `json:"id,omitempty"`
	DecidedAt string             `json:"decided_at,omitempty"`
	Set       string             `json:"set,omitempty"`
	Revision  string             `json:"revision,omitempty"`
	Told      []writtenTold      `json:"told,omitempty"`
	Made      json.RawMessage    `json:"made,omitempty"`
	Plays     json.RawMessage    `json:"plays,omitempty"`
	Changed   *[]json.RawMessage `json:"changed,omitempty"`
	Choices   json.RawMessage    `json:"choices,omitempty"`
	Withheld  json.RawMessage    `json:"withheld,omitempty"`
	Warnings  json.RawMessage    `json:"warnings,omitempty"`
	Missed    json.RawMessage    `json:"missed,omitempty"`
	Action    string             `json:"action,omitempty"`
	Type      string             `json:"type,omitempty"`
	Item      string             `json:"item,omitempty"`
	Play      string             `json:"play,omitempty"`
	Outcome   string             `json:"outcome,omitempty"`
	Amount    *recovery.Money    `json:"amount,omitempty"`
	GivenAt   string             `json:"given_at,omitempty"`
	DueAt     string             `json:"due_at,omitempty"`
	DoneAt    string             `json:"done_at,omitempty"`
	Note      string             `json:"note,omitempty"`
	Error     string             `json:"error,omitempty"`
}

type writtenTold struct {
	Field string          `json:"field"`
	Was   json.RawMessage `json:"was,omitempty"`
	Is    json.RawMessage `json:"is,omitempty"`
}

type writtenPromise struct {
	Action  string `json:"action"`
	Type    string `json:"type"`
	Play    string `json:"play"`
	GivenAt string `json:"given_at"`
	DueAt   string `json:"due_at"`
	DoneAt  string `json:"done_at,omitempty"`
	Outcome string `json:"outcome"`
}

// WriteJSON writes the story as one object.
func (s *Story) WriteJSON(w io.Writer) error {
	out := written{
		Incident: s.ID, Service: s.Incident.Service, Failure: s.Incident.Failure, Phase: s.Incident.Phase,
		OccurredAt: stamp(s.Incident.OccurredAt), ReportedAt: stamp(s.Incident.ReportedAt),
		Story: []writtenStep{}, Promises: []writtenPromise{}, Owed: []json.RawMessage{},
	}
	if c := s.Incident.Customer; c.ID != "" || c.Name != "" {
		out.Customer = &customer{c.ID, c.Name}
	}
	if s.Latest != nil {
		out.Latest = s.Latest.ID
	}
	for i := range s.Steps {
		x, err := stepOf(&s.Steps[i])
		if err != nil {
			return err
		}
		out.Story = append(out.Story, x)
	}
	for i := range s.Promises {
		p := &s.Promises[i]
		out.Promises = append(out.Promises, writtenPromise{p.Action, p.Type, p.Play, stamp(p.GivenAt), stamp(p.DueAt), stamp(p.DoneAt), string(p.Outcome)})
	}
	c := agenda.Case{Service: s.Incident.Service, Failure: s.Incident.Failure, CustomerID: s.Incident.Customer.ID, CustomerName: s.Incident.Customer.Name}
	if s.Latest != nil {
		c.DecidedAt = s.Latest.DecidedAt
	}
	for i := range s.Owed {
		text, err := s.Owed[i].AppendJSON(nil, c)
		if err != nil {
			return err
		}
		out.Owed = append(out.Owed, text)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func stepOf(s *Step) (writtenStep, error) {
	out := writtenStep{At: stamp(s.At), Kind: s.Kind}
	switch s.Kind {
	case Missed:
		p := s.Missed
		out.Action, out.Type, out.Item, out.Play, out.Outcome = p.Action, p.Type, p.Item, p.Play, string(p.Outcome)
		out.GivenAt, out.DueAt, out.DoneAt = stamp(p.GivenAt), stamp(p.DueAt), stamp(p.DoneAt)
	case Reported:
		r := s.Report
		out.Action, out.Type, out.Outcome, out.Note = r.Action, s.Type, string(r.Outcome), r.Note
		if out.Outcome == "" {
			out.Outcome = string(recovery.OutcomeDone)
		}
		if r.Amount.IsSet() {
			out.Amount = &r.Amount
		}
	case Refused:
		out.Set, out.Revision = s.Refusal.Set.Digest, s.Refusal.Set.Revision
		if s.Refusal.Error != nil {
			out.Error = s.Refusal.Error.Error()
		}
	default:
		return out, out.decision(s)
	}
	return out, nil
}

// decision takes over what the JSON form of the decision says, so that it is said in one way.
func (w *writtenStep) decision(s *Step) error {
	d := s.Decision
	w.ID, w.DecidedAt, w.Set, w.Revision = d.ID, stamp(d.DecidedAt), d.Set.Digest, d.Set.Revision
	for _, t := range s.Told {
		w.Told = append(w.Told, writtenTold(t))
	}
	var read struct{ Made, Plays, Choices, Withheld, Warnings, Missed json.RawMessage }
	if err := json.Unmarshal(d.AppendJSON(nil), &read); err != nil {
		return err
	}
	w.Made, w.Plays, w.Choices, w.Withheld, w.Warnings, w.Missed = read.Made, read.Plays, read.Choices, read.Withheld, read.Warnings, read.Missed
	changed := []json.RawMessage{}
	for i := range s.Changes {
		text, err := s.Changes[i].Is.MarshalJSON()
		if err != nil {
			return err
		}
		changed = append(changed, text)
	}
	w.Changed = &changed
	return nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return value.FormatTimestamp(t)
}

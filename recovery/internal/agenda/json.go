package agenda

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// Case is what an entry shows of its incident.
type Case struct {
	Service, Failure         string
	CustomerID, CustomerName string
	DecidedAt                time.Time // since when choices are open
}

// CaseOf reads it from the record.
func CaseOf(r *recovery.Record) (Case, error) {
	var in recovery.Incident
	if err := in.UnmarshalJSON(r.Incident); err != nil {
		return Case{}, err
	}
	return Case{in.Service, in.Failure, in.Customer.ID, in.Customer.Name, r.Decision.DecidedAt}, nil
}

type customer struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// written is an entry as JSON.
type written struct {
	State     recovery.State  `json:"state"`
	Incident  string          `json:"incident"`
	Type      string          `json:"type"`
	Action    string          `json:"action,omitempty"`
	Item      string          `json:"item,omitempty"`
	Choice    string          `json:"choice,omitempty"`
	Amount    json.RawMessage `json:"amount,omitempty"`
	Already   json.RawMessage `json:"already,omitempty"`
	Over      recovery.Money  `json:"over,omitzero"`
	Params    json.RawMessage `json:"params"`
	Owner     string          `json:"owner,omitempty"`
	Decider   string          `json:"decider,omitempty"`
	To        string          `json:"to,omitempty"`
	By        string          `json:"by,omitempty"`
	NotBefore string          `json:"not_before,omitempty"`
	DueAt     string          `json:"due_at,omitempty"`
	GivenAt   string          `json:"given_at,omitempty"`
	Play      string          `json:"play,omitempty"`
	Plays     []string        `json:"plays"`
	Note      string          `json:"note,omitempty"`
	Key       string          `json:"key,omitempty"`
	Why       string          `json:"why,omitempty"`
	Service   string          `json:"service"`
	Failure   string          `json:"failure,omitempty"`
	Customer  *customer       `json:"customer,omitempty"`
}

// AppendJSON appends an entry as one object.
func (e *Entry) AppendJSON(dst []byte, c Case) ([]byte, error) {
	w := written{
		State: e.State, Incident: e.Incident, Type: e.Type, Params: json.RawMessage("{}"), Plays: []string{},
		Service: c.Service, Failure: c.Failure, Key: e.Key, Why: e.Why, Over: e.Over,
	}
	if c.CustomerID != "" || c.CustomerName != "" {
		w.Customer = &customer{c.CustomerID, c.CustomerName}
	}
	if !e.DueAt.IsZero() {
		w.DueAt = value.FormatTimestamp(e.DueAt)
	}
	if !e.NotBefore.IsZero() {
		w.NotBefore = value.FormatTimestamp(e.NotBefore)
	}
	switch {
	case e.Choice != nil:
		if !c.DecidedAt.IsZero() {
			w.GivenAt = value.FormatTimestamp(c.DecidedAt)
		}
		w.Choice, w.Decider, w.Play = e.Choice.ID, e.Choice.Decider, e.Choice.Play
		w.To = Who(e.Choice)
		if m := e.Choice.Made; m != nil && m.Pending {
			w.By = m.By
		}
		w.Plays = append(w.Plays, e.Choice.Play)
	default:
		if err := w.action(e.Action); err != nil {
			return dst, err
		}
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(w); err != nil {
		return dst, err
	}
	return append(dst, b.String()...), nil
}

// action takes over what the JSON form of an action says, so that it is said in one way.
func (w *written) action(a *recovery.Action) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	var read struct {
		Amount, Already, Params json.RawMessage
		GivenAt                 string `json:"given_at"`
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	w.Action, w.Item, w.Owner, w.Note = a.ID, a.Item, a.Owner, a.Note
	w.Amount, w.Already, w.GivenAt = read.Amount, read.Already, read.GivenAt
	if read.Params != nil {
		w.Params = read.Params
	}
	w.Plays = append(w.Plays, a.Plays...)
	if len(a.Plays) > 0 {
		w.Play = a.Plays[0]
	}
	return nil
}

package diff

import (
	"encoding/json"
	"io"
	"math/big"
)

// WriteJSON writes the report for programs. Lists are never null; the order of
// keys is fixed.
func (r *Report) WriteJSON(w io.Writer) error {
	out := jsonReport{Old: r.Old, New: r.New, Different: r.Different(), Changes: []jsonChange{}, Proof: r.Proof}
	for _, c := range r.Changes {
		out.Changes = append(out.Changes, jsonChange{
			Playbook: c.Playbook, Play: c.Play, What: c.What, Kind: c.Kind, Path: c.Path, Old: c.Old, New: c.New,
			OldAt: place(c.OldAt), NewAt: place(c.NewAt), UsedBy: c.UsedBy,
		})
	}
	if r.Impact != nil {
		out.Decisions = jsonImpactOf(r.Impact)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

type jsonReport struct {
	Old       string       `json:"old"`
	New       string       `json:"new"`
	Different bool         `json:"different"`
	Changes   []jsonChange `json:"changes"`
	Decisions *jsonImpact  `json:"decisions,omitempty"`
	Proof     any          `json:"proof,omitempty"`
}

type jsonChange struct {
	Playbook string   `json:"playbook,omitempty"`
	Play     string   `json:"play,omitempty"`
	What     What     `json:"what"`
	Kind     Kind     `json:"kind"`
	Path     string   `json:"path,omitempty"`
	Old      string   `json:"old,omitempty"`
	New      string   `json:"new,omitempty"`
	OldAt    string   `json:"old_at,omitempty"`
	NewAt    string   `json:"new_at,omitempty"`
	UsedBy   []string `json:"used_by,omitempty"`
}

type jsonImpact struct {
	Source      any `json:"source"`
	Incidents   int `json:"incidents"`
	Changed     int `json:"changed"`
	RefusedBoth int `json:"refused_by_both"`
	Paid        struct {
		Before int `json:"before"`
		After  int `json:"after"`
	} `json:"paying"`
	Unanswered jsonTurn       `json:"unanswered"`
	Refused    jsonTurn       `json:"refused"`
	Unreadable Cases          `json:"unreadable"`
	Plays      []PlayImpact   `json:"plays"`
	Effects    []EffectImpact `json:"effects"`
	Money      []jsonSum      `json:"money"`
	Totals     []jsonSum      `json:"totals"`
	Partners   []jsonSum      `json:"substitutes"`
	Examples   []Example      `json:"examples"`
}

// jsonLedger is where decisions come from, when it is a ledger.
type jsonLedger struct {
	Ledger    string `json:"ledger"`
	Earlier   int    `json:"earlier"`
	Outside   int    `json:"outside"`
	Choices   int    `json:"choices"`
	Refusals  int    `json:"refusals"`
	Erased    int    `json:"erased"`
	Forgotten int    `json:"forgotten"`
}

type jsonFile struct {
	Incidents string `json:"incidents"`
	Earlier   int    `json:"earlier"`
	Updates   int    `json:"updates"`
}

func jsonSource(o Origin) any {
	if o.Ledger == "" {
		return jsonFile{o.Incidents, o.Earlier, o.Updates}
	}
	return jsonLedger{o.Ledger, o.Earlier, o.Outside, o.Choices, o.Refusals, o.Erased, o.Forgotten}
}

// jsonTurn is what turned into something, and what turned back.
type jsonTurn struct {
	Newly    Cases `json:"newly"`
	NoLonger Cases `json:"no_longer"`
}

type jsonSum struct {
	Type     string `json:"type,omitempty"`
	Currency string `json:"currency"`
	Before   string `json:"before"`
	After    string `json:"after"`
	Between  string `json:"between"`
}

func jsonImpactOf(i *Impact) *jsonImpact {
	out := &jsonImpact{
		Source:    jsonSource(i.Origin),
		Incidents: i.Incidents, Changed: i.Changed, RefusedBoth: i.RefusedBoth,
		Unanswered: jsonTurn{i.Unanswered.listed(), i.Answered.listed()},
		Refused:    jsonTurn{i.Refused.listed(), i.Accepted.listed()},
		Unreadable: i.Unreadable.listed(),
		Plays:      append([]PlayImpact{}, i.Plays...), Effects: append([]EffectImpact{}, i.Effects...),
		Money: jsonSums(i.Money), Totals: jsonSums(i.Totals), Partners: jsonSums(i.Partners), Examples: append([]Example{}, i.Examples...),
	}
	out.Paid.Before, out.Paid.After = i.PaidBefore, i.PaidAfter
	return out
}

// listed gives a list that JSON has as [] where nothing is in it.
func (c Cases) listed() Cases {
	c.First = append([]Named{}, c.First...)
	return c
}

func jsonSums(list []Sum) []jsonSum {
	out := []jsonSum{}
	for _, s := range list {
		amount := func(n *big.Int) string { return decimal(n, s.Currency) }
		out = append(out, jsonSum{s.Type, s.Currency, amount(s.Before), amount(s.After), amount(s.Between())})
	}
	return out
}

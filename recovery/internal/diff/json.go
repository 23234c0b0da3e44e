package diff

import (
	"encoding/json"
	"io"
	"math/big"
)

// WriteJSON writes the report for programs. Lists are never null; the order of
// keys is fixed.
func (r *Report) WriteJSON(w io.Writer) error {
	out := jsonReport{Old: r.Old, New: r.New, Different: r.Different(), Changes: []jsonChange{}}
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
	Unanswered jsonTurn      `json:"unanswered"`
	Refused    jsonTurn      `json:"refused"`
	Unreadable jsonCases     `json:"unreadable"`
	Plays      []jsonPlay    `json:"plays"`
	Effects    []jsonEffect  `json:"effects"`
	Money      []jsonSum     `json:"money"`
	Totals     []jsonSum     `json:"totals"`
	Partners   []jsonSum     `json:"substitutes"`
	Examples   []jsonExample `json:"examples"`
}

// jsonLedger is where decisions come from, when it is a ledger.
type jsonLedger struct {
	Ledger    string `json:"ledger"`
	Earlier   int    `json:"earlier"`
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
	return jsonLedger{o.Ledger, o.Earlier, o.Choices, o.Refusals, o.Erased, o.Forgotten}
}

// jsonTurn is what turned into something, and what turned back.
type jsonTurn struct {
	Newly    jsonCases `json:"newly"`
	NoLonger jsonCases `json:"no_longer"`
}

type jsonCases struct {
	Count int         `json:"count"`
	First []jsonNamed `json:"first"`
}

type jsonNamed struct {
	Incident string `json:"incident,omitempty"`
	At       string `json:"at,omitempty"`
	Why      string `json:"why,omitempty"`
}

type jsonPlay struct {
	Play      string       `json:"play,omitempty"`
	Decisions int          `json:"decisions"`
	Effects   []jsonEffect `json:"effects"`
}

type jsonEffect struct {
	Effect    Effect `json:"effect"`
	Decisions int    `json:"decisions"`
}

type jsonSum struct {
	Type     string `json:"type,omitempty"`
	Currency string `json:"currency"`
	Before   string `json:"before"`
	After    string `json:"after"`
	Between  string `json:"between"`
}

type jsonExample struct {
	Incident    string           `json:"incident,omitempty"`
	At          string           `json:"at,omitempty"`
	Differences []jsonDifference `json:"differences"`
	Rows        []jsonRow        `json:"rows"`
}

type jsonDifference struct {
	Effect Effect `json:"effect"`
	Play   string `json:"play,omitempty"`
}

type jsonRow struct {
	Old     string `json:"old"`
	New     string `json:"new"`
	Changed bool   `json:"changed"`
}

func jsonImpactOf(i *Impact) *jsonImpact {
	out := &jsonImpact{
		Source:    jsonSource(i.Origin),
		Incidents: i.Incidents, Changed: i.Changed, RefusedBoth: i.RefusedBoth,
		Unanswered: jsonTurn{jsonCasesOf(i.Unanswered), jsonCasesOf(i.Answered)},
		Refused:    jsonTurn{jsonCasesOf(i.Refused), jsonCasesOf(i.Accepted)},
		Unreadable: jsonCasesOf(i.Unreadable),
		Plays:      []jsonPlay{}, Effects: jsonEffects(i.Effects),
		Money: jsonSums(i.Money), Totals: jsonSums(i.Totals), Partners: jsonSums(i.Partners), Examples: []jsonExample{},
	}
	out.Paid.Before, out.Paid.After = i.PaidBefore, i.PaidAfter
	for _, p := range i.Plays {
		out.Plays = append(out.Plays, jsonPlay{p.Play, p.Decisions, jsonEffects(p.Effects)})
	}
	for _, e := range i.Examples {
		x := jsonExample{Incident: e.ID, At: e.Place, Differences: []jsonDifference{}, Rows: []jsonRow{}}
		for _, d := range e.Differences {
			x.Differences = append(x.Differences, jsonDifference(d))
		}
		for _, r := range e.Rows {
			x.Rows = append(x.Rows, jsonRow(r))
		}
		out.Examples = append(out.Examples, x)
	}
	return out
}

func jsonCasesOf(c Cases) jsonCases {
	out := jsonCases{Count: c.Count, First: []jsonNamed{}}
	for _, n := range c.First {
		out.First = append(out.First, jsonNamed{n.ID, n.Place, n.Why})
	}
	return out
}

func jsonEffects(list []EffectImpact) []jsonEffect {
	out := []jsonEffect{}
	for _, e := range list {
		out = append(out, jsonEffect(e))
	}
	return out
}

func jsonSums(list []Sum) []jsonSum {
	out := []jsonSum{}
	for _, s := range list {
		amount := func(n *big.Int) string { return decimal(n, s.Currency) }
		out = append(out, jsonSum{s.Type, s.Currency, amount(s.Before), amount(s.After), amount(s.Between())})
	}
	return out
}

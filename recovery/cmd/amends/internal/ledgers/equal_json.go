package ledgers

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// The result of ledger equal as JSON.

type treatment struct {
	OK         bool        `json:"ok"`
	Cases      int64       `json:"cases"`
	Alone      int64       `json:"alone"`
	Erased     int64       `json:"erased"`
	Findings   []finding   `json:"findings"`
	TooFew     []compared  `json:"too_few"`
	Unequal    []group     `json:"unequal"`
	Deviations []deviation `json:"deviations"`
}

type compared struct {
	Same    fields `json:"same"`
	Across  string `json:"across"`
	Member  string `json:"member"`
	Measure string `json:"measure"`
}

type finding struct {
	Kind ledger.FindingKind `json:"kind"`
	compared
	share
	Rest    share    `json:"rest"`
	P       *float64 `json:"p,omitempty"`
	Because string   `json:"because"`
}

type share struct {
	Rate  float64  `json:"rate"`
	Count int64    `json:"count"`
	Mean  *float64 `json:"mean,omitempty"`
}

type group struct {
	Same     fields         `json:"same"`
	Between  bool           `json:"between"`
	Outcomes []groupOutcome `json:"outcomes"`
}

type groupOutcome struct {
	Across    fields        `json:"across"`
	Redress   []redressJSON `json:"redress"`
	Plays     []string      `json:"plays"`
	Choosers  []string      `json:"choosers"`
	Count     int64         `json:"count"`
	Incidents []string      `json:"incidents"`
}

type redressJSON struct {
	Type   string          `json:"type"`
	Amount *recovery.Money `json:"amount,omitempty"`
}

type deviation struct {
	Record    int64         `json:"record"`
	Incident  string        `json:"incident"`
	Decision  string        `json:"decision"`
	Play      string        `json:"play"`
	By        string        `json:"by"`
	Reason    string        `json:"reason"`
	Deviation string        `json:"deviation"`
	Chosen    []redressJSON `json:"chosen"`
}

// fields is an object whose keys keep their order.
type fields []recovery.Key

func (f fields) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, k := range f {
		if i > 0 {
			out = append(out, ',')
		}
		for _, part := range []string{k.Path, k.Text} {
			text, err := json.Marshal(part)
			if err != nil {
				return nil, err
			}
			out = append(append(out, text...), ':')
		}
		out = out[:len(out)-1]
	}
	return append(out, '}'), nil
}

func treatmentOf(t *ledger.Treatment) treatment {
	out := treatment{
		OK: !slices.ContainsFunc(t.Findings, counts), Cases: t.Cases, Alone: t.Alone, Erased: t.Erased,
		Findings: []finding{}, TooFew: []compared{}, Unequal: []group{}, Deviations: []deviation{},
	}
	for _, f := range t.Findings {
		x := finding{Kind: f.Kind, compared: comparedOf(f.Comparison), share: shareOf(f.Cases), Rest: shareOf(f.Rest), Because: f.Because}
		if f.Kind != ledger.FindingRule {
			p := significant(f.P)
			x.P = &p
		}
		out.Findings = append(out.Findings, x)
	}
	for _, c := range t.TooFew {
		out.TooFew = append(out.TooFew, comparedOf(c))
	}
	for _, g := range t.Unequal {
		x := group{Same: g.Same, Between: g.Between}
		for _, o := range g.Outcomes {
			x.Outcomes = append(x.Outcomes, groupOutcome{o.Across, redressOf(o.Redress), some(o.Plays), some(o.Choosers), o.Count, some(o.Incidents)})
		}
		out.Unequal = append(out.Unequal, x)
	}
	for _, d := range t.Deviations {
		out.Deviations = append(out.Deviations, deviation{d.Seq, d.Incident, d.Decision, d.Play, d.By, d.Reason, d.Deviation, redressOf(d.Chosen)})
	}
	return out
}

func redressOf(list []ledger.Redress) []redressJSON {
	out := []redressJSON{}
	for _, r := range list {
		x := redressJSON{Type: r.Type}
		if r.Amount.IsSet() {
			x.Amount = &r.Amount
		}
		out = append(out, x)
	}
	return out
}

// some is a list that is [] when it is empty, and not null.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func comparedOf(c ledger.Comparison) compared {
	return compared{c.Same, c.Across, c.Member, strings.TrimSpace(string(c.Measure) + " " + c.Detail)}
}

func shareOf(s ledger.Share) share {
	out := share{Rate: significant(s.Rate), Count: s.Count}
	if s.HasMean {
		mean := significant(s.Mean)
		out.Mean = &mean
	}
	return out
}

// significant cuts what is beyond the sixth digit, which says nothing.
func significant(x float64) float64 {
	out, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	if err != nil {
		return x
	}
	return out
}

package explain

import (
	"math"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

type jsonPlay struct {
	Play     string        `json:"play"`
	Case     string        `json:"case,omitempty"`
	Approach string        `json:"approach"`
	At       string        `json:"at"`
	Matched  bool          `json:"matched"`
	Answers  *bool         `json:"answers,omitempty"` // false, or left out
	Barrier  string        `json:"barrier,omitempty"`
	By       string        `json:"by,omitempty"`
	Misses   []string      `json:"misses"`
	Distance float64       `json:"distance,omitempty"`
	Applies  *jsonNode     `json:"applies,omitempty"`
	When     *jsonNode     `json:"when,omitempty"`
	Cases    []jsonCase    `json:"cases"`
	Items    []jsonItem    `json:"items,omitempty"` // of a play with each
	Partners []jsonPartner `json:"partners"`
}

type jsonCase struct {
	Case   string    `json:"case,omitempty"`
	Number int       `json:"number"`
	Held   bool      `json:"held"`
	Misses []string  `json:"misses"`
	When   *jsonNode `json:"when,omitempty"`
}

type jsonItem struct {
	Item    string     `json:"item"`
	Case    string     `json:"case,omitempty"`
	Matched bool       `json:"matched"`
	Misses  []string   `json:"misses"`
	Where   *jsonNode  `json:"where,omitempty"`
	Cases   []jsonCase `json:"cases"`
}

type jsonPartner struct {
	Partner   string    `json:"partner"`
	Agreement string    `json:"agreement,omitempty"`
	Taken     bool      `json:"taken"`
	Reason    string    `json:"reason,omitempty"`
	Units     int64     `json:"units"`
	Used      int64     `json:"used"`
	Capacity  int64     `json:"capacity,omitempty"`
	Per       string    `json:"per,omitempty"`
	Misses    []string  `json:"misses"`
	Covers    *jsonNode `json:"covers,omitempty"`
}

type jsonNode struct {
	Kind    string      `json:"kind"`
	Op      string      `json:"op,omitempty"`
	Path    string      `json:"path,omitempty"`
	Text    string      `json:"text"`
	At      string      `json:"at"`
	Value   *string     `json:"value,omitempty"`
	Row     string      `json:"row,omitempty"`
	Error   string      `json:"error,omitempty"`
	Decided bool        `json:"decided,omitempty"`
	Skipped bool        `json:"skipped,omitempty"`
	Default bool        `json:"default,omitempty"`
	Again   bool        `json:"again,omitempty"`
	Parts   []*jsonNode `json:"parts"`
}

type jsonLimit struct {
	At       string          `json:"at"`
	Of       []string        `json:"of"`
	Per      string          `json:"per,omitempty"`
	Keep     string          `json:"keep,omitempty"`
	AtMost   *recovery.Money `json:"at_most,omitempty"`
	When     string          `json:"when,omitempty"`
	Counting *jsonCounting   `json:"counting,omitempty"`
	Chosen   *recovery.Money `json:"chosen,omitempty"`
	Withheld []jsonWithheld  `json:"withheld"`
	Cut      []jsonCut       `json:"cut"`
}

type jsonCounting struct {
	Fact  string          `json:"fact"`
	Value *recovery.Money `json:"value,omitempty"`
}

// jsonWithheld names what a decision lists under withheld.
type jsonWithheld struct {
	ID     string          `json:"id"`
	Type   string          `json:"type"`
	Play   string          `json:"play"`
	Reason string          `json:"reason"`
	Amount *recovery.Money `json:"amount,omitempty"`
}

type jsonCut struct {
	Play   string          `json:"play"`
	Type   string          `json:"type"`
	ID     string          `json:"id,omitempty"`
	Before *recovery.Money `json:"before"`
	After  *recovery.Money `json:"after"`
}

func (r *Report) jsonPlay(e policy.Explanation) jsonPlay {
	out := jsonPlay{
		Play: e.Play.Name, Approach: e.Play.Approach.String(), At: e.Play.Range.String(), Matched: e.Matched,
		Misses: list(e.Misses()), Applies: nodeOf(e.Applies), When: nodeOf(e.When), Cases: []jsonCase{}, Partners: []jsonPartner{},
	}
	if !e.Play.Answers {
		out.Answers = new(false)
	}
	if e.Case >= 0 {
		out.Case = e.Cases[e.Case].Case.ID
	}
	if e.Barrier != policy.BarrierNone {
		out.Barrier = e.Barrier.String()
	}
	if e.By != nil {
		out.By = e.By.Name
	}
	if d := e.Distance(); !math.IsInf(d, 1) {
		out.Distance = math.Round(d*1e6) / 1e6
	}
	out.Cases = casesOf(e.Cases, e.Case)
	for _, x := range e.Items {
		item := jsonItem{Item: x.Item.ID(), Matched: e.Matched, Misses: list(x.Where.Misses()), Where: nodeOf(x.Where), Cases: casesOf(x.Cases, x.Case)}
		if x.Case >= 0 {
			item.Case = x.Cases[x.Case].Case.ID
		}
		out.Items = append(out.Items, item)
	}
	for _, p := range r.Reasons.Partners {
		if p.Play == e.Play.Name {
			out.Partners = append(out.Partners, partnerOf(p, e))
		}
	}
	return out
}

func casesOf(cases []policy.CaseExplanation, held int) []jsonCase {
	out := []jsonCase{}
	for i, c := range cases {
		out = append(out, jsonCase{c.Case.ID, i + 1, i == held, list(c.When.Misses()), nodeOf(c.When)})
	}
	return out
}

func partnerOf(p recovery.AskedPartner, e policy.Explanation) jsonPartner {
	n := covers(e, p.Partner)
	out := jsonPartner{
		Partner: p.Partner.ID, Agreement: p.Partner.Ref, Taken: p.Reason == "", Reason: string(p.Reason),
		Units: p.Units, Used: p.Used, Misses: list(n.Misses()), Covers: nodeOf(n),
	}
	if p.Way != nil && p.Way.Units > 0 {
		out.Capacity, out.Per = p.Way.Units, p.Way.Per
	}
	return out
}

func nodeOf(n *policy.Node) *jsonNode {
	if n == nil {
		return nil
	}
	out := &jsonNode{
		Kind: n.Kind.String(), Op: n.Op, Path: n.Path, Text: n.Text, At: n.Position().String(), Row: n.Row,
		Decided: n.Decided, Skipped: n.Skipped, Default: n.Default, Again: len(n.Parts) == 0 && n.Body() != nil, Parts: []*jsonNode{},
	}
	switch {
	case n.Err != nil:
		out.Error = messageOf(n.Err)
	case n.Value != nil:
		text := value.Show(n.Value)
		out.Value = &text
	}
	for _, p := range n.Parts {
		out.Parts = append(out.Parts, nodeOf(p))
	}
	return out
}

func jsonLimitOf(l recovery.BoundLimit) jsonLimit {
	out := jsonLimit{
		At: l.Limit.Position.String(), Of: list(l.Limit.Of), When: l.Limit.When(), AtMost: moneyOf(l.AtMost), Chosen: moneyOf(l.Chosen),
		Withheld: []jsonWithheld{}, Cut: []jsonCut{},
	}
	if l.Limit.PerItem {
		out.Per = "item"
	}
	if l.Limit.Keep {
		out.Keep = "highest"
	}
	if l.Limit.Counting != nil {
		out.Counting = &jsonCounting{l.Limit.Counting.Name, moneyOf(l.Counted)}
	}
	for _, w := range l.Withheld {
		out.Withheld = append(out.Withheld, jsonWithheld{w.ID, w.Type, w.Play, string(w.Reason), moneyOf(w.Amount)})
	}
	for _, c := range l.Cut {
		out.Cut = append(out.Cut, jsonCut{c.Play, c.Type, c.ID, moneyOf(c.Before), moneyOf(c.After)})
	}
	return out
}

func moneyOf(m recovery.Money) *recovery.Money {
	if !m.IsSet() {
		return nil
	}
	return &m
}

func list(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}

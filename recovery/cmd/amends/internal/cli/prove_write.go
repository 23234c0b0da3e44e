package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/prove"
)

// provedJSON is the JSON of what is proved.
type provedJSON struct {
	Guarantees []proofJSON `json:"guarantees"`
	Questions  []proofJSON `json:"questions"`
}

type proofJSON struct {
	ID        string        `json:"id,omitempty"`
	Question  string        `json:"question,omitempty"`
	Play      string        `json:"play,omitempty"`
	Standing  string        `json:"standing"`
	At        string        `json:"at,omitempty"`
	Reason    string        `json:"reason,omitempty"`
	Witnesses []witnessJSON `json:"witnesses,omitempty"`
}

type witnessJSON struct {
	Incident json.RawMessage `json:"incident"`
	Now      string          `json:"now"`
	Given    givenJSON       `json:"given"`
	Decision json.RawMessage `json:"decision,omitempty"`
	Error    string          `json:"error,omitempty"`
}

// givenJSON is what a decision was given, as amends decide --given reads it.
type givenJSON struct {
	Facts    map[string]any      `json:"facts"`
	Partners map[string]usedJSON `json:"partners"`
}

type usedJSON struct {
	Used int64 `json:"used"`
}

func (p proved) json() provedJSON {
	out := provedJSON{Guarantees: []proofJSON{}, Questions: []proofJSON{}}
	for _, x := range p.result.Guarantees {
		out.Guarantees = append(out.Guarantees, proofOf(x))
	}
	for _, x := range p.result.Questions {
		out.Questions = append(out.Questions, proofOf(x))
	}
	return out
}

func proofOf(x prove.Proof) proofJSON {
	out := proofJSON{ID: x.Guarantee, Question: string(x.Question), Play: x.Play, Standing: string(x.Standing), Reason: x.Reason}
	if x.At.File != "" {
		out.At = fmt.Sprintf("%s:%d:%d", x.At.File, x.At.Start.Line, x.At.Start.Column)
	}
	for _, w := range x.Witnesses {
		j := witnessOf(w)
		if w.Decision != nil {
			j.Decision = w.Decision.AppendJSON(nil)
		}
		out.Witnesses = append(out.Witnesses, j)
	}
	return out
}

func witnessOf(w prove.Witness) witnessJSON {
	out := witnessJSON{Incident: w.Incident, Now: value.FormatTimestamp(w.Now), Given: givenJSON{map[string]any{}, map[string]usedJSON{}}}
	for name, v := range w.Facts {
		out.Given.Facts[name] = factOf(v)
	}
	for id, n := range w.Used {
		out.Given.Partners[id] = usedJSON{n}
	}
	if w.Err != nil {
		out.Error = w.Err.Error()
	}
	return out
}

// factOf is the value of a fact as JSON has it.
func factOf(v any) any {
	switch v.(type) {
	case int64, float64, bool, string:
		return v
	}
	return value.Show(v)
}

// lines are the witnesses as incidents, one a line.
func (p proved) lines() []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	for _, x := range p.all() {
		for _, w := range x.Witnesses {
			j := witnessOf(w)
			_ = e.Encode(struct { // texts, numbers and lists always have a form
				Incident json.RawMessage `json:"incident"`
				Now      string          `json:"now"`
				Given    givenJSON       `json:"given"`
			}{j.Incident, j.Now, j.Given})
		}
	}
	return out.Bytes()
}

// text is what people read.
func (p proved) text(colour bool) term.Text {
	page := term.NewPage(colour)
	counts := map[prove.Standing]int{}
	for _, x := range p.result.Guarantees {
		counts[x.Standing]++
		page.Add(standing(page, x, x.Guarantee))
	}
	found := map[prove.Standing]int{}
	for _, x := range p.result.Questions {
		if x.Standing == prove.Proved && x.Reason == "" {
			continue
		}
		found[x.Standing]++
		page.Add(standing(page, x, string(x.Question)))
	}
	switch n := len(p.result.Guarantees); {
	case n == 0:
		page.Line("no guarantees; %s", foundIn(found))
	default:
		page.Line("%s: %d proved, %d broken, %d open; %s", term.Count(n, "guarantee"), counts[prove.Proved], counts[prove.Broken], counts[prove.Open], foundIn(found))
	}
	return page.Text()
}

func foundIn(found map[prove.Standing]int) string {
	text := "the questions found " + term.Count(found[prove.Broken], "thing")
	if found[prove.Broken] == 0 {
		text = "the questions found nothing"
	}
	if n := found[prove.Open]; n > 0 {
		text += fmt.Sprintf(", %d open", n)
	}
	return text
}

func standing(page *term.Page, x prove.Proof, name string) term.Text {
	said := term.Plain(string(x.Standing))
	switch {
	case x.Standing == prove.Proved && x.Reason != "":
		said = term.Plain("note")
	case x.Standing == prove.Proved:
		said = page.PaintText(term.Green, said)
	case x.Standing == prove.Broken:
		said = page.PaintText(term.Red, said)
	}
	out := []term.Text{said, term.Textf("  %s", name)}
	if x.At.File != "" {
		out = append(out, term.Textf("  %s:%d:%d", x.At.File, x.At.Start.Line, x.At.Start.Column))
	}
	out = append(out, term.Own("\n"))
	if x.Reason != "" {
		out = append(out, term.Textf("  %s\n", x.Reason))
	}
	for _, w := range x.Witnesses {
		out = append(out, term.Textf("  %s\n", string(w.Incident)))
		j := witnessOf(w)
		if len(w.Facts)+len(w.Used) > 0 {
			given, err := json.Marshal(j.Given)
			if err == nil {
				out = append(out, term.Textf("    given %s\n", string(given)))
			}
		}
		if w.Decision != nil {
			out = append(out, term.Textf("    %s\n", decided(w.Decision)))
		} else if w.Err != nil {
			out = append(out, term.Textf("    refused: %s\n", w.Err.Error()))
		}
	}
	return term.Join(out...)
}

// decided says in one line what a decision gives.
func decided(d *recovery.Decision) string {
	var out []string
	for _, a := range d.Actions {
		text := a.Type
		if a.Amount.IsSet() {
			text += " " + a.Amount.String()
		}
		out = append(out, text)
	}
	for _, c := range d.Choices {
		for _, o := range c.Options {
			text := "offers " + o.Type
			if o.To.IsSet() {
				text += fmt.Sprintf(" %s to %s", o.From, o.To)
			}
			out = append(out, text)
		}
	}
	if len(out) == 0 {
		return "gives nothing"
	}
	return "gives " + strings.Join(out, ", ")
}

// suite writes the witnesses as tests that fail today. Those of a guarantee about one decision want nothing more, since
// suites hold decisions against it: they pass once it is kept, in whatever way. Of two incidents, the second one is to be
// given what the first is given today.
func (p proved) suite() []byte {
	var out strings.Builder
	out.WriteString("# Incidents on which a guarantee is broken, or a question has found something.\namends: v1\nsuite: witnesses\ntests:\n")
	n := 0
	for _, x := range p.all() {
		for i, w := range x.Witnesses {
			if len(x.Witnesses) == 2 && i == 0 {
				continue // the other one should be given the same, or no less
			}
			n++
			name := x.Guarantee
			if name == "" {
				name = string(x.Question) + " " + x.Play
			}
			fmt.Fprintf(&out, "  - name: %s\n    now: %s\n    incident: %s\n", yamlText(fmt.Sprintf("%s %d", strings.TrimSpace(name), n)), value.FormatTimestamp(w.Now), w.Incident)
			j := witnessOf(w)
			if len(j.Given.Facts) > 0 {
				fmt.Fprintf(&out, "    facts: %s\n", yamlJSON(j.Given.Facts))
			}
			if len(j.Given.Partners) > 0 {
				fmt.Fprintf(&out, "    partners: %s\n", yamlJSON(j.Given.Partners))
			}
			fmt.Fprintf(&out, "    want: %s\n", p.wanted(x, i))
		}
	}
	if n == 0 {
		return []byte("# Nothing is broken.\n")
	}
	return []byte(out.String())
}

// wanted is what a witness should come out with.
func (p proved) wanted(x prove.Proof, i int) string {
	w := x.Witnesses[i]
	g := p.guarantee(x.Guarantee)
	switch {
	case x.Question == prove.Unanswered:
		return "{warnings: []}"
	case x.Question == prove.Twice && w.Decision != nil:
		return "{exactly: true, actions: [" + strings.Join(wantedOf(w.Decision, func(a *recovery.Action) bool {
			return a.Amount.IsSet() && slices.Contains(a.Plays, x.Play)
		}), ", ") + "]}"
	case g == nil || w.Decision == nil:
		return "{}"
	case len(g.Same) > 0:
		return "{exactly: true, actions: [" + strings.Join(exactlyOf(x.Witnesses[0].Decision), ", ") + "]}"
	case len(x.Witnesses) == 2:
		return "{actions: [" + strings.Join(wantedOf(x.Witnesses[0].Decision, nil), ", ") + "]}"
	}
	return "{}" // the suite holds the decision against the guarantee itself
}

// exactlyOf are the actions of a decision with all that tells them apart.
func exactlyOf(d *recovery.Decision) (out []string) {
	for i := range d.Actions {
		a := &d.Actions[i]
		var said []string
		if a.Amount.IsSet() {
			said = append(said, "amount: "+a.Amount.String())
		}
		for _, p := range a.Params {
			if text, ok := p.Value.(string); ok {
				said = append(said, p.Name+": "+yamlJSON(text))
			}
		}
		if !a.DueAt.IsZero() {
			said = append(said, "due_at: "+value.FormatTimestamp(a.DueAt))
		}
		out = append(out, "{"+a.Type+": {"+strings.Join(said, ", ")+"}}")
	}
	return out
}

// wantedOf are the actions of a decision, but for those that are left out.
func wantedOf(d *recovery.Decision, without func(*recovery.Action) bool) (out []string) {
	for i := range d.Actions {
		a, text := &d.Actions[i], ""
		if a.Amount.IsSet() {
			text = "amount: " + a.Amount.String()
		}
		if without == nil || !without(a) {
			out = append(out, "{"+a.Type+": {"+text+"}}")
		}
	}
	return out
}

// guarantee is a guarantee as it is written, by document/id; nil: there is none.
func (p proved) guarantee(name string) *playbook.Guarantee {
	for _, d := range p.set.Documents {
		for _, g := range d.Guarantees {
			if d.ID.Value+"/"+g.ID.Value == name {
				return g
			}
		}
	}
	return nil
}

func yamlText(s string) string { return yamlJSON(s) }

// yamlJSON writes a value as JSON, which YAML takes as it stands.
func yamlJSON(v any) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // texts, numbers and objects of them always have a form
	return strings.TrimSpace(out.String())
}

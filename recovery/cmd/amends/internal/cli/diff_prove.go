package cli

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/diff"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/prove"
)

// errOpen stands for a comparison that was not decided.
var errOpen = errors.New("whether both sets decide every incident in the same way is open")

// proveSame says whether both sides decide every incident in the same way.
func (d *diffFlags) proveSame(h command.Host, rest []string) error {
	old, now, err := d.open(rest)
	if err != nil {
		return err
	}
	ctx, stop := within(d.budget)
	defer stop()
	found, err := prove.Compare(ctx, old.Set(), now.Set(), prove.Options{Now: d.now.Or(time.Time{})})
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		h.Stderr.Printf("it was stopped before all was decided\n")
	}
	report := &diff.Report{Old: old.Name, New: now.Name, Changes: diff.Compare(old, now)}
	c := compared{report, found}
	if d.format.Value == "json" {
		err = c.writeJSON(h)
	} else {
		err = h.Stdout.Print(c.text(h.Stdout.Colour()))
	}
	switch {
	case err != nil:
		return err
	case found.Standing == prove.Open:
		return errOpen
	}
	return command.FoundIf(found.Standing == prove.Differs)
}

// compared is what came out, for writing.
type compared struct {
	report *diff.Report
	found  *prove.Comparison
}

func (c compared) text(colour bool) term.Text {
	page := term.NewPage(colour)
	page.Add(c.report.Text(colour))
	page.Line("")
	switch c.found.Standing {
	case prove.Proved:
		page.Add(term.Join(page.PaintText(term.Green, term.Plain("proved")), term.Own("  both decide every incident in the same way\n")))
	case prove.Open:
		page.Add(term.Join(term.Plain("open"), term.Textf("  %s\n", c.found.Reason)))
	default:
		page.Line("they decide incidents in another way; each kind of difference with one of them")
	}
	for _, x := range c.found.Differences {
		title := term.Textf("  %s  %s\n", x.Effect, x.Play)
		if x.Play == "" {
			title = term.Textf("  %s\n", x.Effect)
		}
		page.Add(term.Join(page.PaintText(term.Red, term.Plain("differs")), title, term.Textf("  %s\n", string(x.New.Incident)), beside(x.New), of("old", x.Old), of("new", x.New)))
	}
	return page.Text()
}

// besides is what stands beside a witness, where anything does.
func beside(w prove.Witness) term.Text {
	if len(w.Facts)+len(w.Used) == 0 {
		return term.Textf("    at %s\n", value.FormatTimestamp(w.Now))
	}
	given, err := json.Marshal(witnessOf(w).Given)
	if err != nil {
		return term.Own("")
	}
	return term.Textf("    at %s, given %s\n", value.FormatTimestamp(w.Now), string(given))
}

func of(side string, w prove.Witness) term.Text {
	if w.Decision != nil {
		return term.Textf("    %s: %s\n", side, decided(w.Decision))
	}
	return term.Textf("    %s: refused: %s\n", side, w.Err.Error())
}

// comparedJSON is the JSON of a comparison.
type comparedJSON struct {
	Standing    string            `json:"standing"`
	Reason      string            `json:"reason,omitempty"`
	Differences []differenceProof `json:"differences"`
}

type differenceProof struct {
	Effect   string          `json:"effect"`
	Play     string          `json:"play,omitempty"`
	Incident json.RawMessage `json:"incident"`
	Now      string          `json:"now"`
	Given    givenJSON       `json:"given"`
	Old      outcomeJSON     `json:"old"`
	New      outcomeJSON     `json:"new"`
}

// outcomeJSON is a decision, or why there is none.
type outcomeJSON struct {
	Decision json.RawMessage `json:"decision,omitempty"`
	Error    string          `json:"error,omitempty"`
}

func sideOf(w prove.Witness) (out outcomeJSON) {
	if w.Decision != nil {
		out.Decision = w.Decision.AppendJSON(nil)
	} else if w.Err != nil {
		out.Error = w.Err.Error()
	}
	return out
}

// writeJSON writes the report as diff does, and the proof beside it.
func (c compared) writeJSON(h command.Host) error {
	proof := comparedJSON{Standing: string(c.found.Standing), Reason: c.found.Reason, Differences: []differenceProof{}}
	for _, x := range c.found.Differences {
		j := witnessOf(x.New)
		proof.Differences = append(proof.Differences, differenceProof{
			Effect: x.Effect, Play: x.Play, Incident: j.Incident, Now: j.Now, Given: j.Given, Old: sideOf(x.Old), New: sideOf(x.New),
		})
	}
	c.report.Proof = proof
	return h.Stdout.Data(term.JSON, c.report.WriteJSON)
}

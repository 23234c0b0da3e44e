package diff

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/recovery"
)

// Example is one changed decision, side by side.
type Example struct {
	ID          string       `json:"incident,omitempty"`
	Place       string       `json:"at,omitempty"`
	Differences []Difference `json:"differences"`
	Rows        []Row        `json:"rows"`
}

// Row is one line of a decision as it was and as it is; either may be empty.
type Row struct {
	Old     string `json:"old"`
	New     string `json:"new"`
	Changed bool   `json:"changed"`
}

func exampleOf(v Verdict) Example {
	e := Example{ID: v.ID, Place: v.Place, Differences: v.Differences, Rows: []Row{}}
	if v.Old.Err != nil || v.New.Err != nil {
		e.pair(linesOf(v.Old), linesOf(v.New))
		return e
	}
	old, new := v.Old.Decision, v.New.Decision
	e.pair(playLines(old), playLines(new))
	for _, p := range pairActions(old.Actions, new.Actions) {
		e.action(p)
	}
	for _, a := range takenBack(v.Old, v.New) {
		e.row(backText(a), "")
	}
	for _, a := range takenBack(v.New, v.Old) {
		e.row("", backText(a))
	}
	e.pair(restLines(old), restLines(new))
	return e
}

// row adds a line of each side.
func (e *Example) row(old, new string) {
	e.Rows = append(e.Rows, Row{old, new, old != new})
}

func (e *Example) action(p actionPair) {
	var old, new string
	if p.old != nil {
		old = actionText(p.old)
	}
	if p.new != nil {
		new = actionText(p.new)
	}
	e.row(old, new)
	if p.old == nil || p.new == nil || messageText(p.old.Message) != messageText(p.new.Message) {
		e.message(p)
	}
}

// message shows words only where they changed.
func (e *Example) message(p actionPair) {
	said := func(a *recovery.Action) string {
		if a == nil || a.Message == nil {
			return ""
		}
		return a.Message.Language + "> " + shown(a.Message.Text)
	}
	if old, new := said(p.old), said(p.new); old != "" || new != "" {
		e.row(old, new)
	}
}

// backText says that what a person chose before is taken back.
func backText(a recovery.Action) string {
	text := "← takes back " + a.Type
	if a.Already.IsSet() {
		text += " " + a.Already.String()
	}
	return text
}

func actionText(a *recovery.Action) string {
	plain := *a
	plain.Change = ""
	text := "→ " + plain.String()
	if a.Note != "" {
		text += ", note: " + shown(a.Note)
	}
	for i := range a.IfLate {
		text += ", if late: " + strings.TrimPrefix(actionText(&a.IfLate[i]), "→ ")
	}
	return text
}

// pair sets lines side by side, the same ones on one row.
func (e *Example) pair(old, new []string) {
	for len(old) > 0 || len(new) > 0 {
		switch {
		case len(old) > 0 && len(new) > 0 && old[0] == new[0]:
			e.row(old[0], new[0])
			old, new = old[1:], new[1:]
		case len(old) > 0 && !slices.Contains(new, old[0]) && len(new) > 0 && !slices.Contains(old, new[0]):
			e.row(old[0], new[0])
			old, new = old[1:], new[1:]
		case len(old) > 0 && !slices.Contains(new, old[0]):
			e.row(old[0], "")
			old = old[1:]
		case len(new) > 0:
			if slices.Contains(old, new[0]) { // it stands further down on the other side
				i := slices.Index(old, new[0])
				old = slices.Delete(slices.Clone(old), i, i+1)
				e.row(new[0], new[0])
			} else {
				e.row("", new[0])
			}
			new = new[1:]
		default:
			e.row(old[0], "")
			old = old[1:]
		}
	}
}

// linesOf is a whole decision, or why there is none.
func linesOf(o Outcome) []string {
	if o.Err != nil {
		return []string{"refused: " + o.Err.Error()}
	}
	out := playLines(o.Decision)
	for i := range o.Decision.Actions {
		out = append(out, actionText(&o.Decision.Actions[i]))
	}
	return append(out, restLines(o.Decision)...)
}

func playLines(d *recovery.Decision) []string {
	var out []string
	for _, p := range d.Plays {
		name := p.Play
		if p.Case != "" {
			name += "/" + p.Case
		}
		out = append(out, name)
	}
	return out
}

func restLines(d *recovery.Decision) []string {
	var out []string
	for _, c := range d.Choices {
		out = append(out, "? "+choiceText(c))
	}
	for _, w := range d.Withheld {
		out = append(out, withheldText(w))
	}
	for _, p := range d.PassedOver {
		out = append(out, passedOverText(p))
	}
	for _, w := range d.Warnings {
		text := "warning: " + string(w.Code)
		if w.Play != "" {
			text += " " + w.Play
		}
		out = append(out, text)
	}
	return out
}

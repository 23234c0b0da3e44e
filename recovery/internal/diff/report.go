package diff

import (
	"fmt"
	"strings"

	"github.com/servicerecovery/amends/playbook"
)

// Report is all that a comparison gives.
type Report struct {
	Old, New string // the names of the sides
	Changes  []Change
	Impact   *Impact // nil when no incidents were decided
	Proof    any     // what its JSON says beside the changes of what is proved; nil: nothing
}

// Different reports whether anything changed: the meaning of the set, or a
// decision.
func (r *Report) Different() bool {
	return len(r.Changes) > 0 || r.Impact != nil && r.Impact.Changed > 0
}

// NothingCompared says why no decision was compared, though incidents were given: it is then not
// known whether decisions differ. It is empty if some were compared, or if no incidents were given.
func (r *Report) NothingCompared() string {
	i := r.Impact
	if i == nil || i.Incidents > i.RefusedBoth {
		return ""
	}
	text := "no decisions were compared: " + strings.TrimPrefix(i.Origin.title(), "the incidents in ")
	switch {
	case i.Incidents == 0 && i.Origin.Ledger != "":
		return text + " has no decision that can be made again"
	case i.Incidents == 0:
		return text + " has no incidents"
	}
	text += " has " + plural(i.Incidents, "incident")
	refused := i.RefusedBoth - i.Unreadable.Count
	switch {
	case i.Incidents == 1 && refused == 0:
		return text + ", which cannot be read"
	case i.Incidents == 1:
		return text + ", which both sides refuse"
	case refused == 0:
		return text + ", and none can be read"
	case i.Unreadable.Count == 0:
		return text + ", and both sides refuse them all"
	}
	return fmt.Sprintf("%s, of which %s cannot be read; both sides refuse the others", text, group3(i.Unreadable.Count))
}

// group is the changes of one play, of the rest of one playbook, or of what the set shares.
type group struct {
	Title   string
	Changes []Change
}

// groups puts changes of one play together, in their order.
func groups(list []Change) []group {
	var out []group
	for _, c := range list {
		title := titleOf(c)
		if len(out) == 0 || out[len(out)-1].Title != title {
			out = append(out, group{Title: title})
		}
		last := &out[len(out)-1]
		last.Changes = append(last.Changes, c)
	}
	return out
}

func titleOf(c Change) string {
	switch {
	case c.Playbook == "":
		return "shared"
	case c.Play == "":
		return c.Playbook
	}
	return c.Playbook + "/" + c.Play
}

// subject says in words what changed.
func subject(c Change) string {
	switch {
	case c.Path == "" && c.Kind == Renamed:
		return string(c.What) + " renamed"
	case c.Path == "":
		return string(c.What) + " " + string(c.Kind)
	case c.Kind == Moved:
		return "order of " + c.Path
	case c.Kind == Changed:
		return c.Path
	}
	return c.Path + " " + string(c.Kind)
}

// place writes where something stands.
func place(at playbook.Range) string {
	if at.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", at.File, at.Start.Line, at.Start.Column)
}

// plural is "1 play", "2 plays".
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return group3(n) + " " + what + "s"
}

// verb is "1 gives", "2 give".
func verb(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return group3(n) + " " + more
}

// group3 writes a number with a comma between thousands.
func group3(n int) string { return groupDigits(fmt.Sprint(n)) }

// effectWords say in plain words how decisions changed.
var effectWords = map[Effect]string{
	PlayGained: "a play applies now", PlayLost: "a play applies no longer", CaseChanged: "another case of a play",
	ActionAdded: "an action more", ActionRemoved: "an action less", AmountChanged: "another amount", DeadlineMoved: "another deadline",
	OtherMessage: "another message", OtherOwner: "another owner", OtherParam: "another parameter", OtherNote: "another note",
	OtherIfLate: "something else if late", ChoiceChanged: "another choice", WithheldOther: "something else withheld",
	PartnerOther: "another partner", OtherWarning: "other warnings", Refused: "refused now", Accepted: "refused no longer",
	Unanswered: "unanswered now", Answered: "unanswered no longer",
}

// share writes a part of a whole as a percentage: 0.0% is nothing, and 100.0% all
// of it.
func share(part, whole int) string {
	text := "0.0%"
	if whole > 0 {
		text = fmt.Sprintf("%.1f%%", 100*float64(part)/float64(whole))
	}
	switch {
	case text == "0.0%" && part > 0:
		return "under 0.1%"
	case text == "100.0%" && part < whole:
		return "over 99.9%"
	}
	return text
}

// byPlay are the effects in all, and then play by play.
func (i *Impact) byPlay() []PlayImpact {
	out := []PlayImpact{{Play: "in all", Decisions: i.Changed, Effects: i.Effects}}
	for _, p := range i.Plays {
		if p.Play == "" {
			p.Play = "(no play)"
		}
		out = append(out, p)
	}
	return out
}

// sums are all sums, those of each currency after its types, substitutes last.
func (i *Impact) sums() []Sum {
	var out []Sum
	out = append(out, i.Money...)
	out = append(out, i.Totals...)
	return append(out, i.Partners...)
}

// turn is a group of incidents to look at.
type turn struct {
	What  string
	Cases Cases
}

func (i *Impact) turns() []turn {
	return []turn{
		{"newly unanswered", i.Unanswered}, {"no longer unanswered", i.Answered}, {"newly refused", i.Refused},
		{"no longer refused", i.Accepted}, {"unreadable", i.Unreadable},
	}
}

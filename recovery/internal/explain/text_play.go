package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// play says why a play matched or not, and what it gave.
func (t *textWriter) play(e policy.Explanation) {
	around := t.plain
	t.plain.Zone = e.Play.Playbook.Zone
	defer func() { t.plain = around }()
	t.wrapped(0, 4, term.Bold, t.report.place(e.Play.Range)+": "+verdict(e))
	full := len(t.report.options.Plays) > 0
	barred := e.Barrier == policy.BarrierApplies || e.Barrier == policy.BarrierOfPlaybook
	if e.Applies != nil && (full || barred) {
		t.line("    applies")
		t.tree(e.Applies, 1, "")
	}
	if e.When != nil {
		if full && e.Applies != nil {
			t.line("    when")
		}
		t.tree(e.When, 1, "")
	}
	t.cases(e)
	t.items(e)
	for _, p := range t.report.Reasons.Partners {
		if p.Play == e.Play.Name {
			t.partner(p, e)
		}
	}
	if d := t.report.Reasons.Decision; d != nil {
		t.gave(d, e.Play.Name)
	}
}

// verdict is the play with what came of it, in a line.
func verdict(e policy.Explanation) string {
	name := e.Play.Name
	if e.Matched {
		if e.Case >= 0 && e.Cases[e.Case].Case.ID != "" {
			name += "/" + e.Cases[e.Case].Case.ID
		}
		if e.Play.Each != nil {
			name += " matches for " + term.Count(len(e.Items), "item") + " of " + e.Play.Each.Name + " (" + e.Play.Approach.String() + ")"
		} else {
			name += " matches (" + e.Play.Approach.String() + ")"
		}
		if !e.Play.Answers {
			name += ", no answer by itself"
		}
		return name
	}
	if e.When != nil && e.When.Err != nil {
		return name + " cannot be told: " + strings.Join(e.Misses(), "; ")
	}
	return name + " does not match: " + strings.Join(e.Misses(), "; ")
}

// cases shows the cases that were asked, and names those that were not.
func (t *textWriter) cases(e policy.Explanation) {
	for i, c := range e.Cases {
		name := "case " + caseName(c.Case, i)
		if c.When == nil {
			t.line("    %s: always", name)
			continue
		}
		t.line("    %s", name)
		t.tree(c.When, 2, "")
	}
	var left []string
	if e.Matched && e.Play.Each == nil {
		for i, c := range e.Play.Cases[len(e.Cases):] {
			left = append(left, caseName(c, len(e.Cases)+i))
		}
	}
	if len(left) > 0 {
		t.wrapped(4, 2, term.Dim, "not looked at: case "+strings.Join(left, ", "))
	}
}

// mostItems is how many items of a play are shown part by part.
const mostItems = 5

// items shows the items that a play is for, or the one that came nearest.
func (t *textWriter) items(e policy.Explanation) {
	for i, x := range e.Items {
		if i == mostItems {
			var ids []string
			for _, more := range e.Items[i:] {
				ids = append(ids, more.Item.ID())
			}
			t.wrapped(4, 2, term.Dim, "and "+strings.Join(ids, ", "))
			return
		}
		name := "item " + x.Item.ID()
		if x.Case >= 0 {
			name += ", case " + caseName(x.Cases[x.Case].Case, x.Case)
		}
		t.line("    %s", name)
		if x.Where != nil {
			t.tree(x.Where, 2, "")
		}
		for i, c := range x.Cases {
			if c.When != nil {
				t.line("        case %s", caseName(c.Case, i))
				t.tree(c.When, 3, "")
			}
		}
	}
}

func caseName(c *policy.Case, i int) string {
	if c.ID != "" {
		return c.ID
	}
	return fmt.Sprintf("no. %d", i+1)
}

// partner says why a partner was taken or passed over.
func (t *textWriter) partner(p recovery.AskedPartner, e policy.Explanation) {
	if p.Reason == "" {
		t.wrapped(4, 2, "", "took "+p.Partner.ID+": agreement "+p.Partner.Ref+capacityText(p))
		return
	}
	t.wrapped(4, 2, "", "passed over "+p.Partner.ID+" ("+string(p.Reason)+"): "+partnerText(p, covers(e, p.Partner)))
	if n := covers(e, p.Partner); p.Reason == recovery.PassedOverCoverage && n != nil {
		t.tree(n, 2, "")
	}
}

func covers(e policy.Explanation, p *policy.Partner) *policy.Node {
	for _, x := range e.Partners {
		if x.Partner == p {
			return x.Covers
		}
	}
	return nil
}

// partnerText says in words why a partner was passed over.
func partnerText(p recovery.AskedPartner, covers *policy.Node) string {
	switch p.Reason {
	case "agreement":
		return "agreement " + p.Partner.Ref + " is in force " + p.Partner.Agreement.String()
	case "direction":
		return "the agreement has no such direction"
	case "coverage":
		return strings.Join(covers.Misses(), "; ")
	}
	return strings.TrimPrefix(capacityText(p), ", ") + ", " + term.Count(p.Units, "unit") + " needed"
}

func capacityText(p recovery.AskedPartner) string {
	if p.Way == nil || p.Way.Units == 0 {
		return ""
	}
	return fmt.Sprintf(", %d of %d a %s in use", p.Used, p.Way.Units, p.Way.Per)
}

// gave lists what a decision has by a play: actions, a choice, what was withheld,
// warnings.
func (t *textWriter) gave(d *recovery.Decision, play string) {
	for _, a := range d.Actions {
		if !slices.Contains(a.Plays, play) {
			continue
		}
		text := "→ " + a.TextIn(t.plain.Zone)
		if others := slices.DeleteFunc(slices.Clone(a.Plays), func(p string) bool { return p == play }); len(others) > 0 {
			text += ", together with " + strings.Join(others, ", ")
		}
		t.wrapped(4, 2, "", text)
		t.life(a)
	}
	for _, c := range d.Choices {
		if c.Play == play {
			t.choice(c)
		}
	}
	for _, m := range t.report.Reasons.Made {
		if m.Plays[0].Play == play {
			t.wrapped(4, 2, "", "the choice was made by "+m.Made.By+" and stands: "+t.actionsText(m))
		}
	}
	for _, w := range d.Withheld {
		if w.Play == play {
			t.wrapped(4, 2, "", "withheld ("+string(w.Reason)+"): "+term.Spaced(w.Type, ofItem(w.Item), amount(w.Amount), params(w.Params, t.plain)))
		}
	}
	t.warnings(d, play)
}

// life says when an action was given, if that was not now, and what is owed around its deadline.
func (t *textWriter) life(a recovery.Action) {
	if !a.GivenAt.IsZero() && a.GivenAt.Before(t.report.DecidedAt) {
		t.wrapped(6, 2, "", "given first "+t.plain.Time(a.GivenAt))
	}
	for _, x := range a.Remind {
		t.wrapped(6, 2, "", "remind: "+x.TextIn(t.plain.Zone))
	}
	for _, x := range a.IfLate {
		t.wrapped(6, 2, "", "if late: "+x.TextIn(t.plain.Zone))
	}
}

func (t *textWriter) choice(c recovery.Choice) {
	by := ""
	if !c.DueAt.IsZero() {
		by = " by " + t.plain.Time(c.DueAt)
	}
	t.wrapped(4, 2, "", "? "+c.Decider+" chooses"+by)
	for _, o := range c.Options {
		span := ""
		if o.From.IsSet() {
			span = o.From.String() + " to " + o.To.String()
		}
		t.wrapped(6, 2, "", term.Spaced("- "+o.Type, span, params(o.Params, t.plain)))
	}
	t.authority(c)
	for _, p := range c.Precedents.Options {
		t.wrapped(6, 2, "", fmt.Sprintf("before: %s %s to %s, median %s, in %s", p.Type, p.Lowest, p.Highest, p.Median, term.Count(c.Precedents.Count, "case")))
	}
}

// authority says who may choose how much alone, and who has to agree above it.
func (t *textWriter) authority(c recovery.Choice) {
	var roles []string
	amounts := map[string][]string{}
	for _, a := range c.Authority {
		if amounts[a.Role] == nil {
			roles = append(roles, a.Role)
		}
		amounts[a.Role] = append(amounts[a.Role], a.UpTo.String())
	}
	for _, role := range roles {
		t.wrapped(6, 2, "", role+" may choose up to "+term.List(amounts[role], "and")+" alone")
	}
	if s := c.Second; s != nil {
		var above []string
		for _, m := range s.Above {
			above = append(above, m.String())
		}
		t.wrapped(6, 2, "", "above "+term.List(above, "or")+", "+s.By+" has to agree")
	}
}

// actionsText lists what a decision gives.
func (t *textWriter) actionsText(d *recovery.Decision) string {
	var out []string
	for _, a := range d.Actions {
		if a.Change != recovery.ChangeCancelled {
			out = append(out, a.TextIn(t.plain.Zone))
		}
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", ")
}

// past says what a ledger knows beside the decision.
func (t *textWriter) past() {
	p := t.report.Past
	set := recovery.SetRef{}
	if p.Refusal != nil {
		set = p.Refusal.Set
	} else {
		set = p.Record.Decision.Set
	}
	text := fmt.Sprintf("record %d, by the set %s", p.Seq, shortDigest(set.Digest))
	if set.Revision != "" {
		text += ", revision " + set.Revision
	}
	t.wrapped(2, 2, "", text)
	if p.Refusal != nil {
		return
	}
	d := p.Record.Decision
	if d.Made != nil {
		t.chosen(d)
	}
	if d.Semantics != recovery.Semantics {
		t.wrapped(2, 2, "", fmt.Sprintf("decided under version %d of the semantics; the reasons are worked out by version %d", d.Semantics, recovery.Semantics))
	}
	if d.Supersedes != "" {
		t.wrapped(2, 2, "", "it took the place of "+d.Supersedes)
	}
	if p.SupersededBy != "" {
		t.wrapped(2, 2, "", p.SupersededBy+" took its place")
	}
	for _, c := range p.Choices {
		t.wrapped(2, 2, "", c.Made.By+" chose "+t.actionsText(c)+reasonText(c.Made)+" ("+c.ID+")")
	}
	if p.Forgotten > 0 {
		t.wrapped(2, 2, "", term.Count(p.Forgotten, "precedent")+" that it was made from "+wasWere(p.Forgotten)+" erased since")
	}
	if len(p.Changes) > 0 {
		t.wrapped(2, 2, term.Red, "decided again, it comes out differently:")
	}
	for _, c := range p.Changes {
		t.wrapped(4, 2, "", c.Path+": was "+orNothing(c.Was)+", is "+orNothing(c.Is))
	}
}

// chosen says how a choice was made.
func (t *textWriter) chosen(d *recovery.Decision) {
	text := "the choice " + d.Made.Choice + reasonText(d.Made)
	if d.Made.Deviation != "" {
		text += ", " + d.Made.Deviation + " from the median of its precedents"
	}
	t.wrapped(2, 2, "", text)
}

func reasonText(m *recovery.Made) string {
	if m.Reason == "" {
		return ""
	}
	return ", because: " + m.Reason
}

func wasWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// shortDigest is enough of a digest to tell sets apart.
func shortDigest(s string) string {
	const enough = len("sha256:") + 12
	return s[:min(enough, len(s))]
}

// ofItem says whose own something is; empty for nobody's.
func ofItem(id string) string {
	if id == "" {
		return ""
	}
	return "for " + id
}

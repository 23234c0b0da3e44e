package review

import (
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/chance"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Text is the review for people at a terminal.
func (r *Review) Text(colour bool) term.Text {
	p := term.NewPage(colour)
	p.Add(p.PaintText(term.Bold, term.Textf("Review of %s, as of %s\n", r.Period(), r.AsOf())))
	for _, section := range []func(*term.Page){r.glanceText, r.promisesText, r.toldText, r.onceText, r.causesText, r.costsText, r.readyText, r.silentText, r.strongText} {
		p.Line("")
		section(p)
	}
	return p.Text()
}

// Period is the time that the review is about, in words and in the zone of its readers.
func (r *Review) Period() string { return Period(r.scope, r.zone) }

// Period writes the time of a scope in words, for readers in a zone; nil: UTC.
func Period(scope ledger.Scope, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	since, until := begin(scope.Since.In(zone)), end(scope.Until.In(zone))
	switch {
	case !scope.Since.IsZero() && !scope.Until.IsZero():
		return since + " to " + until
	case !scope.Since.IsZero():
		return "all since " + since
	case !scope.Until.IsZero():
		return "all until " + until
	}
	return "all that is in the ledger"
}

// AsOf is when promises were judged, in words.
func (r *Review) AsOf() string { return r.Now.In(r.zone).Format(inFull) }

// inFull is how a time is written that is not the bound of a day.
const inFull = "2006-01-02 15:04 -07:00"

// begin writes the first instant of a day as the day.
func begin(t time.Time) string {
	if t.Add(-time.Nanosecond).Day() != t.Day() {
		return t.Format(time.DateOnly)
	}
	return t.Format(inFull)
}

// end writes the instant behind a day as the day.
func end(t time.Time) string {
	if last := t.Add(-time.Nanosecond); last.Day() != t.Day() {
		return last.Format(time.DateOnly)
	}
	return t.Format(inFull)
}

func heading(p *term.Page, title, counts string) {
	p.Add(p.PaintText(term.Bold, term.Textf("%s\n", title)))
	for _, line := range term.Wrap(counts, 96) {
		p.Add(p.PaintText(term.Dim, term.Textf("  %s\n", line)))
	}
}

func (r *Review) glanceText(p *term.Page) {
	g := r.AtAGlance
	heading(p, "At a glance", g.Counts)
	line := func(name, now string, before func(Figures) string) {
		if g.Before == nil {
			p.Line("  %-18s %s", name, now)
			return
		}
		p.Line("  %-18s %-24s before: %s", name, now, before(*g.Before))
	}
	number := func(name string, of func(Figures) int64) {
		line(name, strconv.FormatInt(of(g.Figures), 10), func(f Figures) string { return strconv.FormatInt(of(f), 10) })
	}
	number("incidents", func(f Figures) int64 { return f.Incidents })
	number("refused", func(f Figures) int64 { return f.Refused })
	number("unanswered", func(f Figures) int64 { return f.Unanswered })
	line("promises kept", g.KeptOfDue(), Figures.KeptOfDue)
	line("redress", sum(g.Redress), func(f Figures) string { return sum(f.Redress) })
	number("repeats", func(f Figures) int64 { return f.Repeats })
	if g.Erased > 0 {
		p.Line("  %-18s %s, whenever they were reported", "missing", term.Count(g.Erased, "erased incident"))
	}
}

// KeptOfDue is how many promises were kept, in words.
func (f Figures) KeptOfDue() string {
	return strconv.FormatInt(f.Kept, 10) + " of " + strconv.FormatInt(f.Due, 10) + share(f.Kept, f.Due)
}

// share is a part in brackets, such as " (97.5 %)"; nothing of nothing.
func share(part, of int64) string {
	if of == 0 {
		return ""
	}
	return " (" + chance.Percent(float64(part)/float64(of)) + ")"
}

// sum is amounts in words.
func sum(list []Amount) string {
	if len(list) == 0 {
		return "none"
	}
	var out []string
	for _, a := range list {
		out = append(out, a.String())
	}
	return strings.Join(out, " and ")
}

func (r *Review) promisesText(p *term.Page) {
	heading(p, "Promises", r.Promises.Counts)
	p.Line("  all: %s", r.Promises.All.String())
	for _, list := range []struct {
		by    string
		named []Named
	}{{"type", r.Promises.ByType}, {"play", r.Promises.ByPlay}, {"owner", r.Promises.ByOwner}} {
		for _, n := range list.named {
			p.Line("  %s %s: %s", list.by, orNobody(n.Name), n.Kept.String())
		}
	}
	for _, t := range r.Promises.Times {
		p.Line("  %s took %s in the middle, %s in nine of ten (%d done)", t.Type, t.Median.String(), t.P90.String(), t.Done)
	}
}

func orNobody(name string) string {
	if name == "" {
		return "nobody named"
	}
	return name
}

// String is what became of promises, in words.
func (k Kept) String() string {
	out := strconv.FormatInt(k.Due, 10) + " due"
	if k.Due > 0 {
		out += ", " + strconv.FormatInt(k.Kept, 10) + " kept" + share(k.Kept, k.Due)
	}
	for _, x := range []struct {
		n    int64
		what string
	}{{k.Late, "late"}, {k.Broken, "broken"}, {k.Open, "open"}, {k.Lapsed, "lapsed"}, {k.NotReported, "not reported"}} {
		if x.n == 0 {
			continue
		}
		out += ", " + strconv.FormatInt(x.n, 10) + " " + x.what
		if x.what == "late" && k.LateBy != nil {
			out += " by " + k.LateBy.String()
		}
	}
	return out
}

// String is a duration in words; nothing is known of nil.
func (s *Seconds) String() string {
	if s == nil {
		return "unknown"
	}
	return value.Plain{}.Duration(time.Duration(*s) * time.Second)
}

func (r *Review) toldText(p *term.Page) {
	t := r.WhoToldWhom
	heading(p, "Who told whom", t.Counts)
	for _, s := range t.Sources {
		p.Line("  %-18s %d", s.Source, s.Count)
	}
	p.Line("  %s a source that nobody told", term.Count(t.Defaulted, "incident")+have(t.Defaulted))
	p.Line("  found by ourselves: %d of %s%s", t.FoundFirst, term.Count(t.Failures, "failure"), share(t.FoundFirst, t.Failures))
	if t.Signals > 0 {
		p.Line("  %s: acted on in time %d, too late %d, without action %d; failed all the same %d", term.Count(t.Signals, "signal"), t.InTime, t.TooLate, t.NoAction, t.CameAll)
	}
}

func have(n int64) string {
	if n == 1 {
		return " has"
	}
	return " have"
}

func (r *Review) onceText(p *term.Page) {
	o := r.OnceIsEnough
	heading(p, "Once is enough", o.Counts)
	p.Line("  %s", term.Count(o.Repeats, "repeat"))
	for _, k := range o.Kinds {
		p.Line("  %s: %s, %s; %s", k.Kind.String(), term.Count(k.Incidents, "incident"), term.Count(k.Repeats, "repeat"), k.Acted())
	}
}

// Acted says what was done against a repetition, and what came all the same.
func (k Repeated) Acted() string {
	if k.ActedAt == nil {
		return "nobody has acted on it"
	}
	return "acted on " + k.ActedAt.Format(time.DateOnly) + ", " + strconv.FormatInt(k.After, 10) + " since then, " + strconv.FormatInt(k.AfterCustomer, 10) + " of customers who had it before"
}

func (r *Review) causesText(p *term.Page) {
	c := r.Causes
	heading(p, "Causes", c.Counts)
	for _, e := range c.Elements {
		p.Line("  %-18s %d", orUnassigned(e.Element), e.Incidents)
	}
	for _, x := range c.Causes {
		p.Line("    %s: %d (%s)", x.Cause, x.Incidents, orUnassigned(x.Element))
	}
	p.Line("  without a cause: %d; investigations open: %d", c.Without, c.Open)
}

func orUnassigned(element string) string {
	if element == "" {
		return "not assigned"
	}
	return element
}

func (r *Review) costsText(p *term.Page) {
	c := r.Costs
	heading(p, "What it costs", c.Counts)
	for _, x := range c.Given {
		p.Line("  %s by %s: %s %s promised, %s reported (%s)", x.Type, x.Play, x.Promised, x.Currency, x.Reported, term.Count(x.Actions, "action"))
	}
	for _, k := range c.ByKind {
		if len(k.Promised) > 0 {
			p.Line("  %s: %s over %s, %s each", k.Kind.String(), sum(k.Promised), term.Count(k.Incidents, "incident"), sum(k.PerIncident))
		}
	}
	p.Line("  in all: %s promised, %s reported; per incident %s", sum(c.Promised), sum(c.Reported), sum(c.PerIncident))
	p.Line("  partners: %s; cut by limits: %s", sum(c.Partners), sum(c.Cut))
	d := c.Discretion
	p.Line("  choices: %d left, %d made, %d open; spent %s; %s from precedents; %s", d.Left, d.Made, d.Open, sum(d.Spent), term.Count(d.Deviations, "deviation"), term.Count(d.Second, "second signature"))
}

func (r *Review) readyText(p *term.Page) {
	x := r.Readiness
	heading(p, "Readiness", x.Counts)
	for _, k := range x.Kinds {
		p.Line("  %s: %d by a play, %d by a fallback only, %d by nobody, %d refused", k.Kind.String(), k.Play, k.Fallback, k.Nobody, k.Refused)
	}
	for _, u := range x.Unused {
		p.Line("  never used: %s", u.String())
	}
	p.Line("  stale answers given: %d", x.Stale)
	for _, n := range x.Partners {
		p.Line("  partner %s: taken %d%s", n.Partner, n.Taken, n.Passed())
	}
	for _, e := range x.Ending {
		p.Line("  agreement %s with %s ends on %s", e.Ref, e.Partner, e.Until)
	}
}

// String names a play, or a case of it.
func (u Unused) String() string {
	if u.Case == "" {
		return u.Play
	}
	return u.Play + ", case " + u.Case
}

// Passed says how often a partner was passed over, and why.
func (n Partner) Passed() string {
	out := ""
	for _, reason := range sortedKeys(n.PassedOver) {
		out += ", passed over for its " + reason + " " + strconv.FormatInt(n.PassedOver[reason], 10)
	}
	return out
}

func (r *Review) silentText(p *term.Page) {
	s := r.Silent
	heading(p, "The silent ones", s.Counts)
	p.Line("  %s × %g = %d who say nothing", term.Count(s.Complaints, "complaint"), s.PerSilent, s.Silent)
	p.Line("  (%d silent + %d not solved) × %g = %d who hear badly of us", s.Silent, s.NotSolved, s.PerBad, s.ToldBadly)
	p.Line("  %d solved × %g = %d who hear well of us", s.Solved, s.PerGood, s.ToldWell)
}

func (r *Review) strongText(p *term.Page) {
	s := r.Strengths
	heading(p, "Strengths and weaknesses", s.Counts)
	for _, rule := range s.Rules {
		for i, line := range term.Wrap(rule, 94) {
			lead := "  - "
			if i > 0 {
				lead = "    "
			}
			p.Line("%s%s", lead, line)
		}
	}
	for _, k := range s.Kinds {
		p.Line("  %s: %s (%s)", k.Kind.String(), verdictWords(k.Verdict), term.Count(k.Incidents, "incident"))
		for _, because := range k.Because {
			p.Line("      %s", because)
		}
		if len(k.Examples) > 0 {
			p.Line("      such as %s", strings.Join(k.Examples, ", "))
		}
	}
}

package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/suite"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Options are what a page is made for.
type Options struct {
	Title    string        // empty: that of the one playbook, or a general one
	Revision string        // of the host's version control; may be empty
	Now      *time.Time    // what dates are judged by; nil: they are not
	Tests    *suite.Report // what came of the suites; nil: none were run
	// Happened is what came of the plays, by playbook/play, in a period that Of names; nil: nobody
	// looked.
	Happened map[string]*Happened
	Of       string
	// Standings are what is known of the guarantees, by document/id; nil: nobody looked.
	Standings map[string]Standing
}

// Build writes a sound set in words. The program is that of the set.
func Build(set *playbook.Set, program *policy.Program, o Options) *Page {
	b := newBuilder(set, program, o)
	p := &Page{Title: o.Title, Digest: set.Digest, Revision: o.Revision}
	if p.Title == "" {
		p.Title = b.title()
	}
	p.Of = o.Of
	if o.Now != nil {
		p.Now = value.FormatTimestamp(*o.Now)
	}
	p.Services, p.Approaches = b.services(), b.approaches()
	for _, book := range program.Playbooks {
		p.Playbooks = append(p.Playbooks, b.playbook(book))
	}
	p.Limits = b.shared.limits(program.Limits)
	p.Guarantees = b.guarantees(o.Standings)
	p.Partners, p.Languages = b.partnerList(), b.languages()
	p.Calendars, p.Facts, p.Fields, p.Roles = b.calendars(), b.facts(), b.fields(), b.roles()
	p.Maps = b.maps()
	p.Dates = b.dates()
	for _, d := range p.Dates {
		switch d.State {
		case "stale", "over":
			p.Stale++
		case "soon":
			p.Soon++
		}
	}
	p.Tests = b.tests(p.Playbooks)
	p.Cards = p.cards()
	return p
}

// paramOf is a parameter, as a playbook reads it.
type paramOf struct {
	param *policy.Param
	of    *policy.Playbook
}

// builder holds what is looked up while a page is made.
type builder struct {
	set       *playbook.Set
	program   *policy.Program
	explainer *policy.Explainer
	empty     *policy.Input // for constants, which look at nothing
	now       *time.Time
	ran       *suite.Report
	happened  map[string]*Happened

	conditions  map[string][]*policy.Node // by file, in order of their places
	scopes      map[string]*scope         // by playbook
	shared      *scope
	plays       map[string]*playbook.Play // by playbook/play
	playsWith   map[asked][]Link
	playsSaying map[*playbook.Message][]Link
	tags        []string // of languages
	short       map[*policy.Play]Row
	gives       map[*policy.Play][]given
	params      map[paramOf]*policy.Node // their expressions, taken apart
	spans       map[*policy.Node]span    // of what terms stand for
}

func newBuilder(set *playbook.Set, program *policy.Program, o Options) *builder {
	b := &builder{
		set: set, program: program, explainer: program.Explainer(), empty: program.Blank(), now: o.Now, ran: o.Tests, happened: o.Happened,
		conditions: map[string][]*policy.Node{}, scopes: map[string]*scope{}, plays: map[string]*playbook.Play{}, short: map[*policy.Play]Row{}, gives: map[*policy.Play][]given{},
		params: map[paramOf]*policy.Node{}, spans: map[*policy.Node]span{},
	}
	for _, n := range b.explainer.Conditions() {
		at := n.Position()
		b.conditions[at.File] = append(b.conditions[at.File], n)
	}
	for _, list := range b.conditions {
		slices.SortStableFunc(list, func(x, y *policy.Node) int { return comparePlaces(x.Position().Start, y.Position().Start) })
	}
	for _, d := range set.Documents {
		for _, p := range d.Plays {
			b.plays[d.ID.Value+"/"+p.ID.Value] = p
		}
	}
	for _, book := range program.Playbooks {
		b.scopes[book.ID] = b.scopeOf(b.document(book.ID), book)
	}
	b.shared = b.scopeOf(&playbook.Document{Kind: playbook.Shared}, nil)
	b.partnerPlays()
	b.messagePlays()
	b.tags = b.languages().Tags
	return b
}

func comparePlaces(a, b playbook.Pos) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func itoa(n int) string { return strconv.Itoa(n) }

// node finds the compiled condition of a text. It is nil if the text is not set, or if no
// play asks the condition.
func (b *builder) node(t playbook.Text) *policy.Node {
	if !t.IsSet() {
		return nil
	}
	list := b.conditions[t.Range.File]
	i, _ := slices.BinarySearchFunc(list, t.Range.Start, func(n *policy.Node, at playbook.Pos) int {
		return comparePlaces(n.Position().Start, at)
	})
	if i < len(list) && list[i].Position().Start.Before(t.Range.End) {
		return list[i]
	}
	return nil
}

func (b *builder) document(id string) *playbook.Document {
	for _, d := range b.set.Documents {
		if d.Kind == playbook.Playbook && d.ID.Value == id {
			return d
		}
	}
	return &playbook.Document{}
}

// scopeOfDocument is that of a playbook, or the shared one.
func (b *builder) scopeOfDocument(d *playbook.Document) *scope {
	if s := b.scopes[d.ID.Value]; d.Kind == playbook.Playbook && s != nil {
		return s
	}
	s := *b.shared
	s.doc = d
	return &s
}

func bookAnchor(d *playbook.Document) string { return "playbook." + d.ID.Value }

func (b *builder) titleOf(id string) string {
	return orElse(oneLine(b.scopes[id].doc.Title.Value), titled(id))
}

func (b *builder) title() string {
	if len(b.program.Playbooks) == 1 {
		return b.titleOf(b.program.Playbooks[0].ID)
	}
	return "What we do when something goes wrong"
}

func (b *builder) linkTo(p *policy.Play) Link {
	s := b.scopes[p.Playbook.ID]
	return Link{anchor("play", s.doc, b.plays[p.Name].ID), p.Name}
}

// roundingWords say how amounts are rounded, where it is not the default.
var roundingWords = map[value.Rounding]string{
	value.RoundHalfUp: "to the nearest smallest unit, and up from the middle",
	value.RoundUp:     "up to the next smallest unit",
	value.RoundDown:   "down to the smallest unit below",
}

func (b *builder) playbook(book *policy.Playbook) Playbook {
	s := b.scopes[book.ID]
	d := s.doc
	out := Playbook{
		Title: b.titleOf(book.ID), About: oneLine(d.About.Value), Owner: oneLine(d.Owner.Value),
		Zone: b.zoneOf(d), Anchor: bookAnchor(d),
	}
	out.Applies, out.AppliesExpr = s.when(d.Applies)
	switch book.Matches {
	case policy.MatchFirst:
		out.Matches = "Only the first play that matches is taken, in the order below."
	case policy.MatchOne:
		out.Matches = "No two plays may match one incident."
	}
	if d.InForce != nil {
		out.InForce = period(book.InForce)
	}
	if !book.ReviewBy.IsZero() {
		out.ReviewBy = book.ReviewBy.String()
	}
	if book.Rounding != value.RoundHalfEven {
		out.Rounding = roundingWords[book.Rounding]
	}
	if book.Again > 0 {
		out.Again = duration(book.Again)
	}
	out.Limits = s.limits(book.Limits)
	for _, p := range book.Plays {
		out.Plays = append(out.Plays, s.play(b.plays[p.Name], p))
	}
	return out
}

// approaches are those that the set has, in the order in which they are told.
func (b *builder) approaches() []Approach {
	var out []Approach
	for _, a := range []policy.Approach{policy.StandardisedResponse, policy.CaseByCase, policy.PreventiveIntervention, policy.PartnerSubstitute} {
		if slices.ContainsFunc(b.program.Plays, func(p *policy.Play) bool { return p.Approach == a }) {
			out = append(out, approachWords[a])
		}
	}
	return out
}

// cards are the figures that the page starts with.
func (p *Page) cards() []Card {
	plays := 0
	for _, b := range p.Playbooks {
		plays += len(b.Plays)
	}
	out := []Card{
		{itoa(plays), term.Noun(plays, "play") + " in " + term.Count(len(p.Playbooks), "playbook"), false},
		{itoa(len(p.Languages.Tags)), term.Noun(len(p.Languages.Tags), "language"), false},
	}
	if len(p.Languages.Tags) > 0 {
		out[1].Text += ": " + strings.Join(p.Languages.Tags, ", ")
	}
	if p.Languages.Missing > 0 {
		out[1].Text += "; " + term.Count(p.Languages.Missing, "translation") + " missing"
		out[1].Bad = true
	}
	if p.Now != "" {
		out = append(out, Card{itoa(p.Stale), "out of date; " + itoa(p.Soon) + " within " + itoa(soonDays) + " days", p.Stale > 0})
	}
	switch t := p.Tests; {
	case !t.Run:
		out = append(out, Card{"0", "tests were run", true})
	case len(t.Failed) == 1:
		out = append(out, Card{"1", "of " + term.Count(t.Cases, "test") + " fails", true})
	case len(t.Failed) > 0:
		out = append(out, Card{itoa(len(t.Failed)), "of " + term.Count(t.Cases, "test") + " fail", true})
	case t.Broken > 0:
		out = append(out, Card{itoa(t.Broken), term.Noun(t.Broken, "mistake") + " in the suites, so that not all tests were run", true})
	case t.Cases == 1:
		out = append(out, Card{t.Percent, "reached by 1 test, which passes", false})
	default:
		out = append(out, Card{t.Percent, "reached by " + term.Count(t.Cases, "test") + ", all of which pass", false})
	}
	return out
}

package prove

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/diff"
)

// touched is what the changes between two sets can make a difference to.
type touched struct {
	all   bool
	match map[string]bool   // plays that may match for other incidents, playbook/play
	gives map[string]*touch // plays that may give something else
	types []string          // of actions that depend on what these give
	times []time.Time       // just after days that changed
	front map[string]bool   // playbooks that may apply to other incidents
	// fields says that fields are declared in another way: an incident may fit one set only. Empty: they are not.
	fields string
}

// touch is what may be different in what a play gives.
type touch struct{ times, words, rest bool }

func (t *touched) nothing() bool {
	return !t.all && len(t.match) == 0 && len(t.gives) == 0 && t.fields == ""
}

var day = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

func touchedBy(changes []diff.Change, old, now *policy.Program) *touched {
	t := &touched{match: map[string]bool{}, gives: map[string]*touch{}, front: map[string]bool{}}
	both := slices.Concat(old.Plays, now.Plays)
	for _, c := range changes {
		for _, text := range day.FindAllString(c.Old+" "+c.New, -1) {
			if at, err := time.Parse(time.DateOnly, text); err == nil {
				t.times = append(t.times, at.Add(36*time.Hour))
			}
		}
		t.change(c, both)
	}
	slices.SortFunc(t.times, time.Time.Compare)
	t.times = slices.Compact(t.times)
	for _, p := range both {
		if t.gives[p.Name] == nil && !t.all {
			continue
		}
		for _, list := range listsOf(p) {
			for _, a := range list {
				t.types = append(t.types, a.Type.Name)
			}
		}
		if p.Choice != nil {
			for _, o := range p.Choice.Options {
				t.types = append(t.types, o.Type.Name)
			}
		}
	}
	slices.Sort(t.types)
	t.types = slices.Compact(t.types)
	return t
}

// change takes up one change.
func (t *touched) change(c diff.Change, plays []*policy.Play) {
	every := func(do func(name string)) {
		for _, p := range plays {
			if (c.Playbook == "" || p.Playbook.ID == c.Playbook) && (c.Play == "" || p.ID == c.Play) {
				do(p.Name)
			}
		}
	}
	give := func(how touch) func(string) {
		return func(name string) {
			if t.gives[name] == nil {
				t.gives[name] = &touch{}
			}
			x := t.gives[name]
			x.times, x.words, x.rest = x.times || how.times, x.words || how.words, x.rest || how.rest
		}
	}
	match := func(name string) { t.match[name] = true }
	switch c.What {
	case diff.WhatGuarantee, diff.WhatAgain, diff.WhatMap:
	case diff.WhatOwner:
		if c.Play != "" {
			every(give(touch{words: true}))
		}
	case diff.WhatApplies, diff.WhatInForce, diff.WhatMatches, diff.WhatPhase, diff.WhatProvider:
		every(match)
		t.inFront(c, plays)
	case diff.WhatCondition:
		if c.Play == "" || c.Path != "when" && !strings.HasPrefix(c.Path, "cases/") {
			t.limits(c, plays, give(touch{rest: true}))
			every(give(touch{rest: true}))
			return
		}
		every(match)
	case diff.WhatFallback, diff.WhatAnswers, diff.WhatPriority, diff.WhatOrder, diff.WhatCase:
		every(match)
		every(give(touch{rest: true}))
	case diff.WhatPlay:
		every(match)
	case diff.WhatPlaybook:
		every(match)
		if c.Kind == diff.Added || c.Kind == diff.Removed {
			t.fields = "a playbook says which incidents are valid, and is in one set only"
		}
	case diff.WhatAmount, diff.WhatParameter, diff.WhatRange, diff.WhatOption, diff.WhatAction:
		every(give(touch{words: c.What == diff.WhatAction, times: c.What == diff.WhatAction}))
	case diff.WhatDeadline:
		every(give(touch{times: true, rest: strings.HasSuffix(c.Path, "pauses")}))
	case diff.WhatNote, diff.WhatMessageUse:
		every(give(touch{words: true}))
	case diff.WhatTerm, diff.WhatTable, diff.WhatRow:
		t.definition(c, plays, match, give(touch{times: true, words: true}))
	case diff.WhatField:
		t.fields = place(c.NewAt)
		if t.fields == "" {
			t.fields = place(c.OldAt)
		}
		t.fields += ": whether incidents fit both sets could not be reasoned about"
		t.definition(c, plays, match, give(touch{times: true, words: true}))
	case diff.WhatLimit:
		t.limits(c, plays, give(touch{}))
	default: // a calendar, a message, a partner, a zone, …
		t.definition(c, plays, match, give(touch{times: true, words: true, rest: true}))
		if c.Play != "" || len(c.UsedBy) == 0 {
			every(give(touch{times: true, words: true, rest: true}))
		}
	}
}

// definition is a change of something that plays use.
// What limits, and what stands in front of plays, read may matter to all plays.
func (t *touched) definition(c diff.Change, plays []*policy.Play, match, give func(string)) {
	for _, name := range c.UsedBy {
		match(name)
	}
	for _, name := range c.GivenBy {
		give(name)
	}
	if !c.InFront {
		return
	}
	for _, p := range plays {
		if c.Playbook == "" || p.Playbook.ID == c.Playbook {
			match(p.Name)
		}
	}
	t.inFront(c, plays)
	t.limits(c, plays, give)
}

// inFront is a change of which playbooks apply.
func (t *touched) inFront(c diff.Change, plays []*policy.Play) {
	for _, p := range plays {
		if c.Play == "" && (c.Playbook == "" || p.Playbook.ID == c.Playbook) {
			t.front[p.Playbook.ID] = true
		}
	}
}

// limits is a change that limits may look at: all that they look at may be another.
func (t *touched) limits(c diff.Change, plays []*policy.Play, give func(string)) {
	for _, p := range plays {
		for _, list := range listsOf(p) {
			for _, a := range list {
				if a.Amount != nil && (c.Playbook == "" || p.Playbook.ID == c.Playbook) {
					give(p.Name)
				}
			}
		}
		if p.Choice != nil {
			give(p.Name)
		}
	}
}

// reach are the plays of a set that a change can make a difference to: those that may match for other
// incidents, those that may give something else, and those that depend on them.
func (t *touched) reach(program *policy.Program) []*policy.Play {
	if t.all {
		return program.Plays
	}
	books := map[*policy.Playbook]bool{}
	wanted := map[*policy.Play]bool{}
	for _, p := range program.Plays {
		if !t.match[p.Name] && t.gives[p.Name] == nil {
			continue
		}
		wanted[p] = true
		books[p.Playbook] = true
	}
	w := &world{program: program}
	types := w.bearing(t.types)
	var out []*policy.Play
	for _, p := range program.Plays {
		depends := books[p.Playbook] && (p.Fallback || p.Playbook.Matches != policy.MatchAll)
		if wanted[p] || depends || len(t.gives) > 0 && gives(p, types) || books[p.Playbook] && slices.ContainsFunc(p.Playbook.Plays, func(q *policy.Play) bool { return q.Fallback }) {
			out = append(out, p)
		}
	}
	return out
}

package diff

import (
	"strconv"

	"github.com/servicerecovery/amends/playbook"
)

// What is the kind of a change of meaning. The codes are stable.
type What string

// The kinds of changes. Beside what their names say: Condition is a when,
// Deadline all that moves a time (within, after, since, calendar, pauses, every),
// Order is parts that are the same and follow each other in another way.
const (
	WhatPlaybook   What = "playbook"
	WhatPlay       What = "play"
	WhatApproach   What = "approach"
	WhatCondition  What = "condition"
	WhatApplies    What = "applies"
	WhatInForce    What = "in-force"
	WhatReviewBy   What = "review-by"
	WhatAgain      What = "again"
	WhatPriority   What = "priority"
	WhatFallback   What = "fallback"
	WhatAnswers    What = "answers"
	WhatMatches    What = "matches"
	WhatPhase      What = "phase"
	WhatProvider   What = "provider"
	WhatOwner      What = "owner"
	WhatZone       What = "zone"
	WhatYearStarts What = "year-starts"
	WhatRounding   What = "rounding"
	WhatCase       What = "case"
	WhatOrder      What = "order"
	WhatAction     What = "action"
	WhatAmount     What = "amount"
	WhatDeadline   What = "deadline"
	WhatParameter  What = "parameter"
	WhatMessageUse What = "message-use"
	WhatNote       What = "note"
	WhatLead       What = "lead"
	WhatDiscretion What = "discretion"
	WhatOption     What = "option"
	WhatRange      What = "range"
	WhatSubstitute What = "substitute"
	WhatPartner    What = "partner"
	WhatAgreement  What = "agreement"
	WhatLimit      What = "limit"
	WhatGuarantee  What = "guarantee" // nothing is decided by it
	WhatField      What = "field"
	WhatFact       What = "fact"
	WhatTerm       What = "term"
	WhatTable      What = "table"
	WhatRow        What = "row"
	WhatCalendar   What = "calendar"
	WhatMessage    What = "message"
	WhatMap        What = "map" // of payloads: what incidents are read from
	WhatActionType What = "action-type"
	WhatRole       What = "role"
)

// Kind says how something changed.
type Kind string

// The ways to change. What was renamed is otherwise told change by change.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
	Renamed Kind = "renamed"
	Moved   Kind = "moved" // other parts stand before it
)

// Change is one change of meaning.
type Change struct {
	// Playbook is empty for what the whole set shares; Play, without its
	// playbook, for what belongs to no play.
	Playbook, Play string
	What           What
	Kind           Kind
	Path           string // inside the play, or the playbook: "do/compensate/amount"
	Old, New       string // as written, in one line; empty for what is not there
	// OldAt and NewAt are places from where the command runs: in the folders, or
	// the revisions, of the sides.
	OldAt, NewAt playbook.Range
	// UsedBy are the plays that mean something else because a definition did:
	// playbook/play, in order.
	UsedBy []string
	// GivenBy are those of UsedBy that read it in what they give, and InFront says that limits, or what
	// stands in front of plays, read it.
	GivenBy []string
	InFront bool
}

// changes collects them.
type changes struct {
	list           []Change
	playbook, play string
	usedBy         []string
	givenBy        []string
	inFront        bool
	// columnUsers lists the plays that read a column of a table.
	columnUsers func(column string) (plays []string, used bool)
}

func (c *changes) add(x Change) {
	x.Playbook, x.Play, x.UsedBy, x.GivenBy, x.InFront = c.playbook, c.play, c.usedBy, c.givenBy, c.inFront
	c.list = append(c.list, x)
}

// compare tells how two things differ. Either may be missing.
func (c *changes) compare(path string, old, new *thing) {
	if column := columnOf(old, new); column != "" {
		users, used := c.columnUsers(column)
		if !used {
			return
		}
		all := c.usedBy
		c.usedBy = users
		defer func() { c.usedBy = all }()
	}
	switch {
	case old == nil && new == nil:
	case old == nil:
		c.add(Change{What: new.what, Kind: Added, Path: path, New: new.shown, NewAt: new.at})
	case new == nil:
		c.add(Change{What: old.what, Kind: Removed, Path: path, Old: old.shown, OldAt: old.at})
	case old.inherited && new.inherited:
	default:
		if old.value != new.value {
			before, after := old.shown, new.shown
			if before == after { // they differ in what is not shown: blanks, or quotes that make a text of a number
				before, after = exact(old.value), exact(new.value)
			}
			c.add(Change{What: new.what, Kind: Changed, Path: path, Old: before, New: after, OldAt: old.at, NewAt: new.at})
		}
		c.parts(path, old, new)
	}
}

// parts tells how the parts of two things differ.
func (c *changes) parts(path string, old, new *thing) {
	matched := pairs(old.parts, new.parts)
	for _, p := range matched {
		name := p.new
		if name == nil {
			name = p.old
		}
		c.compare(join(path, name.name), p.old, p.new)
	}
	if old.ordered && new.ordered {
		c.order(path, old, new, matched)
	}
}

// exact writes a canonical value so that each blank in it is seen.
func exact(value string) string {
	if shown(value) == value {
		return value
	}
	return strconv.Quote(value)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

func columnOf(old, new *thing) string {
	if new != nil {
		return new.column
	}
	return old.column
}

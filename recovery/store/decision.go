package store

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Decision has the fields of a decision that the rules read. Nothing in it changes after it was
// passed to a rule.
type Decision struct {
	ID ID
	// Namespace and Incident are the incident's; see [Name].
	Namespace, Incident string
	// Number is the decision's place in the order in which the store took them.
	Number int64
	// Set is the set by which it was made.
	Set       ID
	DecidedAt time.Time
	// OccurredAt is the incident's, and UpdatedAt the latest updated_at of it that was seen.
	OccurredAt, UpdatedAt time.Time
	// Keys are the incident's fields, by path, as text. A field that is absent or
	// empty has none.
	Keys map[string]string
	// Some takes the place of Keys when a store has read only a few of them.
	Some     []Key
	Actions  []Action
	Reserves []Reserve
	// Keeps are the decisions that made choices on earlier decisions of the
	// incident and still stand.
	Keeps []ID
	// Leaves are the choices that the decision leaves to somebody, by their ids.
	Leaves []ID
	// Choice is set on a decision that makes a choice.
	Choice *Choice
	// Again is set on a decision that was made because time has passed: nobody told of the incident.
	Again bool
	// Newest is set on a decision that makes its set the newest.
	Newest bool
}

// Name is the name of the decision's incident in the store.
func (d *Decision) Name() string { return Name(d.Namespace, d.Incident) }

// Tells reports whether the decision was made of what a host told of the incident: that was then told last.
func (d *Decision) Tells() bool { return d.Choice == nil && !d.Again }

// Action is an action that a decision lists.
type Action struct {
	ID        ID
	Type      string
	Amount    value.Money // unset where it has none
	Cancelled bool
	// GivenAt is when it was first given; zero: by this decision. Parts are the parts of an amount
	// that was not given at once with it.
	GivenAt time.Time
	Parts   []Part
}

// Part is a part of an amount, with the time of the decision that gave it.
type Part struct {
	At     time.Time
	Amount value.Money
}

// Choice has the fields of a decision that makes a choice.
type Choice struct {
	On     ID     // the decision that it hangs on
	IfLate []ID   // the actions in if_late, at any depth
	Key    string // where its precedents are found: see [PrecedentKey]
	Chosen Chosen
	// ID is the choice's own.
	ID ID
	// Open is set where nothing is chosen yet: another person has to agree, or has turned it down. The
	// actions of the decision are then what was proposed, or none. It is no precedent.
	Open bool
	// Settles is the decision on the same choice that this one takes the place of; the zero ID for none.
	Settles ID
}

// Key returns the text of a field, or an empty text if the field has none.
func (d *Decision) Key(path string) string {
	for i := range d.Some {
		if d.Some[i].Path == path {
			return d.Some[i].Text
		}
	}
	return d.Keys[path]
}

// gives reports whether a choice lists an action, in if_late too.
func (d *Decision) gives(id ID) bool {
	has := func(a Action) bool { return a.ID == id }
	return slices.ContainsFunc(d.Actions, has) || slices.Contains(d.Choice.IfLate, id)
}

// PrecedentKey is the text under which an index files choices that may be compared: choices of one
// play in a namespace, in cases that have the same keys. The order of the keys does not matter.
func PrecedentKey(namespace, play string, comparable []Key) string {
	var room [256]byte
	return string(appendPrecedentKey(room[:0], namespace, play, comparable))
}

func appendPrecedentKey(dst []byte, namespace, play string, comparable []Key) []byte {
	byPath := func(a, b Key) int { return cmp.Compare(a.Path, b.Path) }
	if !slices.IsSortedFunc(comparable, byPath) {
		comparable = slices.SortedFunc(slices.Values(comparable), byPath)
	}
	if namespace != "" {
		dst = AppendTexts(append(dst, 0), namespace)
	}
	dst = AppendTexts(dst, play)
	for _, k := range comparable {
		dst = AppendTexts(dst, k.Path, k.Text)
	}
	return dst
}

// AppendTexts appends texts, each behind its length. So different texts never give the same bytes.
func AppendTexts(dst []byte, texts ...string) []byte {
	for _, t := range texts {
		dst = strconv.AppendInt(dst, int64(len(t)), 10)
		dst = append(append(dst, ':'), t...)
	}
	return dst
}

package suite

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
)

// mergeTest puts a row over a test, or a test over the defaults. Mappings are merged; any
// other value replaces the one below. Rows of `each` and steps of `then` are not merged.
func mergeTest(base, over *playbook.Test) *playbook.Test {
	if base == nil {
		base = &playbook.Test{}
	}
	out := &playbook.Test{Name: over.Name, Now: base.Now, Map: base.Map, Range: over.Range, Then: over.Then}
	if over.Now.IsSet() {
		out.Now = over.Now
	}
	if over.Map.IsSet() {
		out.Map = over.Map
	}
	if over.Payload.IsSet() || !over.Incident.IsSet() { // one takes the place of the other
		out.Payload = mergeValue(base.Payload, over.Payload)
	}
	if !over.Payload.IsSet() {
		out.Incident = mergeValue(nested(base.Incident), nested(over.Incident))
	}
	out.Facts = mergeValue(base.Facts, over.Facts)
	out.Partners = mergeValue(base.Partners, over.Partners)
	out.Precedents = mergeValue(base.Precedents, over.Precedents)
	out.Want = mergeWant(base.Want, over.Want)
	return out
}

// mergeStep puts a step over the one before it: the incident and the world stay as they are.
// What is expected is said anew, because things are meant to be otherwise now.
func mergeStep(before, step *playbook.Test) *playbook.Test {
	out := mergeTest(before, step)
	out.Want, out.Again, out.Report, out.Payload = step.Want, step.Again, step.Report, step.Payload
	out.Choose, out.Approve, out.Decline = step.Choose, step.Approve, step.Decline
	return out
}

// mergeValue puts a value over another: what over does not say stays.
func mergeValue(base, over playbook.Value) playbook.Value {
	switch {
	case !over.IsSet():
		return base
	case base.Kind != playbook.Mapping || over.Kind != playbook.Mapping:
		return over
	}
	out := over
	out.Entries = slices.Clone(base.Entries)
	for _, e := range over.Entries {
		out.Entries = put(out.Entries, e, mergeValue)
	}
	return out
}

// put sets an entry in a list, merged with the one that is there.
func put(list []playbook.Entry, e playbook.Entry, merge func(base, over playbook.Value) playbook.Value) []playbook.Entry {
	for i, b := range list {
		if b.Key.Value == e.Key.Value {
			list[i] = playbook.Entry{Key: e.Key, Value: merge(b.Value, e.Value)}
			return list
		}
	}
	return append(list, e)
}

// nested writes dotted names as mappings in mappings, so that order.value and
// {order: {value: …}} merge as the one field that they are.
func nested(v playbook.Value) playbook.Value {
	if v.Kind != playbook.Mapping {
		return v
	}
	out := v
	out.Entries = nil
	for _, e := range v.Entries {
		first, rest, dotted := strings.Cut(e.Key.Value, ".")
		inner := nested(e.Value)
		if dotted {
			key := e.Key
			key.Value = rest
			inner = nested(playbook.Value{Kind: playbook.Mapping, Entries: []playbook.Entry{{Key: key, Value: e.Value}}, Range: e.Value.Range})
		}
		key := e.Key
		key.Value = first
		out.Entries = put(out.Entries, playbook.Entry{Key: key, Value: inner}, mergeValue)
	}
	return out
}

// mergeWant puts what a row expects over what its test does.
func mergeWant(base, over *playbook.Want) *playbook.Want {
	switch {
	case over == nil:
		return base
	case base == nil:
		return over
	}
	out := *base
	out.Range = over.Range
	out.Plays = either(over.Plays, base.Plays)
	out.Items = either(over.Items, base.Items)
	out.Actions = either(over.Actions, base.Actions)
	out.Never = either(over.Never, base.Never)
	out.Warnings = either(over.Warnings, base.Warnings)
	out.Withheld = either(over.Withheld, base.Withheld)
	out.Proposed = either(over.Proposed, base.Proposed)
	out.Choices = either(over.Choices, base.Choices)
	out.PassedOver = mergePairs(base.PassedOver, over.PassedOver)
	out.Changes = mergePairs(base.Changes, over.Changes)
	out.Owed = either(over.Owed, base.Owed)
	out.Missed = either(over.Missed, base.Missed)
	out.Incident = mergeValue(nested(base.Incident), nested(over.Incident))
	if over.Exactly.IsSet() {
		out.Exactly = over.Exactly
	}
	if over.Handled.IsSet() {
		out.Handled = over.Handled
	}
	if over.Error.IsSet() {
		out.Error = over.Error
	}
	return &out
}

func either[T any](over, base *T) *T {
	if over != nil {
		return over
	}
	return base
}

func mergePairs(base, over *playbook.WantedPairs) *playbook.WantedPairs {
	if base == nil || over == nil {
		return either(over, base)
	}
	out := &playbook.WantedPairs{Range: over.Range, Items: slices.Clone(base.Items)}
	for _, p := range over.Items {
		i := slices.IndexFunc(out.Items, func(b playbook.Pair) bool { return b.Key.Value == p.Key.Value })
		if i < 0 {
			out.Items = append(out.Items, p)
		} else {
			out.Items[i] = p
		}
	}
	return out
}

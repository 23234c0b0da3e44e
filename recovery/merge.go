package recovery

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// merge makes one action of those that are one, at the place of the first.
func (c *conclusion) merge() { c.drafts = mergeDrafts(c.drafts) }

// mergeDrafts merges in place. Two drafts have one id exactly when they are one
// action: merged by their key, or given twice by one play, as in two lists of
// if_late.
func mergeDrafts(drafts []*draft) []*draft {
	var at map[string]*draft
	if len(drafts) > fewDrafts {
		at = make(map[string]*draft, len(drafts))
	}
	out := drafts[:0]
	for _, d := range drafts {
		first := at[d.ID]
		if at == nil {
			first = withID(out, d.ID)
		}
		if first != nil {
			first.take(d)
			continue
		}
		if at != nil {
			at[d.ID] = d
		}
		out = append(out, d)
	}
	return out
}

// fewDrafts is up to how many looking through them beats a map.
const fewDrafts = 16

func withID(drafts []*draft, id string) *draft {
	for _, d := range drafts {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// take merges another draft of the same action into d.
func (d *draft) take(o *draft) {
	if before(o.DueAt, d.DueAt) {
		d.DueAt, d.speaker, d.speakerPlay, d.partner = o.DueAt, o.speaker, o.speakerPlay, o.partner
		d.pauses = o.pauses
	}
	d.waits = d.waits && o.waits // one of them is to be done already
	if d.NotBefore.IsZero() || o.NotBefore.IsZero() {
		d.NotBefore = time.Time{}
	} else if o.NotBefore.Before(d.NotBefore) {
		d.NotBefore = o.NotBefore
	}
	d.takeEvery(o)
	d.lates = append(d.lates, o.lates...)
	for _, p := range o.Plays {
		d.addPlay(p)
	}
}

// addPlay names one more play that gives the action.
func (d *draft) addPlay(p string) {
	if d.named == nil && len(d.Plays) >= fewDrafts {
		d.named = make(map[string]bool, 2*fewDrafts)
		for _, p := range d.Plays {
			d.named[p] = true
		}
	}
	if d.named[p] || d.named == nil && slices.Contains(d.Plays, p) {
		return
	}
	if len(d.Plays) == cap(d.Plays) {
		d.Plays = slices.Grow(d.Plays, slabSize)
	}
	d.Plays = append(d.Plays, p)
	if d.named != nil {
		d.named[p] = true
	}
}

// takeEvery keeps the shorter of two intervals.
func (d *draft) takeEvery(o *draft) {
	if d.pace == nil || o.pace == nil {
		return
	}
	if d.pace.base.IsZero() { // it waits, and the other does not
		d.pace.base = o.pace.base
	}
	if o.pace.every.Compare(d.pace.every) >= 0 {
		return
	}
	base := d.pace.base
	d.pace = o.pace
	if d.pace.base.IsZero() {
		d.pace.base = base
	}
	for i, p := range d.Params {
		if p.Name == "every" {
			d.Params = slices.Clone(d.Params)
			d.Params[i].Value = paramOf(o.Params, "every")
		}
	}
}

// paramOf is the value of a parameter; nil for none.
func paramOf(params []Param, name string) any {
	for _, p := range params {
		if p.Name == name {
			return p.Value
		}
	}
	return nil
}

// dropZeros withholds money actions that give nothing. Substitutes stay: their
// amount is what they cost.
func (c *conclusion) dropZeros() {
	c.drafts = slices.DeleteFunc(c.drafts, func(d *draft) bool {
		zero := d.Amount.IsSet() && d.Amount.IsZero() && d.Type != "substitute"
		if zero {
			c.withhold(d, WithheldZero, d.Amount)
		}
		return zero
	})
}

func (c *conclusion) withhold(d *draft, reason WithheldReason, amount value.Money) {
	c.withheld = append(c.withheld, Withheld{ID: d.ID, Type: d.Type, Play: d.Plays[0], Reason: reason, Amount: amount, Params: d.Params})
}

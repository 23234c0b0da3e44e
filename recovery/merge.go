package recovery

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// merge makes one action of those that are one, at the place of the first.
func (c *conclusion) merge() error {
	if err := c.askAll(); err != nil {
		return err
	}
	c.leaveOut()
	c.drafts = c.workspace.mergeDrafts(c.drafts)
	for _, d := range c.drafts {
		d.shape()
	}
	return nil
}

// mergeDrafts merges in place. Two drafts have one id exactly when they are one
// action: merged by their key, or given twice by one play, as in two lists of
// if_late.
func (w *workspace) mergeDrafts(drafts []*draft) []*draft {
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
			first.take(d, w)
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
func (d *draft) take(o *draft, w *workspace) {
	if before(o.DueAt, d.DueAt) {
		d.DueAt, d.speaker, d.speakerPlay, d.partner = o.DueAt, o.speaker, o.speakerPlay, o.partner
		d.pauses = o.pauses
	}
	d.waits = d.waits && o.waits // one of them is to be done already
	if !o.unknown() && (d.unknown() || o.NotBefore.Before(d.NotBefore)) {
		d.NotBefore = o.NotBefore // none is the earliest
	}
	d.takeEvery(o)
	d.hangs = append(d.hangs, o.hangs...)
	d.takeAsks(o, w)
	for _, p := range o.Plays {
		d.addPlay(p)
	}
}

// unknown reports whether nobody knows yet when a step is owed.
func (d *draft) unknown() bool {
	return len(d.hangs) > 0 && !slices.ContainsFunc(d.hangs, func(h hang) bool { return !h.at.IsZero() })
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
	every := everyOf(o)
	if every == (value.Span{}) || every.Compare(everyOf(d)) >= 0 {
		return
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

// takeAsks takes what plays ask for under another draft of the same action. Each
// play's is a promise of its own. Where one play asks twice, that is one promise: the
// earlier deadline, the earlier time from which it is to be done, and the steps of both.
func (d *draft) takeAsks(o *draft, w *workspace) {
	for i := range o.asks {
		x := &o.asks[i]
		if same := d.asked(x); same != nil {
			*same = same.and(*x)
		} else {
			d.asks = w.withAsk(d.asks, x)
		}
	}
}

// asked is what the play of an ask has asked for under the action before; nil: nothing.
func (d *draft) asked(x *ask) *ask {
	for i := range d.asks {
		if y := &d.asks[i]; y.Action == x.Action && y.Play == x.Play {
			return y
		}
	}
	return nil
}

// and is what a play asks for that asks twice for one action.
func (x ask) and(o ask) ask {
	sources := append(slices.Clip(x.all()), o.all()...)
	if before(o.asked(), x.asked()) || x.times.waits && !o.times.waits {
		x, o = o, x
	}
	if !o.waits && o.NotBefore.Before(x.NotBefore) {
		x.NotBefore, x.times.start, x.sooner = o.NotBefore, o.NotBefore, true // what waits has none
	}
	x.sources = sources
	return x
}

// all is what a play asks for, in the order of the play.
func (x *ask) all() []*policy.Action {
	if x.sources != nil {
		return x.sources
	}
	return []*policy.Action{x.source}
}

// asked is by when an ask wants it done, whatever was done meanwhile.
func (x *ask) asked() time.Time {
	if x.recurs() {
		return x.DueAt
	}
	return x.times.due
}

// shape makes the times of an action from those of what plays ask for. The earliest
// deadline that is still open is the action's. Once all are done, it is the earliest
// of those that were done last.
func (d *draft) shape() {
	if len(d.asks) == 0 {
		return
	}
	first := &d.asks[0]
	d.waits, d.NotBefore, d.DoneAt = true, first.NotBefore, first.DoneAt
	for i := range d.asks {
		x := &d.asks[i]
		if first != x && x.ahead(first) {
			first = x
		}
		if d.GivenAt.IsZero() || x.GivenAt.Before(d.GivenAt) {
			d.GivenAt = x.GivenAt
		}
		if !x.waits && (d.waits || x.NotBefore.Before(d.NotBefore)) {
			d.NotBefore = x.NotBefore // what waits has none
		}
		d.waits = d.waits && x.waits
		d.DoneAt = lastDone(d.DoneAt, x.DoneAt)
	}
	d.DueAt, d.pauses = first.DueAt, first.source.Pauses
	d.speaker, d.speakerPlay, d.partner = first.speaker, first.play, first.partner
}

// ahead reports whether the deadline of an ask is shown before another's.
func (x *ask) ahead(o *ask) bool {
	if x.DoneAt.IsZero() != o.DoneAt.IsZero() {
		return x.DoneAt.IsZero()
	}
	if !x.DoneAt.Equal(o.DoneAt) {
		return x.DoneAt.After(o.DoneAt)
	}
	return before(x.DueAt, o.DueAt)
}

// lastDone is the later of two times at which something was done; zero while one of
// them is open.
func lastDone(a, b time.Time) time.Time {
	if a.IsZero() || b.IsZero() {
		return time.Time{}
	}
	return later(a, b)
}

// dropZeros withholds money actions that give nothing. Substitutes stay: their
// amount is what they cost.
func (c *conclusion) dropZeros() {
	c.drafts = slices.DeleteFunc(c.drafts, func(d *draft) bool {
		zero := d.Amount.IsSet() && d.Amount.IsZero() && d.Type != ActionSubstitute
		if zero {
			c.withhold(d, WithheldZero, d.Amount)
		}
		return zero
	})
}

func (c *conclusion) withhold(d *draft, reason WithheldReason, amount value.Money) {
	c.withheld = append(c.withheld, Withheld{ID: d.ID, Type: d.Type, Item: d.Item, Play: d.Plays[0], Reason: reason, Amount: amount, Params: d.Params})
}

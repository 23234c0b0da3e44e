package ledger

import (
	"bytes"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// parseSummary reads the summary out of a decision's payload. Of the keys it
// takes those that are wanted.
func parseSummary(seq int64, payload []byte, wanted map[string]bool) (*store.Decision, error) {
	var decision, comparable []byte
	s := &store.Decision{Number: seq}
	on := ""
	c := cursor{b: payload}
	c.record(func(key []byte) {
		switch string(key) {
		case "comparable":
			comparable = c.skip()
		case "decision":
			start := c.at
			c.decision(s)
			decision = payload[start:c.at]
		case "keeps":
			c.list(func() { s.Keeps = append(s.Keeps, c.id()) })
		case "keys":
			s.Some = c.keys(wanted)
		case "occurred_at":
			s.OccurredAt = c.time()
		case "on":
			on = c.text()
		case "reserves":
			c.list(func() { s.Reserves = append(s.Reserves, c.reserve()) })
		case "base", "incident":
			c.skip()
		default:
			c.fail()
		}
	})
	if err := c.end(); err != nil {
		return nil, err
	}
	if on == "" {
		return s, nil
	}
	// Of a choice more is wanted, and that it is one was not known before.
	s.Choice = &store.Choice{On: store.IDOf(on)}
	d := cursor{b: decision}
	d.decision(s)
	if err := d.end(); err != nil {
		return nil, err
	}
	var keys []recovery.Key
	if len(comparable) > 0 {
		k := cursor{b: comparable}
		keys = k.pairs()
		if err := k.end(); err != nil {
			return nil, err
		}
	}
	s.Choice.Key = store.PrecedentKey(s.Choice.Key, keys)
	return s, nil
}

// record visits the members of the record in a decision's payload.
func (c *cursor) record(member func(key []byte)) {
	c.object(func(key []byte) {
		if string(key) == "record" {
			c.object(member)
			return
		}
		c.skip()
	})
}

func (c *cursor) keys(wanted map[string]bool) []recovery.Key {
	var out []recovery.Key
	c.object(func(key []byte) {
		if !wanted[string(key)] && (bytes.IndexByte(key, '\\') < 0 || !wanted[plainKey(key)]) {
			c.raw()
			return
		}
		if out == nil {
			out = make([]recovery.Key, 0, len(wanted))
		}
		out = append(out, recovery.Key{Path: plainKey(key), Text: c.text()})
	})
	return out
}

func (c *cursor) pairs() (out []recovery.Key) {
	c.list(func() {
		var k recovery.Key
		n := 0
		c.list(func() {
			if n == 0 {
				k.Path = c.text()
			} else {
				k.Text = c.text()
			}
			n++
		})
		out = append(out, k)
	})
	return out
}

func (c *cursor) reserve() (r recovery.Reserve) {
	c.object(func(key []byte) {
		switch string(key) {
		case "at":
			r.At = c.time()
		case "direction":
			r.Direction = c.text()
		case "partner":
			r.Partner = c.text()
		case "units":
			r.Units = c.int()
		default:
			c.fail()
		}
	})
	return r
}

// decision reads what a summary holds of a decision. The key of a choice is its
// play at first.
func (c *cursor) decision(s *store.Decision) {
	var zeros []recovery.ChosenAction
	c.object(func(key []byte) {
		switch {
		case string(key) == "actions":
			s.Actions = make([]store.Action, 0, 4)
			c.list(func() { s.Actions = append(s.Actions, c.action(s.Choice)) })
		case string(key) == "id":
			if s.Choice == nil {
				s.ID = c.id()
				return
			}
			s.Choice.Chosen.Decision = c.text()
			s.ID = store.IDOf(s.Choice.Chosen.Decision)
		case string(key) == "incident":
			s.Incident = c.text()
		case string(key) == "made" && s.Choice != nil:
			c.object(func(key []byte) {
				if string(key) == "reason" {
					s.Choice.Chosen.Reason = c.text()
					return
				}
				c.skip()
			})
		case string(key) == "plays" && s.Choice != nil:
			c.list(func() { c.firstPlay(s.Choice) })
		case string(key) == "withheld" && s.Choice != nil:
			c.list(func() { zeros = c.withheld(zeros) })
		default:
			c.skip()
		}
	})
	if s.Choice == nil {
		return
	}
	for _, a := range s.Actions {
		if !a.Cancelled {
			s.Choice.Chosen.Actions = append(s.Choice.Chosen.Actions, recovery.ChosenAction{Type: a.Type, Amount: a.Amount})
		}
	}
	s.Choice.Chosen.Actions = append(s.Choice.Chosen.Actions, zeros...)
}

func (c *cursor) firstPlay(of *store.Choice) {
	c.object(func(key []byte) {
		if string(key) == "play" && of.Key == "" {
			of.Key = c.text()
			return
		}
		c.skip()
	})
}

func (c *cursor) withheld(zeros []recovery.ChosenAction) []recovery.ChosenAction {
	var a recovery.ChosenAction
	reason := ""
	c.object(func(key []byte) {
		switch string(key) {
		case "amount":
			a.Amount = c.money()
		case "reason":
			reason = c.text()
		case "type":
			a.Type = c.text()
		default:
			c.skip()
		}
	})
	if reason != "zero" {
		return zeros
	}
	return append(zeros, a)
}

// action reads an action; what is in its if_late counts for choices only.
func (c *cursor) action(of *store.Choice) (a store.Action) {
	c.object(func(key []byte) {
		switch {
		case string(key) == "amount":
			a.Amount = c.money()
		case string(key) == "change":
			a.Cancelled = string(c.raw()) == string(recovery.ChangeCancelled)
		case string(key) == "id":
			a.ID = c.id()
		case string(key) == "if_late" && of != nil:
			c.list(func() {
				late := c.action(of)
				of.IfLate = append(of.IfLate, late.ID)
			})
		case string(key) == "type":
			a.Type = c.word()
		default:
			c.skip()
		}
	})
	return a
}

// id reads an id.
func (c *cursor) id() store.ID {
	raw := c.raw()
	if bytes.IndexByte(raw, '\\') < 0 {
		return store.IDOf(raw)
	}
	c.at -= len(raw) + 2
	return store.IDOf(c.text())
}

// word reads a text that has only a few different values, and shares equal ones.
func (c *cursor) word() string {
	raw := c.raw()
	switch string(raw) {
	case "acknowledge":
		return "acknowledge"
	case "apologise":
		return "apologise"
	case "compensate":
		return "compensate"
	case "inform":
		return "inform"
	case "refund":
		return "refund"
	case "resolve":
		return "resolve"
	case "respond":
		return "respond"
	}
	c.at -= len(raw) + 2
	return c.text()
}

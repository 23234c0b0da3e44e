package ledger

import (
	"bytes"
	"crypto/sha256"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/series"
)

// name is an id in 16 bytes: the engine's ids are a prefix and as many in
// hexadecimal; any others are hashed.
type name [16]byte

func nameOf[T string | []byte](id T) (n name) {
	const prefix = len("dec_")
	if len(id) == prefix+2*len(n) && id[prefix-1] == '_' {
		ok := true
		for i := range n {
			high, low := digit(id[prefix+2*i]), digit(id[prefix+2*i+1])
			ok = ok && high < 16 && low < 16
			n[i] = high<<4 | low
		}
		if ok {
			return n
		}
	}
	sum := sha256.Sum256([]byte(id))
	return name(sum[:len(n)])
}

// digit is the value of a hexadecimal digit; 16 of anything else.
func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 16
}

// summary is what the index has to know of a decision.
type summary struct {
	seq      int64
	id       name
	incident string
	occurred series.Stamp
	keys     map[string]string // the record's keys, when it is at hand
	some     []recovery.Key    // else those that were wanted
	acts     []act
	reserves []recovery.Reserve
	keeps    []name
	choice   *choice // set on a decision that makes one
}

// act is an action.
type act struct {
	id        name
	kind      string
	amount    recovery.Money
	cancelled bool
}

// choice is what is known of a choice that was made.
type choice struct {
	on     name
	key    string // of its precedents
	late   []name // actions in if_late, at any depth
	chosen recovery.Chosen
}

// key is the text of a field.
func (s *summary) key(path string) string {
	for i := range s.some {
		if s.some[i].Path == path {
			return s.some[i].Text
		}
	}
	return s.keys[path]
}

func (s *summary) ref() ref { return ref{s.seq, s.id} }

// summaryOf sums up a record.
func summaryOf(seq int64, r *recovery.Record) *summary {
	d := r.Decision
	s := &summary{
		seq: seq, id: nameOf(d.ID), incident: d.Incident, occurred: series.StampOf(r.OccurredAt),
		keys: r.Keys, acts: make([]act, len(d.Actions)), reserves: r.Reserves,
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		s.acts[i] = act{nameOf(a.ID), a.Type, a.Amount, a.Change == recovery.ChangeCancelled}
	}
	for _, id := range r.Keeps {
		s.keeps = append(s.keeps, nameOf(id))
	}
	if r.On != "" {
		s.choice = choiceOf(r)
	}
	return s
}

func choiceOf(r *recovery.Record) *choice {
	d := r.Decision
	c := &choice{on: nameOf(r.On), chosen: recovery.Chosen{Decision: d.ID}}
	play := ""
	if len(d.Plays) > 0 {
		play = d.Plays[0].Play
	}
	c.key = precedentKey(play, r.Comparable)
	if d.Made != nil {
		c.chosen.Reason = d.Made.Reason
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		if a.Change != recovery.ChangeCancelled {
			c.chosen.Actions = append(c.chosen.Actions, recovery.ChosenAction{Type: a.Type, Amount: a.Amount})
		}
		c.lateOf(a.IfLate)
	}
	for _, w := range d.Withheld {
		if w.Reason == "zero" { // nothing was chosen, which is an amount too
			c.chosen.Actions = append(c.chosen.Actions, recovery.ChosenAction{Type: w.Type, Amount: w.Amount})
		}
	}
	return c
}

func (c *choice) lateOf(actions []recovery.Action) {
	for i := range actions {
		c.late = append(c.late, nameOf(actions[i].ID))
		c.lateOf(actions[i].IfLate)
	}
}

// gives reports whether a choice gave an action, in if_late too.
func (s *summary) gives(id name) bool {
	for _, a := range s.acts {
		if a.id == id {
			return true
		}
	}
	for _, late := range s.choice.late {
		if late == id {
			return true
		}
	}
	return false
}

// parseSummary reads the summary out of a decision's payload. Of the keys it
// takes those that are wanted.
func parseSummary(seq int64, payload []byte, wanted map[string]bool) (*summary, error) {
	var decision, comparable []byte
	s := &summary{seq: seq}
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
			c.list(func() { s.keeps = append(s.keeps, c.name()) })
		case "keys":
			s.some = c.keys(wanted)
		case "occurred_at":
			s.occurred = series.StampOf(c.time())
		case "on":
			on = c.text()
		case "reserves":
			c.list(func() { s.reserves = append(s.reserves, c.reserve()) })
		default:
			c.skip()
		}
	})
	if err := c.end(); err != nil {
		return nil, err
	}
	if on == "" {
		return s, nil
	}
	// Of a choice more is wanted, and that it is one was not known before.
	s.choice = &choice{on: nameOf(on)}
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
	s.choice.key = precedentKey(s.choice.key, keys)
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
			c.skip()
		}
	})
	return r
}

// decision reads what a summary holds of a decision. The key of a choice is its
// play at first.
func (c *cursor) decision(s *summary) {
	var zeros []recovery.ChosenAction
	c.object(func(key []byte) {
		switch {
		case string(key) == "actions":
			s.acts = make([]act, 0, 4)
			c.list(func() { s.acts = append(s.acts, c.action(s.choice)) })
		case string(key) == "id":
			if s.choice == nil {
				s.id = c.name()
				return
			}
			s.choice.chosen.Decision = c.text()
			s.id = nameOf(s.choice.chosen.Decision)
		case string(key) == "incident":
			s.incident = c.text()
		case string(key) == "made" && s.choice != nil:
			c.object(func(key []byte) {
				if string(key) == "reason" {
					s.choice.chosen.Reason = c.text()
					return
				}
				c.skip()
			})
		case string(key) == "plays" && s.choice != nil:
			c.list(func() { c.firstPlay(s.choice) })
		case string(key) == "withheld" && s.choice != nil:
			c.list(func() { zeros = c.withheld(zeros) })
		default:
			c.skip()
		}
	})
	if s.choice == nil {
		return
	}
	for _, a := range s.acts {
		if !a.cancelled {
			s.choice.chosen.Actions = append(s.choice.chosen.Actions, recovery.ChosenAction{Type: a.kind, Amount: a.amount})
		}
	}
	s.choice.chosen.Actions = append(s.choice.chosen.Actions, zeros...)
}

func (c *cursor) firstPlay(of *choice) {
	c.object(func(key []byte) {
		if string(key) == "play" && of.key == "" {
			of.key = c.text()
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
func (c *cursor) action(of *choice) (a act) {
	c.object(func(key []byte) {
		switch {
		case string(key) == "amount":
			a.amount = c.money()
		case string(key) == "change":
			a.cancelled = string(c.raw()) == string(recovery.ChangeCancelled)
		case string(key) == "id":
			a.id = c.name()
		case string(key) == "if_late" && of != nil:
			c.list(func() {
				late := c.action(of)
				of.late = append(of.late, late.id)
			})
		case string(key) == "type":
			a.kind = c.word()
		default:
			c.skip()
		}
	})
	return a
}

// name reads an id.
func (c *cursor) name() name {
	raw := c.raw()
	if bytes.IndexByte(raw, '\\') < 0 {
		return nameOf(raw)
	}
	c.at -= len(raw) + 2
	return nameOf(c.text())
}

// word reads a text of which there are few different ones.
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

package ledger

import (
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// The keys that payloads have, as FORMAT.md lists them. What a decision and an incident have inside
// is for the package recovery to say, and so is why an incident was refused.
var (
	decisionShape = jsontext.Names().With("deliveries", deliveriesShape).With("given", givenShape).With("record",
		jsontext.Names("again", "base", "bases", "comparable", "decision", "defaults", "handed", "informed", "promises", "was", "incident", "keeps", "keys", "newest", "occurred_at", "on", "settles", "updated_at", "withdrawn").With("reserves", reserveShape))
	refusalShape  = jsontext.Names("at", "error", "incident", "input", "namespace").With("set", jsontext.Names("digest", "revision"))
	reportShape   = jsontext.Names("more").With("deliveries", deliveriesShape).With("reports", jsontext.Names("action", "at", "effect", "incident", "namespace", "note", "outcome").With("amount", moneyShape))
	setShape      = jsontext.Names("digest").With("files", jsontext.Names("base64", "path", "text"))
	calendarShape = jsontext.Names("calendar", "id")
	markShape     = jsontext.Names("incident", "namespace", "told", "updated_at")
	indexShape    = jsontext.Names("digest", "records")
	erasureShape  = jsontext.Names("anew", "at", "incidents", "key", "records", "refused").With("reserves", reserveShape)

	moneyShape   = jsontext.Names("currency", "value")
	reserveShape = jsontext.Names("at", "direction", "namespace", "partner", "units")
	givenShape   = jsontext.Names("made", "previous", "seen", "updated_at").
			With("open", jsontext.Names("attempt", "failed", "key", "state")).
			With("facts", jsontext.Names("count", "currency", "from", "matters", "name", "occurred", "of", "same", "sum").With("value", moneyShape)).
			With("precedents", jsontext.Names("comparable", "count", "play").
				With("amounts", jsontext.Names("type").With("highest", moneyShape).With("lower", moneyShape).With("lowest", moneyShape).With("upper", moneyShape)).
				With("recent", jsontext.Names("decision", "reason", "type").With("amount", moneyShape))).
			With("reports", jsontext.Names("action", "at", "effect", "outcome").With("amount", moneyShape)).
			With("use", jsontext.Names("direction", "from", "partner", "until", "used"))
)

// parse reads the payload of a record, on any core. Of a decision's keys it takes those that are
// wanted.
func parse(t *log.Item, wanted map[string]bool) {
	if t.Body != log.BodyWhole {
		return
	}
	made, err := parsePayload(t, wanted)
	if err == nil {
		t.Beside, err = deliveriesOf(t)
	}
	if err != nil {
		made = err
	}
	t.Made = made
}

func parsePayload(t *log.Item, wanted map[string]bool) (any, error) {
	switch t.Head.Kind {
	case KindDecision:
		return checkSummary(t.Head.Seq, t.Payload, wanted)
	case KindRefusal:
		return parseRefusal(t.Payload)
	case KindReport:
		list, _, err := parseReports(t.Payload)
		return list, err
	case KindSet:
		return checkSet(t.Payload)
	case KindCalendar:
		name, _, err := parseCalendar(t.Payload)
		return name, err
	case KindMark:
		return parseMark(t.Payload)
	case KindStream:
		return parseStreamed(t.Payload)
	case KindIndex:
		return parseIndexed(t.Head.Seq, t.Payload)
	}
	return parseErasure(t.Payload)
}

// following returns how many records of the same commit follow a record. It does not return the error
// of a payload that cannot be read, because whoever reads the reports finds it.
func following(t *log.Item) int64 {
	if t.Head.Kind != KindReport {
		return 0
	}
	_, more, _ := parseReports(t.Payload)
	return more
}

// openLog opens the records in a directory for reading.
func openLog(dir log.Files, step int64) (*log.Log, error) { return log.Open(dir, step, following) }

// parseSummary reads the summary out of a decision's payload. Of the incident's keys it takes those
// that are wanted.
func parseSummary(seq int64, payload []byte, wanted map[string]bool) (*store.Decision, error) {
	return summaryOf(readingAgain(payload), seq, payload, wanted)
}

// checkSummary is parseSummary for a payload that nobody has read before.
func checkSummary(seq int64, payload []byte, wanted map[string]bool) (*store.Decision, error) {
	return summaryOf(readingPayload(payload, decisionShape), seq, payload, wanted)
}

func summaryOf(c cursor, seq int64, payload []byte, wanted map[string]bool) (*store.Decision, error) {
	var decision, comparable []byte
	s := &store.Decision{Number: seq}
	on, settles := "", ""
	c.record(func(key []byte) {
		switch string(key) {
		case "again":
			s.Again = c.True()
		case "newest":
			s.Newest = c.True()
		case "comparable":
			comparable = c.Skip()
		case "decision":
			c.PeekKind()
			start := c.InputOffset()
			c.decision(s)
			decision = payload[start:c.InputOffset()]
		case "keeps":
			c.Elements(func() { s.Keeps = append(s.Keeps, c.id()) })
		case "keys":
			s.Some = c.keys(wanted)
		case "occurred_at":
			s.OccurredAt = c.time()
		case "on":
			on = c.Text()
		case "reserves":
			c.Elements(func() { s.Reserves = append(s.Reserves, c.reserve()) })
		case "settles":
			settles = c.Text()
		case "updated_at":
			s.UpdatedAt = c.time()
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
	if settles != "" {
		s.Choice.Settles = store.IDOf(settles)
	}
	d := readingAgain(decision)
	d.decision(s)
	if err := d.end(); err != nil {
		return nil, err
	}
	var keys []recovery.Key
	if len(comparable) > 0 {
		k := readingAgain(comparable)
		keys = k.pairs()
		if err := k.end(); err != nil {
			return nil, err
		}
	}
	s.Choice.Key = store.PrecedentKey(s.Namespace, s.Choice.Key, keys)
	return s, nil
}

// record visits the members of the record in a decision's payload.
func (c *cursor) record(member func(key []byte)) {
	c.Members(func(key []byte) {
		if string(key) == "record" {
			c.Members(member)
		}
	})
}

func (c *cursor) keys(wanted map[string]bool) []recovery.Key {
	var out []recovery.Key
	c.Members(func(key []byte) {
		if !wanted[string(key)] {
			return
		}
		if out == nil {
			out = make([]recovery.Key, 0, len(wanted))
		}
		out = append(out, recovery.Key{Path: string(key), Text: c.Text()})
	})
	return out
}

func (c *cursor) pairs() (out []recovery.Key) {
	c.Elements(func() {
		var k recovery.Key
		n := 0
		c.Elements(func() {
			if n == 0 {
				k.Path = c.Text()
			} else {
				k.Text = c.Text()
			}
			n++
		})
		out = append(out, k)
	})
	return out
}

func (c *cursor) reserve() (r recovery.Reserve) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "at":
			r.At = c.time()
		case "direction":
			r.Direction = c.Text()
		case "namespace":
			r.Namespace = c.Text()
		case "partner":
			r.Partner = c.Text()
		case "units":
			r.Units = c.Int()
		}
	})
	return r
}

// decision reads what a summary holds of a decision. The key of a choice is its
// play at first.
func (c *cursor) decision(s *store.Decision) {
	var zeros []recovery.ChosenAction
	c.Members(func(key []byte) {
		switch {
		case string(key) == "actions":
			s.Actions = make([]store.Action, 0, 4)
			c.Elements(func() { s.Actions = append(s.Actions, c.action(s.Choice)) })
		case string(key) == "choices":
			s.Leaves = s.Leaves[:0]
			c.Elements(func() {
				c.Members(func(key []byte) {
					if string(key) == "id" {
						s.Leaves = append(s.Leaves, c.id())
					}
				})
			})
		case string(key) == "decided_at":
			s.DecidedAt = c.time()
		case string(key) == "id":
			if s.Choice == nil {
				s.ID = c.id()
				return
			}
			s.Choice.Chosen.Decision = c.Text()
			s.ID = store.IDOf(s.Choice.Chosen.Decision)
		case string(key) == "incident":
			s.Incident = c.Text()
		case string(key) == "namespace":
			s.Namespace = c.word()
		case string(key) == "made" && s.Choice != nil:
			c.made(s)
		case string(key) == "set":
			c.Members(func(key []byte) {
				if string(key) == "digest" {
					s.Set = c.id()
				}
			})
		case string(key) == "plays" && s.Choice != nil:
			c.Elements(func() { c.firstPlay(s.Choice) })
		case string(key) == "withheld" && s.Choice != nil:
			c.Elements(func() { zeros = c.withheld(zeros) })
		}
	})
	if s.Choice == nil {
		return
	}
	for _, a := range s.Actions {
		if !a.Cancelled && !s.Choice.Open {
			s.Choice.Chosen.Actions = append(s.Choice.Chosen.Actions, recovery.ChosenAction{Type: a.Type, Amount: a.Amount})
		}
	}
	s.Choice.Chosen.Actions = append(s.Choice.Chosen.Actions, zeros...)
}

// made reads who has chosen. What was proposed counts like actions while it awaits a second.
func (c *cursor) made(s *store.Decision) {
	pending := false
	c.Members(func(key []byte) {
		switch string(key) {
		case "choice":
			s.Choice.ID = c.id()
		case "declined":
			s.Choice.Open = true
		case "pending":
			pending = c.True()
			s.Choice.Open = pending
		case "proposed": // its key comes behind the others
			if pending {
				c.Elements(func() { s.Actions = append(s.Actions, c.action(nil)) })
			}
		case "reason":
			s.Choice.Chosen.Reason = c.Text()
		}
	})
}

func (c *cursor) firstPlay(of *store.Choice) {
	c.Members(func(key []byte) {
		if string(key) == "play" && of.Key == "" {
			of.Key = c.Text()
		}
	})
}

func (c *cursor) withheld(zeros []recovery.ChosenAction) []recovery.ChosenAction {
	var a recovery.ChosenAction
	reason := ""
	c.Members(func(key []byte) {
		switch string(key) {
		case "amount":
			a.Amount = c.money()
		case "reason":
			reason = c.Text()
		case "type":
			a.Type = c.Text()
		}
	})
	if reason != "zero" {
		return zeros
	}
	return append(zeros, a)
}

// action reads an action; what is in its if_late counts for choices only.
func (c *cursor) action(of *store.Choice) (a store.Action) {
	c.Members(func(key []byte) {
		switch {
		case string(key) == "amount":
			a.Amount = c.money()
		case string(key) == "change":
			a.Cancelled = string(c.TextBytes()) == string(recovery.ChangeCancelled)
		case string(key) == "given_at":
			a.GivenAt = c.time()
		case string(key) == "id":
			a.ID = c.id()
		case string(key) == "if_late" && of != nil:
			c.Elements(func() {
				late := c.action(of)
				of.IfLate = append(of.IfLate, late.ID)
			})
		case string(key) == "parts":
			c.Elements(func() { a.Parts = append(a.Parts, c.part()) })
		case string(key) == "type":
			a.Type = c.word()
		}
	})
	return a
}

func (c *cursor) part() (p recovery.Part) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "amount":
			p.Amount = c.money()
		case "at":
			p.At = c.time()
		}
	})
	return p
}

func (c *cursor) id() store.ID { return store.IDOf(c.TextBytes()) }

// word reads a text that has only a few different values, and shares equal ones.
func (c *cursor) word() string {
	text := c.TextBytes()
	switch string(text) {
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
	return string(text)
}

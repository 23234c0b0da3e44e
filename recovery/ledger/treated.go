package ledger

import (
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// treated is what the audit of equal treatment has to know of a decision, or of a
// choice.
type treated struct {
	*store.Decision
	given     []gave // one for each action of the decision
	play      string // the first
	by        string // of a choice
	deviation string

	previous int64 // the records that it was made from; -1: none
	stood    []int64
}

// gave says what an action means to a customer.
type gave struct {
	redress bool
	plays   []string
	given   time.Time // zero: by this decision
	due     time.Time // zero: it has no deadline
}

// parseTreated reads it out of a decision's payload, with the keys that are wanted.
func parseTreated(seq int64, payload []byte, wanted map[string]bool) (*treated, error) {
	s, err := parseSummary(seq, payload, wanted)
	if err != nil {
		return nil, err
	}
	r := &treated{Decision: s, previous: -1}
	c := readingAgain(payload)
	c.Members(func(key []byte) {
		switch string(key) {
		case "given":
			c.Members(func(key []byte) {
				switch string(key) {
				case "made":
					c.Elements(func() { r.stood = append(r.stood, c.Int()) })
				case "previous":
					r.previous = c.Int()
				}
			})
		case "record":
			c.Members(func(key []byte) {
				if string(key) == "decision" {
					c.treated(r)
				}
			})
		}
	})
	return r, c.end()
}

func (c *cursor) treated(r *treated) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "actions":
			r.given = r.given[:0]
			c.Elements(func() { r.given = append(r.given, c.gave()) })
		case "made":
			c.Members(func(key []byte) {
				switch string(key) {
				case "by":
					r.by = c.Text()
				case "deviation":
					r.deviation = c.Text()
				}
			})
		case "plays":
			c.Elements(func() {
				c.Members(func(key []byte) {
					if string(key) == "play" && r.play == "" {
						r.play = c.Text()
					}
				})
			})
		}
	})
}

func (c *cursor) gave() (g gave) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "justice":
			g.redress = string(c.TextBytes()) == recovery.JusticeDistributive
		case "plays":
			c.Elements(func() { g.plays = append(g.plays, c.Text()) })
		case "given_at":
			g.given = c.time()
		case "due_at":
			g.due = c.time()
		}
	})
	return g
}

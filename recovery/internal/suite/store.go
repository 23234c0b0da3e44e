package suite

import (
	"context"
	"slices"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/given"
)

// store knows what a step is given, and what the steps before have decided and chosen.
type store struct {
	*given.Store
	last     *recovery.Record
	choices  []recovery.Record // all that were made
	made     []recovery.Record // those that hang on last
	choosing bool              // a choice is being made
}

// Read answers from what is given. Where the incident is decided again, the record of the step
// before is handed out without it: an engine that handles an incident again which has not
// changed returns the decision that stands, and a step is there to see what
// would be decided at its own time.
func (s *store) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	g, version, err := s.Store.Read(ctx, q)
	if s.last != nil {
		previous := *s.last
		if !s.choosing {
			previous.Incident = nil
		}
		g.Previous, g.Made = &previous, s.made
	}
	return g, version, err
}

// Commit remembers the decision for the next step: one of the incident with the choices that it
// keeps, or a choice.
func (s *store) Commit(_ context.Context, c recovery.Commit) error {
	switch r := c.Record; {
	case r == nil:
	case r.On != "":
		s.choices, s.made = append(slices.Clip(s.choices), *r), append(slices.Clip(s.made), *r)
	default:
		s.last, s.made = r, nil
		for _, m := range s.choices {
			if slices.Contains(r.Keeps, m.Decision.ID) {
				s.made = append(s.made, m)
			}
		}
	}
	return nil
}

// choiceOf is the id of the choice that a play has left; the name of the play, which is none, when
// it has left none.
func (s *store) choiceOf(play string) string {
	for _, m := range s.choices {
		if m.Decision.Plays[0].Play == play {
			return m.Decision.Made.Choice
		}
	}
	if s.last != nil {
		for _, c := range s.last.Decision.Choices {
			if c.Play == play {
				return c.ID
			}
		}
	}
	return play
}

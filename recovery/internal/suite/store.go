package suite

import (
	"context"
	"slices"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/given"
	rules "github.com/servicerecovery/amends/recovery/store"
)

// store knows what a step is given, and what the steps before have decided and chosen.
type store struct {
	*given.Store
	last     *recovery.Record
	choices  []recovery.Record // every choice that was made
	counted  []*rules.Decision // the same choices, as the rules of a store see them
	stands   rules.Standing    // the last decision and the choices on it
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
		g.Previous, g.Made = &previous, s.made()
	}
	return g, version, err
}

// made are the choices that stand.
func (s *store) made() (out []recovery.Record) {
	for i, c := range s.counted {
		if slices.Contains(s.stands.Made, c) {
			out = append(out, s.choices[i])
		}
	}
	return out
}

// Commit remembers a decision, or a choice, for the next step.
func (s *store) Commit(_ context.Context, c recovery.Commit) error {
	r := c.Record
	if r == nil {
		return nil
	}
	counts := r.Counts(int64(len(s.choices)))
	s.stands = s.stands.After(counts, s.counted)
	if r.On == "" {
		s.last = r
		return nil
	}
	s.choices, s.counted = append(slices.Clip(s.choices), *r), append(slices.Clip(s.counted), counts)
	return nil
}

// choiceOf is the id of the choice that a play has left. Where it has left none, the result is the
// name of the play, which no choice has as its id.
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

package suite

import (
	"context"
	"slices"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
	"github.com/servicerecovery/amends/recovery/internal/given"
)

// store knows what a step is given, and what the steps before have decided, chosen and reported.
type store struct {
	*given.Store
	agenda.Thread
	all []*recovery.Decision // every decision, those that make choices too
	// tells says that the incident is told by payloads, which may be parts: what was refused is
	// remembered then.
	tells bool
	told  *recovery.Told
}

// Read answers from what is given, and from what the steps before have left.
func (s *store) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	g, version, err := s.Store.Read(ctx, q)
	past := s.Given()
	g.Previous, g.Made, g.Reports, g.UpdatedAt = past.Previous, past.Made, past.Reports, past.UpdatedAt
	if s.tells {
		g.Told = s.told
	}
	return g, version, err
}

// Commit remembers a decision, a choice or reports for the next step.
func (s *store) Commit(_ context.Context, c recovery.Commit) error {
	s.Report(c.Reports...)
	s.Mark(c.Mark)
	switch {
	case c.Refusal != nil:
		s.told = &recovery.Told{Incident: c.Refusal.Input, At: c.Refusal.At}
	case c.Record != nil:
		s.told = nil
	case c.Mark != nil:
		s.told = nil
		if c.Mark.Told != nil {
			s.told = &recovery.Told{Incident: c.Mark.Told}
		}
	}
	if c.Record != nil {
		s.Take(c.Record)
		s.all = append(slices.Clip(s.all), c.Record.Decision)
	}
	return nil
}

// choiceOf is the id of the choice that a play has left. Where it has left none, the result is the
// name of the play, which no choice has as its id.
func (s *store) choiceOf(play string) string {
	for _, m := range s.Choices() {
		if m.Decision.Plays[0].Play == play {
			return m.Decision.Made.Choice
		}
	}
	if s.Latest != nil {
		for _, c := range s.Latest.Decision.Choices {
			if c.Play == play {
				return c.ID
			}
		}
	}
	return play
}

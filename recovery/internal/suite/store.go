package suite

import (
	"context"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/given"
)

// store knows what a step is given, and the decision of the step before.
type store struct {
	*given.Store
	last *recovery.Record
}

// Read answers from what is given. The record of the step before is handed out
// without its incident: an engine that handles an incident again which has not
// changed returns the decision that stands, and a step is there to see what
// would be decided at its own time.
func (s *store) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	g, version, err := s.Store.Read(ctx, q)
	if s.last != nil {
		previous := *s.last
		previous.Incident = nil
		g.Previous = &previous
	}
	return g, version, err
}

// Commit remembers the decision for the next step.
func (s *store) Commit(_ context.Context, c recovery.Commit) error {
	if c.Record != nil {
		s.last = c.Record
	}
	return nil
}

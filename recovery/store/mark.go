package store

import "time"

// Mark says that a host has told of a version of an incident that differs from the one before in its
// updated_at alone. No decision is made of it. Versions before it are outdated.
type Mark struct {
	Incident  string
	UpdatedAt time.Time
}

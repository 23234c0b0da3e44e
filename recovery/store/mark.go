package store

import "time"

// Mark says that a host has told of a version of an incident that gives no other decision: it differs
// from the one that was decided in its updated_at, or in fields that no document declares. Versions
// with an earlier updated_at are outdated.
type Mark struct {
	Namespace string
	Incident  string
	UpdatedAt time.Time
	// Told is the incident as the host told of it, as JSON, where that differs from what was decided
	// in fields that no document declares. Without it, what was told last is what was decided.
	Told []byte
}

// Told is an incident as a host told of it last, where the latest decision was not made of that: it
// was refused, or a [Mark] has it.
type Told struct {
	Incident []byte    // as JSON: an object
	At       time.Time // when it was refused, or the updated_at of the mark
}

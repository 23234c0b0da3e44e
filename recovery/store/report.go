package store

import "time"

// Report is the host's word that an action was done.
type Report struct {
	Incident string
	Action   string // its id
	At       time.Time
	Note     string
}

// Same reports whether two reports say the same. A store keeps such a report once, however often it
// comes. The zone of the time makes no difference.
func (r Report) Same(other Report) bool {
	return r.Incident == other.Incident && r.Action == other.Action && r.At.Equal(other.At) && r.Note == other.Note
}

package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrConflict says that the inputs of a decision have changed in a way that
// matters.
var ErrConflict = errors.New("what the decision was made from has changed")

// ErrErased says that an incident was erased. What comes again about it is refused, until the store is told
// that it begins anew.
var ErrErased = errors.New("the incident was erased")

// Changed returns an [ErrConflict] that says what has changed.
func Changed(what string) error { return fmt.Errorf("%w: %s", ErrConflict, what) }

// Seen has the inputs of a decision, and the units that it reserves.
type Seen struct {
	// On is the decision that a choice hangs on, where Chooses is set.
	Chooses bool
	On      ID
	// Latest is the incident's previous decision; the zero ID when there was none.
	// Made are the choices on it.
	Latest ID
	Made   []ID
	// UpdatedAt is the latest updated_at of the incident; zero when it never had one.
	UpdatedAt time.Time
	// Tells is set on a commit that says what was told of the incident: neither a choice nor a
	// decision that was made because time has passed. Told is what had been told last, where the
	// latest decision was not made of that.
	Tells bool
	Told  []byte

	// Waiting are the keys of the incident's deliveries that nobody had claimed.
	Waiting []string
	// Reports is how many reports there were on the incident.
	Reports int

	Reads      Query
	Facts      []any // the answers to the query's
	Use        []int64
	Precedents []Precedents
	Reserves   []Reserve
}

// CheckThread compares what was seen of the incident itself with what is true now: its latest
// decision, the choices on it, and the latest updated_at. The error is an [ErrConflict].
func (s Seen) CheckThread(latest ID, made []ID, updatedAt time.Time) error {
	switch {
	case s.Chooses && s.On != latest:
		return Changed("the decision that the choice hangs on is not the latest")
	case !slices.Equal(s.Made, made) && s.Latest == latest:
		return Changed("the choices made on the incident")
	case s.Latest != latest:
		return s.CheckLatest(latest)
	}
	return s.CheckUpdated(updatedAt)
}

// CheckUpdated is what CheckThread compares of the latest updated_at. The error is an [ErrConflict].
func (s Seen) CheckUpdated(updatedAt time.Time) error {
	if !s.UpdatedAt.Equal(updatedAt) {
		return Changed("a later version of the incident was told of")
	}
	return nil
}

// CheckLatest is what CheckThread compares for a [Mark]: the incident's latest decision, which the
// version is the same as. The error is an [ErrConflict].
func (s Seen) CheckLatest(latest ID) error {
	if s.Latest != latest {
		return Changed("the incident's previous decision")
	}
	return nil
}

// CheckTold compares what had been told of the incident last, for a commit that tells of it. So of two
// that change the same version of an incident, the second is made again. The error is an [ErrConflict].
func (s Seen) CheckTold(told *Told) error {
	var now []byte
	if told != nil {
		now = told.Incident
	}
	if s.Tells && !bytes.Equal(s.Told, now) {
		return ChangedTold()
	}
	return nil
}

// ChangedTold is the error of CheckTold, for stores that compare in a way of their own.
func ChangedTold() error { return Changed("what was told of the incident last") }

// Now answers the queries of a decision again, at the time of the commit.
type Now interface {
	Fact(q *FactQuery) (any, error)
	Use(q *UseQuery) (int64, error)
	Precedents(q *PrecedentQuery) (Precedents, error)
}

// CheckCounts compares the values that were seen of other incidents with the values now. It does
// not compare values that cannot change a decision for the worse: facts that no limit counts, the
// use of partners that the decision does not take. The error is an [ErrConflict], or
// that of an answer.
func (s Seen) CheckCounts(now Now) error {
	for i := range s.Reads.Facts {
		q := &s.Reads.Facts[i]
		if !q.Matters {
			continue
		}
		is, err := now.Fact(q)
		if err != nil {
			return err
		}
		if is != s.Facts[i] {
			return Changed("the fact " + q.Name)
		}
	}
	for i := range s.Reads.Use {
		q := &s.Reads.Use[i]
		takes := func(r Reserve) bool {
			return r.Namespace == q.Namespace && r.Partner == q.Partner && r.Direction == q.Direction
		}
		if !slices.ContainsFunc(s.Reserves, takes) {
			continue
		}
		is, err := now.Use(q)
		if err != nil {
			return err
		}
		if is != s.Use[i] {
			return Changed("the use of partner " + q.Partner)
		}
	}
	for i := range min(len(s.Precedents), len(s.Reads.Precedents)) {
		q := &s.Reads.Precedents[i]
		is, err := now.Precedents(q)
		if err != nil {
			return err
		}
		if !is.Same(&s.Precedents[i]) {
			return Changed("the precedents of " + q.Play)
		}
	}
	return nil
}

package store

import (
	"errors"
	"fmt"
	"slices"
)

// ErrConflict says that the inputs of a decision have changed in a way that
// matters.
var ErrConflict = errors.New("what the decision was made from has changed")

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

	Reads    Query
	Facts    []any // the answers to the query's
	Use      []int64
	Reserves []Reserve
}

// CheckThread compares the decision and the choices that were seen of the incident itself with its
// latest decision and the choices on it now. The error is an [ErrConflict].
func (s Seen) CheckThread(latest ID, made []ID) error {
	switch {
	case s.Chooses && s.On != latest:
		return Changed("the decision that the choice hangs on is not the latest")
	case s.Latest != latest:
		return Changed("the incident's previous decision")
	case !slices.Equal(s.Made, made):
		return Changed("the choices made on the incident")
	}
	return nil
}

// Now answers the queries of a decision again, at the time of the commit.
type Now interface {
	Fact(q *FactQuery) (any, error)
	Use(q *UseQuery) (int64, error)
}

// CheckCounts compares the values that were seen of other incidents with the values now. It does
// not compare values that cannot change a decision for the worse: facts that no limit counts, the
// use of partners that the decision does not take, precedents. The error is an [ErrConflict], or
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
		takes := func(r Reserve) bool { return r.Partner == q.Partner && r.Direction == q.Direction }
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
	return nil
}

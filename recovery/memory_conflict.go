package recovery

import (
	"fmt"
	"slices"
)

// conflict compares what a decision was made from with what is true now. What
// cannot change a decision for the worse is not compared: facts that no limit
// counts, the use of partners that the decision does not take, precedents.
func (s *MemoryStore) conflict(c *Commit) error {
	t := s.thread(c.Record.Decision.Incident)
	if on := c.Record.On; on != "" && (t.latest == nil || t.latest.Decision.ID != on) {
		return changed("the decision that the choice hangs on is not the latest")
	}
	if c.Version == s.version {
		return nil
	}
	if recordID(c.Given.Previous) != recordID(t.latest) {
		return changed("the incident's previous decision")
	}
	same := func(a Record, b *Record) bool { return recordID(&a) == recordID(b) }
	if !slices.EqualFunc(c.Given.Made, t.made, same) {
		return changed("the choices made on the incident")
	}
	if err := s.factsConflict(c, t); err != nil {
		return err
	}
	return s.useConflict(c, t)
}

func changed(what string) error { return fmt.Errorf("%w: %s", ErrConflict, what) }

func recordID(r *Record) string {
	if r == nil {
		return ""
	}
	return r.Decision.ID
}

func (s *MemoryStore) factsConflict(c *Commit, t *thread) error {
	s.index(c.Reads.Facts)
	for i := range c.Reads.Facts {
		q := &c.Reads.Facts[i]
		if !q.Matters {
			continue
		}
		now, err := s.fact(q, t)
		if err != nil {
			return err
		}
		if now != c.Given.Facts[i] {
			return changed("the fact " + q.Name)
		}
	}
	return nil
}

func (s *MemoryStore) useConflict(c *Commit, t *thread) error {
	for i, q := range c.Reads.Use {
		reserves := func(r Reserve) bool { return r.Partner == q.Partner && r.Direction == q.Direction }
		if !slices.ContainsFunc(c.Record.Reserves, reserves) {
			continue
		}
		now, err := s.useOf(q, t)
		if err != nil {
			return err
		}
		if now != c.Given.Use[i] {
			return changed("the use of partner " + q.Partner)
		}
	}
	return nil
}

package ledger

import (
	"context"
	"iter"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// Scope says what of a ledger is counted. The zero value counts everything of the empty namespace.
type Scope struct {
	// Namespace is the one whose incidents are counted. With All, those of every namespace are.
	Namespace string
	All       bool
	// Since and Until bound the time at which something counts: not before Since, and before Until.
	// A zero time is no bound.
	Since, Until time.Time
	// Set is the digest of the set whose decisions are counted; empty: those of all sets.
	Set string
}

// Has reports whether something is counted that counts at a time and was decided by a set.
func (s Scope) Has(at time.Time, digest string) bool {
	switch {
	case !s.Since.IsZero() && at.Before(s.Since), !s.Until.IsZero() && !at.Before(s.Until):
		return false
	}
	return s.Set == "" || s.Set == digest
}

// hasDecision reports whether a decision is counted, by when it was made.
func (s Scope) hasDecision(d *store.Decision) bool {
	return s.in(d.Namespace) && (s.IsZero() || s.has(d.DecidedAt, d))
}

// hasIncident reports whether the incident of a decision is counted: by when it was reported, else by
// when it occurred.
func (s Scope) hasIncident(d *store.Decision) bool {
	if s.IsZero() || !s.in(d.Namespace) {
		return s.in(d.Namespace)
	}
	at := d.OccurredAt
	if reported, err := value.ParseTimestamp(d.Key(reportedAt)); err == nil {
		at = reported
	}
	return s.has(at, d)
}

func (s Scope) in(namespace string) bool { return s.All || s.Namespace == namespace }

// reportedAt is the field by which incidents are counted.
const reportedAt = "reported_at"

func (s Scope) has(at time.Time, d *store.Decision) bool {
	bounds := Scope{Since: s.Since, Until: s.Until}
	return bounds.Has(at, "") && (s.Set == "" || d.Set == store.IDOf(s.Set))
}

// IsZero reports whether everything of the namespace is counted.
func (s Scope) IsZero() bool { return s.Since.IsZero() && s.Until.IsZero() && s.Set == "" }

// Sets goes through the sets that a ledger has archived, in the order in which they came. It does not
// read what else is in the records.
func Sets(ctx context.Context, dir string) iter.Seq2[*Entry, error] {
	return entriesIn(ctx, dir, func(t *log.Item) bool { return t.Head.Kind == KindSet && t.Body != log.BodyErased })
}

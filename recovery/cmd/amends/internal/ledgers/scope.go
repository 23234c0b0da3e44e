package ledgers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Scope are the flags that say what of a ledger is counted: --namespace, --since, --until and --set.
type Scope struct {
	since, until command.Period
	namespace    *string
	set          *string
	zone         *time.Location // of the days, once the ledger was looked at
}

// Namespace adds the flag that names a tenant of a ledger.
func Namespace(f *command.Flags) *string {
	return f.String("namespace", "", "`NAME` of the tenant whose incidents are meant; without it, those of no tenant")
}

// NewScope adds the flags to a command.
func NewScope(f *command.Flags) *Scope {
	s := &Scope{namespace: Namespace(f)}
	f.Var(&s.since, "since", "count from `TIME` on: a day (2026-03-01), a month (2026-01), a quarter (2026-Q1), a year, or RFC 3339")
	f.Var(&s.until, "until", "count until `TIME`: to the end of a day, a month, a quarter or a year, or before a time")
	s.set = f.String("set", "", "count what was decided by the set with `DIGEST`, or with a digest that begins so")
	return s
}

// IsSet reports whether one of the flags was given.
func (s *Scope) IsSet() bool { return s.bounded() || *s.namespace != "" }

func (s *Scope) bounded() bool { return s.since.IsSet() || s.until.IsSet() || *s.set != "" }

// Of is what the flags say of a ledger. Days are those of the zone; without one, those of the shared
// zone of the latest set that the ledger has archived.
func (s *Scope) Of(dir string, zone *time.Location) (ledger.Scope, error) {
	out := ledger.Scope{Namespace: *s.namespace}
	if !s.bounded() {
		return out, nil
	}
	if zone == nil || *s.set != "" {
		digests, latest, err := archivedSets(dir)
		if err != nil {
			return out, err
		}
		if zone == nil {
			zone = zoned.Of(latest).Shared()
		}
		if out.Set, err = digestOf(*s.set, digests); err != nil {
			return out, fmt.Errorf("--set: %s: %w", dir, err)
		}
	}
	s.zone = zone
	if s.since.IsSet() {
		out.Since = s.since.Start(zone)
	}
	if s.until.IsSet() {
		out.Until = s.until.End(zone)
	}
	if s.since.IsSet() && s.until.IsSet() && !out.Since.Before(out.Until) {
		return out, fmt.Errorf("nothing lies between --since %s and --until %s", s.since.String(), s.until.String())
	}
	return out, nil
}

// Zone is the zone of the days, once [Scope.Of] has looked at the ledger; nil where nothing asked for
// one.
func (s *Scope) Zone() *time.Location { return s.zone }

// Before is when the period before a scope began: so many months before, where the scope is of whole
// months, else as long before as the scope is long. It is zero where the scope has no beginning.
func (s *Scope) Before(of ledger.Scope, now time.Time) time.Time {
	if of.Since.IsZero() {
		return time.Time{}
	}
	zone, until := s.zone, of.Until
	if zone == nil {
		zone = time.UTC
	}
	if until.IsZero() {
		until = now
	}
	from, to := of.Since.In(zone), until.In(zone)
	if s.since.Months() > 0 && s.until.Months() > 0 {
		months := 12*(to.Year()-from.Year()) + int(to.Month()) - int(from.Month())
		return time.Date(from.Year(), from.Month()-time.Month(months), 1, 0, 0, 0, 0, zone)
	}
	// Whole days are as many days before, though one of them may have 23 hours.
	if days := to.Sub(from).Round(24 * time.Hour); from.AddDate(0, 0, int(days/(24*time.Hour))).Equal(to) {
		return from.AddDate(0, 0, -int(days/(24*time.Hour)))
	}
	return from.Add(-to.Sub(from))
}

// archivedSets are the digests of the sets of a ledger, and the one that came last.
func archivedSets(dir string) (digests []string, latest *playbook.Set, err error) {
	var last *ledger.Entry
	for e, err := range ledger.Sets(context.Background(), dir) {
		if err != nil {
			return nil, nil, stores.Placed(dir, err)
		}
		digests, last = append(digests, e.Set.Digest), e
	}
	if last == nil {
		return nil, nil, nil
	}
	fsys, err := last.Playbooks()
	if err != nil {
		return nil, nil, stores.Placed(dir, err)
	}
	latest, _ = playbook.Load(fsys)
	return digests, latest, nil
}

// digestOf finds the digest that was meant among those that there are.
func digestOf(text string, digests []string) (string, error) {
	if text == "" {
		return "", nil
	}
	const kind, least = "sha256:", 4
	begin := kind + strings.ToLower(strings.TrimPrefix(text, kind))
	if len(begin) < len(kind)+least {
		return "", fmt.Errorf("a digest begins with at least %d of its characters, found %s", least, unseen.Quote(text))
	}
	found := slices.DeleteFunc(slices.Clone(digests), func(d string) bool { return !strings.HasPrefix(d, begin) })
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return "", fmt.Errorf("the digests of %d sets begin with %s", len(found), unseen.Quote(text))
	case len(digests) == 0:
		return "", errors.New("no set is archived")
	}
	const most = 3
	last := digests[max(0, len(digests)-most):]
	return "", fmt.Errorf("no set has a digest that begins with %s; the latest are %s", unseen.Quote(text), strings.Join(last, ", "))
}

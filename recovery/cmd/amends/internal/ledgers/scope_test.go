package ledgers

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery/ledger"
)

// TestBefore has the period before a month, a quarter, some months, and a time of any length.
func TestBefore(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ since, until, want string }{
		{"", "2026-03", "0001-01-01T00:00:00Z"},
		{"2026-03", "2026-03", "2026-02-01T00:00:00+01:00"},
		{"2026-01", "2026-01", "2025-12-01T00:00:00+01:00"},
		{"2026-04", "2026-04", "2026-03-01T00:00:00+01:00"}, // the clocks went forward in between
		{"2026-Q2", "2026-Q2", "2026-01-01T00:00:00+01:00"},
		{"2026-Q1", "2026-02", "2025-11-01T00:00:00+01:00"},
		{"2026", "2026", "2025-01-01T00:00:00+01:00"},
		{"2026-03-02", "2026-03-08", "2026-02-23T00:00:00+01:00"},
		{"2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T07:00:00+01:00"},
		{"2026-05-01", "", "2026-03-01T00:00:00+01:00"}, // until now
	} {
		s := &Scope{zone: madrid}
		of := ledger.Scope{}
		if x.since != "" {
			if err := s.since.Set(x.since); err != nil {
				t.Fatal(err)
			}
			of.Since = s.since.Start(madrid)
		}
		if x.until != "" {
			if err := s.until.Set(x.until); err != nil {
				t.Fatal(err)
			}
			of.Until = s.until.End(madrid)
		}
		now := time.Date(2026, 7, 1, 0, 0, 0, 0, madrid)
		if got := s.Before(of, now); !got.Equal(parse(t, x.want)) {
			t.Errorf("before %s to %s: got %s, want %s", x.since, x.until, got.Format(time.RFC3339), x.want)
		}
	}
}

func parse(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

package worktime_test

import (
	"slices"
	"testing"

	"github.com/servicerecovery/amends/policy/worktime"
)

func TestNormalise(t *testing.T) {
	const a, b, c, d = "2026-03-02T01:00:00Z", "2026-03-02T02:00:00Z", "2026-03-02T03:00:00Z", "2026-03-02T04:00:00Z"
	for name, test := range map[string]struct{ given, want []worktime.Pause }{
		"none":                {nil, nil},
		"apart, out of order": {pauses(t, c, d, a, b), pauses(t, a, b, c, d)},
		"overlapping":         {pauses(t, b, d, a, c), pauses(t, a, d)},
		"touching":            {pauses(t, a, b, b, c), pauses(t, a, c)},
		"one in another":      {pauses(t, a, d, b, c), pauses(t, a, d)},
		"the same twice":      {pauses(t, a, b, a, b), pauses(t, a, b)},
		"open":                {pauses(t, c, "", a, b), pauses(t, a, b, c, "")},
		"open over the rest":  {pauses(t, a, "", b, c), pauses(t, a, "")},
		"open after the rest": {pauses(t, a, d, b, ""), pauses(t, a, "")},
		"open twice":          {pauses(t, c, "", a, ""), pauses(t, a, "")},
		"empty":               {pauses(t, b, b, d, c, a, a), nil},
	} {
		given := slices.Clone(test.given)
		if got := worktime.Normalise(test.given); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v; want %v", name, got, test.want)
		}
		if !slices.Equal(given, test.given) {
			t.Errorf("%s: the argument was changed", name)
		}
	}
}

func TestPausedAt(t *testing.T) {
	clock := worktime.Clock{Pauses: pauses(t, "2026-03-02T03:00:00Z", "", "2026-03-02T01:00:00Z", "2026-03-02T02:00:00Z", "2026-03-02T02:30:00Z", "2026-03-02T02:30:00Z")}
	for at, want := range map[string]bool{
		"2026-03-02T00:59:59Z": false, "2026-03-02T01:00:00Z": true, "2026-03-02T01:59:59.9Z": true, "2026-03-02T02:00:00Z": false,
		"2026-03-02T02:30:00Z": false, "2026-03-02T03:00:00Z": true, "2036-03-02T03:00:00Z": true,
	} {
		if got := clock.PausedAt(instant(t, at)); got != want {
			t.Errorf("paused at %s: %v", at, got)
		}
	}
}

package worktime_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
)

func BenchmarkAdd(b *testing.B) {
	base := instant(b, "2026-03-02T09:00:00Z")
	hourly := worktime.Clock{Calendar: calendar(b, "Europe/Madrid", hours{"mon": {"09:00-10:00"}}, nil)}
	paused := worktime.Clock{Calendar: office(b), Pauses: pauses(b, "2026-03-02T10:00:00Z", "2026-03-04T10:00:00Z", "2026-03-05T10:00:00Z", "2026-03-05T11:00:00Z")}
	for name, test := range map[string]struct {
		clock worktime.Clock
		d     time.Duration
	}{
		"absolute":      {worktime.Clock{}, 4 * time.Hour},
		"today":         {worktime.Clock{Calendar: office(b)}, 2 * time.Hour},
		"a_week":        {worktime.Clock{Calendar: office(b)}, 40 * time.Hour},
		"with_pauses":   {paused, 10 * time.Hour},
		"two_centuries": {hourly, 52 * 200 * time.Hour},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := test.clock.Add(base, test.d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("never", func(b *testing.B) {
		for b.Loop() {
			if _, err := hourly.Add(base, 1<<63-1); err == nil {
				b.Fatal("there was such a time")
			}
		}
	})
}

func BenchmarkAddWorkingDays(b *testing.B) {
	clock, base := worktime.Clock{Calendar: office(b)}, instant(b, "2026-03-02T09:00:00Z")
	for b.Loop() {
		if _, err := clock.AddWorkingDays(base, 5); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNotBefore(b *testing.B) {
	clock, base := worktime.Clock{Calendar: office(b)}, instant(b, "2026-03-06T19:00:00Z")
	for b.Loop() {
		if _, err := clock.NotBefore(base); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWorked(b *testing.B) {
	c, from := office(b), instant(b, "2026-03-02T09:00:00Z")
	for name, to := range map[string]time.Time{"a_day": from.AddDate(0, 0, 1), "a_year": from.AddDate(1, 0, 0)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c.Worked(from, to)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	b.Run("zone", func(b *testing.B) {
		for b.Loop() {
			if _, err := worktime.LoadZone("Europe/Madrid"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("calendar", func(b *testing.B) {
		for b.Loop() {
			office(b)
		}
	})
}

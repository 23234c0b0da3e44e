package worktime_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
)

func TestLoadZone(t *testing.T) {
	// The host must not matter: neither this nor /usr/share/zoneinfo.
	t.Setenv("ZONEINFO", "/nonexistent")
	t.Setenv("TZ", "Asia/Tokyo")
	for name, want := range map[string]string{
		"Europe/Madrid":    "2026-07-01T14:00:00+02:00",
		"America/New_York": "2026-07-01T08:00:00-04:00",
		"Asia/Kolkata":     "2026-07-01T17:30:00+05:30",
		"Etc/GMT+5":        "2026-07-01T07:00:00-05:00",
		"UTC":              "2026-07-01T12:00:00Z",
		"Etc/UTC":          "2026-07-01T12:00:00Z",
	} {
		loc, err := worktime.LoadZone(name)
		if err != nil {
			t.Errorf("LoadZone(%q): %v", name, err)
			continue
		}
		got := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC).In(loc).Format(time.RFC3339)
		if got != want || loc.String() != name {
			t.Errorf("%s, named %s, shows %s; want %s", name, loc, got, want)
		}
	}
	for _, name := range []string{"", "Local", "local", "europe/madrid", "EUROPE/MADRID", "utc", "Europe", "Europe/", "Europe/Atlantis", "../UTC", "/etc/localtime", "Factory", "+01:00"} {
		if loc, err := worktime.LoadZone(name); err == nil {
			t.Errorf("LoadZone(%q) = %v", name, loc)
		}
	}
	_, err := worktime.LoadZone("Europe/Atlantis")
	if want := `"Europe/Atlantis" is no time zone: write an IANA name such as Europe/Madrid, or UTC`; err == nil || err.Error() != want {
		t.Errorf("message: %v", err)
	}
	if loc, err := worktime.LoadZone("UTC"); err != nil || loc != time.UTC {
		t.Errorf("UTC is %v, %v", loc, err)
	}
}

func TestZoneNames(t *testing.T) {
	names := worktime.ZoneNames()
	if len(names) < 590 || !slices.IsSorted(names) {
		t.Errorf("%d names, sorted %v", len(names), slices.IsSorted(names))
	}
	var wait sync.WaitGroup
	for _, name := range names {
		wait.Go(func() {
			if _, err := worktime.LoadZone(name); err != nil {
				t.Errorf("LoadZone(%q): %v", name, err)
			}
		})
	}
	wait.Wait()
}

package value_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

func TestPlain(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		v    any
		zone *time.Location
		want string
	}{
		{336 * time.Hour, nil, "14d"},
		{80 * time.Hour, nil, "3d8h"},
		{48 * time.Hour, nil, "2d"},
		{48*time.Hour - time.Second, nil, "47h59m59s"},
		{24 * time.Hour, nil, "24h"},
		{90 * time.Minute, nil, "1h30m"},
		{time.Duration(0), nil, "0s"},
		{-72 * time.Hour, nil, "-3d"},
		{-80 * time.Hour, nil, "-3d8h"},
		{-2 * time.Hour, nil, "-2h"},
		{time.Duration(-1 << 63), nil, "-106751d23h47m16.854775808s"},
		{at, zone, "2026-03-02T10:00:00+01:00"},
		{at, time.UTC, "2026-03-02T09:00:00Z"},
		{at, nil, "2026-03-02T09:00:00Z"},
		{[]any{at, 72 * time.Hour, "late", value.MustMoney("5 EUR")}, zone, "2026-03-02T10:00:00+01:00, 3d, late, 5.00 EUR"},
		{nil, zone, ""},
	} {
		if got := (value.Plain{Zone: c.zone}).Show(c.v); got != c.want {
			t.Errorf("%v: %s, want %s", c.v, got, c.want)
		}
		if d, ok := c.v.(time.Duration); ok && d%time.Second == 0 {
			if back, err := value.ParseDuration(c.want); err != nil || back != d {
				t.Errorf("%s is read as %v, %v", c.want, back, err)
			}
		}
	}
}

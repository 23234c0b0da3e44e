// Package zoned tells in which zone people read the times of a decision: in that of the playbook
// that gave them.
package zoned

import (
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Zones are the zones of a set. The zero value has UTC for everything.
type Zones struct {
	shared *time.Location
	books  map[string]*time.Location
}

// Of finds the zones of a set that loads.
func Of(set *playbook.Set) Zones {
	z := Zones{shared: time.UTC, books: map[string]*time.Location{}}
	if set == nil {
		return z
	}
	for _, d := range set.Documents {
		zone, err := worktime.LoadZone(d.Zone.Value)
		switch {
		case !d.Zone.IsSet() || err != nil:
		case d.Kind == playbook.Shared:
			z.shared = zone
		case d.Kind == playbook.Playbook:
			z.books[d.ID.Value] = zone
		}
	}
	return z
}

// Shared is the shared zone of the set, else UTC.
func (z Zones) Shared() *time.Location {
	if z.shared == nil {
		return time.UTC
	}
	return z.shared
}

// Play is the zone of a play, by its name playbook/play.
func (z Zones) Play(name string) *time.Location {
	book, _, _ := strings.Cut(name, "/")
	if zone := z.books[book]; zone != nil {
		return zone
	}
	return z.Shared()
}

// Plays is the zone of what several plays gave: the first one's.
func (z Zones) Plays(names []string) *time.Location {
	if len(names) == 0 {
		return z.Decision()
	}
	return z.Play(names[0])
}

// Decision is the zone of what no play gave: the shared one, else that of the only playbook.
func (z Zones) Decision() *time.Location {
	if z.shared == nil || z.shared == time.UTC {
		var only *time.Location
		for _, zone := range z.books {
			if only != nil && only.String() != zone.String() {
				return z.Shared()
			}
			only = zone
		}
		if only != nil {
			return only
		}
	}
	return z.Shared()
}

// Text writes values for people as the zone of a play has them.
func (z Zones) Text(play string) value.Plain { return value.Plain{Zone: z.Play(play)} }

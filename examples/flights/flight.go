package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// flight is one row of the data.
type flight struct {
	Date        string `json:"date"`     // planned departure, local, as 2001/01/30 22:15
	Delay       int    `json:"delay"`    // minutes; negative when early
	Distance    int    `json:"distance"` // statute miles
	Origin      string `json:"origin"`
	Destination string `json:"destination"`

	planned time.Time
}

// read reads the flights of a file, or those that are built in.
func read(path string) ([]flight, error) {
	data, err := open(path)
	if err != nil {
		return nil, err
	}
	var flights []flight
	if err := json.Unmarshal(data, &flights); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i := range flights {
		if err := flights[i].check(); err != nil {
			return nil, fmt.Errorf("%s: flight %d: %w", path, i+1, err)
		}
	}
	return flights, nil
}

func open(path string) ([]byte, error) {
	if path == "" {
		return files.ReadFile("data/flights.json")
	}
	return os.ReadFile(path)
}

func (f *flight) check() error {
	planned, err := time.Parse("2006/01/02 15:04", f.Date)
	if err != nil {
		return fmt.Errorf("date: %w", err)
	}
	if f.Distance <= 0 {
		return fmt.Errorf("distance: %d miles is no distance", f.Distance)
	}
	f.planned = planned
	return nil
}

// km is the distance in kilometres. It is one division of whole numbers, so
// that a distance near 1500 or 3500 km falls on the right side.
func (f flight) km() float64 { return float64(int64(f.Distance)*1_609_344) / 1_000_000 }

// late is the delay; a flight that is early has none.
func (f flight) late() time.Duration { return max(0, time.Duration(f.Delay)*time.Minute) }

func (f flight) String() string {
	return fmt.Sprintf("%s to %s on %s, %.0f km, %s late", f.Origin, f.Destination, f.Date, f.km(), value.FormatDuration(f.late()))
}

// languages of the passengers, who are made up.
var languages = []string{"en", "es", "fr"}

// incident is what happened to a passenger of the n-th flight.
//
// The data has one delay: it is taken for both departure and arrival. Its times
// are local and come without a zone: they are taken as UTC, which moves no day.
// Promises count from the planned departure, when the delay was seen.
func (f flight) incident(n int) recovery.Incident {
	return recovery.Incident{
		ID:         fmt.Sprintf("%s-%s-%d", f.Origin, f.Destination, n+1),
		Service:    "flight",
		Failure:    "delayed",
		Source:     "monitor", // nobody has to complain first
		OccurredAt: f.planned,
		ReportedAt: f.planned,
		Language:   languages[n%len(languages)],
		Fields: map[string]any{
			"flight.distance_km":    f.km(),
			"delay.departure":       f.late(),
			"delay.arrival":         f.late(),
			"departure.planned_on":  f.planned.Format(time.DateOnly),
			"departure.expected_on": f.planned.Add(f.late()).Format(time.DateOnly),
		},
	}
}

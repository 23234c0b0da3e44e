package worktime

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// AppendJSON appends the calendar as one line of JSON, with its keys in order:
// the hours of single dates, those of each day of the week from Sunday on, and
// the zone. Calendars that tell the same time give the same text.
func (c *Calendar) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"days":{`...)
	for i := range c.special {
		if i > 0 {
			dst = append(dst, ',')
		}
		date, _ := c.special[i].day.date() // a calendar holds only days that have one
		dst = append(append(append(dst, '"'), date.String()...), `":`...)
		dst = appendShifts(dst, c.special[i].shifts)
	}
	dst = append(dst, `},"week":[`...)
	for i, shifts := range c.week {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendShifts(dst, shifts)
	}
	zone, _ := json.Marshal(c.zone.String()) // a string always has a JSON form
	return append(append(append(dst, `],"zone":`...), zone...), '}')
}

func appendShifts(dst []byte, shifts []Shift) []byte {
	dst = append(dst, '[')
	for i, s := range shifts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), s.String()...), '"')
	}
	return append(dst, ']')
}

// ParseCalendar reads what [Calendar.AppendJSON] writes. The zone comes from the
// embedded data.
func ParseCalendar(data []byte) (*Calendar, error) {
	var in struct {
		Days map[string][]string `json:"days"`
		Week [][]string          `json:"week"`
		Zone string              `json:"zone"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("no calendar: %w", err)
	}
	if len(in.Week) != 7 {
		return nil, errors.New("no calendar: a week has seven days")
	}
	zone, err := LoadZone(in.Zone)
	if err != nil {
		return nil, err
	}
	var week [7][]Shift
	for i, texts := range in.Week {
		if week[i], err = parseShifts(texts); err != nil {
			return nil, fmt.Errorf("%s: %w", time.Weekday(i), err)
		}
	}
	days := make(map[value.Date][]Shift, len(in.Days))
	for _, text := range slices.Sorted(maps.Keys(in.Days)) {
		date, err := value.ParseDate(text)
		if err != nil {
			return nil, err
		}
		if days[date], err = parseShifts(in.Days[text]); err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
	}
	return New(zone, week, days)
}

func parseShifts(texts []string) ([]Shift, error) {
	var out []Shift
	for _, text := range texts {
		s, err := ParseShift(text)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

package worktime

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// AppendJSON appends the calendar as one line of JSON, with its keys in order. The hours of single
// dates, those of each day of the week from Sunday on, and the zone are always there; what else a
// calendar has follows its keys in playbooks. Calendars that tell the same time by the same rules give
// the same text.
func (c *Calendar) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	first := &c.versions[0]
	if first.cutoff > 0 {
		dst = append(appendCutoff(dst, first.cutoff), ',')
	}
	dst = append(dst, `"days":{`...)
	dst = c.appendFixed(dst, true)
	dst = append(dst, '}')
	if list := c.yearlyBy(true); len(list) > 0 {
		dst = appendList(append(dst, `,"easter":`...), list, func(dst []byte, y yearlyDay) []byte {
			dst = strconv.AppendInt(append(dst, `{"after":`...), int64(y.easter), 10)
			if y.orthodox {
				dst = append(dst, `,"church":"orthodox"`...)
			}
			return append(appendShifts(append(dst, `,"hours":`...), y.week.days[0]), '}')
		})
	}
	if list := c.yearlyBy(false); len(list) > 0 {
		dst = append(dst, `,"every":{`...)
		for i, y := range list {
			dst = appendKey(dst, i, y.every.String())
			dst = appendShifts(dst, y.week.days[0])
		}
		dst = append(dst, '}')
	}
	if ranges := c.appendFixed(nil, false); len(ranges) > 0 {
		dst = append(append(append(dst, `,"ranges":{`...), ranges...), '}')
	}
	if len(first.seasons) > 0 {
		dst = appendSeasons(append(dst, ','), first.seasons)
	}
	if len(c.versions) > 1 {
		dst = appendList(append(dst, `,"versions":`...), c.versions[1:], appendVersion)
	}
	dst = appendWeek(append(dst, `,"week":`...), first.week)
	zone, _ := json.Marshal(c.zone.String()) // a string always has a JSON form
	return append(append(append(dst, `,"zone":`...), zone...), '}')
}

// appendFixed appends the dates, or else the ranges, each with its hours.
func (c *Calendar) appendFixed(dst []byte, dates bool) []byte {
	n := 0
	for _, f := range c.fixed {
		if (f.from == f.until) != dates {
			continue
		}
		date, _ := f.from.date() // a calendar holds only days that have one
		key := date.String()
		if !dates {
			until, _ := f.until.date()
			key += "/" + until.String()
		}
		dst = appendShifts(appendKey(dst, n, key), f.week.days[0])
		n++
	}
	return dst
}

func (c *Calendar) yearlyBy(easter bool) []yearlyDay {
	return slices.DeleteFunc(slices.Clone(c.yearly), func(y yearlyDay) bool { return y.byEaster != easter })
}

func appendVersion(dst []byte, v version) []byte {
	dst = append(dst, '{')
	if v.cutoff > 0 {
		dst = append(appendCutoff(dst, v.cutoff), ',')
	}
	from, _ := v.from.date() // the first version, which has none, is not written so
	dst = append(append(append(dst, `"from":"`...), from.String()...), `",`...)
	if len(v.seasons) > 0 {
		dst = append(appendSeasons(dst, v.seasons), ',')
	}
	return append(appendWeek(append(dst, `"week":`...), v.week), '}')
}

func appendCutoff(dst []byte, cutoff int) []byte {
	return append(append(append(dst, `"cutoff":"`...), wallTime(cutoff)...), '"')
}

func appendSeasons(dst []byte, seasons []season) []byte {
	return appendList(append(dst, `"seasons":`...), seasons, func(dst []byte, s season) []byte {
		dst = append(append(append(dst, `{"from":"`...), s.from.String()...), `","until":"`...)
		return append(appendWeek(append(append(dst, s.until.String()...), `","week":`...), s.week), '}')
	})
}

func appendWeek(dst []byte, w *week) []byte { return appendList(dst, w.days[:], appendShifts) }

func appendShifts(dst []byte, shifts []Shift) []byte {
	return appendList(dst, shifts, func(dst []byte, s Shift) []byte {
		return append(append(append(dst, '"'), s.String()...), '"')
	})
}

func appendList[T any](dst []byte, list []T, appendOne func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for i, item := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendOne(dst, item)
	}
	return append(dst, ']')
}

// appendKey appends the i-th key of an object.
func appendKey(dst []byte, i int, key string) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	return append(append(append(dst, '"'), key...), `":`...)
}

// The form that is written, read back.
type (
	calendarJSON struct {
		versionJSON
		Days   map[string][]string `json:"days"`
		Ranges map[string][]string `json:"ranges"`
		Every  map[string][]string `json:"every"`
		Easter []struct {
			After  int      `json:"after"`
			Church string   `json:"church"`
			Hours  []string `json:"hours"`
		} `json:"easter"`
		Versions []versionJSON `json:"versions"`
		Zone     string        `json:"zone"`
	}
	versionJSON struct {
		From    string       `json:"from"`
		Cutoff  string       `json:"cutoff"`
		Week    [][]string   `json:"week"`
		Seasons []seasonJSON `json:"seasons"`
	}
	seasonJSON struct {
		From  string     `json:"from"`
		Until string     `json:"until"`
		Week  [][]string `json:"week"`
	}
)

// ParseCalendar reads what [Calendar.AppendJSON] writes. The zone comes from the
// embedded data.
func ParseCalendar(data []byte) (*Calendar, error) {
	var in calendarJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("no calendar: %w", err)
	}
	zone, err := LoadZone(in.Zone)
	if err != nil {
		return nil, err
	}
	rules := Rules{Zone: zone}
	for i, given := range append([]versionJSON{in.versionJSON}, in.Versions...) {
		v, err := given.version(i == 0)
		if err != nil {
			return nil, err
		}
		rules.Versions = append(rules.Versions, v)
	}
	if rules.Holidays, err = in.holidays(); err != nil {
		return nil, err
	}
	return New(rules)
}

func (in versionJSON) version(first bool) (v Version, err error) {
	if !first {
		if v.From, err = value.ParseDate(in.From); err != nil {
			return v, err
		}
	}
	if in.Cutoff != "" {
		if v.Cutoff, err = ParseWallTime(in.Cutoff); err != nil {
			return v, err
		}
	}
	if v.Week, err = parseWeek(in.Week); err != nil {
		return v, err
	}
	for _, s := range in.Seasons {
		var season Season
		if season.From, err = ParseMonthDay(s.From); err != nil {
			return v, err
		}
		if season.Until, err = ParseMonthDay(s.Until); err != nil {
			return v, err
		}
		if season.Week, err = parseWeek(s.Week); err != nil {
			return v, err
		}
		v.Seasons = append(v.Seasons, season)
	}
	return v, nil
}

// holidays reads them in the order of their keys, so that the first mistake is always the same.
func (in *calendarJSON) holidays() ([]Holiday, error) {
	var out []Holiday
	add := func(key string, h Holiday, hours []string, err error) error {
		if err == nil {
			h.Hours, err = parseShifts(hours)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		out = append(out, h)
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(in.Days)) {
		date, err := value.ParseDate(key)
		if err := add(key, Holiday{Kind: OnDate, From: date}, in.Days[key], err); err != nil {
			return nil, err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(in.Ranges)) {
		from, until, err := parseRange(key)
		if err := add(key, Holiday{Kind: OnRange, From: from, Until: until}, in.Ranges[key], err); err != nil {
			return nil, err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(in.Every)) {
		every, err := ParseMonthDay(key)
		if err := add(key, Holiday{Kind: OnEvery, Every: every}, in.Every[key], err); err != nil {
			return nil, err
		}
	}
	for _, e := range in.Easter {
		h := Holiday{Kind: OnEaster, Easter: e.After, Orthodox: e.Church == "orthodox"}
		if err := add(h.String(), h, e.Hours, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func parseRange(key string) (from, until value.Date, err error) {
	if len(key) != len("2026-12-24/2026-12-31") || key[10] != '/' {
		return from, until, errors.New("no range of dates")
	}
	if from, err = value.ParseDate(key[:10]); err != nil {
		return from, until, err
	}
	until, err = value.ParseDate(key[11:])
	return from, until, err
}

func parseWeek(texts [][]string) (w Week, err error) {
	if len(texts) != 7 {
		return w, errors.New("no calendar: a week has seven days")
	}
	for day, list := range texts {
		if w[day], err = parseShifts(list); err != nil {
			return w, fmt.Errorf("%s: %w", time.Weekday(day), err)
		}
	}
	return w, nil
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

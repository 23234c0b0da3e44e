// Package holidays makes lists of holidays for calendars of playbooks: from what is known of a country, or
// from a file that calendar programs write.
package holidays

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/rickar/cal/v2"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Day is a holiday, or several days of one. It has Every, or From and Until.
type Day struct {
	From, Until value.Date
	Every       worktime.MonthDay // in each year
	Name        string
}

// The years that can be asked for. The rules of most countries are younger, and change.
const firstYear, lastYear = 1900, 2199

// mostYears bounds a list.
const mostYears = 50

// Of returns the public and bank holidays of a country, or of a region of it, in some years, both included. A day
// that is observed on another one, because of a weekend, is there on both.
func Of(code, region string, from, until int) ([]Day, error) {
	c, ok := countries[strings.ToUpper(code)]
	if !ok {
		return nil, fmt.Errorf("the holidays of %q are not known; known are %s", code, strings.Join(slices.Sorted(maps.Keys(countries)), ", "))
	}
	if from < firstYear || until > lastYear || until < from || until-from >= mostYears {
		return nil, fmt.Errorf("the years %d to %d cannot be listed: write up to %d years between %d and %d", from, until, mostYears, firstYear, lastYear)
	}
	list, err := c.of(strings.ToUpper(code), strings.ToUpper(region))
	if err != nil {
		return nil, err
	}
	var out []Day
	for year := from - 1; year <= until+1; year++ { // New Year may be observed in the year before
		for _, h := range list {
			if h.Type != cal.ObservancePublic && h.Type != cal.ObservanceBank && h.Type != cal.ObservanceUnknown {
				continue
			}
			actual, observed := h.Calc(year)
			out = appendDay(out, actual, h.Name)
			if !observed.Equal(actual) {
				out = appendDay(out, observed, h.Name+" (observed)")
			}
		}
	}
	out = slices.DeleteFunc(out, func(d Day) bool { return d.From.Year() < from || d.From.Year() > until })
	return tidy(out), nil
}

func (c country) of(code, region string) ([]*cal.Holiday, error) {
	known := slices.Sorted(maps.Keys(c.regions))
	known = append(known, slices.Sorted(maps.Keys(c.besides))...)
	switch {
	case region == "" && c.all == nil:
		return nil, fmt.Errorf("the holidays of %s differ by region: write --region and one of %s", code, strings.Join(known, ", "))
	case region == "":
		return c.all, nil
	case c.regions[region] != nil:
		return c.regions[region], nil
	case c.besides[region] != nil:
		return slices.Concat(c.all, c.besides[region]), nil
	case len(known) == 0:
		return nil, fmt.Errorf("no regions of %s are known: leave --region out, and add the days of %s", code, region)
	}
	return nil, fmt.Errorf("the region %s of %s is not known; known are %s", region, code, strings.Join(known, ", "))
}

// appendDay adds a date; the zero time is no day.
func appendDay(out []Day, t time.Time, name string) []Day {
	if t.IsZero() {
		return out
	}
	day := value.DateOf(t)
	return append(out, Day{From: day, Until: day, Name: name})
}

// tidy sorts days, and makes one of those that are there twice.
func tidy(days []Day) []Day {
	slices.SortStableFunc(days, func(a, b Day) int {
		return cmp.Or(cmp.Compare(int(a.Every.Month), int(b.Every.Month)), cmp.Compare(a.Every.Day, b.Every.Day),
			a.From.Compare(b.From), a.Until.Compare(b.Until))
	})
	var out []Day
	for _, d := range days {
		if last := len(out) - 1; last >= 0 && out[last].From == d.From && out[last].Until == d.Until && out[last].Every == d.Every {
			if d.Name != "" && out[last].Name != d.Name {
				out[last].Name = strings.TrimPrefix(out[last].Name+", "+d.Name, ", ")
			}
			continue
		}
		out = append(out, d)
	}
	return out
}

// Source says where the days of a country, or of a region, come from.
func Source(code, region string) string {
	if countries[strings.ToUpper(code)].besides[strings.ToUpper(region)] != nil {
		return source + ", and a list of this command for the region"
	}
	return source
}

// Line writes a day as an item of `holidays`.
func (d Day) Line() string {
	days := "date: " + d.From.String()
	switch {
	case d.Every.Month != 0:
		days = "every: " + d.Every.String()
	case d.From != d.Until:
		days = "from: " + d.From.String() + ", until: " + d.Until.String()
	}
	if quoted(d.Name) != `""` {
		days += ", name: " + quoted(d.Name)
	}
	return "- {" + days + "}"
}

// quoted writes a name between quotes. What nobody can see is left out.
func quoted(name string) string {
	hidden := map[int]bool{}
	for at := range unseen.All(name) {
		hidden[at] = true
	}
	clean := ""
	for at, r := range name {
		switch {
		case r == '"' || r == '\\':
			clean += "'"
		case unicode.IsSpace(r):
			clean += " "
		case !hidden[at] && !unseen.Is(r) && r != unicode.ReplacementChar:
			clean += string(r)
		}
	}
	return `"` + strings.TrimSpace(clean) + `"`
}

package report

import (
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// soonDays is how many days ahead something counts as soon.
const soonDays = 60

// stateOf says how a period stands to the day that dates are judged by.
func (b *builder) stateOf(p policy.Period, zone *time.Location) string {
	switch {
	case b.now == nil:
		return ""
	case !p.Until.IsZero() && daysUntil(b.now, p.Until, zone) < 0:
		return "over"
	case !p.From.IsZero() && daysUntil(b.now, p.From, zone) > 0:
		return "not yet"
	case !p.Until.IsZero() && daysUntil(b.now, p.Until, zone) <= soonDays:
		return "soon"
	}
	return ""
}

// dates lists what goes out of date, ends or begins, the earliest first.
func (b *builder) dates() []Date {
	out := slices.Concat(b.reviews(), b.agreements(), b.periods(), b.lastHolidays())
	slices.SortStableFunc(out, func(x, y Date) int {
		if n := strings.Compare(x.Day, y.Day); n != 0 {
			return n
		}
		return strings.Compare(x.What, y.What)
	})
	return out
}

// date judges a day: state is what it is once the day has passed.
func (b *builder) date(day value.Date, zone *time.Location, passed string) Date {
	out := Date{Day: day.String()}
	if b.now == nil {
		return out
	}
	switch n := daysUntil(b.now, day, zone); {
	case n < 0:
		out.State, out.In = passed, term.Count(-n, "day")+" ago"
	case n == 0:
		out.State, out.In = "soon", "today"
	default:
		out.In = "in " + term.Count(n, "day")
		if n <= soonDays {
			out.State = "soon"
		}
	}
	if passed == "" && out.State == "soon" {
		out.State = ""
	}
	return out
}

// reviews are the days by which answers are to be looked at again, with the plays
// of each playbook that share one.
func (b *builder) reviews() []Date {
	var out []Date
	for _, book := range b.program.Playbooks {
		at := map[string]int{}
		for _, p := range book.Plays {
			if p.ReviewBy.IsZero() {
				continue
			}
			i, ok := at[p.ReviewBy.String()]
			if !ok {
				i = len(out)
				at[p.ReviewBy.String()] = i
				d := b.date(p.ReviewBy, book.Zone, "stale")
				d.What = "Review of answers in " + b.titleOf(book.ID)
				out = append(out, d)
			}
			out[i].About = append(out[i].About, b.linkTo(p))
		}
	}
	return out
}

func (b *builder) agreements() []Date {
	var out []Date
	for _, d := range b.set.Documents {
		for _, def := range d.Partners {
			agreement, zone := b.agreement(d, def)
			link := []Link{{anchor("partner", d, def.ID), orElse(def.Name.Value, def.ID.Value)}}
			x := b.date(agreement.Until, zone, "over")
			x.What, x.About = "Last day of the agreement "+def.Agreement.Ref.Value, link
			out = append(out, x)
			if b.now != nil && daysUntil(b.now, agreement.From, zone) > 0 {
				x := b.date(agreement.From, zone, "")
				x.What, x.About = "First day of the agreement "+def.Agreement.Ref.Value, link
				out = append(out, x)
			}
		}
	}
	return out
}

// periods are the days on which playbooks and plays begin and cease to be in
// force. One that has ended is no matter: it is kept for incidents of its days.
func (b *builder) periods() []Date {
	var out []Date
	add := func(p *playbook.Period, zone *time.Location, link Link) {
		if p == nil {
			return
		}
		for _, end := range []struct {
			text         playbook.Text
			what, passed string
		}{{p.From, "First day in force", ""}, {p.Until, "Last day in force", "ended"}} {
			day, err := value.ParseDate(end.text.Value)
			if err != nil {
				continue // not written
			}
			d := b.date(day, zone, end.passed)
			d.What, d.About = end.what, []Link{link}
			out = append(out, d)
		}
	}
	for _, book := range b.program.Playbooks {
		s := b.scopes[book.ID]
		add(s.doc.InForce, book.Zone, Link{bookAnchor(s.doc), b.titleOf(book.ID)})
		for _, p := range book.Plays {
			add(b.plays[p.Name].InForce, book.Zone, b.linkTo(p))
		}
	}
	return out
}

// lastHolidays are the last holidays that calendars list. A year that nobody has entered
// yet looks like a year without holidays, so the page shows where the lists end.
func (b *builder) lastHolidays() []Date {
	var out []Date
	for _, d := range b.set.Documents {
		for _, c := range d.Calendars {
			last, _ := policy.LastHoliday(c)
			if last.IsZero() {
				continue
			}
			x := b.date(last, time.UTC, "over")
			x.What, x.About = "Last holiday that is entered", []Link{{anchor("calendar", d, c.Name), "calendar " + c.Name.Value}}
			out = append(out, x)
		}
	}
	return out
}

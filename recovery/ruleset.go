package recovery

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/intake"
)

// ruleset is a set as the engine uses it, with what can be known of every
// decision before any incident comes. Each call works on one from start to end,
// however often the set is reloaded meanwhile.
type ruleset struct {
	program     *policy.Program
	ref         SetRef
	namespace   string // of the incidents that the engine decides
	diagnostics playbook.Diagnostics
	zone        *time.Location // in which a decision speaks of what belongs to no play

	layout      *intake.Layout
	earlier     []intake.Renamed // earlier names of fields
	fields      fields
	counted     []bool         // facts that a limit counts, by slot
	zeros       []any          // what each fact says when nothing is known, by slot
	choices     []*policy.Play // that leave a choice, in the order of the set
	substitutes []*policy.Play // that look for a partner, in the order of the set
	byName      []*policy.Play // every play, sorted by name
	strict      bool           // fields that no document declares are refused
	// The types of the actions that the engine adds by itself.
	escalate, substitute *policy.ActionType

	workspaces sync.Pool

	explaining sync.Mutex // of explainer, which is made when it is first wanted
	explainer  *policy.Explainer
}

func newRuleset(p *policy.Program, ref SetRef, diags playbook.Diagnostics, zone *time.Location) *ruleset {
	r := &ruleset{program: p, ref: ref, diagnostics: diags, zone: zone, layout: intake.NewLayout(p, standardPaths()), earlier: intake.Earlier(p), fields: fieldsOf(p), counted: countedFacts(p)}
	r.escalate, r.substitute = policy.BuiltinAction(policy.ActionEscalate), policy.BuiltinAction(policy.ActionSubstitute)
	for _, f := range p.Facts {
		r.zeros = append(r.zeros, f.Zero())
	}
	for _, play := range p.Plays {
		if play.Choice != nil {
			r.choices = append(r.choices, play)
		}
		if play.Partners != nil {
			r.substitutes = append(r.substitutes, play)
		}
	}
	r.byName = slices.SortedFunc(slices.Values(p.Plays), func(a, b *policy.Play) int { return cmp.Compare(a.Name, b.Name) })
	return r
}

// countedFacts are the facts that a limit of the set counts.
func countedFacts(p *policy.Program) []bool {
	out := make([]bool, len(p.Facts))
	count := func(limits []*policy.Limit) {
		for _, l := range limits {
			if l.Counting != nil {
				out[l.Counting.Slot] = true
			}
		}
	}
	for _, b := range p.Playbooks {
		count(b.Limits)
	}
	count(p.Limits)
	return out
}

// play returns the play of a name, nil when the set has none.
func (r *ruleset) play(name string) *policy.Play {
	i, ok := slices.BinarySearchFunc(r.byName, name, func(p *policy.Play, name string) int { return cmp.Compare(p.Name, name) })
	if !ok {
		return nil
	}
	return r.byName[i]
}

// workspace is the memory that a decision is made in. The next decision uses it
// again. Nothing that leaves the engine, be it a decision, a record or a query, may
// point into it; what it hands out as room for a decision is new each time.
type workspace struct {
	incident   Incident // a copy, so that the caller's stays on its stack
	intake     *intake.Intake
	subject    subject
	conclusion conclusion
	// record is the canonical JSON of the incident; text is what is being hashed.
	record, text []byte
	drafts       []draft  // the latest slab
	asks         []ask    // the latest slab of what they ask for
	list         []*draft // behind the conclusion's
	slots        []int    // of facts
	today        day      // in which decisions are made, in the zone last asked for
	steady       steady   // in which deadlines were counted last

	room room
}

// room is what a decision is made of: lists that are handed out piece by piece.
type room struct {
	params []Param
	plays  []string
	ids    strings.Builder
}

// workspace returns one for a decision. It goes back with release.
func (r *ruleset) workspace() *workspace {
	w, _ := r.workspaces.Get().(*workspace)
	if w == nil {
		w = &workspace{intake: intake.New(r.layout)}
	}
	return w
}

// What a workspace keeps after one unusual decision is bounded.
const (
	mostDrafts = 1_024 // what a list of items has at most, unless its field says otherwise
	mostText   = 64 << 10
)

func (r *ruleset) release(w *workspace) {
	if w.subject.input != nil {
		w.subject.input.Release()
	}
	w.intake.Clear()
	if w.conclusion.drafts != nil {
		w.list = w.conclusion.drafts
	}
	clear(w.list[:cap(w.list)])
	clear(w.drafts)
	clear(w.asks)
	w.drafts, w.asks, w.list, w.slots = w.drafts[:0], w.asks[:0], w.list[:0], w.slots[:0]
	w.record, w.text = w.record[:0], w.text[:0]
	if cap(w.drafts) > mostDrafts || cap(w.asks) > mostDrafts || cap(w.list) > mostDrafts {
		w.drafts, w.asks, w.list = nil, nil, nil
	}
	if cap(w.record) > mostText || cap(w.text) > mostText {
		w.record, w.text = nil, nil
	}
	w.incident, w.subject, w.conclusion, w.room = Incident{}, subject{}, conclusion{}, room{}
	r.workspaces.Put(w)
}

// draft returns room for an action in the making.
func (w *workspace) draft() *draft { return &oneMore(&w.drafts)[0] }

// ask returns room for what a play asks for: a list of one. An ask is a kilobyte, so that to make
// each anew would be a third of what a decision allocates.
func (w *workspace) ask() []ask { return oneMore(&w.asks) }

// withAsk adds one to a list of asks. A longer list has room for twice as many.
func (w *workspace) withAsk(list []ask, x *ask) []ask {
	if len(list) == cap(list) {
		list = append(more(&w.asks, max(1, 2*len(list)))[:0], list...)
	}
	return append(list, *x)
}

// oneMore returns the next element of a slab, as a list. Those handed out before stay where they are.
func oneMore[T any](slab *[]T) []T { return more(slab, 1) }

// more returns the next n elements.
func more[T any](slab *[]T, n int) []T {
	s := *slab
	if cap(s)-len(s) < n {
		s = make([]T, 0, max(slabSize, 2*cap(s), n))
	}
	s = s[:len(s)+n]
	*slab = s
	return slices.Clip(s[len(s)-n:])
}

// slabSize is for how many actions room is made at a time.
const slabSize = 8

// reserve makes room for so many actions with so many parameters, in one piece.
func (r *room) reserve(actions, params int) {
	r.plays, r.params = make([]string, 0, actions), make([]Param, 0, params)
	r.ids.Grow(idSize * (actions + 1))
}

// listOf returns a list of one play.
func (r *room) listOf(play string) []string {
	if len(r.plays) == cap(r.plays) {
		r.plays = make([]string, 0, slabSize)
	}
	r.plays = append(r.plays, play)
	return slices.Clip(r.plays[len(r.plays)-1:])
}

// paramList returns an empty list for so many parameters.
func (r *room) paramList(n int) []Param {
	if n == 0 {
		return nil
	}
	if cap(r.params)-len(r.params) < n {
		r.params = make([]Param, 0, max(n, slabSize))
	}
	from := len(r.params)
	r.params = r.params[:from+n]
	return r.params[from : from : from+n]
}

// id is [hashID] for a text that is written already.
func (r *room) id(prefix string, text []byte) string {
	var id [idSize]byte
	from := r.ids.Len()
	r.ids.Write(appendID(id[:0], prefix, text))
	return r.ids.String()[from:]
}

// day is a day in a zone, from its first instant until that of the next.
type day struct {
	zone        *time.Location
	date        value.Date
	from, until time.Time
}

func dayOf(t time.Time, zone *time.Location) day {
	date := value.DateOf(t.In(zone))
	d := day{zone, date, date.In(zone), shifted(date, 1).In(zone)}
	if value.DateOf(d.from.In(zone)) != date { // midnight comes twice, with an hour of the day before between
		d.until = d.from
	}
	return d
}

func (d *day) holds(t time.Time) bool { return !t.Before(d.from) && t.Before(d.until) }

// steady is a time in which a zone keeps its offset from UTC, so that all its days have 24 hours. It is
// given in seconds since 1970, without its first day, whose wall times may have been shown before.
type steady struct {
	zone        *time.Location
	from, until int64
}

// due is when a clock that always runs has counted a number of days from a base, and then a duration. It
// reports false for anything else, and where the offset may change: [running.from] counts it then.
func (s *steady) due(r *running, base time.Time) (time.Time, bool) {
	const mostDays = 366
	if r.calendar != nil || r.zone == nil || r.pauses && len(r.paused) > 0 || r.after != nil || r.within == nil || r.ends != worktime.EndsExactly || !r.bound.IsZero() {
		return time.Time{}, false
	}
	days := r.within.Days
	if (*r.within != value.Span{Days: days, Duration: r.within.Duration}) || days > mostDays || r.within.Duration > mostDays*24*time.Hour {
		return time.Time{}, false
	}
	from := base.Unix()
	if s.zone != r.zone || from < s.from || from > s.until {
		*s = steadyAround(base, r.zone)
	}
	if until := from + int64(days)*24*60*60; base.IsZero() || from < s.from || until > s.until {
		return time.Time{}, false
	}
	return value.Instant(base.Add(time.Duration(days)*24*time.Hour + r.within.Duration)), true
}

func steadyAround(t time.Time, zone *time.Location) steady {
	const day, lastYear = 24 * 60 * 60, 9990 // after it, a deadline may lie behind all years
	s := steady{zone: zone, from: t.Unix() - 1000*day, until: t.Unix() + 1000*day}
	_, start, end := value.Offset(t, zone)
	if !start.IsZero() {
		s.from = max(s.from, start.Unix()+day)
	}
	if !end.IsZero() {
		s.until = min(s.until, end.Unix()-1)
	}
	if t.Year() > lastYear {
		s.until = s.from - 1
	}
	return s
}

// today is the day on which the decision is made, in a zone. Decisions of one day after
// another share it.
func (c *conclusion) today(zone *time.Location) value.Date {
	d := &c.workspace.today
	if d.zone != zone || !d.holds(c.now) {
		*d = dayOf(c.now, zone)
	}
	return d.date
}

// window is the calendar hour, day or week (from Monday) around a time.
func window(per string, now time.Time, zone *time.Location) (from, until time.Time) {
	t := now.In(zone)
	if per == "hour" {
		// Counted in elapsed time: an hour that daylight saving repeats is two.
		into := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
		from = t.Add(-into)
		return from.UTC(), from.Add(time.Hour).UTC()
	}
	first, days := value.DateOf(t), 1
	if per == "week" {
		first, days = shifted(first, -(int(t.Weekday())+6)%7), 7
	}
	return first.In(zone).UTC(), shifted(first, days).In(zone).UTC()
}

// shifted moves a day; at the ends of the calendar it stays.
func shifted(d value.Date, days int) value.Date {
	moved, err := d.AddDays(days)
	if err != nil {
		return d
	}
	return moved
}

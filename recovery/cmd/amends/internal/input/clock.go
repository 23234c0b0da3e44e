package input

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
)

// Moment is a flag that says as of when to decide: a time, a date, or a field. What it is can be
// told once the playbooks are known.
type Moment struct{ text string }

func (m *Moment) String() string { return m.text }

func (m *Moment) Set(s string) error {
	if strings.TrimSpace(s) == "" {
		return fmt.Errorf("it is a time, a date, or the name of a field")
	}
	m.text = s
	return nil
}

// Clock is as of when incidents are decided.
type Clock struct {
	mu    sync.RWMutex
	at    time.Time // zero: what the machine's clock says
	fixed bool      // the flag gives a time
	field string    // each incident is decided as of this field of its own
	was   []string  // its earlier names

	seen, far atomic.Int64 // incidents, and those that lie far from the clock
}

// Set reads the flag, once the playbooks are known.
func (c *Clock) Set(m *Moment, set *playbook.Set, zones zoned.Zones) error {
	if m.text == "" {
		return nil
	}
	if t, err := value.ParseTimestamp(m.text); err == nil {
		c.Fix(t)
		return nil
	}
	if d, err := value.ParseDate(m.text); err == nil {
		c.Fix(d.In(zones.Shared()))
		return nil
	}
	if m.text[0] >= '0' && m.text[0] <= '9' {
		_, err := value.ParseTimestamp(m.text)
		return fmt.Errorf("--now: %w; it is a time, a date such as 2026-03-02, or the name of a timestamp field", err)
	}
	known, was := timestampFields(set)
	if !slices.Contains(known, m.text) {
		return fmt.Errorf("--now: there is no timestamp field %s; %sit is a time, a date, or one of %s", unseen.Quote(m.text), command.DidYouMean(m.text, known), term.List(known, "and"))
	}
	c.field, c.was = m.text, was[m.text]
	return nil
}

// timestampFields names the fields that hold a time, the standard ones first, and the earlier
// names of each.
func timestampFields(set *playbook.Set) (names []string, was map[string][]string) {
	was = map[string][]string{}
	for _, f := range policy.StandardFields() {
		if f.Type.Kind == value.KindTimestamp {
			names = append(names, f.Name)
		}
	}
	for _, d := range set.Documents {
		for _, f := range d.Fields {
			name := f.Name.Value
			if f.Type.Value != value.KindTimestamp.String() || slices.Contains(names, name) {
				continue
			}
			names = append(names, name)
			for _, w := range f.Was {
				was[name] = append(was[name], w.Value)
			}
		}
	}
	return names, was
}

// Now is the engine's clock.
func (c *Clock) Now() time.Time {
	if c.at.IsZero() {
		return time.Now()
	}
	return c.at
}

// Decide decides an incident as of its own time, where each has one, or as of the time that stands beside
// it, unless the flag says another.
func (c *Clock) Decide(in *recovery.Incident, beside *Tried, decide func() (*recovery.Decision, error)) (*recovery.Decision, error) {
	if c.field == "" {
		if beside == nil || c.fixed {
			c.look(in)
		}
		var d *recovery.Decision
		err := c.At(beside, func() (err error) {
			d, err = decide()
			return err
		})
		return d, err
	}
	at, problem := c.timeOf(in)
	if problem != nil {
		return nil, &recovery.IncidentError{Incident: in.ID, Problems: []recovery.Problem{*problem}}
	}
	// The engine has one clock, so one incident is decided at a time.
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
	return decide()
}

// Fix sets the time of every decision.
func (c *Clock) Fix(at time.Time) { c.at, c.fixed = at, true }

// At calls a function as of the time that stands beside an incident, unless the time of every decision is
// set. Nothing else is decided meanwhile then, because the engine has one clock.
func (c *Clock) At(beside *Tried, do func() error) error {
	if beside == nil || c.fixed || beside.Now.IsZero() {
		c.mu.RLock()
		defer c.mu.RUnlock()
		return do()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.at
	c.at = beside.Now
	defer func() { c.at = was }()
	return do()
}

// timeOf reads the field of an incident.
func (c *Clock) timeOf(in *recovery.Incident) (time.Time, *recovery.Problem) {
	p := &recovery.Problem{Path: c.field, Wanted: "a time, because it is decided as of this field"}
	if at, ok := standardTime(in, c.field); ok {
		if !at.IsZero() {
			return at, nil
		}
		p.Found = asWritten(in, c.field)
		return at, p
	}
	v := fieldOf(in, c.field)
	for i := 0; v == nil && i < len(c.was); i++ {
		v = fieldOf(in, c.was[i])
	}
	switch v := v.(type) {
	case nil:
		return time.Time{}, p
	case time.Time:
		return v, nil
	case string:
		if at, err := value.ParseTimestamp(v); err == nil {
			return at, nil
		}
		p.Found = unseen.Quote(v)
	default:
		p.Found = fmt.Sprint(v)
	}
	return time.Time{}, p
}

// asWritten is what an incident has in a standard field that holds no time; empty where that is
// nothing.
func asWritten(in *recovery.Incident, field string) string {
	text, err := in.MarshalJSON()
	if err != nil {
		return ""
	}
	var told recovery.Incident
	if json.Unmarshal(text, &told.Fields) != nil {
		return ""
	}
	switch v := fieldOf(&told, field).(type) {
	case nil:
		return ""
	case string:
		return unseen.Quote(v)
	default:
		return fmt.Sprint(v)
	}
}

// standardTime reads a standard field that holds a time.
func standardTime(in *recovery.Incident, field string) (time.Time, bool) {
	at, ok := map[string]time.Time{
		"occurred_at": in.OccurredAt, "reported_at": in.ReportedAt, "responded_at": in.RespondedAt,
		"informed_at": in.InformedAt, "resolved_at": in.ResolvedAt, "reopened_at": in.ReopenedAt,
		"waiting_since": in.WaitingSince, "updated_at": in.UpdatedAt, "expected_at": in.ExpectedAt,
		"customer.since": in.Customer.Since,
	}[field]
	return at, ok
}

// fieldOf reads a field of a playbook's own by its dotted name; nil where it is not there.
func fieldOf(in *recovery.Incident, path string) any {
	var v any = in.Fields
	if dotted, ok := in.Fields[path]; ok {
		return dotted
	}
	for name := range strings.SplitSeq(path, ".") {
		inner, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = inner[name]
	}
	return v
}

// farAway is how far an incident may lie from the clock before the command asks whether the clock
// was meant.
const farAway = 30 * 24 * time.Hour

// look counts an incident, and whether it lies far from the clock.
func (c *Clock) look(in *recovery.Incident) {
	c.seen.Add(1)
	if in.OccurredAt.IsZero() {
		return
	}
	if d := c.Now().Sub(in.OccurredAt); d > farAway || d < -farAway {
		c.far.Add(1)
	}
}

// Warn says once that incidents lie far from the clock. Whoever takes last year's incidents for
// today's gets deadlines that nobody could keep.
func (c *Clock) Warn(h command.Host) {
	far, seen := c.far.Load(), c.seen.Load()
	if far == 0 {
		return
	}
	lie := "lie"
	if far == 1 {
		lie = "lies"
	}
	_ = h.Stderr.Printf("%d of %s %s more than thirty days from the time at which they are decided; --now occurred_at decides each as of then\n", far, term.Count(seen, "incident"), lie)
}

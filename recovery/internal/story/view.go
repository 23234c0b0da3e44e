package story

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
)

// view is a story in words, for text and for a page.
type view struct {
	ID, What, Who string
	Facts         []fact
	Steps         []stepView
	Promises      []promiseView
	Owed          []string
	Now           string
}

type fact struct{ Name, Text string }

type stepView struct {
	At    string
	Title string
	ID    string // of the decision
	Tone  string // good, late, bad or empty
	Lines []line
}

// line is a line of a step: what it is, and the words.
type line struct{ Mark, Text string }

type promiseView struct{ Type, Play, Due, Done, Outcome, Tone string }

// viewer puts a story into words, in the zones of the sets that decided.
type viewer struct {
	s     *Story
	zones map[string]zoned.Zones
	now   time.Time
}

func (s *Story) view(now time.Time) view {
	v := &viewer{s: s, zones: map[string]zoned.Zones{}, now: now}
	out := view{ID: s.ID, What: term.Spaced(s.Incident.Service, s.Incident.Failure), Who: strings.TrimSpace(s.Incident.Customer.ID + " " + s.Incident.Customer.Name), Now: v.plain("").Time(now.Truncate(time.Second))}
	if s.Incident.Phase == "signal" {
		out.What += " (signal)"
	}
	for _, f := range []struct {
		name string
		at   time.Time
	}{
		{"occurred", s.Incident.OccurredAt}, {"reported", s.Incident.ReportedAt}, {"answered", s.Incident.RespondedAt},
		{"informed", s.Incident.InformedAt}, {"resolved", s.Incident.ResolvedAt}, {"opened again", s.Incident.ReopenedAt},
	} {
		if !f.at.IsZero() {
			out.Facts = append(out.Facts, fact{f.name, v.plain("").Time(f.at)})
		}
	}
	for i := 0; i < len(s.Steps); {
		n := v.again(len(s.Steps)-i, func(k int) *recovery.Promised { return s.Steps[i+k].Missed })
		out.Steps = append(out.Steps, v.steps(s.Steps[i:i+n]))
		i += n
	}
	for i := 0; i < len(s.Promises); {
		n := v.again(len(s.Promises)-i, func(k int) *recovery.Promised { return &s.Promises[i+k] })
		out.Promises = append(out.Promises, v.promises(s.Promises[i:i+n]))
		i += n
	}
	for i := range s.Owed {
		out.Owed = append(out.Owed, v.owed(&s.Owed[i]))
	}
	return out
}

// zonesOf are the zones of a set; of one that is not archived or does not load, all are UTC.
func (v *viewer) zonesOf(digest string) zoned.Zones {
	z, ok := v.zones[digest]
	if ok {
		return z
	}
	if e := v.s.Sets[digest]; e != nil {
		if fsys, err := e.Playbooks(); err == nil {
			set, _ := playbook.Load(fsys)
			z = zoned.Of(set)
		}
	}
	v.zones[digest] = z
	return z
}

// plain shows values in the zone of a play of the latest decision; without a play, in that of the
// decision.
func (v *viewer) plain(play string) value.Plain {
	if v.s.Latest == nil {
		return value.Plain{}
	}
	return plainOf(v.zonesOf(v.s.Latest.Set.Digest), play)
}

func plainOf(z zoned.Zones, play string) value.Plain {
	if play == "" {
		return value.Plain{Zone: z.Decision()}
	}
	return z.Text(play)
}

// fewAgain is how many promises in a row are told one by one.
const fewAgain = 3

// again is how many of the next promises, of at most so many, are told as one: those that nobody kept
// again and again, such as an inform every two hours of an incident that was left open for months.
func (v *viewer) again(most int, at func(i int) *recovery.Promised) int {
	first, n := at(0), 1
	if first == nil || first.Outcome != recovery.PromiseBroken {
		return 1
	}
	for n < most {
		p := at(n)
		if p == nil || p.Outcome != first.Outcome || p.Type != first.Type || p.Item != first.Item || p.Play != first.Play || p.DueAt.Before(p.GivenAt) {
			break
		}
		n++
	}
	if n <= fewAgain {
		return 1
	}
	return n
}

// steps is a step, or several promises in a row that were missed.
func (v *viewer) steps(list []Step) stepView {
	out := v.step(&list[0])
	if n := len(list); n > 1 {
		p, last := list[0].Missed, list[n-1].Missed
		out.Title = "missed " + strconv.Itoa(n) + " times: " + term.Spaced(p.Type, forItem(p.Item)) + " of " + p.Play + ", due from " + v.plain(p.Play).Time(p.DueAt) + " to " + v.plain(p.Play).Time(last.DueAt) + ", not done"
	}
	return out
}

func (v *viewer) step(s *Step) stepView {
	out := stepView{At: v.plain("").Time(s.At)}
	add := func(mark string, parts ...string) { out.Lines = append(out.Lines, line{mark, term.Spaced(parts...)}) }
	switch s.Kind {
	case Missed:
		p := s.Missed
		out.Tone, out.Title = "bad", "missed: "+term.Spaced(p.Type, forItem(p.Item))+" of "+p.Play+", due "+v.plain(p.Play).Time(p.DueAt)
		if p.DueAt.Before(p.GivenAt) {
			out.Title += ", which was past as it was given"
		}
		if p.Outcome == recovery.PromiseLate && !p.DoneAt.IsZero() {
			out.Tone = "late"
			out.Title += ", done " + v.plain(p.Play).Time(p.DoneAt)
		} else {
			out.Title += ", not done"
		}
	case Reported:
		said := map[recovery.Outcome]string{"": "done", recovery.OutcomeDone: "done", recovery.OutcomeFailed: "failed", recovery.OutcomeUndone: "taken back"}
		kind := s.Type
		if kind == "" {
			kind = "an action"
		}
		out.Title = "reported: " + term.Spaced(kind, amount(s.Report.Amount), said[s.Report.Outcome])
		add("", s.Report.Action)
		if s.Report.Note != "" {
			add("note:", s.Report.Note)
		}
	case Refused:
		out.Tone, out.Title = "bad", "refused"
		if s.Refusal.Error != nil {
			add("because", s.Refusal.Error.Error())
		}
	default:
		v.decision(s, &out)
	}
	return out
}

func (v *viewer) decision(s *Step, out *stepView) {
	d := s.Decision
	z := v.zonesOf(d.Set.Digest)
	out.At, out.ID = plainOf(z, "").Time(d.DecidedAt), d.ID
	add := func(mark string, parts ...string) { out.Lines = append(out.Lines, line{mark, term.Spaced(parts...)}) }
	out.Title = "decided"
	if d.Made != nil {
		reason := d.Made.Reason
		switch m := d.Made; {
		case m.Pending:
			out.Title = m.By + " proposed"
			for i := range m.Proposed {
				add("?", m.Proposed[i].String())
			}
		case m.Second != nil:
			out.Title, reason = m.Second.By+" agreed to what "+m.By+" proposed", m.Second.Reason
		case m.Declined != nil:
			out.Title, reason = m.Declined.By+" turned down what "+m.By+" proposed", m.Declined.Reason
		default:
			out.Title = m.By + " chose"
		}
		if reason != "" {
			add("because", reason)
		}
		if d.Made.Deviation != "" {
			add("", d.Made.Deviation+" from the median of comparable choices")
		}
	} else if d.Supersedes != "" {
		out.Title = "decided again"
	}
	for _, t := range s.Told {
		add("told:", t.Field, "was", shown(t.Was, plainOf(z, "")), "and is", shown(t.Is, plainOf(z, "")))
	}
	for _, m := range d.Plays {
		play := m.Play
		if m.Case != "" {
			play += "/" + m.Case
		}
		add("by", play, "("+m.Approach+")")
	}
	for i := range s.Changes {
		v.changed(&s.Changes[i], z, out)
	}
	if s.Kind == Decided && len(s.Changes) == 0 && d.Supersedes != "" {
		add("", "no action changed")
	}
	for _, c := range d.Choices {
		by := ""
		if !c.DueAt.IsZero() {
			by = "by " + z.Text(c.Play).Time(c.DueAt)
		}
		add("?", c.Decider, "chooses", by, "("+c.ID+")")
	}
	for _, w := range d.Withheld {
		add("withheld", "("+string(w.Reason)+")", w.Type, forItem(w.Item), amount(w.Amount))
	}
	for _, p := range d.PassedOver {
		add("passed over", p.Partner, "("+string(p.Reason)+")")
	}
	for _, w := range d.Warnings {
		add("warning:", string(w.Code)+":", w.Message)
	}
}

// changed says what a decision gives anew, changes or cancels.
func (v *viewer) changed(c *Changed, z zoned.Zones, out *stepView) {
	mark := map[recovery.Change]string{recovery.ChangeNew: "+", recovery.ChangeChanged: "~", recovery.ChangeCancelled: "-"}[c.Is.Change]
	text := *c.Is
	text.Change = ""
	plain := z.Text(first(c.Is.Plays))
	words := text.TextIn(z.Plays(c.Is.Plays))
	if c.Is.Change == recovery.ChangeChanged && c.Was != nil {
		var was []string
		if c.Was.Amount != c.Is.Amount {
			was = append(was, orNone(amount(c.Was.Amount)))
		}
		if !c.Was.DueAt.Equal(c.Is.DueAt) {
			due := "no deadline"
			if !c.Was.DueAt.IsZero() {
				due = "by " + plain.Time(c.Was.DueAt)
			}
			was = append(was, due)
		}
		if len(was) > 0 {
			words += " (was: " + strings.Join(was, ", ") + ")"
		}
	}
	out.Lines = append(out.Lines, line{mark, words})
	if c.Is.Message != nil && c.Is.Change != recovery.ChangeCancelled {
		for l := range strings.SplitSeq(strings.TrimRight(c.Is.Message.Text, "\n"), "\n") {
			out.Lines = append(out.Lines, line{c.Is.Message.Language + ">", l})
		}
	}
}

// promises is a promise, or several in a row that nobody kept.
func (v *viewer) promises(list []recovery.Promised) promiseView {
	out := v.promise(&list[0])
	if n := len(list); n > 1 {
		out.Due = "from " + out.Due + " to " + v.plain(list[0].Play).Time(list[n-1].DueAt)
		out.Outcome += ", " + strconv.Itoa(n) + " times"
	}
	return out
}

func (v *viewer) promise(p *recovery.Promised) promiseView {
	plain := v.plain(p.Play)
	out := promiseView{Type: p.Type, Play: p.Play, Due: plain.Time(p.DueAt), Outcome: string(p.Outcome)}
	if !p.DoneAt.IsZero() {
		out.Done = plain.Time(p.DoneAt)
	}
	out.Tone = map[recovery.PromiseOutcome]string{recovery.PromiseKept: "good", recovery.PromiseLate: "late", recovery.PromiseBroken: "bad"}[p.Outcome]
	return out
}

func (v *viewer) owed(e *agenda.Entry) string {
	var play, what string
	if e.Choice != nil {
		play, what = e.Choice.Play, e.Choice.Decider+" chooses"
	} else {
		play, what = first(e.Action.Plays), term.Spaced(e.Type, forItem(e.Action.Item), amount(e.Action.Amount))
	}
	if e.Over.IsSet() {
		what += ", " + amount(e.Over) + " too much"
	}
	if !e.DueAt.IsZero() {
		what += ", by " + v.plain(play).Time(e.DueAt)
	}
	return string(e.State) + ": " + what
}

// forItem is empty for an action of the incident as a whole.
func forItem(id string) string {
	if id == "" {
		return ""
	}
	return "for " + id
}

func amount(m recovery.Money) string {
	if !m.IsSet() {
		return ""
	}
	return m.String()
}

func orNone(s string) string {
	if s == "" {
		return "no amount"
	}
	return s
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// shown is a value of an incident in words.
func shown(raw json.RawMessage, plain value.Plain) string {
	if len(raw) == 0 {
		return "nothing"
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if at, err := value.ParseTimestamp(text); err == nil {
			return plain.Time(at)
		}
		if text == "" {
			return "empty"
		}
		return text
	}
	var money struct{ Value, Currency string }
	if bytes.HasPrefix(raw, []byte("{")) && json.Unmarshal(raw, &money) == nil && money.Currency != "" {
		return money.Value + " " + money.Currency
	}
	return string(raw)
}

package recovery

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/canonical"
)

// AppendJSON appends the record as canonical JSON (RFC 8785), for a store that
// keeps text: everything that [Decision.AppendJSON] says, and what the agenda
// and deciding again need beyond it. [ReadRecord] reads it back. calendars
// names the calendars in which actions count, so that a store can keep each of
// them once; it is asked only for those that are there.
//
// Lists of names with values keep their order: they are written as lists of
// pairs. What does not exist is left out, empty lists included. The incident
// stands as it is in the record, which is canonical JSON already.
func (r *Record) AppendJSON(dst []byte, calendars func(*worktime.Calendar) string) []byte {
	w := recordWriter{jsonWriter{dst}, calendars}
	w.open('{')
	w.time("base", r.Base)
	w.keyPairs("comparable", r.Comparable)
	w.key("decision")
	w.decision(r.Decision)
	if len(r.Incident) > 0 {
		w.key("incident")
		w.buf = append(w.buf, r.Incident...)
	}
	w.someTexts("keeps", r.Keeps)
	w.keys(r.Keys)
	w.time("occurred_at", r.OccurredAt)
	w.text("on", r.On)
	someList(&w, "reserves", r.Reserves, (*recordWriter).reserve)
	w.close('}')
	return w.buf
}

// recordWriter writes objects with their keys sorted.
type recordWriter struct {
	jsonWriter
	calendars func(*worktime.Calendar) string
}

// someList writes a list that is left out when it is empty.
func someList[T any](w *recordWriter, name string, list []T, element func(*recordWriter, *T)) {
	if len(list) == 0 {
		return
	}
	w.key(name)
	w.open('[')
	for i := range list {
		w.element()
		element(w, &list[i])
	}
	w.close(']')
}

func (w *recordWriter) someTexts(name string, list []string) {
	if len(list) > 0 {
		w.key(name)
		w.texts(list)
	}
}

func (w *recordWriter) someInt(name string, n int) {
	if n != 0 {
		w.int(name, n)
	}
}

func (w *recordWriter) flag(name string, set bool) {
	if set {
		w.key(name)
		w.buf = append(w.buf, "true"...)
	}
}

// amount writes money with its keys sorted.
func (w *recordWriter) amount(name string, m Money) {
	if m.IsSet() {
		w.key(name)
		w.buf = appendCanonicalMoney(w.buf, m)
	}
}

func (w *recordWriter) keyPairs(name string, list []Key) {
	someList(w, name, list, func(w *recordWriter, k *Key) {
		w.buf = canonical.AppendString(append(w.buf, '['), k.Path)
		w.buf = append(canonical.AppendString(append(w.buf, ','), k.Text), ']')
	})
}

func (w *recordWriter) keys(keys map[string]string) {
	if len(keys) == 0 {
		return
	}
	names := make([]string, 0, len(keys))
	for name := range keys {
		names = append(names, name)
	}
	slices.SortFunc(names, compareUTF16)
	w.key("keys")
	w.open('{')
	for _, name := range names {
		w.anyKey(name)
		w.buf = canonical.AppendString(w.buf, keys[name])
	}
	w.close('}')
}

func (w *recordWriter) reserve(r *Reserve) {
	w.open('{')
	w.time("at", r.At)
	w.text("direction", r.Direction)
	w.text("partner", r.Partner)
	w.key("units")
	w.buf = strconv.AppendInt(w.buf, r.Units, 10)
	w.close('}')
}

func (w *recordWriter) decision(d *Decision) {
	w.open('{')
	someList(w, "actions", d.Actions, (*recordWriter).action)
	someList(w, "choices", d.Choices, (*recordWriter).choice)
	w.time("decided_at", d.DecidedAt)
	someList(w, "facts", d.Facts, func(w *recordWriter, f *Fact) { w.pair(f.Name, f.Value) })
	w.text("id", d.ID)
	w.text("incident", d.Incident)
	if d.Made != nil {
		w.key("made")
		w.open('{')
		w.text("by", d.Made.By)
		w.text("choice", d.Made.Choice)
		w.text("deviation", d.Made.Deviation)
		w.text("reason", d.Made.Reason)
		w.close('}')
	}
	someList(w, "passed_over", d.PassedOver, func(w *recordWriter, p *PassedOver) {
		w.open('{')
		w.text("partner", p.Partner)
		w.text("play", p.Play)
		w.text("reason", p.Reason)
		w.close('}')
	})
	someList(w, "plays", d.Plays, (*recordWriter).match)
	w.int("semantics", d.Semantics)
	w.key("set")
	w.set(d.Set)
	w.text("supersedes", d.Supersedes)
	someList(w, "warnings", d.Warnings, func(w *recordWriter, x *Warning) { w.warning(x) })
	someList(w, "withheld", d.Withheld, (*recordWriter).withheld)
	w.close('}')
}

func (w *recordWriter) match(m *Match) {
	w.open('{')
	w.text("approach", m.Approach)
	w.text("at", m.At)
	someList(w, "because", m.Because, func(w *recordWriter, r *Reason) { w.pair(r.Expr, r.Value) })
	w.text("case", m.Case)
	w.text("play", m.Play)
	w.close('}')
}

func (w *recordWriter) action(a *Action) {
	w.open('{')
	w.amount("already", a.Already)
	w.amount("amount", a.Amount)
	w.text("change", string(a.Change))
	w.time("due_at", a.DueAt)
	w.flag("gone", a.gone)
	w.text("id", a.ID)
	someList(w, "if_late", a.IfLate, (*recordWriter).action)
	w.text("justice", a.Justice)
	if a.Message != nil {
		w.key("message")
		w.message(a.Message)
	}
	w.time("not_before", a.NotBefore)
	w.text("note", a.Note)
	w.text("owner", a.Owner)
	if a.pace != nil {
		w.key("pace")
		w.pace(a.pace)
	}
	w.params(a.Params)
	w.flag("pauses", a.pauses)
	w.someTexts("plays", a.Plays)
	w.text("type", a.Type)
	w.flag("waits", a.waits)
	w.close('}')
}

// pace leaves out the pauses of the clock: the agenda takes those that the
// incident has by then.
func (w *recordWriter) pace(p *pace) {
	w.open('{')
	w.time("base", p.base)
	if p.clock.Calendar != nil {
		w.text("calendar", w.calendars(p.clock.Calendar))
	}
	w.key("every")
	w.buf = appendCanonical(w.buf, p.every)
	w.close('}')
}

func (w *recordWriter) params(params []Param) {
	someList(w, "params", params, func(w *recordWriter, p *Param) { w.pair(p.Name, p.Value) })
}

func (w *recordWriter) pair(name string, v any) {
	w.buf = canonical.AppendString(append(w.buf, '['), name)
	w.buf = append(appendTyped(append(w.buf, ','), v), ']')
}

func (w *recordWriter) choice(c *Choice) {
	w.open('{')
	w.someInt("at_least", c.AtLeast)
	w.someInt("at_most", c.AtMost)
	w.text("decider", c.Decider)
	w.time("due_at", c.DueAt)
	w.text("id", c.ID)
	someList(w, "options", c.Options, (*recordWriter).offer)
	w.text("play", c.Play)
	if p := &c.Precedents; p.Count > 0 {
		w.key("precedents")
		w.open('{')
		w.int("count", p.Count)
		someList(w, "options", p.Options, (*recordWriter).precedentRange)
		someList(w, "recent", p.Recent, (*recordWriter).precedent)
		w.close('}')
	}
	w.close('}')
}

func (w *recordWriter) offer(o *Offer) {
	w.open('{')
	w.amount("from", o.From)
	w.text("id", o.ID)
	w.params(o.Params)
	w.amount("to", o.To)
	w.text("type", o.Type)
	w.close('}')
}

func (w *recordWriter) precedentRange(r *PrecedentRange) {
	w.open('{')
	w.amount("highest", r.Highest)
	w.amount("lowest", r.Lowest)
	w.amount("median", r.Median)
	w.text("type", r.Type)
	w.close('}')
}

func (w *recordWriter) precedent(p *Precedent) {
	w.open('{')
	w.amount("amount", p.Amount)
	w.text("decision", p.Decision)
	w.text("reason", p.Reason)
	w.text("type", p.Type)
	w.close('}')
}

func (w *recordWriter) withheld(h *Withheld) {
	w.open('{')
	w.amount("amount", h.Amount)
	w.text("id", h.ID)
	w.params(h.Params)
	w.text("play", h.Play)
	w.text("reason", h.Reason)
	w.text("type", h.Type)
	w.close('}')
}

// appendTyped writes a value so that it is read back as what it is: one whose
// JSON could be another's, such as a duration, which is text, stands in an
// object that names its kind.
func appendTyped(dst []byte, v any) []byte {
	kind := ""
	switch x := v.(type) {
	case Money:
		if !x.IsSet() {
			return append(dst, "null"...)
		}
	case MoneyRange:
		dst = appendTyped(append(dst, `{"from":`...), x.From)
		return append(appendTyped(append(dst, `,"to":`...), x.To), '}')
	case []any:
		return appendList(dst, x, appendTyped)
	case time.Duration:
		kind = "duration"
	case time.Time:
		kind = "time"
	case Date:
		kind = "date"
	case Percent:
		kind = "percent"
	case float64:
		if strings.ContainsAny(string(appendDouble(nil, x)), ".en") {
			return appendDouble(dst, x)
		}
		kind = "double" // a whole number, which would be read as an int
	}
	if kind == "" {
		return appendCanonical(dst, v)
	}
	dst = append(append(append(dst, `{"`...), kind...), `":`...)
	return append(appendCanonical(dst, v), '}')
}

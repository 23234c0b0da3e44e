package recovery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// ReadRecord reads what [Record.AppendJSON] writes: an equal record, except that
// lists and maps with nothing in them come back as nil. calendars finds a calendar by
// the name that it was given.
func ReadRecord(data []byte, calendars func(name string) (*worktime.Calendar, error)) (*Record, error) {
	v, incident, err := readTopLevel(data, "incident")
	if err != nil {
		return nil, err
	}
	in := recordReader{objectReader: &objectReader{members: v, err: new(error)}, calendars: calendars}
	r := &Record{
		Incident:   incident,
		Base:       in.time("base"),
		OccurredAt: in.time("occurred_at"),
		On:         in.text("on"),
		Keeps:      in.texts("keeps"),
		Comparable: in.keyPairs("comparable"),
		Reserves:   readList(in.objectReader, "reserves", readReserve),
	}
	if keys, ok := in.object("keys"); ok {
		r.Keys = make(map[string]string, len(keys.members))
		for _, m := range keys.members {
			r.Keys[m.key] = keys.text(m.key)
		}
	}
	d, ok := in.object("decision")
	if !ok {
		return nil, errors.New("a record without a decision")
	}
	r.Decision = in.decision(d)
	r.Decision.base = r.Base
	return r, *in.err
}

// readTopLevel reads an object, and the text of one of its members as it stands.
func readTopLevel(data []byte, name string) (object, []byte, error) {
	r := jsonReader{data: data}
	if r.peek() != '{' {
		if _, err := parseJSON(data); err != nil {
			return nil, nil, err
		}
		return nil, nil, &JSONError{"an object is wanted"}
	}
	var out object
	var raw []byte
	err := r.members(func(key string) error {
		r.peek()
		start := r.at
		v, err := r.value(1)
		if err != nil {
			return err
		}
		if key == name {
			raw = bytes.Clone(data[start:r.at])
			return nil
		}
		out = append(out, member{key, v})
		return nil
	})
	if err := r.finish(err); err != nil {
		return nil, nil, err
	}
	return out, raw, nil
}

type recordReader struct {
	*objectReader
	calendars func(string) (*worktime.Calendar, error)
}

func (r *objectReader) keyPairs(name string) []Key {
	var out []Key
	r.pairs(name, func(path string, text any) {
		s, ok := text.(string)
		if !ok {
			r.fail(r.at(name), "pairs of text", text)
		}
		out = append(out, Key{Path: path, Text: s})
	})
	return out
}

// pairs goes through a list of names with values.
func (r *objectReader) pairs(name string, yield func(name string, v any)) {
	for _, e := range r.list(name) {
		pair, ok := e.([]any)
		if !ok || len(pair) != 2 {
			r.fail(r.at(name), "pairs", e)
			return
		}
		first, ok := pair[0].(string)
		if !ok {
			r.fail(r.at(name), "a name", pair[0])
		}
		yield(first, pair[1])
	}
}

// typed goes through a list of names with values of any kind.
func (r *objectReader) typed(name string, yield func(name string, v any)) {
	r.pairs(name, func(first string, raw any) {
		v, err := readTyped(raw)
		if err != nil {
			r.fail(r.at(name), "a value", raw)
		}
		yield(first, v)
	})
}

func (r *objectReader) flag(name string) bool {
	v := r.get(name)
	set, ok := v.(bool)
	if !ok && v != nil {
		r.fail(r.at(name), "true", v)
	}
	return set
}

func readReserve(r *objectReader) Reserve {
	return Reserve{Partner: r.text("partner"), Direction: r.text("direction"), Units: r.int64("units"), At: r.time("at")}
}

func (r *recordReader) decision(d *objectReader) *Decision {
	out := &Decision{
		ID: d.text("id"), Incident: d.text("incident"), DecidedAt: d.time("decided_at"),
		Semantics: d.int("semantics"), Supersedes: d.text("supersedes"),
		Plays:      readList(d, "plays", readPlay),
		Actions:    readList(d, "actions", r.action),
		Choices:    readList(d, "choices", readMadeUpChoice),
		Withheld:   readList(d, "withheld", readTypedWithheld),
		PassedOver: readList(d, "passed_over", readPassedOver),
		Warnings:   readList(d, "warnings", readWarning),
	}
	d.typed("facts", func(name string, v any) { out.Facts = append(out.Facts, Fact{name, v}) })
	if set, ok := d.object("set"); ok {
		out.Set = SetRef{Digest: set.text("digest"), Revision: set.text("revision")}
	}
	if made, ok := d.object("made"); ok {
		out.Made = &Made{Choice: made.text("choice"), By: made.text("by"), Reason: made.text("reason"), Deviation: made.text("deviation")}
	}
	return out
}

func readPlay(r *objectReader) Match {
	m := Match{Play: r.text("play"), Case: r.text("case"), Approach: r.text("approach"), At: r.text("at")}
	for _, k := range r.keyPairs("because") {
		m.Because = append(m.Because, Reason{Expr: k.Path, Value: k.Text})
	}
	return m
}

func (r *recordReader) action(o *objectReader) Action {
	a := Action{
		ID: o.text("id"), Type: o.text("type"), Change: Change(o.text("change")), Plays: o.texts("plays"),
		Amount: o.money("amount"), Already: o.money("already"), Params: o.typedParams(), Owner: o.text("owner"),
		NotBefore: o.time("not_before"), DueAt: o.time("due_at"), Justice: o.text("justice"), Note: o.text("note"),
		IfLate: readList(o, "if_late", r.action),
		waits:  o.flag("waits"), pauses: o.flag("pauses"), gone: o.flag("gone"),
	}
	if m, ok := o.object("message"); ok {
		a.Message = &Message{ID: m.text("id"), Language: m.text("language"), Text: m.text("text")}
	}
	if p, ok := o.object("pace"); ok {
		a.pace = &pace{base: p.time("base"), every: durationOf(p.text("every"))}
		if name := p.text("calendar"); name != "" {
			c, err := r.calendars(name)
			if err != nil && *r.err == nil {
				*r.err = fmt.Errorf("the calendar %s: %w", name, err)
			}
			a.pace.clock.Calendar = c
		}
	}
	return a
}

func (r *objectReader) typedParams() []Param {
	var out []Param
	r.typed("params", func(name string, v any) { out = append(out, Param{name, v}) })
	return out
}

func readMadeUpChoice(r *objectReader) Choice {
	c := Choice{
		ID: r.text("id"), Play: r.text("play"), Decider: r.text("decider"), DueAt: r.time("due_at"),
		AtLeast: r.int("at_least"), AtMost: r.int("at_most"),
		Options: readList(r, "options", func(r *objectReader) Offer {
			return Offer{Type: r.text("type"), ID: r.text("id"), From: r.money("from"), To: r.money("to"), Params: r.typedParams()}
		}),
	}
	if p, ok := r.object("precedents"); ok {
		c.Precedents = Precedents{
			Count:   p.int("count"),
			Options: readList(p, "options", readPrecedentRange),
			Recent: readList(p, "recent", func(r *objectReader) Precedent {
				return Precedent{Decision: r.text("decision"), Type: r.text("type"), Amount: r.money("amount"), Reason: r.text("reason")}
			}),
		}
	}
	return c
}

func readTypedWithheld(r *objectReader) Withheld {
	return Withheld{
		ID: r.text("id"), Type: r.text("type"), Play: r.text("play"), Reason: r.text("reason"),
		Amount: r.money("amount"), Params: r.typedParams(),
	}
}

var errNoValue = errors.New("no value")

// readTyped reads what appendTyped writes.
func readTyped(v any) (any, error) {
	switch x := v.(type) {
	case []any:
		list := make([]any, len(x))
		for i, e := range x {
			var err error
			if list[i], err = readTyped(e); err != nil {
				return nil, err
			}
		}
		return list, nil
	case object:
		if len(x) == 1 {
			return readKind(x[0].key, x[0].value)
		}
	}
	read, ok := readValue(v)
	if !ok {
		return nil, errNoValue
	}
	return read, nil
}

func readKind(kind string, v any) (any, error) {
	if n, ok := v.(json.Number); ok && kind == "double" {
		return strconv.ParseFloat(string(n), 64)
	}
	text, ok := v.(string)
	if !ok {
		return nil, errNoValue
	}
	switch kind {
	case "duration":
		return value.ParseAnyDuration(text)
	case "time":
		return value.ParseTimestamp(text)
	case "date":
		return value.ParseDate(text)
	case "percent":
		return value.ParsePercent(text)
	}
	return nil, errNoValue
}

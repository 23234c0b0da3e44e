package recovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/payload"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// ErrNotMeant is wrapped by the error for a payload that a map leaves out by its `only`, such as that
// of an event that says nothing of incidents. Nothing was read of it, and nothing is wrong.
var ErrNotMeant = errors.New("the map is not for this payload")

// Told changes what is known of an incident by a payload, decides it and commits the decision, as
// [Engine.Update] does. The map is one of the engine's set. It says where in the payload each field
// stands; that of id says which incident is meant.
//
// A payload is JSON, as []byte, json.RawMessage or string, or a value that encoding/json makes JSON
// of, such as a map[string]any that was read from it. It may be a part of what is known: a path that
// is absent leaves its field, and null, or a word that the map counts as missing, clears it. A value
// that does not fit stands in its field as it came. It refuses the incident until a payload tells
// better, so that nothing is decided by what was known before. The error is a *[PayloadError] then. One
// that does not say which incident is meant, or since when it waits, changes nothing.
//
// A payload that the map's `only` leaves out has an error that wraps [ErrNotMeant]. Other errors are
// those of Update, an *[UnknownMapError], and a *[JSONError] for text that is not JSON.
func (e *Engine) Told(ctx context.Context, name string, payload any, options ...CallOption) (*Decision, error) {
	t, err := e.read(name, payload)
	if err != nil {
		return nil, err
	}
	decision, err := e.Update(ctx, t.id, func(in *Incident) error {
		t.apply(in)
		return nil
	}, options...)
	return decision, t.explain(err)
}

// Incident returns what a payload alone says of an incident. It reads no store and decides nothing: it
// is for looking, and for incidents that come whole. The error is as that of [Engine.Told]; with a
// *[PayloadError] that names the incident, the incident holds what could be read.
func (e *Engine) Incident(ctx context.Context, name string, payload any) (Incident, error) {
	if err := ctx.Err(); err != nil {
		return Incident{}, err
	}
	t, err := e.read(name, payload)
	if err != nil {
		return Incident{}, err
	}
	in := Incident{ID: t.id}
	t.apply(&in)
	return in, t.misfits()
}

// UnknownMapError reports the name of a map that the set does not have.
type UnknownMapError struct {
	Map   string
	Known []string // the maps that there are
}

func (e *UnknownMapError) Error() string {
	text := "the playbooks have no map " + intake.Shown(e.Map)
	switch meant := playbook.Suggest(e.Map, e.Known); {
	case meant != "":
		return text + "; did you mean " + meant + "?"
	case len(e.Known) > 0:
		return text + "; there are " + strings.Join(e.Known, ", ")
	}
	return text + "; write one, with `map: ID` below `amends: v1`"
}

// PayloadError reports a payload that does not give what its map reads from it. It names every
// problem at once. It wraps the *[IncidentError] of an incident that was refused for it.
type PayloadError struct {
	Map      string
	Incident string // its id; empty where the payload does not say
	Problems []PayloadProblem
	refusal  error
}

// PayloadProblem is one field that a payload does not give.
type PayloadProblem struct {
	Field  string // of the incident, such as order.value or lines[2].price
	At     string // where the map reads it, FILE:LINE
	Path   string // where it stands in the payload
	Wanted string // such as "an amount in EUR"
	Found  string // such as `"1,234", which is ambiguous`; empty when nothing was there
	Remedy string // what to write in the map; may be empty
}

// String writes the problem in one line: field, what was wanted and found, where, and the remedy.
func (p PayloadProblem) String() string {
	found := p.Found
	if found == "" {
		found = "nothing"
	}
	text := p.Field + ": wanted " + p.Wanted + ", found " + found
	if strings.Contains(found, ", which ") {
		text += ","
	}
	if p.Path != "" {
		text += " at " + p.Path
	}
	if p.At != "" {
		text += " (" + p.At + ")"
	}
	if p.Remedy != "" {
		text += "; " + p.Remedy
	}
	return text
}

func (e *PayloadError) Error() string {
	text := "the payload"
	if e.Incident != "" {
		text += " of incident " + intake.Shown(e.Incident)
	}
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return text + " does not fit map " + e.Map + ": " + strings.Join(lines, "; ")
}

func (e *PayloadError) Unwrap() error { return e.refusal }

// told is what a payload tells of an incident.
type told struct {
	rules *ruleset
	by    *payload.Map
	id    string
	says  []payload.Told
	// bad are the problems of the payload itself; lenient are those of fields that count as missing
	// when they do not fit.
	bad, lenient []PayloadProblem
}

// read maps a payload.
func (e *Engine) read(name string, raw any) (*told, error) {
	rules, err := e.rules()
	if err != nil {
		return nil, err
	}
	t := &told{rules: rules, by: rules.program.Map(name)}
	if t.by == nil {
		return nil, rules.unknownMap(name)
	}
	tree, err := treeOf(t.by, raw)
	if err != nil {
		return nil, err
	}
	if !t.by.Means(tree) {
		return nil, fmt.Errorf("map %s reads other payloads only: %w", name, ErrNotMeant)
	}
	t.says = t.by.Read(tree)
	t.judge()
	if p, waits := t.pausedWithout(); waits {
		return nil, &PayloadError{Map: t.by.Name, Incident: t.id, Problems: append(t.bad, p)}
	}
	if t.id == "" {
		return nil, &PayloadError{Map: t.by.Name, Problems: t.bad}
	}
	return t, nil
}

func (r *ruleset) unknownMap(name string) error {
	e := &UnknownMapError{Map: name}
	for _, m := range r.program.Maps {
		e.Known = append(e.Known, m.Name)
	}
	return e
}

// treeOf is a payload as a tree of JSON.
func treeOf(m *payload.Map, raw any) (any, error) {
	var text []byte
	switch x := raw.(type) {
	case []byte:
		text = x
	case json.RawMessage:
		text = x
	case string:
		text = []byte(x)
	default:
		var err error
		if text, err = json.Marshal(raw); err != nil {
			return nil, &JSONError{"the payload cannot be written as JSON: " + err.Error()}
		}
		return parsed(text)
	}
	text, err := m.Encoding.Decode(text)
	if err != nil {
		return nil, &JSONError{"the payload cannot be read: " + err.Error()}
	}
	return parsed(text)
}

func parsed(text []byte) (any, error) {
	d := jsontext.NewDecoder(text)
	defer d.Release()
	tree, err := d.ReadAny()
	if err = jsonError(d.Finish(err)); err != nil {
		return nil, err
	}
	return tree, nil
}

// judge finds the id, and what is wrong with the payload itself.
func (t *told) judge() {
	var declared map[string]bool
	for _, x := range t.says {
		for _, m := range x.Misfits {
			p := PayloadProblem{Field: x.Field.Name + m.Within, At: place(m.At), Path: m.Path, Wanted: m.Wanted, Found: m.Found, Remedy: m.Remedy}
			if declared == nil {
				declared = t.rules.lenient()
			}
			if declared[x.Field.Name] {
				t.lenient = append(t.lenient, p)
			} else {
				t.bad = append(t.bad, p)
			}
		}
		if x.Field.Name == "id" && len(x.Misfits) == 0 {
			t.id, _ = x.Value.(string)
		}
	}
	if f := t.by.Field("id"); t.id == "" && f != nil && !slices.ContainsFunc(t.bad, func(p PayloadProblem) bool { return p.Field == "id" }) {
		t.bad = append(t.bad, PayloadProblem{Field: "id", At: place(f.At), Path: f.Where(), Wanted: "a text that is not empty"})
	}
}

// pausedWithout is the problem of a payload that shows a state and does not say since when.
func (t *told) pausedWithout() (PayloadProblem, bool) {
	waits, dated := false, false
	var f *payload.Field
	for _, x := range t.says {
		waits = waits || x.Field.While != nil
		if x.Field.Name == "updated_at" {
			dated = len(x.Misfits) > 0 || x.Value != nil
		}
	}
	if !waits || dated {
		return PayloadProblem{}, false
	}
	f = t.by.Field("updated_at")
	return PayloadProblem{Field: "updated_at", At: place(f.At), Path: f.Where(), Wanted: "a time, at which the pause begins or ends"}, true
}

// lenient are the fields in which a value that does not fit counts as missing.
func (r *ruleset) lenient() map[string]bool {
	out := map[string]bool{}
	for name, f := range r.program.Declared() {
		out[name] = f.InvalidAbsent
	}
	return out
}

func place(at playbook.Range) string { return fmt.Sprintf("%s:%d", at.File, at.Start.Line) }

// apply writes what was told into an incident. It may be called several times.
func (t *told) apply(in *Incident) {
	for _, x := range t.says {
		switch {
		case x.Field.Name == "id" || x.Field.While != nil:
		case len(x.Misfits) > 0 && x.Field.Items == nil:
			in.tell(x.Field.Name, payload.Unmapped(x.Value))
		default:
			in.tell(x.Field.Name, x.Value)
		}
	}
	for _, x := range t.says {
		if waiting, ok := x.Value.(bool); ok && x.Field.While != nil {
			in.wait(waiting, in.updatedAt())
		}
	}
}

// tell writes a field, in the place of whatever stands there. Nil clears it.
func (in *Incident) tell(path string, v any) {
	in.remove(path)
	if place := in.place(path); place != nil && assign(place, v) {
		return
	}
	if v != nil {
		in.nest(path, v)
	}
}

// assign stores a value in a place of the struct, if it is of the place's type. Nil empties it.
func assign(place, v any) bool {
	switch p := place.(type) {
	case *string:
		s, ok := v.(string)
		*p = s
		return ok || v == nil
	case *int:
		n, ok := v.(int64)
		*p = int(n)
		return ok && n != 0 && int64(*p) == n || v == nil
	case *time.Time:
		at, ok := v.(time.Time)
		*p = at
		return ok || v == nil
	case *[]string:
		list, ok := v.([]any)
		*p = nil
		for _, e := range list {
			s, _ := e.(string)
			*p = append(*p, s)
		}
		return ok || v == nil
	case *[]Pause:
		pauses, problems := intake.Pauses(v)
		if *p = nil; v != nil && len(problems) == 0 {
			*p = pauses
		}
		return v == nil || len(problems) == 0
	}
	return false
}

// wait opens a pause, or ends the one that is open.
func (in *Incident) wait(waiting bool, at time.Time) {
	if at.IsZero() {
		return
	}
	last := len(in.Paused) - 1
	switch open := last >= 0 && in.Paused[last].Until.IsZero(); {
	case open && !waiting:
		in.Paused = slices.Clone(in.Paused)
		in.Paused[last].Until = at
	case !open && waiting:
		in.Paused = append(slices.Clip(in.Paused), Pause{From: at})
	}
}

// misfits is the error for the payload itself; nil where all of it fits.
func (t *told) misfits() error {
	if len(t.bad) == 0 {
		return nil
	}
	return &PayloadError{Map: t.by.Name, Incident: t.id, Problems: t.bad}
}

// explain adds to a refusal where the map reads the fields that do not fit, and where they stand in
// the payload.
func (t *told) explain(err error) error {
	var refused *IncidentError
	if !errors.As(err, &refused) {
		return err
	}
	e := &PayloadError{Map: t.by.Name, Incident: t.id, refusal: err}
	e.Problems = append(append(e.Problems, t.bad...), t.lenient...)
	for _, p := range refused.Problems {
		f, said := t.fieldOf(p.Path), false
		for _, known := range e.Problems {
			said = said || known.Field == p.Path || f != nil && strings.HasPrefix(known.Field, f.Name) && strings.HasPrefix(p.Found, "{")
		}
		if said {
			continue
		}
		problem := PayloadProblem{Field: p.Path, Wanted: p.Wanted, Found: p.Found}
		if f != nil {
			problem.At, problem.Path = place(f.At), f.Where()
			if p.Found == "" {
				problem.Remedy = constantText(f)
			}
		}
		e.Problems = append(e.Problems, problem)
	}
	return e
}

// constantText is the remedy for a text that was written where a path is wanted.
func constantText(f *payload.Field) string {
	if f.Type.Kind != value.KindString || len(f.From) != 1 || f.From[0].String() != f.From[0].First() {
		return ""
	}
	return "write `" + f.Name + ": {const: " + f.From[0].String() + "}`, if it is always this text"
}

// fieldOf is the field of the map in which a problem of the incident lies.
func (t *told) fieldOf(path string) (found *payload.Field) {
	for _, f := range t.by.Fields {
		within := strings.HasPrefix(path, f.Name+".") || strings.HasPrefix(path, f.Name+"[")
		if (path == f.Name || within) && (found == nil || len(f.Name) > len(found.Name)) {
			found = f
		}
	}
	return found
}

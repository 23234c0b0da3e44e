package policy

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/worktime"
)

// scope has the definitions that the expressions and references of one document can name: its own
// and the shared ones. Shared definitions are compiled for each scope that uses them, because the
// zone of the playbook decides their days.
type scope struct {
	*compiler
	outer    *scope             // nil for the shared scope itself
	reading  *reading           // of the shared definitions
	doc      *playbook.Document // nil for the shared scope
	docs     []*playbook.Document
	playbook *Playbook
	zone     *time.Location
	// yearStarts is the first day of the years, and of the first quarters, of facts.
	yearStarts worktime.MonthDay
	env        *celenv.Scope // what the definition at hand sees: own or union
	own        *celenv.Scope // the fields as the document narrows them
	union      *celenv.Scope // the fields as shared definitions see them
	before     *celenv.Scope // the scope of applies: standard and shared fields only

	fields    map[string]*Field
	facts     map[string]*Fact
	factDefs  map[string]*playbook.Fact
	termDefs  map[string]*playbook.Term
	tableDefs map[string]*playbook.Table
	terms     map[string]*celenv.Expr
	tables    map[string]*celenv.Table
	stack     []step // terms and tables being compiled, to find circles
	calendars map[string]*worktime.Calendar
	zoned     map[string]*celenv.Zoned // the calendars whose zone is read from the incident
	calDefs   map[string]*playbook.Calendar
	messages  map[string]*message
	partners  map[string]*Partner
	partDefs  map[string]*playbook.Partner
	types     map[string]*ActionType
	typeDefs  map[string]*playbook.ActionType

	// each is where the expressions of a play see an item of its list; nil: there is none.
	each *celenv.Scope
	// oneForAll is the type of the action at hand where it is one for all items; empty: it is not.
	oneForAll string

	present celenv.Known // the paths that shared definitions guard, and that have a value wherever the playbook applies
	assumed celenv.Known // present, and the paths that applies guards
	reads   map[int]bool // the facts that the current play can read
}

type step struct {
	name string // terms.x or tables.x
	text playbook.Text
}

// sharedScope gathers the definitions of the shared documents, which are for the whole set.
func (c *compiler) sharedScope(docs []*playbook.Document) *scope {
	s := c.newScope(docs)
	s.zone, s.yearStarts = c.sharedZone(docs), c.sharedYear(docs)
	s.playbook = &Playbook{Zone: s.zone, Rounding: c.sharedRounding(docs)}
	s.reading = s.readingOf()

	maps.Copy(s.fields, c.table.standard)
	for _, d := range docs {
		s.gather(d, nil)
	}
	c.program.Fields = slices.SortedFunc(maps.Values(s.fields), func(a, b *Field) int { return cmp.Compare(a.Slot, b.Slot) })
	c.program.std = findStandardSlots(c.program.Fields)
	s.newEnv()
	return s
}

func (c *compiler) playbookScope(d *playbook.Document, common *scope) *scope {
	s := c.newScope(append(slices.Clone(common.docs), d))
	s.doc, s.outer = d, common
	s.zone = c.zone(d.Zone, common.zone)
	s.yearStarts = c.yearStart(d.YearStarts, common.yearStarts)
	s.playbook = &Playbook{ID: d.ID.Value, Zone: s.zone, Rounding: rounding(d.Rounding, common.playbook.Rounding)}
	maps.Copy(s.fields, common.fields)
	maps.Copy(s.facts, common.facts)
	maps.Copy(s.factDefs, common.factDefs)
	maps.Copy(s.termDefs, common.termDefs)
	maps.Copy(s.tableDefs, common.tableDefs)
	maps.Copy(s.types, common.types)
	maps.Copy(s.typeDefs, common.typeDefs)
	maps.Copy(s.calDefs, common.calDefs)
	for _, n := range slices.Sorted(maps.Keys(common.calDefs)) {
		s.calendars[n] = s.calendar(common.calDefs[n])
	}
	maps.Copy(s.partDefs, common.partDefs)
	for n, p := range common.partDefs {
		s.partners[n] = s.partner(p)
	}
	for n, m := range common.messages {
		s.messages[n] = &message{def: m.def}
	}
	s.gather(d, common)
	hidden := "applies stands before every play and may read standard and shared fields only"
	unreadable := map[string]string{"facts": hidden, "terms": hidden, "tables": hidden, "now": hidden, "missed": hidden, "incident.paused": pausedHidden}
	for n := range s.fields {
		if common.fields[n] == nil {
			unreadable["incident."+n] = hidden
		}
	}
	s.before, _ = s.base.NewScope(celenv.Options{
		FieldsOf: common.env, Zone: s.zone, Suggest: playbook.Suggest, Defs: noDefinitions{}, Missed: s.missed,
		Hidden: unreadable,
	})
	s.playbook.before = s.before
	s.newEnv()
	s.reading = s.readingOf()
	return s
}

func (c *compiler) newScope(docs []*playbook.Document) *scope {
	return &scope{
		compiler: &compiler{wholeSet: c.wholeSet, used: map[any]bool{}}, docs: docs,
		fields: map[string]*Field{}, facts: map[string]*Fact{}, factDefs: map[string]*playbook.Fact{},
		termDefs: map[string]*playbook.Term{}, tableDefs: map[string]*playbook.Table{},
		terms: map[string]*celenv.Expr{}, tables: map[string]*celenv.Table{},
		calendars: map[string]*worktime.Calendar{}, zoned: map[string]*celenv.Zoned{}, calDefs: map[string]*playbook.Calendar{},
		messages: map[string]*message{}, partners: map[string]*Partner{}, partDefs: map[string]*playbook.Partner{},
		types: map[string]*ActionType{}, typeDefs: map[string]*playbook.ActionType{},
	}
}

func (s *scope) newEnv() {
	var o celenv.Options
	if s.outer != nil && len(s.playbook.Fields) == 0 {
		o.FieldsOf = s.outer.env
	} else {
		o.Fields = celFields(s.fields)
	}
	s.env = s.newEnvOf(o, true)
	s.own, s.union, s.playbook.scope = s.env, s.env, s.env
}

// newEnvOf makes a scope of expressions with some fields, and with what else the document sees. Facts
// whose declaration is wrong are noted.
func (s *scope) newEnvOf(o celenv.Options, note bool) *celenv.Scope {
	for _, n := range slices.Sorted(maps.Keys(s.facts)) {
		f := s.facts[n]
		if f.Sum == "" && f.Count == "" || f.Sum != "" && f.Field == nil && (f.Currency == "" || strings.HasPrefix(f.Sum, "incident.")) {
			if note {
				s.table.broken["facts."+n] = true // what is missing is reported already
			}
			continue
		}
		o.Facts = append(o.Facts, celenv.Fact{Name: n, Type: f.Type(), Slot: f.Slot})
	}
	o.Defs = definitions{s}
	o.Missed = s.missed
	o.Hidden = map[string]string{"incident.paused": pausedHidden}
	o.Calendars = s.calendars
	o.Zone, o.Rounding = s.zone, s.playbook.Rounding
	o.Suggest = playbook.Suggest
	env, err := s.base.NewScope(o)
	if err != nil {
		at := playbook.Range{}
		if len(s.docs) > 0 {
			at = s.docs[len(s.docs)-1].Range
		}
		s.errorf(at, "internal", "", "%s", err)
	}
	return env
}

const pausedHidden = "it is a list of times, which deadlines with pauses: true look at"

// celFields describes fields to expressions, in the order of their slots.
func celFields(fields map[string]*Field) []celenv.Field {
	out := make([]celenv.Field, 0, len(fields))
	for _, n := range slices.Sorted(maps.Keys(fields)) {
		f := fields[n]
		out = append(out, celenv.Field{Name: n, Type: f.Type, Optional: f.canBeAbsent(), NonEmpty: f.NonEmpty, Closed: f.OneOf, Slot: f.Slot, Items: celItems(f.Items)})
	}
	return out
}

// celItems describes the fields of items to expressions.
func celItems(items []*Field) []celenv.Field {
	if items == nil {
		return nil
	}
	out := make([]celenv.Field, 0, len(items))
	for _, f := range items {
		out = append(out, celenv.Field{Name: f.Name, Type: f.Type, Optional: f.canBeAbsent(), NonEmpty: f.NonEmpty, Closed: f.OneOf, Slot: f.Slot})
	}
	return out
}

// zone loads a zone by its name. It returns the fallback if no zone is written, or a wrong one.
func (c *compiler) zone(t playbook.Text, fallback *time.Location) *time.Location {
	if !t.IsSet() {
		return fallback
	}
	loc, err := c.zones[t.Value], error(nil)
	if loc == nil {
		loc, err = worktime.LoadZone(t.Value)
	}
	if err != nil {
		c.mendf(t.Range, "unknown-zone", zoneRemedy(t), "%q is no time zone of the IANA database, such as Europe/Madrid", t.Value)
		return fallback
	}
	c.zones[t.Value] = loc
	return loc
}

// gather puts the definitions of one document under their names.
func (s *scope) gather(d *playbook.Document, common *scope) {
	s.gatherFields(d, common)
	for _, f := range d.Facts {
		take(s, f.Name, "fact", s.factDefs, f)
	}
	for _, t := range d.Terms {
		take(s, t.Name, "term", s.termDefs, t)
	}
	for _, t := range d.Tables {
		take(s, t.Name, "table", s.tableDefs, t)
	}
	for _, k := range d.Calendars {
		if take(s, k.Name, "calendar", s.calDefs, k) {
			s.calendars[k.Name.Value] = s.calendar(k)
		}
	}
	for _, m := range d.Messages {
		if old, ok := s.messages[m.Name.Value]; ok {
			s.taken(m.Name, "message", old.def.Name)
			s.used[m] = true
			continue
		}
		s.messages[m.Name.Value] = &message{def: m}
	}
	for _, p := range d.Partners {
		if take(s, p.ID, "partner", s.partDefs, p) {
			s.partners[p.ID.Value] = s.partner(p)
		}
	}
	for _, a := range d.Actions {
		if builtin := s.builtin[a.Name.Value]; builtin != nil || a.Name.Value == ActionSubstitute {
			s.errorf(a.Name.Range, "name-taken", "", "`%s` is a built-in action", a.Name.Value)
			s.used[a] = true
			continue
		}
		if take(s, a.Name, "action", s.typeDefs, a) {
			s.types[a.Name.Value] = s.customAction(a)
		}
	}
	for _, f := range d.Facts {
		if s.factDefs[f.Name.Value] == f {
			s.facts[f.Name.Value] = s.fact(f, d)
		}
	}
}

func (s *scope) gatherFields(d *playbook.Document, common *scope) {
	shared := s.fields
	if common != nil {
		shared = common.fields
	}
	for _, f := range s.declareFields(d, shared) {
		if old, ok := s.fields[f.Name]; ok && common == nil && old.declared != nil {
			s.taken(f.declared.Name, "field", old.declared.Name)
			continue
		}
		s.fields[f.Name] = f
		if common != nil {
			if base := common.fields[f.Name]; base != nil && f.InvalidAbsent {
				base.InvalidAbsent = true // the value is looked at before it is known which playbooks apply
			}
			s.playbook.Fields = append(s.playbook.Fields, f)
		}
	}
}

// take puts a definition under its name, or reports that the name is taken.
func take[T interface {
	*playbook.Fact | *playbook.Term | *playbook.Table | *playbook.Calendar | *playbook.Partner | *playbook.ActionType
}](s *scope, name playbook.Text, what string, into map[string]T, def T) bool {
	if old, ok := into[name.Value]; ok {
		s.taken(name, what, nameOf(old))
		s.used[def] = true // it is reported already that it cannot be used
		return false
	}
	into[name.Value] = def
	return true
}

func nameOf(def any) playbook.Text {
	switch d := def.(type) {
	case *playbook.Fact:
		return d.Name
	case *playbook.Term:
		return d.Name
	case *playbook.Table:
		return d.Name
	case *playbook.Calendar:
		return d.Name
	case *playbook.Partner:
		return d.ID
	case *playbook.ActionType:
		return d.Name
	}
	return playbook.Text{}
}

func (s *scope) taken(name playbook.Text, what string, first playbook.Text) {
	if first.Range == name.Range {
		return
	}
	s.errorf(name.Range, "name-taken", "", "there is a shared %s named `%s` already, at %s:%d", what, name.Value, first.Range.File, first.Range.Start.Line)
}

func (s *scope) term(name string, def *playbook.Term) *celenv.Expr {
	if e, ok := s.terms[name]; ok {
		return e
	}
	shared := s.sharedTerm(name, def)
	if e := shared.term(name); e != nil {
		return e
	}
	defer s.sees(s.outer != nil && s.outer.termDefs[name] == def)()
	if s.circle("terms."+name, def.Expr) {
		return nil
	}
	if !def.Expr.IsSet() {
		return nil // reported when the file was read
	}
	defer s.withoutItem()()
	s.stack = append(s.stack, step{"terms." + name, def.Expr})
	e := s.expr(def.Expr)
	s.stack = s.stack[:len(s.stack)-1]
	if e != nil && shared != nil {
		return shared.keepTerm(name, e)
	}
	s.terms[name] = e
	return e
}

// circle reports a term or table that needs itself. The place is the name that closes the circle.
func (s *scope) circle(name string, def playbook.Text) bool {
	i := slices.IndexFunc(s.stack, func(st step) bool { return st.name == name })
	if i < 0 {
		return false
	}
	last := s.stack[len(s.stack)-1]
	at := last.text.Range
	if from := strings.Index(last.text.Value, name); from >= 0 {
		start := len([]rune(last.text.Value[:from]))
		at = last.text.Sub(start, start+len([]rune(name)))
	}
	var way []string
	for _, st := range s.stack[i:] {
		way = append(way, st.name)
	}
	s.errorf(at, "cycle", "", "`%s` needs itself: %s", name, strings.Join(append(way, name), " → "))
	return true
}

// compileDefinitions compiles the definitions of the scope's own documents, including those that
// nothing uses, so that their mistakes are reported too.
func (s *scope) compileDefinitions() {
	docs := s.docs
	if s.doc != nil {
		docs = []*playbook.Document{s.doc}
	}
	for _, d := range docs {
		for _, t := range d.Terms {
			if s.termDefs[t.Name.Value] == t {
				s.term(t.Name.Value, t)
			}
		}
		for _, t := range d.Tables {
			if s.tableDefs[t.Name.Value] == t {
				s.lookupTable(t.Name.Value, t)
			}
		}
		for _, k := range d.Calendars {
			if s.calDefs[k.Name.Value] == k && k.Zone.Picks() {
				s.zonedCalendar(k.Name.Value, k)
			}
		}
		for _, m := range d.Messages {
			if s.messages[m.Name.Value].def == m {
				s.message(m.Name.Value)
			}
		}
		for _, p := range d.Partners {
			if s.partDefs[p.ID.Value] == p {
				s.coverage(s.partners[p.ID.Value], p)
			}
		}
	}
}

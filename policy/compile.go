package policy

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Compile gives a set its meaning. The diagnostics hold every mistake that was found, sorted by
// place. Do not use the program if one of them is an error, or if the set was read with errors; it
// may be nil then.
func Compile(set *playbook.Set) (*Program, playbook.Diagnostics) {
	return compileSet(set, false)
}

// compileSet compiles a set. With apart, nothing is shared: every expression is compiled by itself,
// and every playbook compiles the shared definitions for itself. Tests check that both ways give
// the same.
func compileSet(set *playbook.Set, apart bool) (*Program, playbook.Diagnostics) {
	base, err := celenv.NewBase()
	if err != nil {
		return nil, playbook.Diagnostics{{Severity: playbook.Error, Code: "internal", Message: err.Error()}}
	}
	if apart {
		base.Forget()
	}
	defer base.Forget() // at the end, because other steps read the trees of expressions
	c := &compiler{used: map[any]bool{}, wholeSet: &wholeSet{
		base: base, apart: apart, builtin: builtinActions(), program: &Program{},
		durations: durationSpecs(),
		zones:     map[string]*time.Location{}, calendars: map[calendarKey]*worktime.Calendar{}, readings: map[string]*reading{},
	}}
	c.compile(set)
	diags := set.Finish(c.diags)
	if diags.HasErrors() || c.incomplete {
		return nil, diags
	}
	c.program.prepare()
	return c.program, diags
}

// compiler holds the findings about a set or about one playbook of it. Playbooks are compiled side
// by side.
type compiler struct {
	*wholeSet
	diags playbook.Diagnostics
	// used has the definitions to which something refers. The key is the pointer to the document's
	// definition, because a shared one is compiled in several scopes.
	used map[any]bool
	// named are the places at which a role is named, where the set does not close its roles.
	named []playbook.Text
	// built are the tables that stand in its own document.
	built []*Table
	// incomplete is set when a part is missing because it could not be read.
	incomplete bool
}

// wholeSet has the data that all compilers of a set share. It does not change once the declarations
// of all documents are gathered.
type wholeSet struct {
	base    *celenv.Base
	apart   bool
	builtin map[string]*ActionType
	table   *fieldTable
	missed  *celenv.Field // of every scope
	roles   []string      // all that there are, sorted; nil: any text names a role
	program *Program
	// factDefsBySlot are the declarations of the program's facts.
	factDefsBySlot []*playbook.Fact
	durations      map[durationKey]*Field
	zones          map[string]*time.Location
	calendars      map[calendarKey]*worktime.Calendar
	readings       map[string]*reading
}

// take adds the findings of another compiler. Finish sorts them.
func (c *compiler) take(o *compiler) {
	c.diags = append(c.diags, o.diags...)
	maps.Copy(c.used, o.used)
	c.named = append(c.named, o.named...)
	c.program.tables = append(c.program.tables, o.built...)
	c.incomplete = c.incomplete || o.incomplete
}

func (c *compiler) errorf(at playbook.Range, code, hint, format string, args ...any) {
	c.report(playbook.Error, at, code, hint, fmt.Sprintf(format, args...))
}

func (c *compiler) warnf(at playbook.Range, code, hint, format string, args ...any) {
	c.report(playbook.Warning, at, code, hint, fmt.Sprintf(format, args...))
}

func (c *compiler) report(s playbook.Severity, at playbook.Range, code, hint, message string) {
	if at.IsZero() {
		// A text without a place was not read, and that is reported already.
		c.incomplete = true
		return
	}
	c.diags = append(c.diags, playbook.Diagnostic{Severity: s, Code: code, Message: message, Range: at, Hint: hint})
}

func (c *compiler) compile(set *playbook.Set) {
	var shared, books []*playbook.Document
	for _, d := range set.Documents {
		switch d.Kind {
		case playbook.Shared:
			shared = append(shared, d)
		case playbook.Playbook:
			books = append(books, d)
		}
	}
	slices.SortStableFunc(books, func(a, b *playbook.Document) int { return cmp.Compare(a.ID.Value, b.ID.Value) })

	c.table = newFieldTable(StandardFields())
	c.missed = c.missedList(set.Documents)
	c.program.missed, c.program.Missable = c.missed.Slot, c.missed.Closed
	c.roles = c.closedRoles(shared)
	c.program.Roles = c.roles
	common := c.sharedScope(shared)
	scopes := make([]*scope, 0, len(books))
	for _, d := range books {
		scopes = append(scopes, c.playbookScope(d, common))
	}
	c.seeUnion(common, scopes)
	c.nameFacts()
	c.program.slots = len(c.table.slots)

	common.compileDefinitions()
	c.program.Shared = common.playbook
	c.program.Limits = common.compileLimits()
	compileAll(scopes)
	for _, s := range append(scopes, common) {
		c.program.Guarantees = append(c.program.Guarantees, s.compileGuarantees()...)
		s.seal()
		c.take(s.compiler)
	}
	for i, s := range scopes {
		s.playbook.number = i
		c.program.Playbooks = append(c.program.Playbooks, s.playbook)
	}
	common.playbook.number = len(c.program.Playbooks)
	c.orderPlays()
	c.compileMaps(set.Documents)
	c.warnUncapped()
	c.strayRoles()
	for _, d := range set.Documents {
		c.warnUnused(d)
	}
}

// compileAll compiles playbooks side by side. The findings of one do not depend on the others.
func compileAll(scopes []*scope) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(len(scopes), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(scopes); i = int(next.Add(1)) - 1 {
				s := scopes[i]
				s.compileApplies()
				s.compileDefinitions()
				if len(scopes) < 2*runtime.GOMAXPROCS(0) { // with more playbooks, all cores are busy already
					s.compileAhead()
				}
				s.compilePlaybook()
			}
		})
	}
	workers.Wait()
}

// orderPlays puts the plays of the set into the one order in which they are
// considered: priority, then the playbook's id, then the place in the file.
func (c *compiler) orderPlays() {
	p := c.program
	for _, b := range p.Playbooks {
		p.Plays = append(p.Plays, b.Plays...)
	}
	slices.SortStableFunc(p.Plays, func(a, b *Play) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.Playbook.ID, b.Playbook.ID), cmp.Compare(a.place, b.place))
	})
	for _, b := range p.Playbooks {
		slices.SortStableFunc(b.Plays, func(a, b *Play) int {
			return cmp.Or(compareBool(a.Fallback, b.Fallback), cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.place, b.place))
		})
	}
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// nameFacts gives each fact the name under which decisions list it.
func (c *compiler) nameFacts() {
	count := map[string]int{}
	for _, f := range c.program.Facts {
		count[f.Plain]++
	}
	for _, f := range c.program.Facts {
		if count[f.Plain] == 1 {
			f.Name = f.Plain
		}
	}
}

func (c *compiler) warnUnused(d *playbook.Document) {
	if playbook.IsReady(d.Range.File) {
		return
	}
	unused := func(def any, name playbook.Text, what string) {
		if !c.used[def] {
			c.warnf(name.Range, "unused-"+what, "", "nothing uses the %s `%s`", what, name.Value)
		}
	}
	c.warnUnusedFields(d)
	for _, f := range d.Facts {
		unused(f, f.Name, "fact")
	}
	for _, t := range d.Terms {
		unused(t, t.Name, "term")
	}
	for _, t := range d.Tables {
		unused(t, t.Name, "table")
		c.warnUnusedColumns(t)
	}
	for _, k := range d.Calendars {
		unused(k, k.Name, "calendar")
	}
	for _, m := range d.Messages {
		unused(m, m.Name, "message")
	}
	for _, p := range d.Partners {
		unused(p, p.ID, "partner")
	}
	for _, a := range d.Actions {
		unused(a, a.Name, "action")
	}
}

// endOfRow has names of columns that look like the end of a row. Rows have a beginning only.
var endOfRow = map[string]bool{"to": true, "until": true, "till": true, "below": true, "under": true, "up_to": true, "before": true, "less_than": true}

// warnUnusedColumns warns of columns that nothing reads and that look like the end of a row.
// Without the warning, such a column would be ignored silently.
func (c *compiler) warnUnusedColumns(t *playbook.Table) {
	if !c.used[t] || c.used[cellsOf{t, ""}] || len(t.Rows) == 0 {
		return
	}
	first := t.Rows[0]
	for _, column := range first.Columns {
		name := column.Key
		hint := ""
		switch {
		case c.used[cellsOf{t, name.Value}]:
		case (first.From.IsSet() || first.Above.IsSet()) && endOfRow[name.Value]:
			hint = "a row ends where the next one begins; to end the last one, write one behind it"
		case first.From.IsSet() && name.Value == "above":
			hint = "write `from: X` for values from X on, or `above: X` for those above it, not both in one row"
		}
		if hint == "" {
			continue
		}
		c.warnf(name.Range, "unused-column", hint, "nothing reads the column `%s` of the table `%s`", name.Value, t.Name.Value)
	}
}

// currencyCode checks the code of a currency without an amount.
func (c *compiler) currencyCode(t playbook.Text) string {
	if _, ok := value.Decimals(t.Value); !ok {
		c.mendf(t.Range, "unknown-currency", currencyRemedy(t), "%q is no currency code of ISO 4217, such as EUR", t.Value)
		return ""
	}
	return t.Value
}

// date reads a day; an absent text gives the zero date.
func (c *compiler) date(t playbook.Text) value.Date {
	if !t.IsSet() {
		return value.Date{}
	}
	d, err := value.ParseDate(t.Value)
	if err != nil {
		c.mendf(t.Range, "bad-date", meantDate(t), "%s", err)
	}
	return d
}

func (c *compiler) period(p *playbook.Period) Period {
	if p == nil {
		return Period{}
	}
	out := Period{From: c.date(p.From), Until: c.date(p.Until)}
	c.checkOrder(out, p.Until)
	return out
}

func (c *compiler) checkOrder(p Period, until playbook.Text) {
	var open value.Date
	if p.From != open && p.Until != open && p.Until.Compare(p.From) < 0 {
		c.errorf(until.Range, "bad-period", "", "it ends on %s, before it starts on %s", p.Until, p.From)
	}
}

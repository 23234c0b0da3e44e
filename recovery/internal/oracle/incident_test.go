package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// oHole stands for the place of an expression in a message.
const oHole = "@@"

// oIncident is an incident as a flat map from path to value; what is absent is
// not in it.
type oIncident struct {
	fields map[string]any
	paused []recovery.Pause
}

func (in *oIncident) clone() *oIncident {
	return &oIncident{maps.Clone(in.fields), slices.Clone(in.paused)}
}

func (in *oIncident) text(path string) string {
	s, _ := in.fields[path].(string)
	return s
}

func (in *oIncident) time(path string) (time.Time, bool) {
	t, ok := in.fields[path].(time.Time)
	return t, ok
}

// standard are the fields that every incident has, with their defaults.
var standard = map[string]any{
	"failure": "", "phase": "failure", "severity": int64(3), "source": "complaint", "provider": "", "follows": "",
	"channel": "", "region": "", "language": "", "cause": "", "remedy_sought": "", "summary": "",
	"customer.id": "", "customer.name": "", "customer.tier": "", "customer.language": "",
}

var standardTimes = []string{"occurred_at", "reported_at", "responded_at", "informed_at", "resolved_at", "expected_at", "waiting_since", "reopened_at", "updated_at"}

// api is the incident as the engine is given it.
func (in *oIncident) api() recovery.Incident {
	out := recovery.Incident{
		ID: in.text("id"), Service: in.text("service"), Failure: in.text("failure"), Phase: in.text("phase"),
		Source: in.text("source"), Provider: in.text("provider"), Region: in.text("region"), Language: in.text("language"),
		Channel: in.text("channel"), Summary: in.text("summary"), Paused: slices.Clone(in.paused), Fields: map[string]any{},
		Customer: recovery.Customer{ID: in.text("customer.id"), Name: in.text("customer.name"),
			Tier: in.text("customer.tier"), Language: in.text("customer.language")},
	}
	if s, ok := in.fields["severity"].(int64); ok {
		out.Severity = int(s)
	}
	for path, to := range map[string]*time.Time{"occurred_at": &out.OccurredAt, "reported_at": &out.ReportedAt, "responded_at": &out.RespondedAt,
		"informed_at": &out.InformedAt, "resolved_at": &out.ResolvedAt, "expected_at": &out.ExpectedAt,
		"waiting_since": &out.WaitingSince, "reopened_at": &out.ReopenedAt, "updated_at": &out.UpdatedAt} {
		*to, _ = in.time(path)
	}
	for path, v := range in.fields {
		if _, ok := standard[path]; ok || path == "id" || path == "service" || slices.Contains(standardTimes, path) {
			continue
		}
		switch x := v.(type) {
		case oExact:
			v = x.money()
		case []*oItem:
			v = itemsAPI(x)
		case oDay:
			d, err := value.ParseDate(string(x))
			if err != nil {
				panic(err)
			}
			v = d
		}
		out.Fields[path] = v
	}
	return out
}

// withDefaults fills in what is missing, from the standard fields and those
// declared, and names the declared ones that are wrong.
func (in *oIncident) withDefaults(declared []*oField) (full *oIncident, wrong []string) {
	full = in.clone()
	for path, def := range standard {
		if _, ok := full.fields[path]; !ok {
			full.fields[path] = def
		}
	}
	for _, f := range declared {
		v, ok := full.fields[f.path]
		switch {
		case f.needed && (!ok || v == ""):
			wrong = append(wrong, f.path)
		case ok && f.items != nil:
			list, bad := itemsWithDefaults(v.([]*oItem), f)
			full.fields[f.path], wrong = list, append(wrong, bad...)
		case ok && len(f.closed) > 0 && !slices.Contains(f.closed, v.(string)):
			wrong = append(wrong, f.path)
		case !ok && f.def != nil:
			full.fields[f.path] = f.def
		case !ok && !f.optional:
			wrong = append(wrong, f.path)
		}
	}
	return full, wrong
}

// canonical is a text that is equal for equal incidents.
func (in *oIncident) canonical() string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(in.fields)) {
		fmt.Fprintf(&b, "%s=%s\n", path, show(in.fields[path]))
	}
	for _, p := range in.paused {
		fmt.Fprintf(&b, "paused %s %s\n", p.From, p.Until)
	}
	return b.String()
}

// show is how a value looks in `because` and in parameters.
func show(v any) string {
	switch v := v.(type) {
	case time.Duration:
		return value.FormatDuration(v)
	case time.Time:
		return value.FormatTimestamp(v)
	case oExact:
		return v.money().String()
	case oRatio:
		return fmt.Sprint(v.double())
	case []*oItem:
		return itemsText(v)
	}
	return fmt.Sprint(v)
}

// oRead is a value that a condition has read.
type oRead struct{ name, value string }

// oEnv is what an expression of a playbook can see.
type oEnv struct {
	book   *oBook
	in     *oIncident
	item   *oItem            // the one at hand; nil: none
	loop   map[string]*oItem // those that an expression goes through, by name
	facts  func(*oFact) any
	now    time.Time
	broken []string // missed
	reads  *[]oRead // nil: not recorded
}

func (e *oEnv) zone() *time.Location { return e.book.location() }

func (e *oEnv) record(name, value string) {
	if e.reads == nil || slices.ContainsFunc(*e.reads, func(r oRead) bool { return r.name == name }) {
		return
	}
	*e.reads = append(*e.reads, oRead{name, value})
}

// quiet is the same without recording: what a term reads is its own affair.
func (e *oEnv) quiet() *oEnv {
	c := *e
	c.reads = nil
	return &c
}

func (e *oEnv) read(name string) (any, error) {
	first, rest, _ := strings.Cut(name, ".")
	var v any
	var err error
	switch first {
	case "now":
		v = e.now
	case "missed":
		list := []any{}
		for _, name := range e.broken {
			list = append(list, name)
		}
		e.record(name, strings.Join(e.broken, ", "))
		return list, nil
	case "incident":
		var ok bool
		if v, ok = e.in.fields[rest]; !ok {
			return nil, errEval // its guard has decided
		}
	case "item", "x":
		return e.ofItem(first, rest)
	case "facts":
		v = e.facts(e.book.fact(rest))
	case "terms":
		v, err = e.book.term(rest).cond.eval(e.quiet())
	case "tables":
		table, column, _ := strings.Cut(rest, ".")
		row, failed := e.lookUp(table)
		if err = failed; err == nil {
			if row == nil {
				e.record(name, "absent")
				return nil, errEval
			}
			if column == "points" {
				v = row.points
			} else {
				v = exactOf(row.credit)
			}
		}
	default:
		panic("no such name: " + name)
	}
	if err != nil {
		e.record(name, "failed")
		return nil, err
	}
	if list, ok := v.([]*oItem); ok {
		e.record(name, idsText(list))
		return v, nil
	}
	e.record(name, show(v))
	return v, nil
}

func (e *oEnv) has(name string) bool {
	first, rest, _ := strings.Cut(name, ".")
	if first == "item" || first == "x" {
		_, err := e.ofItem(first, rest)
		return err == nil
	}
	if first == "tables" {
		row, err := e.lookUp(rest)
		return err == nil && row != nil
	}
	v, ok := e.in.fields[rest]
	if ok {
		e.record(name, show(v))
	} else {
		e.record(name, "absent")
	}
	return ok
}

// lookUp finds a table's row, and records it and what it was found by.
func (e *oEnv) lookUp(table string) (*oRow, error) {
	t := e.book.table(table)
	row, err := t.row(e.quiet())
	if err != nil {
		return nil, err
	}
	found := "absent"
	switch {
	case row == nil:
	case row.key == nil:
		found = "otherwise"
	case t.keyed:
		found = "first " + map[bool]string{true: "from ", false: "above "}[!row.above] + show(row.key)
		if t.is {
			found = "first " + show(row.key)
		}
		if row.most > 0 {
			found += ", severity upto " + show(row.most)
		}
	case t.is:
		found = show(row.key)
	case row.above:
		found = "above " + show(row.key)
	default:
		found = "from " + show(row.key)
	}
	e.record("tables."+table, found)
	if _, err = t.by.eval(e); err == nil && t.keyed {
		_, err = ref("incident.severity").eval(e)
	}
	return row, err
}

// firstRow is the first that fits both keys.
func (t *oTable) firstRow(e *oEnv, by any) (*oRow, error) {
	severity, err := ref("incident.severity").eval(e)
	if err != nil {
		return nil, err
	}
	for i := range t.rows {
		r := &t.rows[i]
		if r.key == nil {
			return r, nil
		}
		c := compareValues(r.key, by)
		if (c == 0 && !r.above || c < 0 && !t.is) && (r.most == 0 || compareValues(severity, r.most) <= 0) {
			return r, nil
		}
	}
	return nil, nil
}

// row is the last that has begun at the key, or the one that `is` it.
func (t *oTable) row(e *oEnv) (*oRow, error) {
	by, err := t.by.eval(e)
	if err != nil {
		return nil, err
	}
	if t.keyed {
		return t.firstRow(e, by)
	}
	var found *oRow
	for i := range t.rows {
		r := &t.rows[i]
		switch {
		case r.key == nil:
			if found == nil {
				found = r
			}
		case t.is && compareValues(r.key, by) == 0, !t.is && compareValues(r.key, by) < 0:
			found = r
		case !t.is && compareValues(r.key, by) == 0 && !r.above:
			found = r
		}
	}
	return found, nil
}

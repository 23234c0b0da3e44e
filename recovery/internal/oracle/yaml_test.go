package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// files writes the set as playbooks, one file per document.
func (s *oSet) files() fstest.MapFS {
	fs := fstest.MapFS{}
	for i, b := range s.books {
		fs[fmt.Sprintf("%d-%s.yaml", len(s.books)-i, b.id)] = &fstest.MapFile{Data: []byte(b.yaml())}
	}
	if s.shared != nil {
		fs["shared.yaml"] = &fstest.MapFile{Data: []byte(s.shared.yaml())}
	}
	return fs
}

// text is all of it, by which sets are told apart.
func (s *oSet) text() (out string) {
	files := s.files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		out += fmt.Sprintf("\n# %s\n%s", name, files[name].Data)
	}
	return out
}

type yamlWriter struct{ strings.Builder }

func (w *yamlWriter) line(indent int, format string, args ...any) {
	fmt.Fprintf(w, strings.Repeat("  ", indent)+format+"\n", args...)
}

// quote makes a single-quoted scalar; nothing in the generated sets has a quote.
func quote(s string) string { return "'" + s + "'" }

func (b *oBook) yaml() string {
	w := &yamlWriter{}
	w.line(0, "amends: v1")
	if b.shared {
		w.line(0, "shared: %s", b.id)
	} else {
		w.line(0, "playbook: %s", b.id)
	}
	optional(w, 0, "zone", b.zone)
	optional(w, 0, "owner", b.owner)
	optional(w, 0, "review_by", b.reviewBy)
	optional(w, 0, "matches", b.matches)
	optional(w, 0, "rounding", b.rounding)
	if b.inForce != (oRange{}) {
		w.line(0, "in_force: %s", b.inForce.yaml())
	}
	if b.applies != nil {
		w.line(0, "applies: %s", quote(b.applies.cel()))
	}
	section(w, "incident", b.fields, func(f *oField) { w.line(1, "%s: %s", f.path, f.decl) })
	section(w, "facts", b.facts, func(f *oFact) {
		what := "count: " + f.count
		if f.sum != "" {
			what = "sum: " + f.sum
		}
		if f.currency != "" {
			what += ", currency: " + f.currency
		}
		if f.occurred {
			what += ", by: occurred"
		}
		w.line(1, "%s: {%s, same: [%s], last: %s}", f.name, what, strings.Join(f.same, ", "), f.last)
	})
	section(w, "terms", b.terms, func(t *oTerm) { w.line(1, "%s: %s", t.name, quote(t.cond.cel())) })
	section(w, "tables", b.tables, func(t *oTable) {
		w.line(1, "%s:", t.name)
		if t.keyed {
			w.line(2, "by: {first: %s, severity: incident.severity}", quote(t.by.cel()))
		} else {
			w.line(2, "by: %s", quote(t.by.cel()))
		}
		w.line(2, "rows:")
		for _, r := range t.rows {
			if t.keyed && r.key != nil {
				key := "first: " + scalar(r.key)
				if !t.is {
					key = "first: {" + map[bool]string{true: "above", false: "from"}[r.above] + ": " + scalar(r.key) + "}"
				}
				if r.most > 0 {
					key += fmt.Sprintf(", severity: {upto: %d}", r.most)
				}
				w.line(3, "- {%s, credit: %s, points: %d}", key, r.credit, r.points)
				continue
			}
			key := "otherwise: true"
			if r.key != nil && t.is {
				key = "is: " + scalar(r.key)
			} else if r.key != nil && r.above {
				key = "above: " + scalar(r.key)
			} else if r.key != nil {
				key = "from: " + scalar(r.key)
			}
			w.line(3, "- {%s, credit: %s, points: %d}", key, r.credit, r.points)
		}
	})
	section(w, "calendars", b.calendars, func(c *oCalendar) { w.line(1, "%s: {%s}", c.name, c.yaml) })
	section(w, "messages", b.messages, func(m *oMessage) {
		w.line(1, "%s:", m.id)
		for _, t := range m.texts {
			w.line(2, "%s: %s", t[0], quote(strings.ReplaceAll(t[1], oHole, "${"+m.hole+"}")))
		}
	})
	section(w, "partners", b.partners, func(p *oPartner) {
		w.line(1, "%s:", p.id)
		optional(w, 2, "zone", p.zone)
		w.line(2, "agreement: {ref: AG-%s, from: %s, until: %s}", p.id, p.from, p.until)
		p.outbound.yaml(w, "outbound")
		p.inbound.yaml(w, "inbound")
	})
	section(w, "actions", b.types, func(t *oType) {
		params := "points: {type: int, default: 7}"
		if t.amount {
			params += ", amount: {type: money, currency: EUR}"
		}
		w.line(1, "%s: {params: {%s}, once: %v}", t.name, params, t.once)
	})
	section(w, "limits", b.limits, func(l *oLimit) {
		parts := []string{"of: [" + strings.Join(l.of, ", ") + "]"}
		if l.keep {
			parts = append(parts, "keep: highest")
		} else {
			most := quote(l.atMost.cel())
			if l.also != nil {
				most = "[" + most + ", " + quote(l.also.cel()) + "]"
			}
			parts = append(parts, "at_most: "+most)
		}
		if l.perItem {
			parts = append(parts, "per: item")
		}
		if l.when != nil {
			parts = append(parts, "when: "+quote(l.when.cel()))
		}
		if l.counting != nil {
			parts = append(parts, "counting: "+l.counting.name)
		}
		if l.escalate != "" {
			parts = append(parts, "over: escalate", "to: "+l.escalate)
		}
		w.line(1, "- {%s}", strings.Join(parts, ", "))
	})
	section(w, "plays", b.plays, func(p *oPlay) { p.yaml(w) })
	return w.String()
}

func section[T any](w *yamlWriter, key string, list []T, write func(T)) {
	if len(list) == 0 {
		return
	}
	w.line(0, "%s:", key)
	for _, x := range list {
		write(x)
	}
}

func optional(w *yamlWriter, indent int, key, value string) {
	if value != "" {
		w.line(indent, "%s: %s", key, value)
	}
}

func (r oRange) yaml() string {
	parts := []string{}
	if r.from != "" {
		parts = append(parts, "from: "+r.from)
	}
	if r.until != "" {
		parts = append(parts, "until: "+r.until)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func scalar(v any) string {
	switch v := v.(type) {
	case time.Duration:
		return value.FormatDuration(v)
	case oExact:
		return v.money().String()
	}
	return fmt.Sprint(v)
}

func (d *oDirection) yaml(w *yamlWriter, key string) {
	if d == nil {
		return
	}
	w.line(2, "%s:", key)
	w.line(3, "rank: %d", d.rank)
	if d.covers != nil {
		w.line(3, "covers: %s", quote(d.covers.cel()))
	}
	if d.units > 0 {
		w.line(3, "capacity: {units: %d, per: %s}", d.units, d.per)
	}
	if d.cost.IsSet() {
		w.line(3, "cost: %s", d.cost)
	}
}

func (p *oPlay) yaml(w *yamlWriter) {
	w.line(1, "- id: %s", p.id)
	w.line(2, "approach: %s", p.approach)
	w.line(2, "when: %s", quote(p.when.cel()))
	optional(w, 2, "each", p.each)
	if p.where != nil {
		w.line(2, "where: %s", quote(p.where.cel()))
	}
	optional(w, 2, "phase", p.phase)
	optional(w, 2, "provider", p.provider)
	optional(w, 2, "review_by", p.reviewBy)
	if p.priority != 0 {
		w.line(2, "priority: %d", p.priority)
	}
	if p.fallback {
		w.line(2, "fallback: true")
	}
	if p.aside {
		w.line(2, "answers: false")
	}
	if p.inForce != (oRange{}) {
		w.line(2, "in_force: %s", p.inForce.yaml())
	}
	actionList(w, "do", p.do)
	if len(p.cases) > 0 {
		w.line(2, "cases:")
	}
	for _, c := range p.cases {
		parts := []string{}
		if c.id != "" {
			parts = append(parts, "id: "+c.id)
		}
		if c.when != nil {
			parts = append(parts, "when: "+quote(c.when.cel()))
		}
		w.line(3, "- {%s}", strings.Join(append(parts, "do: "+actions(c.do)), ", "))
	}
	if p.lead != (oSpan{}) {
		w.line(2, "lead: %s", p.lead.yaml())
	}
	actionList(w, "too_late", p.tooLate)
	actionList(w, "otherwise", p.otherwise)
	if p.approach == "partner-substitute" {
		parts := []string{}
		if p.partners != nil {
			parts = append(parts, "partners: ["+strings.Join(p.partners, ", ")+"]")
		}
		if p.units != 1 {
			parts = append(parts, fmt.Sprintf("units: %d", p.units))
		}
		w.line(2, "substitute: {%s}", strings.Join(parts, ", "))
	}
	if d := p.discretion; d != nil {
		w.line(2, "discretion:")
		w.line(3, "decider: %s", d.decider)
		optional(w, 3, "within", d.within)
		optional(w, 3, "calendar", d.calendar)
		w.line(3, "options: %s", actions(d.options))
		w.line(3, "choose: {at_least: %d, at_most: %d}", d.atLeast, d.atMost)
		if len(d.comparable) > 0 {
			w.line(3, "comparable: [%s]", strings.Join(d.comparable, ", "))
		}
		optional(w, 3, "tolerance", string(d.tolerance))
		d.authorityYAML(w)
	}
}

func actionList(w *yamlWriter, key string, list []*oAction) {
	if len(list) > 0 {
		w.line(2, "%s:", key)
	}
	for _, a := range list {
		w.line(3, "- %s", a.yaml())
	}
}

func actions(list []*oAction) string {
	parts := make([]string, len(list))
	for i, a := range list {
		parts[i] = "{" + a.yaml() + "}"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (a *oAction) yaml() string {
	parts := []string{}
	add := func(key, value string) {
		if value != "" {
			parts = append(parts, key+": "+value)
		}
	}
	add("id", a.id)
	if a.amount != nil {
		add("amount", quote(a.amount.cel()))
	}
	if a.from != nil {
		add("amount", "{from: "+quote(a.from.cel())+", to: "+quote(a.to.cel())+"}")
	}
	if len(a.as) == 1 {
		add("as", a.as[0])
	} else if len(a.as) > 1 {
		add("as", "["+strings.Join(a.as, ", ")+"]")
	}
	for _, key := range []string{"item", "to", "measure", "instrument"} {
		if text, ok := a.text[key]; ok {
			add(key, quote(text))
		}
	}
	if a.every > 0 {
		add("every", value.FormatDuration(a.every))
	}
	if a.points != nil {
		add("points", quote(a.points.cel()))
	}
	add("before", a.before)
	add("every", a.again)
	add("since", a.since)
	add("after", a.after)
	add("within", a.within)
	add("calendar", a.calendar)
	add("ends", a.ends)
	if a.pauses {
		add("pauses", "true")
	}
	add("owner", a.owner)
	add("message", a.message)
	if a.note != "" {
		add("note", quote(a.note))
	}
	if len(a.remind) > 0 {
		add("remind", actions(a.remind))
	}
	if len(a.ifLate) > 0 {
		add("if_late", actions(a.ifLate))
	}
	return a.typ + ": {" + strings.Join(parts, ", ") + "}"
}

// yaml writes a length without months and working days.
func (s oSpan) yaml() (text string) {
	if s.days > 0 {
		text = fmt.Sprintf("%dd", s.days)
	}
	if s.rest > 0 {
		text += value.FormatDuration(s.rest)
	}
	return text
}

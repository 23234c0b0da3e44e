package suite

import (
	"cmp"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// Coverage says how much of a set the tests have reached: plays, cases, rows of tables,
// actions for when it is too late or no partner can, limits, partners, and conditions.
// Each atom of a condition has to be seen true and false. In a condition with several
// atoms, each also has to make the difference in both ways: if it alone were otherwise,
// the whole would come out otherwise (MC/DC).
type Coverage struct {
	set        *Set
	items      []*item
	byKey      map[string]*item
	conditions []*policy.Node
}

// item is one thing that a test can reach.
type item struct {
	key     string
	kind    string // play, case, row, …
	at      playbook.Range
	text    string // what to say when no test reached it
	reached bool
}

// NewCoverage lists what there is to be reached.
func (s *Set) NewCoverage() *Coverage {
	c := &Coverage{set: s, byKey: map[string]*item{}, conditions: s.program.Explainer().Conditions()}
	for _, d := range s.books.Documents {
		c.document(d)
	}
	for _, n := range c.conditions {
		c.catalogue(n)
	}
	slices.SortStableFunc(c.items, func(a, b *item) int {
		return cmp.Or(cmp.Compare(a.at.File, b.at.File), cmp.Compare(a.at.Start.Line, b.at.Start.Line), cmp.Compare(a.at.Start.Column, b.at.Start.Column))
	})
	return c
}

func (c *Coverage) add(key, kind string, at playbook.Range, text string) {
	if c.byKey[key] != nil {
		return
	}
	x := &item{key: key, kind: kind, at: at, text: text}
	c.byKey[key] = x
	c.items = append(c.items, x)
}

func (c *Coverage) reach(key string) {
	if x := c.byKey[key]; x != nil {
		x.reached = true
	}
}

func (c *Coverage) document(d *playbook.Document) {
	for _, t := range d.Tables {
		for i, r := range t.Rows {
			c.add(rowKey(d.ID.Value, t.Name.Value, i), "row", r.Range, "the row "+r.Label()+" of tables."+t.Name.Value+" was never looked up")
		}
	}
	c.payloadMap(d)
	for _, p := range d.Partners {
		c.add("partner "+d.ID.Value+" "+p.ID.Value, "partner", p.ID.Range, "the partner "+p.ID.Value+" was never taken")
	}
	for _, l := range d.Limits {
		c.add("limit "+l.Range.String(), "limit", l.Range, "the limit never withheld anything")
	}
	for _, p := range d.Plays {
		c.play(d.ID.Value+"/"+p.ID.Value, p)
	}
}

func (c *Coverage) play(name string, p *playbook.Play) {
	c.add("play "+name, "play", p.ID.Range, "the play "+name+" never matched")
	for i, k := range p.Cases {
		c.add("case "+name+" "+itoa(i), "case", k.Range, "the case "+orNumber(k.ID.Value, i)+" of "+name+" never held")
	}
	if len(p.TooLate) > 0 {
		c.add("too-late "+name, "too_late", p.TooLate[0].Range, "it was never too late for "+name)
	}
	if len(p.Otherwise) > 0 {
		c.add("otherwise "+name, "otherwise", p.Otherwise[0].Range, name+" was never without a partner")
	}
}

func rowKey(document, table string, row int) string {
	return "row " + document + " " + table + " " + itoa(row)
}

// Watch sees a step as it was decided.
func (c *Coverage) Watch(d *Decided) {
	c.mapped(d)
	if !d.asked() {
		return
	}
	x := d.Explain()
	for _, e := range x.Plays {
		c.observe(e)
	}
	for _, l := range x.Limits {
		c.reach("limit " + l.Limit.Position.String())
	}
	for _, r := range x.Rows {
		c.reach(rowKey(c.tableOf(r), r.Table, r.Row))
	}
	if x.Decision != nil {
		c.decided(x.Decision)
	}
}

// tableOf names the document that declares a table that a playbook has used: its
// own, or a shared one.
func (c *Coverage) tableOf(r policy.RowUse) string {
	shared := ""
	for _, d := range c.set.books.Documents {
		for _, t := range d.Tables {
			switch {
			case t.Name.Value != r.Table:
			case d.Kind == playbook.Playbook && d.ID.Value == r.Playbook.ID:
				return d.ID.Value
			case d.Kind == playbook.Shared:
				shared = d.ID.Value
			}
		}
	}
	return shared
}

func (c *Coverage) observe(e policy.Explanation) {
	c.condition(e.Applies)
	c.condition(e.When)
	for _, k := range e.Cases {
		c.condition(k.When)
	}
	for _, x := range e.Items {
		c.condition(x.Where)
		for _, k := range x.Cases {
			c.condition(k.When)
		}
		if x.Case >= 0 && e.Matched {
			c.reach("case " + e.Play.Name + " " + itoa(x.Case))
		}
	}
	for _, p := range e.Partners {
		c.condition(p.Covers)
	}
	if e.Matched {
		c.reach("play " + e.Play.Name)
	}
	if e.Case >= 0 {
		c.reach("case " + e.Play.Name + " " + itoa(e.Case))
	}
}

func (c *Coverage) decided(d *recovery.Decision) {
	for _, w := range d.Warnings {
		switch w.Code {
		case "too-late":
			c.reach("too-late " + w.Play)
		case "no-partner":
			c.reach("otherwise " + w.Play)
		}
	}
	for _, a := range d.Actions {
		if a.Type != policy.ActionSubstitute || len(a.Plays) == 0 || a.Change == recovery.ChangeCancelled {
			continue
		}
		id := value.Show((thing{params: a.Params}).value("partner"))
		for _, doc := range c.set.books.Documents {
			if doc.Kind == playbook.Shared || doc.ID.Value == c.set.known.plays[a.Plays[0]].Playbook.ID {
				c.reach("partner " + doc.ID.Value + " " + id)
			}
		}
	}
}

// Reached and Total are how many items were reached, and how many there are.
func (c *Coverage) Reached() int {
	n := 0
	for _, x := range c.items {
		if x.reached {
			n++
		}
	}
	return n
}

// Total is how many items there are.
func (c *Coverage) Total() int { return len(c.items) }

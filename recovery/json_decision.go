package recovery

import "github.com/servicerecovery/amends/recovery/internal/form"

// MarshalJSON writes the decision as [Decision.AppendJSON] does. Beware that
// [json.Marshal] and [json.Encoder] then escape <, > and &, unless the encoder was told not to.
func (d Decision) MarshalJSON() ([]byte, error) { return d.AppendJSON(nil), nil }

// AppendJSON appends the decision as JSON, on one line: the form in which it is
// printed and kept. The order of keys is fixed. A field without a value is left out, and an empty list
// is []. Times are in UTC.
func (d *Decision) AppendJSON(dst []byte) []byte {
	f := form.Writing(dst, form.ForReaders)
	f.Begin()
	d.fields(f)
	f.End()
	return f.Written()
}

// UnmarshalJSON reads what [Decision.AppendJSON] writes, and writing it again
// gives the same bytes. A parameter gets the type that its JSON suggests: string, int64, float64, bool,
// Money, MoneyRange or []any. A duration, a date or a percentage comes back as text. Unknown keys are
// ignored.
func (d *Decision) UnmarshalJSON(data []byte) error {
	read, err := form.Read(data, (*Decision).fields)
	if err == nil {
		*d = read
	}
	return jsonError(err)
}

// MarshalJSON writes the action as it stands in a decision.
func (a Action) MarshalJSON() ([]byte, error) { return appendAction(nil, &a), nil }

func appendAction(dst []byte, a *Action) []byte {
	f := form.Writing(dst, form.ForReaders)
	f.Begin()
	a.fields(f)
	f.End()
	return f.Written()
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Action) UnmarshalJSON(data []byte) error {
	read, err := form.Read(data, (*Action).fields)
	if err == nil {
		*a = read
	}
	return jsonError(err)
}

// MarshalJSON writes the choice as it stands in a decision.
func (c Choice) MarshalJSON() ([]byte, error) {
	f := form.Writing(nil, form.ForReaders)
	f.Begin()
	c.fields(f)
	f.End()
	return f.Written(), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Choice) UnmarshalJSON(data []byte) error {
	read, err := form.Read(data, (*Choice).fields)
	if err == nil {
		*c = read
	}
	return jsonError(err)
}

func (d *Decision) fields(f *form.Form) {
	f.Text("id", &d.ID)
	f.Text("namespace", &d.Namespace)
	f.Text("incident", &d.Incident)
	f.Text("service", &d.Service)
	f.Text("failure", &d.Failure)
	f.Text("phase", &d.Phase)
	f.Time("occurred_at", &d.OccurredAt)
	f.Time("decided_at", &d.DecidedAt)
	f.Int("semantics", &d.Semantics)
	if f.Open("set", true) {
		f.Text("digest", &d.Set.Digest)
		f.Text("revision", &d.Set.Revision)
		f.Shut()
	}
	f.Text("supersedes", &d.Supersedes)
	if !f.Kept() {
		f.Text("handled", (*string)(&d.Handled))
	}
	if m := form.Optional(f, "made", &d.Made); m != nil {
		m.fields(f)
		f.Shut()
	}
	form.List(f, "plays", &d.Plays, (*Match).fields)
	form.List(f, "actions", &d.Actions, (*Action).fields)
	form.List(f, "choices", &d.Choices, (*Choice).fields)
	form.List(f, "withheld", &d.Withheld, (*Withheld).fields)
	form.List(f, "passed_over", &d.PassedOver, (*PassedOver).fields)
	form.List(f, "missed", &d.Missed, (*Missed).fields)
	if !f.Brief {
		form.Named(f, "facts", &d.Facts)
	}
	form.List(f, "warnings", &d.Warnings, (*Warning).fields)
	if f.Kept() {
		form.List(f, "withdrawn", &d.withdrawn, (*Choice).fields)
	}
}

func (m *Made) fields(f *form.Form) {
	f.Text("choice", &m.Choice)
	f.Text("by", &m.By)
	f.Texts("roles", &m.Roles)
	f.Text("reason", &m.Reason)
	f.Text("deviation", &m.Deviation)
	f.Flag("pending", &m.Pending)
	if !f.Writes() || len(m.Proposed) > 0 {
		form.List(f, "proposed", &m.Proposed, (*Action).fields)
	}
	for _, s := range [...]struct {
		name      string
		signature **Signature
	}{{"second", &m.Second}, {"declined", &m.Declined}} {
		if x := form.Optional(f, s.name, s.signature); x != nil {
			x.fields(f)
			f.Shut()
		}
	}
}

func (s *Signature) fields(f *form.Form) {
	f.Text("by", &s.By)
	f.Texts("roles", &s.Roles)
	f.Text("reason", &s.Reason)
	f.Time("at", &s.At)
}

func (m *Match) fields(f *form.Form) {
	f.Text("play", &m.Play)
	f.Text("case", &m.Case)
	f.Text("approach", &m.Approach)
	f.Text("at", &m.At)
	if f.Brief {
		return
	}
	if f.Kept() {
		form.Pairs(f, "items", &m.Items, func(x *MatchItem) (a, b *string) { return &x.Item, &x.Case })
		form.Pairs(f, "because", &m.Because, func(r *Reason) (a, b *string) { return &r.Expr, &r.Value })
		return
	}
	if !f.Writes() || len(m.Items) > 0 {
		form.List(f, "items", &m.Items, (*MatchItem).fields)
	}
	form.List(f, "because", &m.Because, reasonFields)
}

func (m *MatchItem) fields(f *form.Form) {
	f.Text("item", &m.Item)
	f.Text("case", &m.Case)
}

// reasonFields writes texts even when they are empty, because the field that a reason read may be.
func reasonFields(r *Reason, f *form.Form) {
	f.TextAlways("expr", &r.Expr)
	f.TextAlways("value", &r.Value)
}

func (a *Action) fields(f *form.Form) {
	f.Text("id", &a.ID)
	f.Text("type", &a.Type)
	f.Text("item", &a.Item)
	f.Text("change", (*string)(&a.Change))
	f.Texts("plays", &a.Plays)
	f.Money("amount", &a.Amount)
	f.Money("already", &a.Already)
	if !f.Brief || a.Type == ActionSubstitute {
		form.Named(f, "params", &a.Params)
	}
	f.Text("owner", &a.Owner)
	f.Time("not_before", &a.NotBefore)
	f.Time("due_at", &a.DueAt)
	f.Time("given_at", &a.GivenAt)
	f.Time("done_at", &a.DoneAt)
	f.Text("justice", &a.Justice)
	if f.Brief {
		f.Flag("waits", &a.waits)
		f.Flag("pauses", &a.pauses)
		return
	}
	if m := form.Optional(f, "message", &a.Message); m != nil {
		m.fields(f)
		f.Shut()
	}
	f.Text("note", &a.Note)
	form.List(f, "remind", &a.Remind, (*Action).fields)
	form.List(f, "if_late", &a.IfLate, (*Action).fields)
	if f.Kept() {
		form.List(f, "parts", &a.Parts, partFields)
		f.Flag("waits", &a.waits)
		f.Flag("pauses", &a.pauses)
		f.Flag("said", &a.said)
		f.Flag("silent", &a.silent)
		form.List(f, "hangs", &a.hangs, (*hang).fields)
	}
}

func (m *Message) fields(f *form.Form) {
	f.Text("id", &m.ID)
	f.Text("language", &m.Language)
	f.TextAlways("text", &m.Text)
}

func (c *Choice) fields(f *form.Form) {
	f.Text("id", &c.ID)
	f.Text("play", &c.Play)
	f.Text("decider", &c.Decider)
	f.Time("due_at", &c.DueAt)
	form.List(f, "options", &c.Options, (*Offer).fields)
	if f.Kept() {
		f.IntUnlessZero("at_least", &c.AtLeast)
		f.IntUnlessZero("at_most", &c.AtMost)
	} else if f.Open("choose", true) {
		f.Int("at_least", &c.AtLeast)
		f.Int("at_most", &c.AtMost)
		f.Shut()
	}
	if f.Open("precedents", !f.Kept() || c.Precedents.Count > 0) {
		c.Precedents.fields(f)
		f.Shut()
	}
	form.List(f, "authority", &c.Authority, authorityFields)
	if s := form.Optional(f, "second", &c.Second); s != nil {
		f.Text("by", &s.By)
		form.List(f, "above", &s.Above, amountFields)
		f.Shut()
	}
	form.List(f, "remind", &c.Remind, (*Action).fields)
	form.List(f, "if_late", &c.IfLate, (*Action).fields)
	if m := form.Optional(f, "made", &c.Made); m != nil {
		m.fields(f)
		f.Shut()
	}
	if f.Kept() {
		f.Flag("asked", &c.asked)
	}
}

func authorityFields(a *Authority, f *form.Form) {
	f.Text("role", &a.Role)
	f.Money("amount", &a.UpTo)
}

func amountFields(m *Money, f *form.Form) { f.Money("amount", m) }

func (o *Offer) fields(f *form.Form) {
	f.Text("type", &o.Type)
	f.Text("id", &o.ID)
	if f.Kept() {
		f.Money("from", &o.From)
		f.Money("to", &o.To)
	} else if f.Open("amount", o.From.IsSet() || o.To.IsSet()) {
		f.Money("from", &o.From)
		f.Money("to", &o.To)
		f.Shut()
	}
	form.Named(f, "params", &o.Params)
}

func (p *Precedents) fields(f *form.Form) {
	f.Int("count", &p.Count)
	if f.Writes() && p.Count == 0 {
		return
	}
	form.List(f, "options", &p.Options, (*PrecedentRange).fields)
	form.List(f, "recent", &p.Recent, precedentFields)
}

func (r *PrecedentRange) fields(f *form.Form) {
	f.Text("type", &r.Type)
	f.Money("median", &r.Median)
	f.Money("lowest", &r.Lowest)
	f.Money("highest", &r.Highest)
}

func precedentFields(p *Precedent, f *form.Form) {
	f.Text("decision", &p.Decision)
	if f.Kept() {
		f.Text("type", &p.Type)
	}
	f.Money("amount", &p.Amount)
	f.Text("reason", &p.Reason)
}

func (w *Withheld) fields(f *form.Form) {
	f.Text("id", &w.ID)
	f.Text("type", &w.Type)
	f.Text("item", &w.Item)
	f.Text("play", &w.Play)
	f.Text("reason", (*string)(&w.Reason))
	f.Money("amount", &w.Amount)
	form.Named(f, "params", &w.Params)
}

func (p *PassedOver) fields(f *form.Form) {
	f.Text("partner", &p.Partner)
	f.Text("play", &p.Play)
	f.Text("reason", (*string)(&p.Reason))
}

func (m *Missed) fields(f *form.Form) {
	f.Text("id", &m.ID)
	f.Text("type", &m.Type)
	f.Text("item", &m.Item)
	f.Text("play", &m.Play)
	f.Time("given_at", &m.GivenAt)
	f.Time("due_at", &m.DueAt)
	f.Time("done_at", &m.DoneAt)
}

func (w *Warning) fields(f *form.Form) {
	f.Text("code", (*string)(&w.Code))
	f.Text("message", &w.Message)
	f.Text("play", &w.Play)
}

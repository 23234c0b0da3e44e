package recovery

// MarshalJSON writes the decision as [Decision.AppendJSON] does. Beware that
// [json.Marshal] and [json.Encoder] then escape <, > and &, unless the encoder was told not to.
func (d Decision) MarshalJSON() ([]byte, error) { return d.AppendJSON(nil), nil }

// AppendJSON appends the decision as JSON, on one line: the form in which it is
// printed and kept. The order of keys is fixed. A field without a value is left out, and an empty list
// is []. Times are in UTC.
func (d *Decision) AppendJSON(dst []byte) []byte {
	f := writing(dst, public)
	f.begin()
	d.fields(f)
	f.end()
	return f.written()
}

// UnmarshalJSON reads what [Decision.AppendJSON] writes, and writing it again
// gives the same bytes. A parameter gets the type that its JSON suggests: string, int64, float64, bool,
// Money, MoneyRange or []any. A duration, a date or a percentage comes back as text. Unknown keys are
// ignored.
func (d *Decision) UnmarshalJSON(data []byte) error {
	read, err := readInto(data, (*Decision).fields)
	if err == nil {
		*d = read
	}
	return err
}

// MarshalJSON writes the action as it stands in a decision.
func (a Action) MarshalJSON() ([]byte, error) { return appendAction(nil, &a), nil }

func appendAction(dst []byte, a *Action) []byte {
	f := writing(dst, public)
	f.begin()
	a.fields(f)
	f.end()
	return f.written()
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Action) UnmarshalJSON(data []byte) error {
	read, err := readInto(data, (*Action).fields)
	if err == nil {
		*a = read
	}
	return err
}

func (d *Decision) fields(f *form) {
	f.text("id", &d.ID)
	f.text("incident", &d.Incident)
	f.time("decided_at", &d.DecidedAt)
	f.int("semantics", &d.Semantics)
	if f.open("set", true) {
		f.text("digest", &d.Set.Digest)
		f.text("revision", &d.Set.Revision)
		f.shut()
	}
	f.text("supersedes", &d.Supersedes)
	if !f.kept() {
		f.text("handled", (*string)(&d.Handled))
	}
	if m := optional(f, "made", &d.Made); m != nil {
		m.fields(f)
		f.shut()
	}
	list(f, "plays", &d.Plays, (*Match).fields)
	list(f, "actions", &d.Actions, (*Action).fields)
	list(f, "choices", &d.Choices, (*Choice).fields)
	list(f, "withheld", &d.Withheld, (*Withheld).fields)
	list(f, "passed_over", &d.PassedOver, (*PassedOver).fields)
	list(f, "missed", &d.Missed, (*Missed).fields)
	named(f, "facts", &d.Facts)
	list(f, "warnings", &d.Warnings, (*Warning).fields)
}

func (m *Made) fields(f *form) {
	f.text("choice", &m.Choice)
	f.text("by", &m.By)
	f.text("reason", &m.Reason)
	f.text("deviation", &m.Deviation)
}

func (m *Match) fields(f *form) {
	f.text("play", &m.Play)
	f.text("case", &m.Case)
	f.text("approach", &m.Approach)
	f.text("at", &m.At)
	if f.kept() {
		pairs(f, "because", &m.Because, func(r *Reason) (a, b *string) { return &r.Expr, &r.Value })
		return
	}
	list(f, "because", &m.Because, reasonFields)
}

// reasonFields writes texts even when they are empty, because the field that a reason read may be.
func reasonFields(r *Reason, f *form) {
	f.textAlways("expr", &r.Expr)
	f.textAlways("value", &r.Value)
}

func (a *Action) fields(f *form) {
	f.text("id", &a.ID)
	f.text("type", &a.Type)
	f.text("change", (*string)(&a.Change))
	f.texts("plays", &a.Plays)
	f.money("amount", &a.Amount)
	f.money("already", &a.Already)
	named(f, "params", &a.Params)
	f.text("owner", &a.Owner)
	f.time("not_before", &a.NotBefore)
	f.time("due_at", &a.DueAt)
	f.time("given_at", &a.GivenAt)
	f.time("done_at", &a.DoneAt)
	f.text("justice", &a.Justice)
	if m := optional(f, "message", &a.Message); m != nil {
		m.fields(f)
		f.shut()
	}
	f.text("note", &a.Note)
	list(f, "remind", &a.Remind, (*Action).fields)
	list(f, "if_late", &a.IfLate, (*Action).fields)
	if f.kept() {
		list(f, "parts", &a.Parts, partFields)
		f.flag("waits", &a.waits)
		f.flag("pauses", &a.pauses)
		f.flag("silent", &a.silent)
		list(f, "hangs", &a.hangs, (*hang).fields)
	}
}

func (m *Message) fields(f *form) {
	f.text("id", &m.ID)
	f.text("language", &m.Language)
	f.textAlways("text", &m.Text)
}

func (c *Choice) fields(f *form) {
	f.text("id", &c.ID)
	f.text("play", &c.Play)
	f.text("decider", &c.Decider)
	f.time("due_at", &c.DueAt)
	list(f, "options", &c.Options, (*Offer).fields)
	if f.kept() {
		f.intUnlessZero("at_least", &c.AtLeast)
		f.intUnlessZero("at_most", &c.AtMost)
	} else if f.open("choose", true) {
		f.int("at_least", &c.AtLeast)
		f.int("at_most", &c.AtMost)
		f.shut()
	}
	if f.open("precedents", !f.kept() || c.Precedents.Count > 0) {
		c.Precedents.fields(f)
		f.shut()
	}
}

func (o *Offer) fields(f *form) {
	f.text("type", &o.Type)
	f.text("id", &o.ID)
	if f.kept() {
		f.money("from", &o.From)
		f.money("to", &o.To)
	} else if f.open("amount", o.From.IsSet() || o.To.IsSet()) {
		f.money("from", &o.From)
		f.money("to", &o.To)
		f.shut()
	}
	named(f, "params", &o.Params)
}

func (p *Precedents) fields(f *form) {
	f.int("count", &p.Count)
	if f.writes() && p.Count == 0 {
		return
	}
	list(f, "options", &p.Options, (*PrecedentRange).fields)
	list(f, "recent", &p.Recent, (*Precedent).fields)
}

func (r *PrecedentRange) fields(f *form) {
	f.text("type", &r.Type)
	f.money("median", &r.Median)
	f.money("lowest", &r.Lowest)
	f.money("highest", &r.Highest)
}

func (p *Precedent) fields(f *form) {
	f.text("decision", &p.Decision)
	if f.kept() {
		f.text("type", &p.Type)
	}
	f.money("amount", &p.Amount)
	f.text("reason", &p.Reason)
}

func (w *Withheld) fields(f *form) {
	f.text("id", &w.ID)
	f.text("type", &w.Type)
	f.text("play", &w.Play)
	f.text("reason", (*string)(&w.Reason))
	f.money("amount", &w.Amount)
	named(f, "params", &w.Params)
}

func (p *PassedOver) fields(f *form) {
	f.text("partner", &p.Partner)
	f.text("play", &p.Play)
	f.text("reason", (*string)(&p.Reason))
}

func (m *Missed) fields(f *form) {
	f.text("id", &m.ID)
	f.text("type", &m.Type)
	f.text("play", &m.Play)
	f.time("given_at", &m.GivenAt)
	f.time("due_at", &m.DueAt)
	f.time("done_at", &m.DoneAt)
}

func (w *Warning) fields(f *form) {
	f.text("code", (*string)(&w.Code))
	f.text("message", &w.Message)
	f.text("play", &w.Play)
}

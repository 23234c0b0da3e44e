package recovery

import "github.com/servicerecovery/amends/recovery/internal/canonical"

// MarshalJSON writes the decision as [Decision.AppendJSON] does. Beware that
// [json.Marshal] and [json.Encoder] then escape <, > and &, unless the encoder was told not to.
func (d Decision) MarshalJSON() ([]byte, error) { return d.AppendJSON(nil), nil }

// AppendJSON appends the decision as JSON, on one line: the form in which it is
// printed and kept. The order of keys is fixed, what does not exist is left
// out, lists with nothing in them are [], times are in UTC.
func (d *Decision) AppendJSON(dst []byte) []byte {
	w := jsonWriter{dst}
	w.open('{')
	w.text("id", d.ID)
	w.text("incident", d.Incident)
	w.time("decided_at", d.DecidedAt)
	w.int("semantics", d.Semantics)
	w.key("set")
	w.set(d.Set)
	w.text("supersedes", d.Supersedes)
	if d.Made != nil {
		w.key("made")
		w.made(d.Made)
	}
	writeList(&w, "plays", d.Plays, (*jsonWriter).match)
	writeList(&w, "actions", d.Actions, (*jsonWriter).action)
	writeList(&w, "choices", d.Choices, (*jsonWriter).choice)
	writeList(&w, "withheld", d.Withheld, (*jsonWriter).withheld)
	writeList(&w, "passed_over", d.PassedOver, (*jsonWriter).passedOver)
	w.facts(d.Facts)
	writeList(&w, "warnings", d.Warnings, (*jsonWriter).warning)
	w.close('}')
	return w.buf
}

// MarshalJSON writes the action as it stands in a decision.
func (a Action) MarshalJSON() ([]byte, error) {
	var w jsonWriter
	w.action(&a)
	return w.buf, nil
}

// writeList writes a member that is a list. Elements are passed by pointer, since
// actions are large.
func writeList[T any](w *jsonWriter, name string, list []T, element func(*jsonWriter, *T)) {
	w.key(name)
	w.open('[')
	for i := range list {
		w.element()
		element(w, &list[i])
	}
	w.close(']')
}

func (w *jsonWriter) set(s SetRef) {
	w.open('{')
	w.text("digest", s.Digest)
	w.text("revision", s.Revision)
	w.close('}')
}

func (w *jsonWriter) made(m *Made) {
	w.open('{')
	w.text("choice", m.Choice)
	w.text("by", m.By)
	w.text("reason", m.Reason)
	w.text("deviation", m.Deviation)
	w.close('}')
}

func (w *jsonWriter) match(m *Match) {
	w.open('{')
	w.text("play", m.Play)
	w.text("case", m.Case)
	w.text("approach", m.Approach)
	w.text("at", m.At)
	writeList(w, "because", m.Because, (*jsonWriter).reason)
	w.close('}')
}

// reason always has both keys: a field that was read may well be empty.
func (w *jsonWriter) reason(r *Reason) {
	w.buf = canonical.AppendString(append(w.buf, `{"expr":`...), r.Expr)
	w.buf = canonical.AppendString(append(w.buf, `,"value":`...), r.Value)
	w.close('}')
}

func (w *jsonWriter) action(a *Action) {
	w.open('{')
	w.text("id", a.ID)
	w.text("type", a.Type)
	w.text("change", string(a.Change))
	w.key("plays")
	w.texts(a.Plays)
	w.money("amount", a.Amount)
	w.money("already", a.Already)
	w.params(a.Params)
	w.text("owner", a.Owner)
	w.time("not_before", a.NotBefore)
	w.time("due_at", a.DueAt)
	w.text("justice", a.Justice)
	if a.Message != nil {
		w.key("message")
		w.message(a.Message)
	}
	w.text("note", a.Note)
	writeList(w, "if_late", a.IfLate, (*jsonWriter).action)
	w.close('}')
}

func (w *jsonWriter) message(m *Message) {
	w.open('{')
	w.text("id", m.ID)
	w.text("language", m.Language)
	w.key("text")
	w.buf = canonical.AppendString(w.buf, m.Text)
	w.close('}')
}

func (w *jsonWriter) params(params []Param) {
	w.key("params")
	w.open('{')
	for i := range params {
		w.anyKey(params[i].Name)
		w.buf = appendValue(w.buf, params[i].Value)
	}
	w.close('}')
}

func (w *jsonWriter) choice(c *Choice) {
	w.open('{')
	w.text("id", c.ID)
	w.text("play", c.Play)
	w.text("decider", c.Decider)
	w.time("due_at", c.DueAt)
	writeList(w, "options", c.Options, (*jsonWriter).offer)
	w.key("choose")
	w.open('{')
	w.int("at_least", c.AtLeast)
	w.int("at_most", c.AtMost)
	w.close('}')
	w.key("precedents")
	w.precedents(&c.Precedents)
	w.close('}')
}

func (w *jsonWriter) offer(o *Offer) {
	w.open('{')
	w.text("type", o.Type)
	w.text("id", o.ID)
	if o.From.IsSet() || o.To.IsSet() {
		w.key("amount")
		w.open('{')
		w.money("from", o.From)
		w.money("to", o.To)
		w.close('}')
	}
	w.params(o.Params)
	w.close('}')
}

func (w *jsonWriter) precedents(p *Precedents) {
	w.open('{')
	w.int("count", p.Count)
	if p.Count > 0 {
		writeList(w, "options", p.Options, (*jsonWriter).precedentRange)
		writeList(w, "recent", p.Recent, (*jsonWriter).precedent)
	}
	w.close('}')
}

func (w *jsonWriter) precedentRange(r *PrecedentRange) {
	w.open('{')
	w.text("type", r.Type)
	w.money("median", r.Median)
	w.money("lowest", r.Lowest)
	w.money("highest", r.Highest)
	w.close('}')
}

func (w *jsonWriter) precedent(p *Precedent) {
	w.open('{')
	w.text("decision", p.Decision)
	w.money("amount", p.Amount)
	w.text("reason", p.Reason)
	w.close('}')
}

func (w *jsonWriter) withheld(h *Withheld) {
	w.open('{')
	w.text("id", h.ID)
	w.text("type", h.Type)
	w.text("play", h.Play)
	w.text("reason", h.Reason)
	w.money("amount", h.Amount)
	w.params(h.Params)
	w.close('}')
}

func (w *jsonWriter) passedOver(p *PassedOver) {
	w.open('{')
	w.text("partner", p.Partner)
	w.text("play", p.Play)
	w.text("reason", p.Reason)
	w.close('}')
}

func (w *jsonWriter) facts(facts []Fact) {
	w.key("facts")
	w.open('{')
	for i := range facts {
		w.anyKey(facts[i].Name)
		w.buf = appendValue(w.buf, facts[i].Value)
	}
	w.close('}')
}

func (w *jsonWriter) warning(x *Warning) {
	w.open('{')
	w.text("code", x.Code)
	w.text("message", x.Message)
	w.text("play", x.Play)
	w.close('}')
}

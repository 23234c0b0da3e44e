package recovery

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/store"
)

// decision puts the decision together: the actions compared with those of the
// previous decision, the warnings, the id.
func (c *conclusion) decision() *Decision {
	d := c.skeleton()
	c.compare(d)
	d.Choices, d.Withheld, d.PassedOver = c.choices, c.withheld, c.passed
	c.compareChoices(d)
	d.promises = c.promises(d)
	d.Missed = c.missedBy(d.promises)
	if !c.answered(d) {
		c.warn(WarnUnanswered, "", "no play answers this incident")
	}
	d.Warnings = c.sortedWarnings()
	if c.given.Previous != nil {
		d.Supersedes = c.given.Previous.Decision.ID
	}
	d.ID = c.decisionID(nil)
	return d
}

// record is the decision with what a store keeps beside it.
func (c *conclusion) record() *Record {
	r := c.recordOf(c.decision())
	r.Handed = c.keptHanded(r.Decision)
	r.Decision.handed = r.Handed
	for _, m := range c.keeps {
		r.Keeps = append(r.Keeps, m.Decision.ID)
	}
	r.Bases = c.bases(r.Decision)
	return r
}

// skeleton is what every decision has.
func (c *conclusion) skeleton() *Decision {
	d := &Decision{
		Namespace: c.namespace, Incident: c.id, Service: c.service, Failure: c.failure, Phase: c.phase, OccurredAt: c.occurredAt,
		DecidedAt: c.now, Semantics: Semantics, Set: c.rules.ref, base: c.base,
	}
	d.Plays = c.matchesOf(c.matches)
	if len(c.facts) > 0 {
		d.Facts = make([]Fact, 0, len(c.facts))
	}
	for _, f := range c.facts {
		d.Facts = append(d.Facts, Fact{Name: f.Name, Value: c.input.Fact(f)})
	}
	return d
}

func (c *conclusion) recordOf(d *Decision) *Record {
	keys := c.keys()
	d.addressed(keys)
	r := &Record{
		Decision: d, Incident: bytes.Clone(c.canonical), Keys: keys, OccurredAt: c.occurredAt, Base: c.base, Reserves: c.reserves,
		Defaults: c.subject.taken.Defaults(), UpdatedAt: c.given.UpdatedAt,
		Promises: d.promises,
	}
	if slices.ContainsFunc(d.promises, informs) || slices.ContainsFunc(c.chosen, informs) {
		r.Informed = c.informs
		d.informs = c.informs
	}
	for _, as := range c.subject.taken.ReadAs() {
		r.ReadAs = append(r.ReadAs, Key{Path: as.Now, Text: as.Was})
	}
	if updated := seenAt(c.subject.taken.Instant("updated_at"), c.now); updated.After(r.UpdatedAt) {
		r.UpdatedAt = updated
	}
	return r
}

// matchesOf says which plays matched, and why.
func (c *conclusion) matchesOf(matches []policy.Match) []Match {
	if len(matches) == 0 {
		return nil
	}
	reasons := 0
	for i := range matches {
		reasons += matches[i].Reasons()
	}
	out := make([]Match, 0, len(matches))
	because := make([]Reason, 0, reasons)
	for i := range matches {
		m := &matches[i]
		x := Match{Play: m.Play.Name, Approach: m.Play.Approach.String(), At: m.Play.At}
		if m.Case != nil {
			x.Case = m.Case.ID
		}
		x.Items = itemsOf(m.Items)
		if n := m.Reasons(); n > 0 {
			for k := range n {
				because = append(because, Reason(m.Reason(c.input, k)))
			}
			x.Because = slices.Clip(because[len(because)-n:])
		}
		out = append(out, x)
	}
	return out
}

func itemsOf(items []policy.ItemMatch) []MatchItem {
	if len(items) == 0 {
		return nil
	}
	out := make([]MatchItem, len(items))
	for i := range items {
		if out[i].Item = items[i].Item.ID(); items[i].Case != nil {
			out[i].Case = items[i].Case.ID
		}
	}
	return out
}

// answered reports whether somebody does something about the incident. An answer that is
// not needed any more, because the incident is resolved, is one too.
func (c *conclusion) answered(d *Decision) bool {
	leftOut := slices.DeleteFunc(slices.Clone(c.leftOut), func(x *draft) bool {
		return x.Type != ActionAcknowledge && x.Type != ActionRespond
	})
	if !slices.ContainsFunc(c.matches, func(m policy.Match) bool { return !m.Play.Answers }) {
		return len(c.drafts) > 0 || len(leftOut) > 0 || len(d.Choices) > 0 || len(c.keeps) > 0
	}
	answers := func(play string) bool { return c.rules.play(play).Answers }
	gives := func(x *draft) bool { return slices.ContainsFunc(x.Plays, answers) }
	return slices.ContainsFunc(c.drafts, gives) || slices.ContainsFunc(leftOut, gives) ||
		slices.ContainsFunc(d.Choices, func(x Choice) bool { return answers(x.Play) }) ||
		slices.ContainsFunc(c.keeps, func(m Record) bool { return answers(m.Decision.Plays[0].Play) })
}

// hashID makes an id from parts. They are joined as a JSON array, so that no
// two lists of parts look alike.
func hashID(namespace, prefix string, parts ...string) string {
	var room [256]byte
	text := appendNamespace(room[:0], namespace)
	for i, p := range parts {
		if i > 0 {
			text = append(text, ',')
		}
		text = jsontext.AppendQuote(text, p)
	}
	var id [idSize]byte
	return string(appendID(id[:0], prefix, append(text, ']')))
}

// appendNamespace begins an array that is hashed. The namespace stands in an object, which no part is;
// the empty one does not stand there.
func appendNamespace(dst []byte, namespace string) []byte {
	if dst = append(dst, '['); namespace == "" {
		return dst
	}
	return append(jsontext.AppendQuote(append(dst, `{"namespace":`...), namespace), "},"...)
}

// idSize is the length of an id.
const idSize = len("act_") + 32

// appendID appends the id that is made from the text that is hashed.
func appendID(dst []byte, prefix string, text []byte) []byte {
	sum := sha256.Sum256(text)
	return hex.AppendEncode(append(append(dst, prefix...), '_'), sum[:16])
}

// actionID is hashID for an action of the decision.
func (c *conclusion) actionID(parent string, parts ...string) string {
	text := jsontext.AppendQuote(appendNamespace(c.workspace.text[:0], c.namespace), c.id)
	text = jsontext.AppendQuote(append(text, ','), parent)
	for _, p := range parts {
		text = jsontext.AppendQuote(append(text, ','), p)
	}
	c.workspace.text = append(text, ']')
	return c.workspace.room.id("act", c.workspace.text)
}

// identify gives a draft its id. That never depends on the case or on the place in
// the file, so that a case that gives more changes the same action. parent is the
// action whose if_late this is in, or empty.
func (c *conclusion) identify(d *draft, parent, mergeKey string) {
	a := d.source
	if a.Type.Merge == policy.MergeNever {
		if d.Item != "" {
			d.ID = c.actionID(parent, "play", d.play.Name, d.Type, a.ID, d.play.Each.Name, d.Item)
			return
		}
		d.ID = c.actionID(parent, "play", d.play.Name, d.Type, a.ID)
		return
	}
	if d.Item != "" { // each item's own, of whichever play
		d.merges, d.mergeKey = true, mergeKey+"\x00"+d.play.Each.Name+"\x00"+d.Item
		d.ID = c.actionID(parent, "merged", d.Type, mergeKey, d.play.Each.Name, d.Item)
		return
	}
	if parent == "" {
		d.merges, d.mergeKey = true, mergeKey
		// An action that several plays give has one id: it need not be made
		// again for each of them.
		for _, x := range c.drafts[:min(len(c.drafts), fewDrafts)] {
			if x.merges && x.Type == d.Type && x.mergeKey == mergeKey {
				d.ID = x.ID
				return
			}
		}
	}
	d.ID = c.actionID(parent, "merged", d.Type, mergeKey)
}

func choiceID(namespace, incident, play string) string {
	return hashID(namespace, "cho", incident, play)
}

// ActionID is the id under which decisions on an incident list the action that
// a play, named playbook/play, gives with an id of its own; own is empty for one
// without. It holds in the empty namespace, for types whose actions are not merged: refund, compensate,
// prevent, and custom ones without once.
func ActionID(incident, play, kind, own string) string {
	return hashID("", "act", incident, "", "play", play, kind, own)
}

// ItemActionID is [ActionID] for an action that each item of a list has for itself: that of the item
// with the id, in the list that the play's each names.
func ItemActionID(incident, play, kind, own, list, item string) string {
	return hashID("", "act", incident, "", "play", play, kind, own, list, item)
}

// decisionID is made from all that the decision was made from. A choice adds
// what was chosen.
func (c *conclusion) decisionID(chosen map[string]any) string {
	w := c.workspace
	text := append(jsontext.AppendQuote(appendNamespace(w.text[:0], c.namespace), c.rules.ref.Digest), ',')
	text = append(strconv.AppendInt(text, Semantics, 10), ',')
	text = append(append(text, c.canonical...), ',')
	w.text = append(c.appendInputs(text, chosen), ']')
	return w.room.id("dec", w.text)
}

// appendInputs writes, as canonical JSON, what a decision is made from beside the
// incident and the set.
func (c *conclusion) appendInputs(dst []byte, chosen map[string]any) []byte {
	dst = intake.AppendTime(append(dst, `{"at":`...), c.now)
	if chosen != nil {
		dst = intake.AppendCanonical(append(dst, `,"chosen":`...), chosen)
	}
	dst = c.appendFacts(append(dst, `,"facts":`...))
	dst = c.appendDecisions(append(dst, `,"made":`...))
	dst = append(dst, `,"precedents":[`...)
	for i := range c.given.Precedents {
		if p := &c.given.Precedents[i]; p.Count > 0 {
			dst = appendPrecedents(appendElement(dst), p)
		}
	}
	dst = append(dst, ']')
	if c.given.Previous != nil {
		dst = jsontext.AppendQuote(append(dst, `,"previous":`...), c.given.Previous.Decision.ID)
	}
	dst = append(dst, `,"reports":[`...)
	for i := range c.given.Reports {
		r := &c.given.Reports[i]
		dst = jsontext.AppendQuote(appendElement(dst), r.Action)
		dst = intake.AppendTime(append(dst, ','), r.At)
		if r.Key != "" || r.Amount.IsSet() || outcomeOf(r) != OutcomeDone {
			dst = jsontext.AppendQuote(append(dst, ','), string(outcomeOf(r)))
			dst = jsontext.AppendQuote(append(dst, ','), r.Key)
			dst = jsontext.AppendQuote(append(dst, ','), r.Amount.String())
		}
	}
	dst = append(dst, `],"use":`...)
	dst = intake.AppendList(dst, c.given.Use, func(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) })
	if waiting := c.given.Stream.Waiting(); len(waiting) > 0 {
		dst = intake.AppendList(append(dst, `,"waiting":`...), waiting, jsontext.AppendQuote)
	}
	return append(dst, '}')
}

// appendPrecedents writes a summary of earlier choices: how many there were, what they gave, and which are
// told one by one.
func appendPrecedents(dst []byte, p *store.Precedents) []byte {
	dst = strconv.AppendInt(append(dst, `{"count":`...), int64(p.Count), 10)
	dst = append(dst, `,"gave":[`...)
	for i := range p.Amounts {
		x := &p.Amounts[i]
		dst = jsontext.AppendQuote(appendElement(dst), x.Type)
		for _, m := range [...]Money{x.Lowest, x.Lower, x.Upper, x.Highest} {
			dst = jsontext.AppendQuote(append(dst, ','), m.String())
		}
	}
	dst = append(dst, `],"recent":[`...)
	for i := range p.Recent {
		dst = jsontext.AppendQuote(appendElement(dst), p.Recent[i].Decision)
	}
	return append(dst, "]}"...)
}

func (c *conclusion) appendDecisions(dst []byte) []byte {
	dst = append(dst, '[')
	for i := range c.given.Made {
		dst = jsontext.AppendQuote(appendElement(dst), c.given.Made[i].Decision.ID)
	}
	return append(dst, ']')
}

// appendFacts writes the facts by their names.
func (c *conclusion) appendFacts(dst []byte) []byte {
	if len(c.facts) == 0 {
		return append(dst, "{}"...)
	}
	facts := make(map[string]any, len(c.facts))
	for _, f := range c.facts {
		facts[f.Name] = c.input.Fact(f)
	}
	return intake.AppendCanonical(dst, facts)
}

// appendElement parts an element of a list from the one before.
func appendElement(dst []byte) []byte {
	if dst[len(dst)-1] == '[' {
		return dst
	}
	return append(dst, ',')
}

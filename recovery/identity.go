package recovery

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// hashID makes an id from parts. They are joined as a JSON array, so that no
// two lists of parts look alike.
func hashID(prefix string, parts ...string) string {
	var room [256]byte
	text := append(room[:0], '[')
	for i, p := range parts {
		if i > 0 {
			text = append(text, ',')
		}
		text = jsontext.AppendQuote(text, p)
	}
	var id [idSize]byte
	return string(appendID(id[:0], prefix, append(text, ']')))
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
	text := jsontext.AppendQuote(append(c.workspace.text[:0], '['), c.id)
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
		d.ID = c.actionID(parent, "play", d.play.Name, d.Type, a.ID)
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

func choiceID(incident, play string) string { return hashID("cho", incident, play) }

// ActionID is the id under which decisions on an incident list the action that
// a play, named playbook/play, gives with an id of its own; own is empty for one
// without. It holds for types whose actions are not merged: refund, compensate,
// prevent, and custom ones without once.
func ActionID(incident, play, kind, own string) string {
	return hashID("act", incident, "", "play", play, kind, own)
}

// decisionID is made from all that the decision was made from. A choice adds
// what was chosen.
func (c *conclusion) decisionID(chosen map[string]any) string {
	w := c.workspace
	text := append(jsontext.AppendQuote(append(w.text[:0], '['), c.rules.ref.Digest), ',')
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
	for _, list := range c.given.Precedents {
		for i := range list {
			dst = jsontext.AppendQuote(appendElement(dst), list[i].Decision)
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
		if r.Effect != "" || r.Amount.IsSet() || outcomeOf(r) != OutcomeDone {
			dst = jsontext.AppendQuote(append(dst, ','), string(outcomeOf(r)))
			dst = jsontext.AppendQuote(append(dst, ','), r.Effect)
			dst = jsontext.AppendQuote(append(dst, ','), r.Amount.String())
		}
	}
	dst = append(dst, `],"use":`...)
	dst = intake.AppendList(dst, c.given.Use, func(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) })
	return append(dst, '}')
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

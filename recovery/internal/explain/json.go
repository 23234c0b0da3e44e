package explain

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Format says what the JSON of a report holds.
const Format = `{"incident": ID, "decided_at": TIME, "set": {"digest", "revision"},
 "decision": {…}             as amends decide writes it, or
 "error": {"code", …}        as amends decide writes it for a refused incident
 "record": {…}               with --ledger: "number", "superseded_by", "choices"
                             (decisions), "forgotten_precedents", "changes"
                             [{"path", "was", "is"}]
 "plays": [{"play", "case", "approach", "at": FILE:LINE:COL, "matched": bool,
            "answers"        false: of a play that is no answer by itself
            "barrier"        not-in-force, not-applying, first-only, not-needed,
                             phase, provider, applies-failed
            "by"             the play that stands in the way
            "misses": ["incident.delay is 46h, 48h needed"],
            "distance"       of one that missed: 0 is near, 1 or more is far
            "applies": PART, "when": PART,
            "cases": [{"case", "number", "held": bool, "misses", "when": PART}],
            "items"          of a play with each: those that it is for, or the
                             nearest: [{"item", "case", "matched": bool,
                             "misses", "where": PART, "cases"}]
            "partners": [{"partner", "agreement", "taken": bool, "reason",
                          "units", "used", "capacity", "per", "misses",
                          "covers": PART}]}],
 "limits": [{"at", "of", "per", "keep" or "at_most", "counting": {"fact", "value"},
             "chosen", "withheld": [as in decisions, without params],
             "cut": [{"play", "type", "id", "before", "after"}]}],
 "made": [ID of a decision that made a choice which stands],
 "others": [{"reason": a barrier or "missed", "count", "first": [PLAY]}]}

PART is {"kind", "op", "path", "text", "at", "value", "default", "row", "error",
"decided", "skipped", "again", "parts": [PART]}; kind is and, or, not, if,
compare, has, read, constant, call or loop. Values are text, as in "because";
"default" says that the incident did not give it, "again" that another part with
the same "path" shows the parts. What does not exist is left out; "decided",
"skipped", "default" and "again" are there where they are true.`

type jsonReport struct {
	Incident  string          `json:"incident,omitempty"`
	DecidedAt string          `json:"decided_at,omitempty"`
	Set       *jsonSet        `json:"set,omitempty"`
	Decision  json.RawMessage `json:"decision,omitempty"`
	Error     any             `json:"error,omitempty"`
	Record    *jsonRecord     `json:"record,omitempty"`
	Plays     []jsonPlay      `json:"plays"`
	Limits    []jsonLimit     `json:"limits"`
	Made      []string        `json:"made"`
	Others    []jsonGroup     `json:"others"`
}

type jsonSet struct {
	Digest   string `json:"digest"`
	Revision string `json:"revision,omitempty"`
}

type jsonRecord struct {
	Number       int64             `json:"number"`
	SupersededBy string            `json:"superseded_by,omitempty"`
	Choices      []json.RawMessage `json:"choices"`
	Forgotten    int               `json:"forgotten_precedents"`
	Changes      []jsonChange      `json:"changes"`
}

type jsonChange struct {
	Path string          `json:"path"`
	Was  json.RawMessage `json:"was,omitempty"`
	Is   json.RawMessage `json:"is,omitempty"`
}

type jsonGroup struct {
	Reason string   `json:"reason"`
	Count  int      `json:"count"`
	First  []string `json:"first"`
}

// WriteJSON writes the report for programs, on one line. [Format] says what it
// holds.
func (r *Report) WriteJSON(w io.Writer) error {
	out := jsonReport{
		Incident: r.Incident, DecidedAt: instant(r.DecidedAt),
		Plays: []jsonPlay{}, Limits: []jsonLimit{}, Made: []string{}, Others: []jsonGroup{},
	}
	if r.Past != nil {
		out.Record = recordOf(r.Past)
		if r.Past.Refusal != nil {
			out.Set = setOf(r.Past.Refusal.Set)
		}
	}
	err := r.Refused
	if r.Reasons != nil {
		r.reasons(&out)
		err = r.Reasons.Err
	}
	if err != nil {
		out.Error = errorOf(r.Incident, err)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // conditions are full of < and &
	return e.Encode(out)
}

func (r *Report) reasons(out *jsonReport) {
	x := r.Reasons
	out.Set = setOf(x.Set)
	if x.Decision != nil {
		out.Decision = x.Decision.AppendJSON(nil)
	}
	for _, list := range [][]policy.Explanation{r.Shown, r.Near} {
		for _, e := range list {
			out.Plays = append(out.Plays, r.jsonPlay(e))
		}
	}
	for _, l := range x.Limits {
		out.Limits = append(out.Limits, jsonLimitOf(l))
	}
	for _, d := range x.Made {
		out.Made = append(out.Made, d.ID)
	}
	for _, g := range r.Others {
		reason := g.Barrier.String()
		if g.Barrier == policy.BarrierNone {
			reason = "missed"
		}
		out.Others = append(out.Others, jsonGroup{reason, len(g.Plays), g.First()})
	}
}

func setOf(s recovery.SetRef) *jsonSet { return &jsonSet{s.Digest, s.Revision} }

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return value.FormatTimestamp(t)
}

func recordOf(p *ledger.Explained) *jsonRecord {
	out := &jsonRecord{Number: p.Seq, SupersededBy: p.SupersededBy, Choices: []json.RawMessage{}, Forgotten: p.Forgotten, Changes: []jsonChange{}}
	for _, d := range p.Choices {
		out.Choices = append(out.Choices, d.AppendJSON(nil))
	}
	for _, c := range p.Changes {
		out.Changes = append(out.Changes, jsonChange{c.Path, json.RawMessage(c.Was), json.RawMessage(c.Is)})
	}
	return out
}

// errorOf is an error as the line of a refused incident has it.
func errorOf(incident string, err error) any {
	if recorded := (*ledger.Refused)(nil); errors.As(err, &recorded) {
		return jsonRefused{recorded.Code, recorded.Message}
	}
	var said struct {
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(recovery.AppendRefusal(nil, incident, err), &said) != nil {
		return nil // not reached: it was just written
	}
	return said.Error
}

// jsonRefused is what a ledger knows of an error.
type jsonRefused struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

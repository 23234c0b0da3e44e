package suite

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
)

// yaml writes the suggestions as a suite.
func (g *suggester) yaml() string {
	var out strings.Builder
	if len(g.out) > 0 {
		out.WriteString("# Suggested: what the playbooks decide today, on both sides of values that they compare with.\n")
		out.WriteString("# Read each row. One that is right becomes a test; one that is not has found something.\n")
	}
	for _, name := range g.lost {
		out.WriteString("# This search found no incident that " + name + " matches; that does not mean that there is none.\n")
	}
	for _, name := range g.broken {
		out.WriteString("# " + name + " asks what was missed. Write a test with a later step, `again: true`, for it.\n")
	}
	if len(g.out) == 0 {
		return out.String()
	}
	out.WriteString("amends: v1\nsuite: " + quoted(g.suiteName()) + "\ntests:\n")
	names := numbered(each(g.out, func(x suggestion) string { return x.name }))
	for i, x := range g.out {
		out.WriteString("  - name: " + quoted(names[i]) + "\n")
		out.WriteString("    now: " + g.set.zones.Text("").Time(x.from.now) + "\n")
		for _, part := range []struct {
			name string
			v    playbook.Value
		}{{"incident", x.from.test.Incident}, {"facts", x.from.test.Facts}, {"partners", x.from.test.Partners}, {"precedents", x.from.test.Precedents}} {
			if len(part.v.Entries) > 0 {
				out.WriteString("    " + part.name + ": " + flow(part.v) + "\n")
			}
		}
		out.WriteString("    each:\n")
		for _, r := range x.rows {
			out.WriteString("      - " + row(r.test, x.path, r.v) + "\n")
			out.WriteString("        want: " + g.want(r.decided) + "\n")
		}
	}
	return out.String()
}

// row writes what is changed: incident: {delay: 24h}. Of an item, it writes the whole list.
func row(t *playbook.Test, path string, v any) string {
	if list, _, _, ok := placeIn(path); ok {
		items, _ := find(nested(t.Incident), list)
		path, v = "incident."+list, items
	}
	part, name, _ := strings.Cut(path, ".")
	if part == "partners" {
		id, key, _ := strings.Cut(name, ".")
		return part + ": {" + quoted(id) + ": {" + key + ": " + flow(written(v)) + "}}"
	}
	return part + ": {" + quoted(name) + ": " + flow(written(v)) + "}"
}

// suiteName is one that no suite has.
func (g *suggester) suiteName() string {
	name := "suggested"
	for n := 2; ; n++ {
		taken := false
		for _, s := range g.set.suites.Suites {
			taken = taken || s.Name.Value == name
		}
		if !taken {
			return name
		}
		name = "suggested " + itoa(n)
	}
}

// want writes what came: the plays, the actions, what is left to choose, and
// the warnings; or why it was refused.
func (g *suggester) want(d *Decided) string {
	if d.err != nil {
		text := d.err.Error()
		var evaluation *recovery.EvaluationError
		if errors.As(d.err, &evaluation) {
			text = evaluation.Message // its place changes with every line
		}
		return "{error: " + quoted(text) + "}"
	}
	parts := []string{"plays: [" + strings.Join(each(d.decision.Plays, func(m recovery.Match) string { return quoted(playName(m)) }), ", ") + "]"}
	if items := itemNames(d.decision); len(items) > 0 {
		parts = append(parts, "items: ["+strings.Join(each(items, quoted), ", ")+"]")
	}
	var actions, choices []string
	for _, a := range d.decision.Actions {
		if a.Change != recovery.ChangeCancelled {
			actions = append(actions, "{"+a.Type+": {"+strings.Join(telling(a), ", ")+"}}")
		}
	}
	parts = append(parts, "actions: ["+strings.Join(actions, ", ")+"]")
	if len(actions) > 0 {
		parts = append(parts, "exactly: true")
	}
	for _, c := range d.decision.Choices {
		choices = append(choices, "{play: "+quoted(c.Play)+"}")
	}
	if len(choices) > 0 {
		parts = append(parts, "choices: ["+strings.Join(choices, ", ")+"]")
	}
	codes := each(d.decision.Warnings, func(w recovery.Warning) string { return string(w.Code) })
	if len(codes) > 0 {
		parts = append(parts, "warnings: ["+strings.Join(codes, ", ")+"]")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// telling are the properties that distinguish an action from others of its type: how
// much, who gets it, and which partner serves.
func telling(a recovery.Action) (out []string) {
	if a.Item != "" {
		out = append(out, "for: "+quoted(a.Item))
	}
	if a.Amount.IsSet() {
		out = append(out, "amount: "+a.Amount.String())
	}
	for _, p := range a.Params {
		if text, ok := p.Value.(string); ok && (p.Name == "to" || p.Name == "partner") {
			out = append(out, p.Name+": "+quoted(text))
		}
	}
	return out
}

// flow writes a value on one line.
func flow(v playbook.Value) string {
	switch v.Kind {
	case playbook.Scalar:
		if v.Text.Kind == playbook.String {
			return quoted(v.Text.Value)
		}
		return v.Text.Value
	case playbook.List:
		return "[" + strings.Join(each(v.Items, flow), ", ") + "]"
	case playbook.Mapping:
		return "{" + strings.Join(each(v.Entries, func(e playbook.Entry) string { return quoted(e.Key.Value) + ": " + flow(e.Value) }), ", ") + "}"
	}
	return "null"
}

// plainWord is text that YAML takes as it stands, also between brackets.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./+%-]*(?::[A-Za-z0-9_./+-]+)*(?: [A-Za-z0-9_./+%-]+)*$`)

// looksOther is text that YAML would take for something else.
var looksOther = regexp.MustCompile(`^(?i:true|false|null|yes|no|on|off|y|n|[-+]?[0-9._]+(e[-+]?[0-9]+)?|0x[0-9a-f]+|0o[0-7]+)$`)

// quoted writes a text for YAML.
func quoted(s string) string {
	if plainWord.MatchString(s) && !looksOther.MatchString(s) {
		return s
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text always has a form
	return strings.TrimSpace(out.String())
}

package report

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// actions writes a list of actions. A sound set has as many compiled ones as were
// written.
func (s *scope) actions(list []*playbook.Action, compiled []*policy.Action) []Action {
	return s.steps(list, compiled, false)
}

// steps is actions for what an action brings with it.
func (s *scope) steps(list []*playbook.Action, compiled []*policy.Action, working bool) []Action {
	var out []Action
	for i, a := range list {
		if i < len(compiled) {
			out = append(out, s.action(a, compiled[i], working))
		}
	}
	return out
}

// action writes one action. Working says that the time of the action that it is a reminder of is
// counted by a calendar.
func (s *scope) action(a *playbook.Action, c *policy.Action, working bool) Action {
	out := Action{By: s.step(a, s.due(a), working), Who: s.who(a, c)}
	params := map[string]string{}
	for _, p := range c.Params {
		params[p.Name()] = s.param(p)
	}
	out.Short, out.Does = s.does(c.Type.Name, params, "")
	if c.Amount != nil {
		out.Amount = s.amount(c.Amount).text
		_, out.Does = s.does(c.Type.Name, params, out.Amount)
	}
	out.Details = s.details(a, c, params)
	out.Message = a.Message.Value
	out.Remind = s.steps(a.Remind, c.Remind, c.Calendar != nil)
	out.IfLate = s.actions(a.IfLate, c.IfLate)
	return out
}

// does says what an action is, in short and as a sentence.
func (s *scope) does(name string, params map[string]string, amount string) (short, sentence string) {
	with := func(verb, what string) (string, string) {
		return strings.TrimSpace(strings.ToLower(verb[:1]) + verb[1:] + " " + what), strings.TrimSpace(verb + " " + what)
	}
	switch name {
	case "acknowledge":
		return "acknowledge", "Tell the customer that it was received"
	case "respond":
		return "answer", "Answer the customer"
	case "resolve":
		return "resolve", "Put it right"
	case "investigate":
		return "investigate", "Look for the cause"
	case "apologise":
		return "apologise", "Apologise"
	case "explain":
		return "explain", "Explain to the customer what happened"
	case "callback":
		return "call back", "Call the customer"
	case "inform":
		return "keep informed, every " + params["every"], "Keep the customer informed, every " + params["every"]
	case "refund":
		return "refund", "Refund " + amount
	case "compensate":
		return "compensate (" + params["as"] + ")", "Give " + amount + ", as " + params["as"]
	case "replace", "repair":
		return with(titled(name), params["item"])
	case "reperform":
		return with("Do again", params["item"])
	case "escalate":
		return with("Escalate to", params["to"])
	case "assign":
		return with("Assign to", params["to"])
	case "notify":
		return with("Notify", params["to"])
	case "prevent":
		return "prevent", "Prevent it: " + params["measure"]
	case "survey":
		return "ask how it went", "Ask the customer how it went"
	}
	sentence = titled(name)
	if t := s.declared[name]; t != nil && t.About.IsSet() {
		sentence += ": " + oneLine(t.About.Value)
	}
	if t := s.declared[name]; t != nil && len(t.Sets) > 0 {
		sentence += " (it sets " + term.List(plainly(t.Sets), "and") + ")"
	}
	return plain(name), sentence
}

// inSentence are the parameters that the sentence of a built-in action says.
var inSentence = map[string][]string{
	"inform": {"every"}, "compensate": {"as"}, "replace": {"item"}, "repair": {"item"}, "reperform": {"item"},
	"escalate": {"to"}, "assign": {"to"}, "notify": {"to"}, "prevent": {"measure"},
}

// details are what the sentence does not say.
func (s *scope) details(a *playbook.Action, c *policy.Action, params map[string]string) []Detail {
	var out []Detail
	custom := s.declared[c.Type.Name] != nil
	if custom && c.Amount != nil {
		out = append(out, Detail{"amount", s.amount(c.Amount).text})
	}
	for _, p := range c.Params {
		if !slices.Contains(inSentence[c.Type.Name], p.Name()) || custom {
			out = append(out, Detail{plain(p.Name()), params[p.Name()]})
		}
	}
	if a.Note.IsSet() {
		out = append(out, Detail{"note", flat(a.Note.Value)})
	}
	return out
}

// who names the person or team that acts: the action's owner, else the owner of the
// playbook. The sentence names whom the action goes to.
func (s *scope) who(a *playbook.Action, c *policy.Action) string {
	if a.Owner.IsSet() {
		return flat(a.Owner.Value)
	}
	switch c.Type.Name {
	case "escalate", "assign":
		return ""
	}
	return oneLine(s.doc.Owner.Value)
}

// step adds the times that only a reminder or an action of if_late has.
func (s *scope) step(a *playbook.Action, due string, working bool) string {
	var out []string
	if due != "" {
		out = append(out, due)
	}
	switch text := strings.TrimSpace(a.Before.Value); {
	case text == "":
		working = a.Calendar.IsSet()
	case text == "25%":
		out = append(out, "in the last quarter of the time")
	case text == "50%":
		out = append(out, "in the second half of the time")
	case strings.HasSuffix(text, "%"):
		out = append(out, "in the last "+text+" of the time")
	default:
		out = append(out, deadline(a.Before, working)+" before the deadline")
	}
	if a.Every.IsSet() {
		out = append(out, "again every "+deadline(a.Every, working)+" until it is done")
	}
	return strings.Join(out, ", ")
}

// due writes when an action is to be done.
func (s *scope) due(a *playbook.Action) string {
	return s.times(a.After, a.Within, a.Ends, a.Calendar, a.Since, a.Pauses)
}

func (s *scope) times(after, within, ends, calendar, since playbook.Text, pauses bool) string {
	working := calendar.IsSet()
	var out []string
	if after.IsSet() {
		out = append(out, "after waiting "+deadline(after, working))
	}
	if within.IsSet() {
		text := "within " + deadline(within, working)
		if deadline(within, working) == "0 minutes" {
			text = "at once"
		}
		if after.IsSet() {
			text += " from then"
		}
		switch ends.Value {
		case "day":
			text += ", to the end of the day"
		case "working-day":
			text += ", to the end of the working day"
		}
		out = append(out, text)
	}
	if working && len(out) > 0 {
		out[len(out)-1] += " (calendar " + calendar.Value + ")"
	}
	if since.IsSet() && len(out) > 0 {
		out = append(out, "counted from "+fieldName(since.Value))
	}
	if pauses && len(out) > 0 {
		out = append(out, "not counting pauses")
	}
	return strings.Join(out, ", ")
}

package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// The texts by which parts of decisions are compared and shown.

func paramText(params []recovery.Param, name string) string {
	for _, p := range params {
		if p.Name == name {
			return value.Show(p.Value)
		}
	}
	return ""
}

// paramsText is all parameters but every, which is a deadline. Their order is that
// of declaration and means nothing.
func paramsText(params []recovery.Param) string {
	var out []string
	for _, p := range params {
		if p.Name != "every" {
			out = append(out, fmt.Sprintf("%s=%T:%s", p.Name, p.Value, value.Show(p.Value)))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\x00")
}

// choiceText is a choice as people see it. Who may choose what is a set: its
// order means nothing.
func choiceText(c recovery.Choice) string {
	var options []string
	for _, o := range c.Options {
		options = append(options, offerText(o))
	}
	slices.Sort(options)
	text := c.Decider + " chooses " + fmt.Sprint(c.AtLeast)
	if c.AtMost != c.AtLeast {
		text += fmt.Sprintf(" to %d", c.AtMost)
	}
	text += " of " + strings.Join(options, " | ")
	if !c.DueAt.IsZero() {
		text += ", by " + value.FormatTimestamp(c.DueAt)
	}
	return text
}

func offerText(o recovery.Offer) string {
	text := o.Type
	if o.ID != "" {
		text += "." + o.ID
	}
	if o.From.IsSet() {
		text += " " + o.From.String() + " to " + o.To.String()
	}
	var params []string
	for _, p := range o.Params {
		shown := value.Show(p.Value)
		if list, ok := p.Value.([]any); ok {
			allowed := make([]string, len(list))
			for i, v := range list {
				allowed[i] = value.Show(v)
			}
			slices.Sort(allowed)
			shown = strings.Join(allowed, " or ")
		}
		params = append(params, p.Name+": "+shown)
	}
	if len(params) > 0 {
		text += " (" + strings.Join(params, ", ") + ")"
	}
	return text
}

func withheldText(w recovery.Withheld) string {
	text := w.Type
	if w.Amount.IsSet() {
		text += " " + w.Amount.String()
	}
	return text + " withheld (" + string(w.Reason) + ")"
}

func passedOverText(p recovery.PassedOver) string {
	return p.Partner + " passed over (" + string(p.Reason) + ")"
}

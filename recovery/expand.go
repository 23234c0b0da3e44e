package recovery

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// draft is an action in the making: what is known of it before actions are
// merged and limited.
type draft struct {
	Action
	source *policy.Action // nil for what the engine makes itself
	play   *policy.Play
	// speaker is the source, with its play, whose owner and message are used:
	// after merging, that of the action with the earliest deadline.
	speaker     *policy.Action
	speakerPlay *policy.Play
	asks        []ask // what plays ask for, where there is more to remember than the action
	partner     string
	item        *policy.ItemMatch // whose own it is; nil: nobody's
	// merges is set on an action of the decision itself that is one with others of
	// its type and key.
	merges   bool
	mergeKey string
	named    map[string]bool // the plays, once they are many
}

// neutral is the style of texts that belong to no message: no language, the
// playbook's zone.
func neutral(p *policy.Playbook) value.Style { return value.Style{Zone: p.Zone} }

// makeRoom makes room for what the actions of the matching plays hand out: as much
// as they take, in one piece.
func (c *conclusion) makeRoom() {
	drafts, params := 0, 0
	count := func(actions []*policy.Action) {
		drafts += len(actions)
		for _, a := range actions {
			params += len(a.Params)
		}
	}
	for i := range c.matches {
		m := &c.matches[i]
		for range len(m.Items) {
			count(m.Play.Do)
		}
		count(m.Play.Do)
		if m.Case != nil {
			count(m.Case.Do)
		}
	}
	c.workspace.room.reserve(drafts, params)
}

// draft returns a new draft of an action that a play gives.
func (c *conclusion) draft(p *policy.Play, t *policy.ActionType) *draft {
	d := c.workspace.draft()
	d.play = p
	d.Type, d.Justice = t.Name, t.Justice
	d.Plays = c.workspace.room.listOf(p.Name)
	return d
}

// expand evaluates an action's parameters and times.
func (c *conclusion) expand(p *policy.Play, a *policy.Action) (*draft, error) {
	d, err := c.parameters(p, a, "")
	if err != nil {
		return nil, err
	}
	return d, c.promise(d, time.Time{})
}

// parameters evaluates what an action is about. parent is the id of the action
// whose if_late it is in, or empty.
func (c *conclusion) parameters(p *policy.Play, a *policy.Action, parent string) (*draft, error) {
	f := c.input.Frame(p.Playbook)
	style := neutral(p.Playbook)
	d := c.draft(p, a.Type)
	d.source, d.speaker, d.speakerPlay = a, a, p
	if a.Own {
		if d.item = c.item; parent == "" && c.item != nil {
			d.Item = c.item.Item.ID()
		}
	}
	d.Params = c.workspace.room.paramList(len(a.Params))
	for _, param := range a.Params {
		v, err := param.Value(f, style)
		if err != nil {
			return nil, evaluationError(p, err)
		}
		d.Params = append(d.Params, Param{Name: param.Name(), Value: v})
	}
	var err error
	if a.Amount != nil {
		if d.Amount, err = a.Amount.Amount(f); err != nil {
			return nil, evaluationError(p, err)
		}
	}
	if d.Note, err = a.Note.Render(f, style); err != nil {
		return nil, evaluationError(p, err)
	}
	c.identify(d, parent, mergeKey(a, d.Params))
	return d, nil
}

// mergeKey tells apart the actions of one type that are not one action.
func mergeKey(a *policy.Action, params []Param) string {
	switch a.Type.Merge {
	case policy.MergeItem:
		return paramText(params, "item")
	case policy.MergeTo:
		return paramText(params, "to")
	case policy.MergeToMessage:
		key := paramText(params, "to")
		if a.Message != nil {
			key += "\x00" + a.Message.ID
		}
		return key
	}
	return ""
}

func paramText(params []Param, name string) string {
	s, _ := paramOf(params, name).(string)
	return s
}

// finish gives an action what depends on the rest of the decision: its owner
// and words, and the steps that hang on it.
func (c *conclusion) finish(d *draft) error {
	if d.speaker != nil {
		c.turnTo(d.speakerPlay, d.item)
		f := c.input.Frame(d.speakerPlay.Playbook)
		var err error
		if d.Owner, err = d.speaker.Owner.Render(f, neutral(d.speakerPlay.Playbook)); err != nil {
			return evaluationError(d.speakerPlay, err)
		}
		if err := c.say(d, f); err != nil {
			return err
		}
	}
	return c.steps(d)
}

// say writes the message in the language of the incident, else of the customer.
func (c *conclusion) say(d *draft, f *policy.Frame) error {
	m := d.speaker.Message
	if m == nil {
		return nil
	}
	about := policy.Said{Type: d.Type, Amount: d.Amount, DueAt: d.DueAt, Partner: d.partner}
	var err error
	if m.Totals {
		if about.Total, err = c.total(d.Amount); err != nil {
			return evaluationError(d.speakerPlay, err)
		}
	}
	said, err := m.Say(f, c.languages, about)
	if err != nil {
		return evaluationError(d.speakerPlay, err)
	}
	d.Message = &Message{ID: m.ID, Language: said.Language, Text: said.Text}
	if said.Missed {
		c.warnOnce(WarnLanguage, d.speakerPlay.Name, missedLanguage(m.ID, c.languages, said.Language))
	}
	return nil
}

// total adds up what the decision gives in the currency of an amount. A substitute is a cost, and not
// something that a customer gets.
func (c *conclusion) total(amount Money) (Money, error) {
	sum, err := value.NewMoney(0, amount.Currency())
	for _, d := range c.drafts {
		if err == nil && d.Type != policy.ActionSubstitute && d.Amount.Currency() == amount.Currency() {
			sum, err = sum.Add(d.Amount)
		}
	}
	return sum, err
}

// missedLanguage says that a message has no text in the languages that are wanted.
func missedLanguage(message string, wanted policy.Languages, taken string) string {
	var quoted []string
	for _, language := range wanted {
		if strings.TrimSpace(language) != "" {
			quoted = append(quoted, strconv.Quote(shortened(language)))
		}
	}
	return "message " + message + " has no text in " + strings.Join(slices.Compact(quoted), " or ") + "; its first text is taken, " + strconv.Quote(taken)
}

// shortened keeps what a warning quotes of an incident short.
func shortened(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

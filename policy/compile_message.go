package policy

import (
	"maps"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/tongue"
	"github.com/servicerecovery/amends/policy/value"
)

// Message is what to say, in one or more languages.
type Message struct {
	ID string
	// Totals is set when a text reads the total of the decision.
	Totals bool
	tags   []tongue.Tag
	texts  []messageText // one for each tag
}

type messageText struct {
	language string
	text     *Text
}

// Languages are the languages that a text is wanted in, the most wanted first, as incidents write
// them. Empty ones are passed over.
type Languages [2]string

// Spoken is a message as it is said.
type Spoken struct {
	Language string // of the text, as the playbook writes it
	Text     string
	// Missed is set when the message has no text in a language that was wanted.
	Missed bool
}

// Say writes the message about an action, in the first of the wanted languages that it has a text
// in, else in its first one.
func (m *Message) Say(f *Frame, wanted Languages, about Said) (Spoken, error) {
	if len(m.texts) == 0 {
		return Spoken{}, nil
	}
	at, fits := tongue.Choose(m.tags, wanted[:]...)
	t := m.texts[at]
	out := Spoken{Language: t.language, Missed: !fits}
	if constant, ok := t.text.fixed(); ok {
		out.Text = constant
		return out, nil
	}
	f.about(about)
	var err error
	out.Text, err = t.text.Render(f, value.Style{Language: t.language, Zone: f.pb.Zone})
	return out, err
}

// message is a message of a scope. It is compiled when it is first used.
type message struct {
	def      *playbook.Message
	compiled *Message
	sound    bool // compiling it has reported nothing
}

func (s *scope) message(name string) *Message {
	m := s.messages[name]
	if m.compiled != nil {
		return m.compiled
	}
	shared := s.sharedMessage(m)
	if m.compiled = shared.message(name); m.compiled != nil {
		return m.compiled
	}
	defer s.sees(s.outer != nil && s.outer.messages[name] != nil && s.outer.messages[name].def == m.def)()
	before := len(s.diags)
	defer s.withoutItem()()
	m.compiled = &Message{ID: name}
	for _, t := range m.def.Texts {
		m.compiled.tags = append(m.compiled.tags, tongue.Of(t.Language.Value))
		m.compiled.texts = append(m.compiled.texts, messageText{t.Language.Value, s.text(t.Text, true)})
	}
	m.compiled.Totals = slices.ContainsFunc(m.compiled.texts, func(t messageText) bool { return t.text.reads(celenv.PathTotal) })
	m.sound = len(s.diags) == before
	if shared != nil && m.sound {
		m.compiled = shared.keepMessage(name, m.compiled)
	}
	return m.compiled
}

func (s *scope) messageNamed(name playbook.Text) *Message {
	if !name.IsSet() {
		return nil
	}
	m, ok := s.messages[name.Value]
	if !ok {
		known := slices.Sorted(maps.Keys(s.messages))
		s.mendf(name.Range, "unknown-message", near(name, known), "there is no message `%s`", name.Value)
		return nil
	}
	s.used[m.def] = true
	return s.message(name.Value)
}

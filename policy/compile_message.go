package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// Message is what to say, in one or more languages.
type Message struct {
	ID    string
	texts []messageText
}

type messageText struct {
	language string
	text     *Text
}

// In picks the text for a BCP 47 tag: the one with the exact tag, else the one with a prefix of it
// (es-MX → es), else the one that was written first.
func (m *Message) In(tag string) (language string, text *Text) {
	for tag != "" {
		for _, t := range m.texts {
			if strings.EqualFold(t.language, tag) {
				return t.language, t.text
			}
		}
		cut := strings.LastIndexByte(tag, '-')
		tag = tag[:max(cut, 0)]
	}
	if len(m.texts) == 0 {
		return "", nil
	}
	return m.texts[0].language, m.texts[0].text
}

// Say writes the message about an action, in the language for a tag.
func (m *Message) Say(f *Frame, tag string, about Said) (language, said string, err error) {
	language, text := m.In(tag)
	if constant, ok := text.fixed(); ok {
		return language, constant, nil
	}
	f.about(about)
	said, err = text.Render(f, value.Style{Language: language, Zone: f.pb.Zone})
	return language, said, err
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
	before := len(s.diags)
	m.compiled = &Message{ID: name}
	for _, t := range m.def.Texts {
		m.compiled.texts = append(m.compiled.texts, messageText{t.Language.Value, s.text(t.Text, true)})
	}
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

package report

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
)

// languages says which messages are there in which languages. A message that a
// language lacks is sent in the one that was written first.
func (b *builder) languages() Languages {
	var out Languages
	for _, d := range b.set.Documents {
		for _, m := range d.Messages {
			for _, t := range m.Texts {
				out.Tags = union(out.Tags, []string{t.Language.Value})
			}
		}
	}
	slices.Sort(out.Tags)
	for _, d := range b.set.Documents {
		for _, m := range d.Messages {
			row := MessageRow{ID: m.Name.Value, Where: where(d), Plays: b.playsSaying[m]}
			for _, tag := range out.Tags {
				c := cellOf(m, tag)
				if !c.There && !languageCovers(m, tag) {
					out.Missing++
				}
				row.Cells = append(row.Cells, c)
			}
			out.Rows = append(out.Rows, row)
		}
	}
	return out
}

func cellOf(m *playbook.Message, tag string) Cell {
	for i, t := range m.Texts {
		if t.Language.Value == tag {
			return Cell{There: true, First: i == 0}
		}
	}
	return Cell{Falls: fallsTo(m, tag)}
}

// fallsTo is the language of the text that is sent to a customer with a language tag: the
// text for the tag or a prefix of it, else the first text.
func fallsTo(m *playbook.Message, tag string) string {
	for tag != "" {
		for _, t := range m.Texts {
			if strings.EqualFold(t.Language.Value, tag) {
				return t.Language.Value
			}
		}
		tag = tag[:max(strings.LastIndexByte(tag, '-'), 0)]
	}
	if len(m.Texts) == 0 {
		return ""
	}
	return m.Texts[0].Language.Value
}

// languageCovers reports whether a message has words for a tag, or for a prefix
// of it.
func languageCovers(m *playbook.Message, tag string) bool {
	falls := fallsTo(m, tag)
	return strings.EqualFold(falls, tag) || len(falls) < len(tag) && strings.EqualFold(falls+"-", tag[:len(falls)+1])
}

// spoken says in which languages a play speaks.
func (s *scope) spoken(d *playbook.Play) []Spoken {
	var used []*playbook.Message
	everyAction(d, func(a *playbook.Action) {
		if m, ok := s.messages[a.Message.Value]; ok && !slices.Contains(used, m) {
			used = append(used, m)
		}
	})
	var out []Spoken
	for _, tag := range s.tags {
		there, lacks := 0, 0
		for _, m := range used {
			if languageCovers(m, tag) {
				there++
			} else {
				lacks++
			}
		}
		if there > 0 {
			out = append(out, Spoken{tag, lacks})
		}
	}
	return out
}

// messagePlays says which plays use each message.
func (b *builder) messagePlays() {
	b.playsSaying = map[*playbook.Message][]Link{}
	for _, p := range b.program.Plays {
		s := b.scopes[p.Playbook.ID]
		var seen []*playbook.Message
		everyAction(b.plays[p.Name], func(a *playbook.Action) {
			if m, ok := s.messages[a.Message.Value]; ok && !slices.Contains(seen, m) {
				seen = append(seen, m)
				b.playsSaying[m] = append(b.playsSaying[m], b.linkTo(p))
			}
		})
	}
	for _, list := range b.playsSaying {
		slices.SortStableFunc(list, func(a, b Link) int { return strings.Compare(a.Text, b.Text) })
	}
}

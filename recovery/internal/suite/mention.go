package suite

import (
	"regexp"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// sourceOf is what a team wrote for a play; nil when that is not to be found.
func (s *Set) sourceOf(p *policy.Play) *playbook.Play {
	for _, d := range s.books.Documents {
		for _, source := range d.Plays {
			if d.Kind == playbook.Playbook && d.ID.Value+"/"+source.ID.Value == p.Name {
				return source
			}
		}
	}
	return nil
}

// tablesOf are the names of the tables that a play's parameters, notes and messages read.
func (s *Set) tablesOf(p *policy.Play) map[string]bool {
	out := map[string]bool{}
	source := s.sourceOf(p)
	if source == nil {
		return out
	}
	lists := [][]*playbook.Action{source.Do, source.TooLate, source.Otherwise}
	for _, c := range source.Cases {
		lists = append(lists, c.Do)
	}
	if source.Discretion != nil {
		lists = append(lists, source.Discretion.Options)
	}
	for _, list := range lists {
		for _, a := range list {
			for _, e := range a.Params {
				mentions(e.Value, out)
			}
			mentions(playbook.Value{Kind: playbook.Scalar, Text: a.Note}, out)
			for _, text := range s.textsOf(p, a.Message.Value) {
				mentions(playbook.Value{Kind: playbook.Scalar, Text: text.Text}, out)
			}
		}
	}
	return out
}

// textsOf are the words of a message that a play's playbook sees.
func (s *Set) textsOf(p *policy.Play, id string) (shared []playbook.MessageText) {
	for _, d := range s.books.Documents {
		for _, m := range d.Messages {
			switch {
			case m.Name.Value != id:
			case d.Kind == playbook.Playbook && d.ID.Value == p.Playbook.ID:
				return m.Texts
			case d.Kind == playbook.Shared:
				shared = m.Texts
			}
		}
	}
	return shared
}

// mentions collects the tables that expressions in a value name.
func mentions(v playbook.Value, out map[string]bool) {
	for _, item := range v.Items {
		mentions(item, out)
	}
	for _, e := range v.Entries {
		mentions(e.Value, out)
	}
	for rest := v.Text.Value; ; {
		_, after, found := strings.Cut(rest, "tables.")
		if !found {
			return
		}
		end := strings.IndexFunc(after, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
		if end < 0 {
			end = len(after)
		}
		out[after[:end]] = true
		rest = after[end:]
	}
}

// leadOf is how long before the failure a preventive play must act; ok is false
// where an expression says so.
func (s *Set) leadOf(p *policy.Play) (lead value.Span, ok bool) {
	source := s.sourceOf(p)
	if source == nil || !source.Lead.IsSet() {
		return lead, source != nil
	}
	lead, err := value.ParseSpan(source.Lead.Value)
	return lead, err == nil
}

// readsMissed reports whether the condition of a play asks which promises were broken. When an
// incident is first decided, none are.
func (s *Set) readsMissed(p *policy.Play) bool {
	for _, d := range s.books.Documents {
		for _, x := range d.Plays {
			if d.ID.Value+"/"+x.ID.Value == p.Name {
				return missedWord.MatchString(x.When.Value)
			}
		}
	}
	return false
}

var missedWord = regexp.MustCompile(`\bmissed\b`)

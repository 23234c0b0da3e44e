package story

import (
	"time"

	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Text writes the story for people who read it on a terminal.
func (s *Story) Text(now time.Time) term.Text {
	v := s.view(now)
	p := term.NewPage(false)
	p.Line("%s", term.Spaced(v.ID+" ", v.What))
	if v.Who != "" {
		p.Line("  for %s", v.Who)
	}
	for _, f := range v.Facts {
		p.Line("  %s %s", f.Name, f.Text)
	}
	for _, x := range v.Steps {
		p.Line("")
		p.Line("%s", term.Spaced(x.At+" ", x.Title))
		if x.ID != "" {
			p.Line("  %s", x.ID)
		}
		for _, l := range x.Lines {
			p.Line("  %s", term.Spaced(l.Mark, l.Text))
		}
	}
	if len(v.Promises) > 0 {
		p.Line("")
		p.Line("promises")
	}
	for _, x := range v.Promises {
		done := ""
		if x.Done != "" {
			done = ", done " + x.Done
		}
		p.Line("  %s: %s of %s, due %s%s", x.Outcome, x.Type, x.Play, x.Due, done)
	}
	if len(v.Owed) > 0 {
		p.Line("")
		p.Line("owed at %s", v.Now)
	}
	for _, x := range v.Owed {
		p.Line("  %s", x)
	}
	return p.Text()
}

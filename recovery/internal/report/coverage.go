package report

import (
	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// playTests says what tests have reached of a play.
func (s *scope) playTests(anchor string, p *policy.Play) *PlayTests {
	if s.ran == nil || s.ran.Coverage == nil {
		return nil
	}
	part := s.ran.Coverage.Within(p.Range)
	return &PlayTests{
		Play: Link{anchor, p.Name}, Matched: s.ran.Coverage.Matched(p.Name),
		Reached: part.Reached, Total: part.Total, Missing: part.Missing,
	}
}

// tests says what came of the suites.
func (b *builder) tests(books []Playbook) Tests {
	r := b.ran
	if r == nil {
		return Tests{}
	}
	out := Tests{Run: len(r.Results) > 0, Suites: r.Suites, Cases: len(r.Results)}
	for _, d := range r.Diagnostics {
		if d.Severity == playbook.Error {
			out.Broken++
		}
	}
	for _, x := range r.Results {
		if !x.OK() {
			out.Failed = append(out.Failed, x.FullName())
		}
	}
	if r.Coverage != nil {
		out.Percent, out.Reached, out.Total = r.Coverage.Percent(), r.Coverage.Reached(), r.Coverage.Total()
	}
	for _, book := range books {
		for _, p := range book.Plays {
			if p.Tests != nil {
				out.Plays = append(out.Plays, *p.Tests)
			}
		}
	}
	return out
}

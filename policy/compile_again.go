package policy

import (
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// again reads how often open incidents are decided again.
func (s *scope) again(src playbook.Text) time.Duration {
	if !src.IsSet() {
		return 0
	}
	d, err := value.ParseDuration(src.Value)
	switch {
	case err != nil:
		s.mendf(src.Range, "bad-duration", meantDuration(src), "`again`: %s", err)
	case d <= 0:
		s.errorf(src.Range, "bad-duration", "", "`again` must be more than zero, not %s", src.Value)
	}
	return d
}

// readsNow warns of a condition that the passing of time alone turns, in a playbook that does not say
// when its incidents are decided again.
func (s *scope) readsNow(e *expression, text playbook.Text) {
	if e == nil || s.doc.Again.IsSet() || s.doc.Again.Misread() {
		return
	}
	path, from, to := e.cel.Now()
	if path == "" {
		return
	}
	what := "this condition reads `now`"
	if path != "now" {
		what += " through `" + path + "`"
	}
	s.warnf(text.Sub(from, to), "reads-now", "write `again: 1h` in the playbook, so that open incidents are decided again that often; for what gets late, give an action a deadline and `if_late`",
		"%s: it turns as time passes, and nothing decides the incident again by then", what)
}

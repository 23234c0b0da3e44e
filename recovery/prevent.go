package recovery

import (
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// prevent gives the actions of a preventive play. On a signal they must be done
// before the failure reaches the customer, less the lead; once that has passed,
// too_late takes their place. An action that an earlier decision gave in time
// stays.
func (c *conclusion) prevent(p *policy.Play, actions []*policy.Action) error {
	if !c.signal() {
		return c.give(p, actions)
	}
	latest, err := c.latest(p)
	if err != nil {
		return err
	}
	late := false
	for _, a := range actions {
		d, err := c.parameters(p, a, "")
		if err == nil {
			err = c.promise(d, latest)
		}
		if err != nil {
			return err
		}
		if c.now.After(latest) && !c.gaveBefore(d.ID, p.Name) {
			late = true
			c.withhold(d, WithheldTooLate, d.Amount)
			continue
		}
		c.drafts = append(c.drafts, d)
	}
	if !late && (len(actions) > 0 || !c.now.After(latest)) {
		return nil
	}
	c.warnOnce(WarnTooLate, p.Name, "it had to be done by "+timeIn(p, latest))
	return c.give(p, p.TooLate)
}

// latest is the moment by which prevention must be done.
func (c *conclusion) latest(p *policy.Play) (time.Time, error) {
	if p.Lead == nil {
		return c.expectedAt, nil
	}
	lead, err := p.Lead.Span(c.input.Frame(p.Playbook))
	if err != nil {
		return time.Time{}, evaluationError(p, err)
	}
	latest, err := worktime.Clock{Zone: p.Playbook.Zone}.Back(c.expectedAt, lead)
	if err != nil {
		return time.Time{}, failedAt(p, p.Lead.Position(), p.Lead.Source(), "counted back from "+timeIn(p, c.expectedAt)+", it lies before the year 1")
	}
	return value.Instant(latest), nil
}

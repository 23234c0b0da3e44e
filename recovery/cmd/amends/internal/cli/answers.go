package cli

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/prose"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// answer is what becomes of one incident.
type answer struct {
	text       term.Text // empty where it is written as JSON
	refused    bool
	read       bool     // it is an incident
	undeclared []string // its fields that no playbook declares
	line       int      // of the input
	err        error    // why it was refused, or left out
}

// answers are what becomes of incidents that stand one after another, in text or in JSON.
type answers struct {
	list []answer
	json []byte
}

func (a *answers) refused() bool {
	return slices.ContainsFunc(a.list, func(x answer) bool { return x.refused })
}

// rooms are answers that were written, and can be used again.
type rooms struct{ pool sync.Pool }

func (r *rooms) take() *answers {
	if a, ok := r.pool.Get().(*answers); ok {
		return a
	}
	return &answers{}
}

func (r *rooms) put(a *answers) {
	const most = 1 << 20
	if cap(a.json) <= most {
		clear(a.list)
		a.list, a.json = a.list[:0], a.json[:0]
		r.pool.Put(a)
	}
}

func (d *decider) add(out *answers, decision *recovery.Decision) {
	var a answer
	if d.format == "text" {
		a.text = prose.Decision(decision, d.zones(decision))
	} else {
		out.json = append(decision.AppendJSON(out.json), '\n')
	}
	out.list = append(out.list, a)
}

// refuse answers for what was refused. Of what a map leaves out there is nothing to say.
func (d *decider) refuse(out *answers, id string, err error) {
	leftOut := errors.Is(err, recovery.ErrNotMeant)
	a := answer{refused: !leftOut, err: err}
	if leftOut {
		out.list = append(out.list, a)
		return
	}
	if d.format == "text" {
		a.text = prose.Refusal(id, err)
	} else {
		out.json = append(recovery.AppendRefusal(out.json, id, err), '\n')
	}
	out.list = append(out.list, a)
}

// say writes what became of one incident: a decision, or why it was refused. Any other error is the store's
// trouble.
func (d *decider) say(id string, decision *recovery.Decision, err error) (refused bool, trouble error) {
	a := d.rooms.take()
	defer d.rooms.put(a)
	switch {
	case err == nil:
		d.add(a, decision)
	case isRefusal(err):
		d.refuse(a, id, err)
	default:
		return false, fmt.Errorf("incident %q: %w", id, err)
	}
	return err != nil, d.write(a)
}

// write writes answers; JSON of decisions byte for byte as the library gives it.
func (d *decider) write(a *answers) error {
	for i := range a.list {
		d.tally.Add(a.list[i].line, a.list[i].err)
		if a.list[i].read {
			d.fields.Add(a.list[i].undeclared)
		}
		if d.format != "text" || errors.Is(a.list[i].err, recovery.ErrNotMeant) {
			continue
		}
		if err := d.host.Stdout.Print(a.list[i].text); err != nil {
			return err
		}
	}
	if len(a.json) == 0 {
		return nil
	}
	return d.host.Stdout.Exact(a.json)
}

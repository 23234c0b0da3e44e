package oracle

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Ids are distinct within a decision, those of if_late included.
func TestPropertyIDsDistinct(t *testing.T) {
	property(t, func(s *pStep) string {
		seen := map[string]bool{}
		var walk func(list []recovery.Action) string
		walk = func(list []recovery.Action) string {
			for _, a := range list {
				if seen[a.ID] {
					return "two actions have the id " + a.ID
				}
				seen[a.ID] = true
				if wrong := walk(a.IfLate); wrong != "" {
					return wrong
				}
			}
			return ""
		}
		return walk(s.got.Actions)
	})
}

// "Never from the case or the position": other names of cases and other amounts
// leave every id as it was.
func TestPropertyIDsSurviveCaseChanges(t *testing.T) {
	eachStory(t, func(b *oBench) string {
		ctx := context.Background()
		type old struct {
			in recovery.Incident
			at time.Time
			d  *recovery.Decision
		}
		var all []old
		for range b.steps() {
			in := b.next().api()
			if d, err := b.engine.Decide(ctx, in); err == nil {
				all = append(all, old{in, b.now, d})
			}
		}
		files := fstest.MapFS{}
		for name, f := range b.set.files() {
			text := strings.NewReplacer("id: case", "id: branch", `amount: 'money("5.00 EUR")'`, `amount: 'money("6.00 EUR")'`).Replace(string(f.Data))
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		changed, err := recovery.Load(files, recovery.WithClock(func() time.Time { return b.now }))
		if err != nil {
			return err.Error()
		}
		ids := func(d *recovery.Decision) (out []string) {
			for _, a := range d.Actions {
				out = append(out, a.ID)
			}
			for _, w := range d.Withheld {
				out = append(out, w.ID)
			}
			slices.Sort(out)
			return slices.Compact(out) // which part was cut may differ, not the ids
		}
		for _, o := range all {
			b.now = o.at
			if d, err := changed.Decide(ctx, o.in); err == nil && !slices.Equal(ids(d), ids(o.d)) {
				if escalated(d) || escalated(o.d) {
					continue // a cap that was not reached before
				}
				return fmt.Sprintf("ids changed:\n%s\n%s", o.d.AppendJSON(nil), d.AppendJSON(nil))
			}
		}
		return ""
	})
}

func escalated(d *recovery.Decision) bool {
	return slices.ContainsFunc(d.Withheld, func(w recovery.Withheld) bool { return w.Reason == "limit" })
}

// Actions that are merged once are there once.
func TestPropertyOnceMeansOnce(t *testing.T) {
	once := map[string][]string{
		"acknowledge": nil, "respond": nil, "apologise": nil, "explain": nil, "callback": nil, "inform": nil, "resolve": nil,
		"investigate": nil, "survey": nil, "hamper": nil, "visit": nil, "replace": {"item"}, "repair": {"item"},
		"escalate": {"to"}, "assign": {"to"}, "notify": {"to"},
	}
	property(t, func(s *pStep) string {
		seen := map[string]bool{}
		for _, a := range standing(s.got) {
			by, merged := once[a.Type]
			if !merged {
				continue
			}
			key := a.Type
			for _, p := range a.Params {
				if slices.Contains(by, p.Name) {
					key += " " + show(p.Value)
				}
			}
			if a.Type == "notify" && a.Message != nil {
				key += " " + a.Message.ID
			}
			if seen[key] {
				return "twice: " + key
			}
			seen[key] = true
		}
		return ""
	})
}

// Cancelled actions stand last, and with nothing to pay.
func TestPropertyCancelledLast(t *testing.T) {
	property(t, func(s *pStep) string {
		cancelled := false
		for _, a := range s.got.Actions {
			if a.Change != recovery.ChangeCancelled {
				if cancelled {
					return "after a cancelled action stands " + a.String()
				}
				continue
			}
			cancelled = true
			if a.Amount.IsSet() && !a.Amount.IsZero() {
				return "cancelled, but " + a.String()
			}
		}
		return ""
	})
}

// A deadline is never before its base, nor a not-before after it. Only what a
// preventive play must do ahead of the failure may be due sooner.
func TestPropertyTimesInOrder(t *testing.T) {
	property(t, func(s *pStep) string {
		ahead := func(a recovery.Action) bool {
			for _, m := range s.got.Plays {
				if m.Approach == "preventive-intervention" && slices.Contains(a.Plays, m.Play) {
					return true
				}
			}
			return false
		}
		earliest := s.now
		for path, v := range s.in.fields {
			if at, ok := v.(time.Time); ok && path != "bought" && at.Before(earliest) {
				earliest = at
			}
		}
		if s.before != nil && s.before.DecidedAt.Before(earliest) {
			earliest = s.before.DecidedAt
		}
		var walk func(list []recovery.Action, base time.Time) string
		walk = func(list []recovery.Action, base time.Time) string {
			for _, a := range list {
				if a.Change == recovery.ChangeCancelled || ahead(a) {
					continue
				}
				if !a.DueAt.IsZero() && a.DueAt.Before(base) {
					return "due before its base: " + a.String()
				}
				if !a.NotBefore.IsZero() && !a.DueAt.IsZero() && a.DueAt.Before(a.NotBefore) && len(a.Plays) == 1 {
					return "due before it may be done: " + a.String()
				}
				if wrong := walk(a.IfLate, a.DueAt); wrong != "" {
					return wrong
				}
			}
			return ""
		}
		if len(s.ins) > 0 && s.before != nil { // the base is older than what is known here
			return ""
		}
		return walk(s.got.Actions, earliest)
	})
}

// "Deciding again never moves a promise": another reported_at changes no
// deadline that does not ask for it.
func TestPropertyBaseStays(t *testing.T) {
	property(t, func(s *pStep) string {
		uses := false
		for _, f := range s.set.files() {
			uses = uses || strings.Contains(string(f.Data), "since: reported_at")
		}
		if uses {
			return ""
		}
		in := s.in.clone()
		in.fields["reported_at"] = s.now.Add(-11 * time.Minute)
		later, err := s.engine.Decide(context.Background(), in.api())
		if err != nil {
			return err.Error()
		}
		same, err := s.engine.Decide(context.Background(), s.in.api())
		if err != nil {
			return err.Error()
		}
		for i, a := range same.Actions {
			b := later.Actions[i]
			if a.ID != b.ID || !a.DueAt.Equal(b.DueAt) || !a.NotBefore.Equal(b.NotBefore) {
				return fmt.Sprintf("moved: %s, then %s", a, b)
			}
		}
		return ""
	})
}

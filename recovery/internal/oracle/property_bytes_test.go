package oracle

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// "The same inputs give the same decision, byte for byte": in another engine
// with a store of its own, in one that has never decided anything, and in many goroutines at
// once. What an engine uses again from the decision before must leave no trace.
func TestPropertySameInputSameBytes(t *testing.T) {
	eachStory(t, func(b *oBench) string {
		other, err := recovery.Load(b.set.files(), recovery.WithClock(func() time.Time { return b.now }))
		if err != nil {
			return err.Error()
		}
		ctx := context.Background()
		for range b.steps() {
			in := b.next().api()
			fresh, err := recovery.Load(b.set.files(), recovery.WithStore(b.store), recovery.WithClock(func() time.Time { return b.now }))
			if err != nil {
				return err.Error()
			}
			const n = 6
			var texts [n][]byte
			var wait sync.WaitGroup
			for i := range n {
				wait.Go(func() {
					engine := []*recovery.Engine{b.engine, other, fresh}[i%3]
					if d, err := engine.Decide(ctx, in); err == nil {
						texts[i] = d.AppendJSON(nil)
					} else {
						texts[i] = recovery.AppendRefusal(nil, in.ID, err)
					}
				})
			}
			wait.Wait()
			first, err1 := b.engine.Handle(ctx, in)
			second, err2 := other.Handle(ctx, in)
			if (err1 == nil) != (err2 == nil) {
				return fmt.Sprintf("%v, but %v", err1, err2)
			}
			for i := 1; i < n; i++ {
				if !bytes.Equal(texts[0], texts[i]) {
					return fmt.Sprintf("two decisions for one input:\n%s\n%s", texts[0], texts[i])
				}
			}
			if err1 == nil && !bytes.Equal(first.AppendJSON(nil), second.AppendJSON(nil)) {
				return fmt.Sprintf("two engines:\n%s\n%s", first.AppendJSON(nil), second.AppendJSON(nil))
			}
		}
		return ""
	})
}

// A decision that is read from its JSON is written as the same bytes, and so is
// an incident.
func TestPropertyJSONRoundTrip(t *testing.T) {
	property(t, func(s *pStep) string {
		text := s.got.AppendJSON(nil)
		var back recovery.Decision
		if err := back.UnmarshalJSON(text); err != nil {
			return err.Error()
		}
		if again := back.AppendJSON(nil); !bytes.Equal(text, again) {
			return fmt.Sprintf("written, read and written:\n%s\n%s", text, again)
		}
		var in recovery.Incident
		text, err := s.in.api().MarshalJSON()
		if err == nil {
			err = in.UnmarshalJSON(text)
		}
		if err != nil {
			return err.Error()
		}
		again, err := in.MarshalJSON()
		if err != nil || !bytes.Equal(text, again) {
			return fmt.Sprintf("incident written, read and written:\n%s\n%s %v", text, again, err)
		}
		d, err := s.engine.Decide(context.Background(), in)
		if err != nil || !reflect.DeepEqual(viewOf(d), viewOf(mustDecide(s))) {
			return fmt.Sprintf("an incident read from JSON is decided otherwise: %v", err)
		}
		return ""
	})
}

func mustDecide(s *pStep) *recovery.Decision {
	d, err := s.engine.Decide(context.Background(), s.in.api())
	if err != nil {
		panic(err)
	}
	return d
}

// version is that of the store, which each commit changes.
func (s *pStep) version() recovery.Version {
	_, version, err := s.store.Read(context.Background(), recovery.Query{})
	if err != nil {
		panic(err)
	}
	return version
}

// Handling an equal incident returns the decision that stands and writes nothing. An incident that was
// updated after now counts as updated now: handled later, it is a later version, and that is noted.
func TestPropertyHandleTwiceWritesOnce(t *testing.T) {
	property(t, func(s *pStep) string {
		version := s.version()
		later := s.now
		s.now = s.now.Add(3 * time.Minute) // a retry comes later
		defer func() { s.now = later }()
		again, err := s.engine.Handle(context.Background(), s.in.api())
		if err != nil {
			return err.Error()
		}
		was, is := *s.got, *again
		was.Handled, is.Handled = "", ""
		switch {
		case !bytes.Equal(is.AppendJSON(nil), was.AppendJSON(nil)):
			return fmt.Sprintf("handled twice:\n%s\n%s", s.got.AppendJSON(nil), again.AppendJSON(nil))
		case s.version() != version && !s.in.api().UpdatedAt.After(later):
			return "the second time wrote something"
		}
		return ""
	})
}

// A decision must not hold memory that the engine uses again for the next one.
func TestDecisionsShareNoMemory(t *testing.T) {
	type kept struct {
		d    *recovery.Decision
		text []byte
	}
	eachStory(t, func(b *oBench) string {
		var all []kept
		for range b.steps() {
			in := b.next().api()
			for _, decide := range []func() (*recovery.Decision, error){
				func() (*recovery.Decision, error) { return b.engine.Decide(context.Background(), in) },
				func() (*recovery.Decision, error) { return b.engine.Handle(context.Background(), in) },
			} {
				if d, err := decide(); err == nil {
					all = append(all, kept{d, d.AppendJSON(nil)})
				}
			}
		}
		for _, k := range all {
			if now := k.d.AppendJSON(nil); !bytes.Equal(now, k.text) {
				return fmt.Sprintf("it was\n%s\nand is\n%s", k.text, now)
			}
		}
		return ""
	})
}

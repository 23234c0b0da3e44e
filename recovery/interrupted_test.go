package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// doneWhenAsked is a context that is done from the first question on that an evaluation puts to it:
// so the test does not hang on how fast the machine is.
type doneWhenAsked struct {
	context.Context
	asked int
}

func (c *doneWhenAsked) Err() error {
	c.asked++
	return context.DeadlineExceeded
}

// TestDeadlineEndsEvaluation holds that an evaluation in progress ends with the error of the context,
// in every call that evaluates, also where && or || would do without the part, and that nothing is kept.
func TestDeadlineEndsEvaluation(t *testing.T) {
	const loop = `incident.tags.exists(a, incident.tags.exists(b, a + b == "x"))`
	tags := make([]string, 100)
	for i := range tags {
		tags[i] = fmt.Sprint("t", i)
	}
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	in := recovery.Incident{ID: "T", Service: "s", OccurredAt: at, Tags: tags}
	for name, set := range map[string]string{
		"when":    "plays: [{id: p, approach: standardised-response, when: '" + loop + "'}]\n",
		"or":      "plays: [{id: p, approach: standardised-response, when: '" + loop + " || incident.severity == 3'}]\n",
		"term":    "terms: {t: '" + loop + "'}\nplays: [{id: p, approach: standardised-response, when: 'terms.t || incident.severity == 3'}]\n",
		"applies": "applies: '" + loop + "'\nplays: [{id: p, approach: standardised-response, when: true}]\n",
		"amount":  "plays: [{id: p, approach: standardised-response, when: true, do: [{refund: {amount: '" + loop + ` ? money("1 EUR") : money("2 EUR")` + "'}}]}]\n",
		"message": "messages: {m: {en: 'hello ${" + loop + "}'}}\nplays: [{id: p, approach: standardised-response, when: true, do: [{apologise: {message: m}}]}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			store := recovery.NewMemoryStore()
			e, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte("amends: v1\nplaybook: b\nreview_by: 2037-06-30\n" + set)}},
				recovery.WithStore(store), recovery.WithClock(func() time.Time { return at }))
			if err != nil {
				t.Fatal(err)
			}
			decided, err := e.Decide(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := in.MarshalJSON()
			record := &recovery.Record{Decision: decided, Incident: body}
			for call, f := range map[string]func(ctx context.Context) error{
				"Decide":  func(ctx context.Context) error { _, err := e.Decide(ctx, in); return err },
				"Handle":  func(ctx context.Context) error { _, err := e.Handle(ctx, in); return err },
				"Explain": func(ctx context.Context) error { _, err := e.Explain(ctx, in); return err },
				"Replay": func(ctx context.Context) error {
					_, err := e.Replay(ctx, record, func(recovery.Query) (recovery.Given, error) { return recovery.Given{}, nil })
					return err
				},
				"ExplainRecord": func(ctx context.Context) error {
					_, err := e.ExplainRecord(ctx, record, func(recovery.Query) (recovery.Given, error) { return recovery.Given{}, nil })
					return err
				},
			} {
				ctx := &doneWhenAsked{Context: context.Background()}
				err := f(ctx)
				var evaluation *recovery.EvaluationError
				if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &evaluation) || ctx.asked == 0 {
					t.Errorf("%s: %v", call, err)
				}
			}
			if again, err := e.Handle(context.Background(), in); err != nil || again.ID == "" {
				t.Error(err)
			}
		})
	}
}

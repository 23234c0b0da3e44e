// Package otel makes spans and metrics of OpenTelemetry of what an engine does.
//
//	hooks, err := otel.Hooks(tracerProvider, meterProvider)
//	engine, err := recovery.Load(fsys, recovery.WithHooks(hooks), …)
//
// A span of an engine's call is named after it, such as `amends.handle`, and has those of the store beside it:
// `amends.store.read`, `amends.store.commit`. All are children of the span in the context of the call. They
// are made when the call has ended, from how long it took. In a transaction of the host ([recovery.Tx]) that is when
// the host has committed it.
//
// The metrics are
//
//	amends.call.duration    s           histogram; amends.op, error.type
//	amends.store.duration   s           histogram; amends.op, error.type
//	amends.decisions        {decision}  counter; amends.kind: first, changed or choice
//	amends.plays            {play}      counter; amends.play, which matched
//	amends.actions          {action}    counter; amends.action, a type, and amends.change
//	amends.refusals         {incident}  counter; error.type
//	amends.conflicts        {conflict}  counter
//	amends.reloads          {set}       counter
//
// Spans have the incident's id (amends.incident), the decision's, and how often a call was tried
// (amends.attempts). Nothing else of an incident gets out, and no text of an error, since it may show what an
// incident says: error.type is the type of the error.
package otel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/servicerecovery/amends/recovery"
)

// scope is the name under which spans and metrics come.
const scope = "github.com/servicerecovery/amends/recovery/otel"

// Hooks are those of an engine that make spans and metrics. Nil makes no spans, or no metrics. The error is that
// of the provider that cannot make an instrument.
func Hooks(spans trace.TracerProvider, metrics metric.MeterProvider) (recovery.Hooks, error) {
	t := &telemetry{}
	if spans != nil {
		t.tracer = spans.Tracer(scope)
	}
	if metrics != nil {
		if err := t.instruments(metrics.Meter(scope)); err != nil {
			return recovery.Hooks{}, err
		}
	}
	return recovery.Hooks{Decided: t.decided, Refused: t.refused, Conflicted: t.conflicted, Called: t.called, Stored: t.stored, Reloaded: t.reloaded}, nil
}

// telemetry makes spans and metrics. Instruments are nil where there are none.
type telemetry struct {
	tracer       trace.Tracer
	call, store  metric.Float64Histogram
	decisions    metric.Int64Counter
	plays        metric.Int64Counter
	actions      metric.Int64Counter
	refusals     metric.Int64Counter
	conflicts    metric.Int64Counter
	reloads      metric.Int64Counter
	instrumented bool
}

func (t *telemetry) instruments(m metric.Meter) error {
	var all error
	histogram := func(to *metric.Float64Histogram, name, about string) {
		h, err := m.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(about))
		*to, all = h, errors.Join(all, err)
	}
	counter := func(to *metric.Int64Counter, name, unit, about string) {
		c, err := m.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(about))
		*to, all = c, errors.Join(all, err)
	}
	histogram(&t.call, "amends.call.duration", "How long a call of the engine took.")
	histogram(&t.store, "amends.store.duration", "How long a read or a commit took.")
	counter(&t.decisions, "amends.decisions", "{decision}", "Decisions that were committed, by what they are to those before.")
	counter(&t.plays, "amends.plays", "{play}", "Plays of these decisions.")
	counter(&t.actions, "amends.actions", "{action}", "Actions of these decisions, by type and change.")
	counter(&t.refusals, "amends.refusals", "{incident}", "Incidents that could not be decided.")
	counter(&t.conflicts, "amends.conflicts", "{conflict}", "Commits that met a conflict and were tried again.")
	counter(&t.reloads, "amends.reloads", "{set}", "Sets that took another's place.")
	t.instrumented = all == nil
	return all
}

func (t *telemetry) called(ctx context.Context, c recovery.Call) {
	t.span(ctx, "amends."+c.Op, c)
	if t.instrumented {
		t.call.Record(ctx, c.Took.Seconds(), metric.WithAttributes(attributes(c)...))
	}
}

func (t *telemetry) stored(ctx context.Context, c recovery.Call) {
	t.span(ctx, "amends.store."+c.Op, c)
	if t.instrumented {
		t.store.Record(ctx, c.Took.Seconds(), metric.WithAttributes(attributes(c)...))
	}
}

// attributes are what a metric tells of a call.
func attributes(c recovery.Call) []attribute.KeyValue {
	out := []attribute.KeyValue{attribute.String("amends.op", c.Op)}
	if c.Err != nil {
		out = append(out, errorType(c.Err))
	}
	return out
}

// span makes that of a call which has ended now.
func (t *telemetry) span(ctx context.Context, name string, c recovery.Call) {
	if t.tracer == nil {
		return
	}
	end := time.Now()
	_, s := t.tracer.Start(ctx, name, trace.WithTimestamp(end.Add(-c.Took)), trace.WithAttributes(
		attribute.String("amends.op", c.Op), attribute.String("amends.incident", c.Incident), attribute.Int("amends.attempts", c.Attempts)))
	if c.Err != nil {
		s.SetAttributes(errorType(c.Err))
		s.SetStatus(codes.Error, "")
	}
	s.End(trace.WithTimestamp(end))
}

func (t *telemetry) decided(ctx context.Context, d *recovery.Decision) {
	if t.tracer != nil {
		trace.SpanFromContext(ctx).AddEvent("amends.decided", trace.WithAttributes(
			attribute.String("amends.incident", d.Incident), attribute.String("amends.decision", d.ID),
			attribute.String("amends.kind", kind(d)), attribute.String("amends.set", d.Set.Digest)))
	}
	if !t.instrumented {
		return
	}
	t.decisions.Add(ctx, 1, metric.WithAttributes(attribute.String("amends.kind", kind(d))))
	for i := range d.Plays {
		t.plays.Add(ctx, 1, metric.WithAttributes(attribute.String("amends.play", d.Plays[i].Play)))
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		t.actions.Add(ctx, 1, metric.WithAttributes(attribute.String("amends.action", a.Type), attribute.String("amends.change", string(a.Change))))
	}
}

// kind is what a decision is to those before on its incident.
func kind(d *recovery.Decision) string {
	switch {
	case d.Made != nil:
		return "choice"
	case d.Supersedes != "":
		return "changed"
	}
	return "first"
}

func (t *telemetry) refused(ctx context.Context, _ recovery.Incident, err error) {
	if t.instrumented {
		t.refusals.Add(ctx, 1, metric.WithAttributes(errorType(err)))
	}
}

func (t *telemetry) conflicted(ctx context.Context, _ string, _ int) {
	if t.instrumented {
		t.conflicts.Add(ctx, 1)
	}
}

func (t *telemetry) reloaded(ctx context.Context, _ recovery.SetRef) {
	if t.instrumented {
		t.reloads.Add(ctx, 1)
	}
}

// errorType is the type of an error, below what fmt has wrapped around it.
func errorType(err error) attribute.KeyValue {
	for {
		name := fmt.Sprintf("%T", err)
		inner := errors.Unwrap(err)
		if inner == nil || !strings.HasPrefix(name, "*fmt.") {
			return attribute.String("error.type", name)
		}
		err = inner
	}
}

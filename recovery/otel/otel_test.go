package otel_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/otel"
)

const set = `amends: v1
playbook: parcels
review_by: 2027-06-30
plays:
  - {id: late, approach: standardised-response, when: incident.failure == "late", do: [apologise: {}, compensate: {amount: 5 EUR}]}
`

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

type signals struct {
	spans  *tracetest.InMemoryExporter
	reader *sdkmetric.ManualReader
	traces *sdktrace.TracerProvider
}

// watch is an engine, and what it tells.
func watch(t *testing.T) (*recovery.Engine, *signals) {
	t.Helper()
	s := &signals{spans: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	s.traces = sdktrace.NewTracerProvider(sdktrace.WithSyncer(s.spans))
	hooks, err := otel.Hooks(s.traces, sdkmetric.NewMeterProvider(sdkmetric.WithReader(s.reader)))
	if err != nil {
		t.Fatal(err)
	}
	return load(t, hooks), s
}

func load(t *testing.T, hooks recovery.Hooks) *recovery.Engine {
	t.Helper()
	e, err := recovery.Load(fstest.MapFS{"a.yaml": {Data: []byte(set)}}, recovery.WithHooks(hooks),
		recovery.WithClock(func() time.Time { return noon }), recovery.WithStore(recovery.NewMemoryStore()))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func incident(id string) recovery.Incident {
	return recovery.Incident{ID: id, Service: "parcel", Failure: "late", OccurredAt: noon.Add(-time.Hour), Customer: recovery.Customer{Name: "Ana Secret"}}
}

// metrics are the sums of counters and the counts of histograms, by name and attributes.
func (s *signals) metrics(t *testing.T) map[string]int64 {
	t.Helper()
	var data metricdata.ResourceMetrics
	if err := s.reader.Collect(t.Context(), &data); err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range d.DataPoints {
					out[m.Name+" "+p.Attributes.Encoded(encoder)] += p.Value
				}
			case metricdata.Histogram[float64]:
				for _, p := range d.DataPoints {
					out[m.Name+" "+p.Attributes.Encoded(encoder)] += int64(p.Count)
				}
			default:
				t.Errorf("%s is a %T", m.Name, m.Data)
			}
		}
	}
	return out
}

func TestSpansAndMetrics(t *testing.T) {
	e, s := watch(t)
	ctx, parent := s.traces.Tracer("host").Start(t.Context(), "request")
	if _, err := e.Handle(ctx, incident("T-1")); err != nil {
		t.Fatal(err)
	}
	later := incident("T-1")
	later.Severity = 5
	if _, err := e.Handle(ctx, later); err != nil {
		t.Fatal(err)
	}
	bad := incident("T-2")
	bad.Service = ""
	var refused *recovery.IncidentError
	if _, err := e.Handle(ctx, bad); !errors.As(err, &refused) {
		t.Fatal(err)
	}
	parent.End()
	if err := e.Reload(fstest.MapFS{"a.yaml": {Data: []byte(set)}}); err != nil {
		t.Fatal(err)
	}

	var names []string
	for _, span := range s.spans.GetSpans() {
		names = append(names, span.Name)
		if span.Name != "request" && span.Parent.SpanID() != parent.SpanContext().SpanID() {
			t.Errorf("%s is no child of the request", span.Name)
		}
		if span.EndTime.Before(span.StartTime) {
			t.Errorf("%s ends before it starts", span.Name)
		}
		for _, a := range span.Attributes {
			if strings.Contains(a.Value.String(), "Secret") {
				t.Errorf("%s tells %s", span.Name, a.Value.String())
			}
		}
		if span.Name == "request" && (len(span.Events) != 2 || span.Events[0].Name != "amends.decided") {
			t.Errorf("events %v", span.Events)
		}
	}
	got := strings.Join(names, " ")
	for _, want := range []string{"amends.handle", "amends.store.read", "amends.store.commit", "request"} {
		if !strings.Contains(got, want) {
			t.Errorf("no span %s in %s", want, got)
		}
	}

	m := s.metrics(t)
	for key, want := range map[string]int64{
		"amends.call.duration amends.op=handle":                                    2,
		"amends.call.duration amends.op=handle,error.type=*recovery.IncidentError": 1,
		"amends.decisions amends.kind=first":                                       1,
		"amends.decisions amends.kind=changed":                                     1,
		"amends.plays amends.play=parcels/late":                                    2,
		"amends.actions amends.action=apologise,amends.change=new":                 1,
		"amends.actions amends.action=compensate,amends.change=new":                1,
		"amends.refusals error.type=*recovery.IncidentError":                       1,
		"amends.reloads ": 1,
	} {
		if m[key] != want {
			t.Errorf("%s is %d, want %d; there are %v", key, m[key], want, m)
		}
	}
	if m["amends.store.duration amends.op=commit"] == 0 || m["amends.store.duration amends.op=read"] == 0 {
		t.Error(m)
	}
}

// conflicting is a store whose first commit meets a conflict.
type conflicting struct {
	recovery.Store
	met bool
}

func (c *conflicting) Commit(ctx context.Context, x recovery.Commit) error {
	if !c.met {
		c.met = true
		return recovery.ErrConflict
	}
	return c.Store.Commit(ctx, x)
}

func TestConflicts(t *testing.T) {
	e, s := watch(t)
	if _, err := e.Handle(t.Context(), incident("T-1"), recovery.In(&conflicting{Store: recovery.NewMemoryStore()})); err != nil {
		t.Fatal(err)
	}
	if m := s.metrics(t); m["amends.conflicts "] != 1 {
		t.Error(m)
	}
	for _, span := range s.spans.GetSpans() {
		if span.Name != "amends.handle" {
			continue
		}
		for _, a := range span.Attributes {
			if a.Key == "amends.attempts" && a.Value.AsInt64() != 2 {
				t.Errorf("%d attempts", a.Value.AsInt64())
			}
		}
	}
}

// Either may be left out.
func TestWithout(t *testing.T) {
	hooks, err := otel.Hooks(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load(t, hooks).Handle(t.Context(), incident("T-1")); err != nil {
		t.Fatal(err)
	}
}

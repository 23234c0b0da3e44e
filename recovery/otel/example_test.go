package otel_test

import (
	"context"
	"fmt"
	"log"
	"testing/fstest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/otel"
)

func Example() {
	spans := tracetest.NewInMemoryExporter() // in earnest: one that sends them somewhere
	hooks, err := otel.Hooks(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)), nil)
	if err != nil {
		log.Fatal(err)
	}
	playbooks := fstest.MapFS{"parcels.yaml": {Data: []byte("amends: v1\nplaybook: parcels\nreview_by: 2027-06-30\nplays:\n" +
		"  - {id: late, approach: standardised-response, when: incident.failure == \"late\", do: [apologise: {}]}\n")}}
	engine, err := recovery.Load(playbooks, recovery.WithHooks(hooks), recovery.WithStore(recovery.NewMemoryStore()))
	if err != nil {
		log.Fatal(err)
	}
	late := recovery.Incident{ID: "T-1", Service: "parcel", Failure: "late", OccurredAt: time.Now().Add(-time.Hour)}
	if _, err := engine.Handle(context.Background(), late); err != nil {
		log.Fatal(err)
	}
	for _, s := range spans.GetSpans() {
		fmt.Println(s.Name)
	}
	// Output:
	// amends.store.read
	// amends.store.commit
	// amends.handle
}

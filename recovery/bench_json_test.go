package recovery_test

import (
	"context"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

const jsonIncident = `{"id":"T-1","service":"parcel","failure":"late","region":"R1","severity":4,"occurred_at":"2026-03-01T12:00:00Z",
"customer":{"id":"C-7","name":"Ana"},"channel":"mail","tags":["vip"],"delay":"80h","order":{"value":"60 EUR","lines":3},"note":"left at the door"}`

func BenchmarkIncidentJSON(b *testing.B) {
	b.ReportAllocs()
	data := []byte(jsonIncident)
	for b.Loop() {
		var in recovery.Incident
		if err := in.UnmarshalJSON(data); err != nil {
			b.Fatal(err)
		}
	}
}

func benchEngine(b *testing.B, n int) *recovery.Engine {
	b.Helper()
	engine, err := recovery.Load(manyPlays(n), recovery.WithClock(func() time.Time { return at("2026-03-02T09:00:00Z") }))
	if err != nil {
		b.Fatal(err)
	}
	return engine
}

// BenchmarkJSONToJSON is a whole decision for a host that speaks JSON.
func BenchmarkJSONToJSON(b *testing.B) {
	engine := benchEngine(b, 100)
	data := []byte(jsonIncident)
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		var in recovery.Incident
		if err := in.UnmarshalJSON(data); err != nil {
			b.Fatal(err)
		}
		d, err := engine.Decide(context.Background(), in)
		if err != nil {
			b.Fatal(err)
		}
		out = d.AppendJSON(out[:0])
	}
	b.SetBytes(int64(len(data)))
}

func BenchmarkDecisionJSON(b *testing.B) {
	engine := benchEngine(b, 100)
	d, err := engine.Decide(context.Background(), benchIncident())
	if err != nil {
		b.Fatal(err)
	}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out = d.AppendJSON(out[:0])
	}
	b.SetBytes(int64(len(out)))
}

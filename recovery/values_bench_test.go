package recovery

import (
	"context"
	"testing"
	"testing/fstest"
)

// BenchmarkValidate checks an incident; its record, and the id that is made of it,
// by themselves.
func BenchmarkValidate(b *testing.B) {
	engine, err := Load(fstest.MapFS{"set.yaml": {Data: []byte(scribbleSet)}})
	if err != nil {
		b.Fatal(err)
	}
	in := Incident{
		ID: "T-1", Service: "parcel", Failure: "late", Severity: 4, OccurredAt: at("2026-03-01T12:00:00Z"),
		Customer: Customer{ID: "C", Name: "Ana"}, Fields: map[string]any{"value": MustMoney("60 EUR")},
	}
	r, now := engine.current.Load(), at("2026-03-02T09:00:00Z")
	b.Run("validate", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w := r.workspace()
			if _, err := r.validate(context.Background(), w, &in, now, false); err != nil {
				b.Fatal(err)
			}
			r.release(w)
		}
	})
	w := r.workspace()
	_, err = r.validate(context.Background(), w, &in, now, false)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("record", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w.record = w.intake.AppendRecord(w.record[:0])
		}
	})
	c := r.begin(w, Given{}, nil)
	b.Run("id", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.decisionID(nil)
		}
	})
}

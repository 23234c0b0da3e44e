package celenv

import (
	"testing"

	"github.com/servicerecovery/amends/policy/value"
)

var benchConditions = []struct{ name, source string }{
	{"typical", `incident.failure == "late" && incident.delay >= hours(24)`},
	{"rich", `terms.valued && incident.order.value >= money("10 EUR") && has(tables.late_credit) && tables.late_credit.credit < money("7 EUR")`},
	{"list", `incident.failure in ["late", "lost"] && "vip" in incident.tags`},
	{"loop", `incident.tags.exists(t, t == "vip")`},
}

func BenchmarkBool(b *testing.B) {
	w := newWorld(b)
	f := w.frame(nil)
	for _, c := range benchConditions {
		e := w.compile(c.source, kind(value.KindBool))
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := e.Bool(f); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

func BenchmarkFrameReset(b *testing.B) {
	w := newWorld(b)
	in := w.input(nil)
	f := w.scope.NewFrame(in)
	e := w.compile(benchConditions[1].source, kind(value.KindBool))
	b.ReportAllocs()
	for b.Loop() {
		f.Reset(in)
		if ok, err := e.Bool(f); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	w := newWorld(b)
	for _, c := range benchConditions {
		w.compile(c.source)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w.scope.Compile(c.source, kind(value.KindBool))
			}
		})
	}
}

func BenchmarkNewScope(b *testing.B) {
	w := newWorld(b)
	o := w.scope.options
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.base.NewScope(o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewBase(b *testing.B) {
	for b.Loop() {
		if _, err := NewBase(); err != nil {
			b.Fatal(err)
		}
	}
}

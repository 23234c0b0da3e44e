package recovery_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// manyPlays is a set of n plays. About four of them match an incident. A file
// holds at most 10,000 of them, since files are bounded.
func manyPlays(n int) fstest.MapFS {
	const most = 10_000
	set := fstest.MapFS{}
	for from := 0; from < n; from += most {
		name, file := "bench", "set.yaml"
		if from > 0 {
			name, file = fmt.Sprint("bench-", from), fmt.Sprintf("set%d.yaml", from)
		}
		set[file] = &fstest.MapFile{Data: plays(name, from, min(from+most, n), n)}
	}
	return set
}

// plays is a playbook with the plays from one number to another, of n in all.
func plays(name string, from, to, n int) []byte {
	var b bytes.Buffer
	b.WriteString("amends: v1\nplaybook: " + name + "\nreview_by: 2027-01-01\nincident:\n  delay: {type: duration, default: 0s}\n  order.value: {type: money, currency: EUR}\nplays:\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, `  - id: p%d
    approach: standardised-response
    when: incident.failure == "late" && incident.region == "R%d" && incident.severity >= %d && incident.delay >= hours(%d)
    do:
      - apologise: {within: 1h}
      - compensate: {amount: incident.order.value * percent(10), id: c%d}
`, i, i%max(1, n/4), i%3+1, i%20, i)
	}
	return b.Bytes()
}

func benchIncident() recovery.Incident {
	return recovery.Incident{
		ID: "T-1", Service: "parcel", Failure: "late", Region: "R1", Severity: 4, OccurredAt: at("2026-03-01T12:00:00Z"),
		Customer: recovery.Customer{ID: "C-7"},
		Fields:   map[string]any{"delay": 80 * time.Hour, "order.value": recovery.MustMoney("60 EUR")},
	}
}

// manyPlaybooks is the same number of plays in several playbooks.
func manyPlaybooks(books, n int) fstest.MapFS {
	set := fstest.MapFS{}
	for i := range books {
		src := manyPlays(n / books)["set.yaml"].Data
		src = []byte(strings.Replace(string(src), "playbook: bench", fmt.Sprintf("playbook: bench%d", i), 1))
		set[fmt.Sprintf("set%d.yaml", i)] = &fstest.MapFile{Data: src}
	}
	return set
}

// sharedTerms is a set of playbooks that all use the last of a chain of shared
// terms, half of them in a zone of their own.
func sharedTerms(books, terms int) fstest.MapFS {
	var b strings.Builder
	b.WriteString("amends: v1\nshared: common\nterms:\n  t0: date(incident.occurred_at) > date(\"2026-01-01\")\n")
	for i := range terms - 1 {
		fmt.Fprintf(&b, "  t%d: terms.t%d && incident.severity >= %d\n", i+1, i, i%3)
	}
	set := fstest.MapFS{"shared.yaml": {Data: []byte(b.String())}}
	for i := range books {
		zone := ""
		if i%2 == 1 {
			zone = "zone: Europe/Madrid\n"
		}
		set[fmt.Sprintf("set%d.yaml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, `amends: v1
playbook: bench%d
review_by: 2027-01-01
%splays:
  - id: p
    approach: standardised-response
    when: terms.t%d && incident.region == "R%d"
    do:
      - apologise: {within: 1h}
`, i, zone, terms-1, i)}
	}
	return set
}

var sizes = []int{10, 100, 1000, 10000}

// BenchmarkLoad also reports what stays alive of each play (of each playbook,
// where every playbook has one).
func BenchmarkLoad(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkLoad(b, manyPlays(n), n) })
	}
	b.Run("10000in50", func(b *testing.B) { benchmarkLoad(b, manyPlaybooks(50, 10000), 10000) })
	b.Run("10000in1000", func(b *testing.B) { benchmarkLoad(b, manyPlaybooks(1000, 10000), 10000) })
	b.Run("sharedterms", func(b *testing.B) { benchmarkLoad(b, sharedTerms(1000, 300), 1000) })
}

func benchmarkLoad(b *testing.B, set fstest.MapFS, plays int) {
	b.ReportAllocs()
	before := heapInUse()
	var engine *recovery.Engine
	var err error
	for b.Loop() {
		if engine, err = recovery.Load(set); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(heapInUse()-before)/float64(plays), "alive-B/play")
	runtime.KeepAlive(engine)
}

// heapInUse counts what is reachable, in bytes.
func heapInUse() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// newBenchEngine is an engine over a set, at a time that stands still.
func newBenchEngine(b *testing.B, set fstest.MapFS) *recovery.Engine {
	b.Helper()
	engine, err := recovery.Load(set, recovery.WithClock(func() time.Time { return at("2026-03-02T09:00:00Z") }))
	if err != nil {
		b.Fatal(err)
	}
	return engine
}

func benchDecide(b *testing.B, set fstest.MapFS, in recovery.Incident) {
	engine := newBenchEngine(b, set)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := engine.Decide(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecide is a whole decision about an incident as a struct. About four
// plays match, however many there are: time and memory must not grow.
func BenchmarkDecide(b *testing.B) {
	for _, n := range append(sizes, 100_000) {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchDecide(b, manyPlays(n), benchIncident()) })
	}
}

// BenchmarkDecideFixed is the same with amounts that are written down, and one action a play.
func BenchmarkDecideFixed(b *testing.B) {
	for _, n := range sizes {
		set := manyPlays(n)
		for name, file := range set {
			text := strings.ReplaceAll(string(file.Data), "incident.order.value * percent(10)", "5 EUR")
			set[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, "      - apologise: {within: 1h}\n", ""))}
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchDecide(b, set, benchIncident()) })
	}
}

// BenchmarkDecideManyPlaybooks spreads 1,000 plays over playbooks with fields of
// their own. Either all playbooks apply or one does.
func BenchmarkDecideManyPlaybooks(b *testing.B) {
	for _, books := range []int{1, 50, 500} {
		for _, all := range []bool{true, false} {
			name, applies := "one applies", `incident.service == "service %d"`
			if all {
				name, applies = "all apply", "true"
			}
			set := fstest.MapFS{}
			for i := range books {
				text := strings.Replace(string(plays("bench", 0, 1000/books, 1000/books)), "playbook: bench", fmt.Sprintf("playbook: bench-%d\napplies: "+strings.Replace(applies, "%d", fmt.Sprint(i), 1), i), 1)
				text = strings.Replace(text, "incident:\n", fmt.Sprintf("incident:\n  own.field%d: {type: int, default: %d}\n", i, i), 1)
				set[fmt.Sprintf("set%d.yaml", i)] = &fstest.MapFile{Data: []byte(text)}
			}
			in := benchIncident()
			in.Service = "service 0"
			b.Run(fmt.Sprintf("%d, %s", books, name), func(b *testing.B) { benchDecide(b, set, in) })
		}
	}
}

const benchJSON = `{"id":"T-1","service":"parcel","failure":"late","region":"R1","severity":4,"occurred_at":"2026-03-01T12:00:00Z",
"customer":{"id":"C-7","name":"Ana"},"channel":"mail","tags":["vip"],"delay":"80h","order":{"value":"60 EUR","lines":3},"note":"left at the door"}`

// BenchmarkDecideJSON is a whole decision for a host that speaks JSON, with fields
// that no playbook declares.
func BenchmarkDecideJSON(b *testing.B) {
	engine := newBenchEngine(b, manyPlays(100))
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		var in recovery.Incident
		if err := in.UnmarshalJSON([]byte(benchJSON)); err != nil {
			b.Fatal(err)
		}
		d, err := engine.Decide(context.Background(), in)
		if err != nil {
			b.Fatal(err)
		}
		out = d.AppendJSON(out[:0])
	}
}

// BenchmarkAppendJSON writes a decision that is there.
func BenchmarkAppendJSON(b *testing.B) {
	d, err := newBenchEngine(b, manyPlays(100)).Decide(context.Background(), benchIncident())
	if err != nil {
		b.Fatal(err)
	}
	out := d.AppendJSON(nil)
	b.SetBytes(int64(len(out)))
	b.ReportAllocs()
	for b.Loop() {
		out = d.AppendJSON(out[:0])
	}
}

// BenchmarkHandle decides and commits incidents that are new, and one that does
// not change.
func BenchmarkHandle(b *testing.B) {
	handle := func(b *testing.B, id func(int) string) {
		engine := newBenchEngine(b, manyPlays(100))
		in := benchIncident()
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			in.ID = id(i)
			if _, err := engine.Handle(context.Background(), in); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("new", func(b *testing.B) { handle(b, func(i int) string { return "T-" + strconv.Itoa(i) }) })
	b.Run("again", func(b *testing.B) { handle(b, func(int) string { return "T-1" }) })
}

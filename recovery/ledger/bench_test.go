package ledger

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// sample is a commit as an engine makes one, which benchmarks commit again under
// other names.
type sample struct {
	recovery.Commit
}

func newSample(b *testing.B) *sample {
	b.Helper()
	l, err := open(newMemoryFiles(), segmentSize)
	if err != nil {
		b.Fatal(err)
	}
	caught := &catcher{Store: l}
	engine, err := recovery.Load(setOf(story), recovery.WithStore(caught), recovery.WithClock(func() time.Time { return at("2026-03-02T09:00:00Z") }))
	if err != nil {
		b.Fatal(err)
	}
	in := incident("T-0000001", "late", "C-0000001", 30*time.Hour, 3)
	in.Region, in.Channel, in.Language = "ES-MD", "app", "es"
	in.Summary = "the parcel came a day after the birthday it was for"
	if _, err := engine.Handle(context.Background(), in); err != nil {
		b.Fatal(err)
	}
	return &sample{Commit: caught.last}
}

type catcher struct {
	recovery.Store
	last recovery.Commit
}

func (c *catcher) Commit(ctx context.Context, x recovery.Commit) error {
	c.last = x
	return c.Store.Commit(ctx, x)
}

// of is the sample for another incident.
func (s *sample) of(n int64) recovery.Commit {
	c := s.Commit
	r, d := *c.Record, *c.Record.Decision
	id := strconv.FormatInt(n+10_000_000, 10)
	d.ID, d.Incident = fmt.Sprintf("dec_%032x", n), "T-"+id
	keys := make(map[string]string, len(r.Keys))
	for k, v := range r.Keys {
		keys[k] = v
	}
	keys["id"], keys["customer.id"] = d.Incident, "C-"+id
	r.Keys, r.Decision = keys, &d
	c.Record = &r
	c.Reads.Incident = d.Incident
	c.Reads.Facts = append([]recovery.FactQuery(nil), c.Reads.Facts...)
	for i := range c.Reads.Facts {
		c.Reads.Facts[i].Same = []recovery.Key{{Path: "customer.id", Text: "C-" + id}}
	}
	return c
}

// BenchmarkCommit reads and commits decisions, on the disk of the machine.
func BenchmarkCommit(b *testing.B) {
	for _, goroutines := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			s := newSample(b)
			l := openT(b, b.TempDir())
			var n atomic.Int64
			b.SetParallelism((goroutines + 1) / 2) // times the processors
			if goroutines == 1 {
				b.SetParallelism(1)
			}
			one := func() {
				c := s.of(n.Add(1))
				given, version, err := l.Read(context.Background(), c.Reads)
				if err == nil {
					c.Given, c.Version = given, version
					err = l.Commit(context.Background(), c)
				}
				if err != nil {
					b.Error(err)
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			before := processorTime(b)
			if goroutines == 1 {
				for range b.N {
					one()
				}
			} else {
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						one()
					}
				})
			}
			b.StopTimer()
			b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
			b.ReportMetric(float64(bytesIn(b, string(l.dir.(log.Directory))))/float64(b.N), "B/decision")
		})
	}
}

func bytesIn(b *testing.B, dir string) (total int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		if err != nil {
			b.Fatal(err)
		}
		total += info.Size()
	}
	return total
}

// filled writes a ledger of n decisions, without an index.
func filled(b *testing.B, n int64) string {
	b.Helper()
	dir := b.TempDir()
	l := openT(b, dir)
	l.indexAfter = 1 << 62
	s := newSample(b)
	_, version, err := l.Read(context.Background(), s.Reads)
	if err != nil {
		b.Fatal(err)
	}
	if err := l.Commit(context.Background(), func() recovery.Commit { c := s.of(n); c.Version = version; return c }()); err != nil {
		b.Fatal(err) // this one brings the calendar
	}
	for i := range n {
		c := s.of(i)
		p, err := prepare(KindDecision, appendDecision(nil, &c, links{previous: -1, seen: i}, nil, l.calendarName))
		if err != nil {
			b.Fatal(err)
		}
		l.put(p)
		if len(l.batch.buf) > log.BlockSize || i == n-1 {
			l.writing = true
			l.mu.Lock()
			l.writeBatch()
			l.mu.Unlock()
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
}

// records is how large the ledgers of benchmarks are: LEDGER_RECORDS=1000000 for
// the figures.
func records(b *testing.B) int64 {
	if s := os.Getenv("LEDGER_RECORDS"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	return 20_000
}

func BenchmarkWholeLedger(b *testing.B) {
	n := records(b)
	dir := filled(b, n)
	report := func(b *testing.B, before time.Duration) {
		b.ReportMetric((processorTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
		b.ReportMetric(float64(b.N)*float64(n)/b.Elapsed().Seconds(), "records/s")
		b.ReportMetric(float64(b.N)*float64(bytesIn(b, dir))/1e6/b.Elapsed().Seconds(), "MB/s")
	}
	openAll := func(b *testing.B) {
		before := processorTime(b)
		b.ReportAllocs()
		for range b.N {
			l, err := Open(dir)
			if err != nil {
				b.Fatal(err)
			}
			if l.Size() < n {
				b.Fatal(l.Size())
			}
			b.ReportMetric(float64(l.Unread()), "unread")
			l.indexAfter = 1 << 62
			if err := l.Close(); err != nil {
				b.Fatal(err)
			}
		}
		report(b, before)
	}
	b.Run("open without index", openAll)
	b.Run("index", func(b *testing.B) {
		l := openT(b, dir)
		for range b.N {
			if err := l.WriteIndex(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
		info, err := os.Stat(filepath.Join(dir, l.index.base.name))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/float64(n), "B/decision")
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("open", openAll)
	b.Run("heap", func(b *testing.B) {
		for range b.N {
			l, err := Open(dir)
			if err != nil {
				b.Fatal(err)
			}
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB")
			if err := l.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("prove", func(b *testing.B) {
		for i := range b.N {
			if _, err := Prove(context.Background(), dir, ProveOptions{Incident: "T-" + strconv.Itoa(10_000_000+i*7919%int(n))}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("explain", func(b *testing.B) {
		for i := range b.N { // the set is not archived, which is found last
			_, err := Explain(context.Background(), dir, ExplainOptions{Incident: "T-" + strconv.Itoa(10_000_000+i*7919%int(n))})
			if err == nil || !strings.Contains(err.Error(), skipSet) {
				b.Fatal(err)
			}
		}
	})
	b.Run("commit", func(b *testing.B) {
		l, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		s := newSample(b)
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			c := s.of(n + 1_000_000 + int64(i))
			given, version, err := l.Read(context.Background(), c.Reads)
			if err == nil {
				c.Given, c.Version = given, version
				err = l.Commit(context.Background(), c)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("verify", func(b *testing.B) {
		before := processorTime(b)
		b.ReportAllocs()
		for range b.N {
			if _, err := Verify(context.Background(), dir, VerifyOptions{}); err != nil {
				b.Fatal(err)
			}
		}
		report(b, before)
	})
	b.Run("equal", func(b *testing.B) {
		before := processorTime(b)
		for range b.N {
			if _, err := Equal(context.Background(), dir, EqualOptions{Same: []string{"service", "failure"}, Across: []string{"region"}}); err != nil {
				b.Fatal(err)
			}
		}
		report(b, before)
	})
	b.Run("read", func(b *testing.B) {
		l, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			g, _, err := l.Read(context.Background(), recovery.Query{Incident: "T-" + strconv.Itoa(10_000_000+i*7919%int(n))})
			if err != nil || g.Previous == nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkEncode is what a record costs before it meets the disk.
func BenchmarkEncode(b *testing.B) {
	s := newSample(b)
	l := openT(b, b.TempDir())
	c := s.of(1)
	b.Run("payload", func(b *testing.B) {
		b.ReportAllocs()
		buf := []byte{}
		for range b.N {
			buf = appendDecision(buf[:0], &c, links{previous: -1}, nil, l.calendarName)
		}
		b.SetBytes(int64(len(buf)))
	})
	b.Run("seal", func(b *testing.B) {
		payload := appendDecision(nil, &c, links{previous: -1}, nil, l.calendarName)
		b.ReportAllocs()
		b.SetBytes(int64(len(payload)))
		for range b.N {
			if _, err := prepare(KindDecision, payload); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func (l *Ledger) calendarName(c *worktime.Calendar) string { return l.calendarOf(c).name }

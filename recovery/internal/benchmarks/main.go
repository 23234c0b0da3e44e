// Command benchmarks measures amends and its peers on one workload.
//
//	go run . -out . -date 2026-03-02
//
// It checks that all of them give the same answers, measures them in one
// process, and writes results.json, chart.svg and the figures of README.md. With
// -quick it measures little, which shows that everything works and nothing else.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/measure"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/report"
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "", "the folder of the README to fill; without it, the tables are printed")
	date := flag.String("date", "", "the date to write next to the figures")
	machine := flag.String("machine", processor(), "the machine to write next to the figures")
	quick := flag.Bool("quick", false, "measure little, to see that it works")
	flag.Parse()

	o := measure.Options{Sizes: []int{10, 100, 1000, 10000}, Incidents: 512, Checked: 24, Rounds: 7, Slice: 120 * time.Millisecond, SetSize: 10000}
	if *quick {
		o.Sizes, o.Incidents, o.Rounds, o.Slice, o.SetSize = o.Sizes[:3], 64, 2, 5*time.Millisecond, 300
	}
	start := time.Now()
	o.Progress = func(s string) { fmt.Fprintf(os.Stderr, "%4.0f s  %s\n", time.Since(start).Seconds(), s) }
	results, err := measure.Run(o)
	if err != nil {
		log.Fatal(err)
	}
	d := &report.Document{
		Date: *date, Machine: *machine, CPUs: runtime.NumCPU(), Go: runtime.Version(), Versions: versions(),
		Rounds: o.Rounds, Slice: o.Slice.String(), Results: results,
	}
	if *out == "" {
		fmt.Print(d.Tables())
		return
	}
	if err := d.Write(*out); err != nil {
		log.Fatal(err)
	}
}

// versions are those of the engines that were built in.
func versions() map[string]string {
	out := map[string]string{}
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		switch m.Path {
		case "github.com/google/cel-go", "github.com/expr-lang/expr", "github.com/cedar-policy/cedar-go", "github.com/open-policy-agent/opa":
			out[m.Path[strings.LastIndex(m.Path, "/")+1:]] = m.Version
		}
	}
	return out
}

// processor is what Linux calls the processor, else the architecture.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOOS + "/" + runtime.GOARCH
}

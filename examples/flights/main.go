// Command flights decides what passengers of real flights are owed by EC
// 261/2004: compensation for late arrival, and care while they wait.
//
//	flights [FILE]
//
// FILE is flights-20k.json of the npm package vega-datasets; without it, the
// 300 flights of it that are kept in data are decided.
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

//go:embed playbooks data/flights.json
var files embed.FS

func main() {
	flag.Parse()
	took, err := run(context.Background(), os.Stdout, flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("\nDeciding took %s.\n", took.Round(time.Millisecond))
}

// run writes what the passengers of the flights in a file are owed, and returns
// how long it took to decide. What it writes depends on the file alone.
func run(ctx context.Context, w io.Writer, path string) (time.Duration, error) {
	flights, err := read(path)
	if err != nil {
		return 0, err
	}
	engine, err := load()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	decisions, err := decideAll(ctx, engine, flights)
	if err != nil {
		return 0, err
	}
	took := time.Since(start)
	if err := tally(w, flights, decisions); err != nil {
		return 0, err
	}
	samples(w, flights, decisions)
	return took, whatIf(ctx, w, engine, flights)
}

// load reads the playbooks. The clock stands still, after the last flight of the
// data: the same flights give the same decisions on whatever day this runs.
func load() (*recovery.Engine, error) {
	playbooks, err := fs.Sub(files, "playbooks")
	if err != nil {
		return nil, err
	}
	return recovery.Load(playbooks, recovery.WithClock(func() time.Time {
		return time.Date(2001, 4, 1, 0, 0, 0, 0, time.UTC)
	}))
}

// Package report writes what was measured: as JSON, as tables for the README,
// and as a chart.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/measure"
)

// Document is a run with where and how it was made.
type Document struct {
	Date     string            `json:"date,omitempty"`
	Machine  string            `json:"machine"`
	CPUs     int               `json:"cpus"`
	Go       string            `json:"go"`
	Versions map[string]string `json:"versions"`
	Rounds   int               `json:"rounds"`
	Slice    string            `json:"slice"`
	*measure.Results
}

// The marks between which the README has the figures.
const (
	begin = "<!-- figures: written by `go run . -out .` -->\n"
	end   = "<!-- end of figures -->\n"
)

// Write puts results.json and chart.svg into a folder, and the tables into its
// README.
func (d *Document) Write(dir string) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	readme := filepath.Join(dir, "README.md")
	old, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	filled, err := fill(old, d.Tables())
	if err != nil {
		return fmt.Errorf("%s: %w", readme, err)
	}
	files := map[string][]byte{"results.json": append(text, '\n'), "chart.svg": []byte(Chart(d)), "README.md": filled}
	for _, name := range []string{"results.json", "chart.svg", "README.md"} {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// fill puts text in the place of what stands between the marks.
func fill(page []byte, text string) ([]byte, error) {
	before, rest, found := bytes.Cut(page, []byte(begin))
	_, after, closed := bytes.Cut(rest, []byte(end))
	if !found || !closed {
		return nil, fmt.Errorf("the marks %q and %q are wanted", begin, end)
	}
	return bytes.Join([][]byte{before, []byte(begin), []byte(text), []byte(end), after}, nil), nil
}

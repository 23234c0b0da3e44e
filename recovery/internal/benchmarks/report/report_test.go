package report

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/engines"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/measure"
)

// sample has every engine at two sizes, amends ten times as fast as naive cel-go.
func sample() *Document {
	d := &Document{Date: "2026-03-02", Machine: "a & b", CPUs: 2, Go: "go1.26", Versions: map[string]string{"opa": "v1", "expr": "v2"}, Rounds: 3, Slice: "1ms", Results: &measure.Results{}}
	for i, e := range engines.All() {
		for _, n := range []int{10, 100} {
			ns := float64(n * (i + 1) * 10)
			if e.Name == engines.CELGo {
				ns = float64(n * 100)
			}
			d.Cells = append(d.Cells, measure.Cell{Name: e.Name, Plays: n, Nanoseconds: ns, Rounds: []float64{ns, ns, ns}, Bytes: 1500})
		}
	}
	d.Sets = []measure.Cell{{Name: "key last", Plays: 10000, Nanoseconds: 470, About: "why"}}
	return d
}

func TestTables(t *testing.T) {
	text := sample().Tables()
	for _, want := range []string{
		"Measured: 2026-03-02, a & b, 2 CPUs, go1.26; medians of 3 rounds of 1ms",
		"With expr v2, opa v1.",
		"|  | 10 plays | 100 plays |",
		"| amends, matching | 100 ns | 1.00 µs |",
		"| than cel-go, naive | 10.0 × | 10.0 × |",
		"| goal | 20.0 × | 70.0 × |",
		"| than the best peer | 5.00 × (cel-go, optimised) | 5.00 × (cel-go, optimised) |",
		"| amends, matching | 1.50 kB in 0 | 1.50 kB in 0 |",
		"| key last | 10,000 | 470 ns | 0 B in 0 | 0.0 s | why |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		in   float64
		want string
	}{{0, "0"}, {0.1234, "0.12"}, {0.999, "1.00"}, {9.99, "9.99"}, {9.999, "10.0"}, {99.96, "100"}, {999.7, "1,000"}, {1234567, "1,234,567"}} {
		if got := threeDigits(c.in); got != c.want {
			t.Errorf("threeDigits(%v) is %s, want %s", c.in, got, c.want)
		}
	}
	for ns, want := range map[float64]string{12: "12.0 ns", 999.4: "999 ns", 999.7: "1.00 µs", 2.5e6: "2.50 ms", 3e9: "3.00 s", 5e12: "5,000 s"} {
		if got := duration(ns); got != want {
			t.Errorf("duration(%v) is %s, want %s", ns, got, want)
		}
	}
}

// TestChart holds that the chart is well-formed and has every engine by name.
func TestChart(t *testing.T) {
	chart := Chart(sample())
	names := map[string]bool{}
	decoder := xml.NewDecoder(strings.NewReader(chart))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			names[string(text)] = true
		}
	}
	for _, e := range engines.All() {
		if !names[e.Name] {
			t.Errorf("the chart does not name %s", e.Name)
		}
	}
}

// TestNamesApart holds that no two names of the chart overlap or leave the plot.
func TestNamesApart(t *testing.T) {
	d := sample()
	for i := range d.Cells {
		d.Cells[i].Nanoseconds = 100 // all lines end in one place
	}
	lines, _, _ := d.lines()
	seen := map[int]string{}
	for _, s := range lines {
		if s.label < above || s.label > low {
			t.Errorf("%s stands at %v", s.name, s.label)
		}
		row := int(s.label+0.5) / lineHeight
		if other, taken := seen[row]; taken {
			t.Errorf("%s stands on %s", s.name, other)
		}
		seen[row] = s.name
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	readme := filepath.Join(dir, "README.md")
	if err := os.WriteFile(readme, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	d := sample()
	for range 2 { // what is there is replaced, not added to
		if err := d.Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	if want := "before\n" + begin + d.Tables() + end + "after\n"; string(page) != want {
		t.Errorf("README.md is\n%s", page)
	}
	text, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var read Document
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Cells) != len(d.Cells) || read.Find(engines.OPA, 100) == nil {
		t.Error("results.json has lost a figure")
	}
	if err := os.WriteFile(readme, []byte("no marks"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(dir); err == nil {
		t.Error("a README without marks was written over")
	}
}

package handwritten

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/handwritten/switches"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// TestGenerated holds that the switches are those of the workload as it is now.
func TestGenerated(t *testing.T) {
	for _, n := range switches.Sizes() {
		if n > Largest {
			continue // not built
		}
		want, err := switches.Generate(n, workload.Seed)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(fmt.Sprintf("switch_%d.go", n))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("switch_%d.go is not what `go generate ./handwritten` writes", n)
		}
		if Switch(n) == nil {
			t.Errorf("there is no switch for %d plays", n)
		}
	}
}

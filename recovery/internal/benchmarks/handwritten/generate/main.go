// Command generate writes the switches of package handwritten.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/handwritten/switches"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

func main() {
	for _, n := range switches.Sizes() {
		text, err := switches.Generate(n, workload.Seed)
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(fmt.Sprintf("switch_%d.go", n), text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

//go:build !switch1000

package handwritten

import "github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"

// Largest is the largest set that there is a switch for. The switch for 1,000 plays has three
// thousand lines and is not kept: go generate writes it, and the tag switch1000 builds it.
const Largest = 100

func plays1000(_ *workload.Incident, out []int) []int { return out }

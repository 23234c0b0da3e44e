package handwritten

import (
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// Switch returns the function that was generated for n plays; nil when there is none.
func Switch(n int) func(in *workload.Incident, out []int) []int {
	switch n {
	case 10:
		return plays10
	case 100:
		return plays100
	case 1000:
		if Largest >= 1000 {
			return plays1000
		}
	}
	return nil
}

const minute = time.Minute

func hasPrefix(s, prefix string) bool { return strings.HasPrefix(s, prefix) }

func includes(list []string, s string) bool { return slices.Contains(list, s) }

package chance

import (
	"cmp"
	"slices"
)

// Holm adjusts the results of several tests for having been looked at together: a result that is at
// most the level afterwards would come up by chance, anywhere among all of them, no more often than
// the level says. The order is kept.
//
// Source: S. Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979.
func Holm(results []float64) []float64 {
	order := make([]int, len(results))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(results[a], results[b]) })
	out := make([]float64, len(results))
	last := 0.0
	for i, at := range order {
		last = max(last, min(1, results[at]*float64(len(results)-i)))
		out[at] = last
	}
	return out
}

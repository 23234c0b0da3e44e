package celenv

import "testing"

// rounds is how often a random test tries: with -short, a tenth of n.
func rounds(n int) int {
	if testing.Short() {
		return max(n/10, 1)
	}
	return n
}

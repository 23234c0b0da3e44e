package diff

import "testing"

// TestShare holds that nothing is called all or nothing that is not.
func TestShare(t *testing.T) {
	for _, c := range []struct {
		part, whole int
		want        string
	}{
		{0, 0, "0.0%"}, {0, 9, "0.0%"}, {9, 9, "100.0%"}, {1, 3, "33.3%"},
		{1, 2000, "0.1%"}, {1, 2001, "under 0.1%"}, {9000, 9001, "over 99.9%"}, {1999, 2001, "99.9%"},
	} {
		if got := share(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %s, not %s", c.part, c.whole, got, c.want)
		}
	}
}

package chance

import "strconv"

// Percent writes a rate for people, as 12.5 %.
func Percent(rate float64) string { return strconv.FormatFloat(100*rate, 'f', 1, 64) + " %" }

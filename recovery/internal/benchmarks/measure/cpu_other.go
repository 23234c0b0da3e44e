//go:build !unix

package measure

import "time"

// spent is the time on the clock, where there is no other to be had.
func spent() time.Duration { return time.Since(start) }

var start = time.Now()

package recovery

import "time"

// systemClock is the one place of the project that asks the machine for the
// time.
func systemClock() time.Time { return time.Now() }

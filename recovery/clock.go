package recovery

import "time"

// systemClock is the one place of the library that asks the machine for the time.
func systemClock() time.Time { return time.Now() }

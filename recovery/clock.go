package recovery

import "time"

// systemClock is the one place of the project that asks the machine for the
// time. Promises to people are made in whole seconds.
func systemClock() time.Time { return time.Now().Truncate(time.Second) }

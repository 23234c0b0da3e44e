//go:build unix

package measure

import (
	"syscall"
	"time"
)

// spent is the processor time that the process has used, its garbage collection
// included. Unlike the time on the clock it does not count what other processes
// of a busy machine do meanwhile.
func spent() time.Duration {
	var use syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &use) != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

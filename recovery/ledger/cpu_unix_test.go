//go:build unix

package ledger

import (
	"syscall"
	"testing"
	"time"
)

// processorTime is what the program has used so far: a busy machine disturbs it
// less than the time on the wall.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

package ledger

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

const (
	lockName  = "writer.lock"
	isWindows = runtime.GOOS == "windows"
)

// LockedError reports that a ledger is being written by another program, or by
// this one already.
type LockedError struct {
	// Holder says who: a process and its machine; empty when that is not known.
	Holder string
}

func (e *LockedError) Error() string {
	if e.Holder == "" {
		return "the ledger is being written already, and a ledger has one writer at a time"
	}
	return "the ledger is being written by " + e.Holder + ", and a ledger has one writer at a time"
}

// holder is how this process names itself in the lock.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		return fmt.Sprintf("process %d", os.Getpid())
	}
	return fmt.Sprintf("process %d on %s", os.Getpid(), host)
}

// holderIn reads who holds a lock.
func holderIn(path string) string {
	const enough = 300
	text, err := os.ReadFile(path)
	if err != nil || len(text) > enough {
		return ""
	}
	return strings.TrimSpace(string(text))
}

package due

import (
	"crypto/rand"
	"encoding/hex"
	"hash/fnv"
	"time"
)

// What the fields of a runner stand for at zero.
const (
	defaultLease    = time.Minute
	defaultPoll     = time.Second
	defaultAttempts = 24
	defaultGrace    = 10 * time.Second

	firstPause   = 2 * time.Second
	longestPause = time.Hour
)

func orDefault[T int | time.Duration](v, standard T) T {
	if v <= 0 {
		return standard
	}
	return v
}

// pauseAfter doubles with each attempt.
func pauseAfter(attempt int) time.Duration {
	if attempt > 20 {
		return longestPause
	}
	return min(firstPause<<(max(attempt, 1)-1), longestPause)
}

// spread makes a pause up to a fifth longer, by what it is about: what has failed together does not all
// come again at once.
func spread(pause time.Duration, about string) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(about)) // it never fails
	return pause + time.Duration(float64(pause)/5*float64(h.Sum32())/(1<<32))
}

// newName is a name that no other process has.
func newName() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // it never fails
	return "runner-" + hex.EncodeToString(b[:])
}

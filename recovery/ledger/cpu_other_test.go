//go:build !unix

package ledger

import (
	"testing"
	"time"
)

func processorTime(*testing.B) time.Duration { return 0 }

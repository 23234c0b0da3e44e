package recovery_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// TestPlain compares engines that use the index with such as ask every play in
// turn: whole decisions, ids and errors included.
func TestPlain(t *testing.T) {
	n := *oracleN / 4
	if testing.Short() {
		n /= 10
	}
	decided, failed := 0, 0
	for seed := range uint64(n) {
		indexed, err := newBench(seed + 1)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := newBench(seed + 1)
		if err != nil {
			t.Fatal(err)
		}
		recovery.Plainly(plain.engine)
		for range indexed.steps() {
			in := indexed.next()
			plain.now = indexed.now
			got, want := handled(indexed, in), handled(plain, in)
			if got != want {
				t.Fatalf("seed %d: with the index:\n%s\nin turn:\n%s\n%s", seed+1, got, want, indexed.tell(in, ""))
			}
			if got[0] == '{' {
				decided++
			} else {
				failed++
			}
		}
	}
	if decided == 0 || failed == 0 {
		t.Errorf("%d decisions and %d errors: nothing was compared", decided, failed)
	}
}

func handled(b *oBench, in *oIncident) string {
	d, err := b.engine.Handle(context.Background(), in.api())
	if err != nil {
		return fmt.Sprintf("%T: %v", err, err)
	}
	return string(d.AppendJSON(nil))
}

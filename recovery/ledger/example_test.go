package ledger_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

const playbook = `
amends: v1
playbook: parcels
review_by: 2027-06-30
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{compensate: {amount: 5 EUR}}]
`

// A ledger remembers decisions, and everything about it can be checked by
// somebody else.
func Example() {
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

	l, err := ledger.Open(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	engine, err := recovery.Load(fstest.MapFS{"parcels.yaml": {Data: []byte(playbook)}},
		recovery.WithStore(l), recovery.WithClock(func() time.Time { return noon }))
	if err != nil {
		log.Fatal(err)
	}
	decision, err := engine.Handle(ctx, recovery.Incident{ID: "T-1042", Service: "parcel", Failure: "late", OccurredAt: noon})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(decision.Actions[0])

	// The record is whole, and deciding it again gives the same.
	v, err := ledger.Verify(ctx, dir, ledger.VerifyOptions{})
	if err != nil {
		log.Fatal(err)
	}
	again, err := ledger.Replay(ctx, dir, ledger.ReplayOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(v.Records, "records,", again.Same, "decided the same again")

	// The customer gets a receipt, which needs the public key alone.
	secret, public, err := ledger.GenerateKey("parcels.example")
	if err != nil {
		log.Fatal(err)
	}
	receipt, err := ledger.Prove(ctx, dir, ledger.ProveOptions{Incident: "T-1042", Key: secret})
	if err != nil {
		log.Fatal(err)
	}
	said, err := ledger.CheckReceipt(receipt, public)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("record", said.Seq, "of", said.Checkpoint.Size, "gives", said.Decision.Actions[0].Amount)
	// Output:
	// compensate 5.00 EUR (as: credit)
	// 2 records, 1 decided the same again
	// record 1 of 2 gives 5.00 EUR
}

// A program that handles one incident after another need not wait for the disk
// each time: the decisions count at once, and are certain when it has waited.
func ExampleLedger_Submit() {
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	l, err := ledger.Open(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	engine, err := recovery.Load(fstest.MapFS{"parcels.yaml": {Data: []byte(playbook)}}, recovery.WithStore(l))
	if err != nil {
		log.Fatal(err)
	}
	later := &submitting{Ledger: l}
	for _, id := range []string{"T-1", "T-2", "T-3"} {
		incident := recovery.Incident{ID: id, Service: "parcel", Failure: "late", OccurredAt: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
		if _, err := engine.Handle(ctx, incident, recovery.In(later)); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(l.Size(), "records are on disk before anybody waits")
	for _, wait := range later.waits {
		if err := wait(); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(l.Size(), "are afterwards")
	// Output:
	// 0 records are on disk before anybody waits
	// 4 are afterwards
}

// submitting is a ledger that does not wait.
type submitting struct {
	*ledger.Ledger
	waits []func() error
}

func (s *submitting) Commit(ctx context.Context, c recovery.Commit) error {
	wait, err := s.Submit(ctx, c)
	if err == nil {
		s.waits = append(s.waits, wait)
	}
	return err
}

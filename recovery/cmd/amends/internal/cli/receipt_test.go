package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

// TestChangedReceipts changes a bit of each byte of a receipt. Whoever has a
// checkpoint that is trusted takes none that says something else.
func TestChangedReceipts(t *testing.T) {
	inShop(t)
	for _, step := range []string{"decide --playbooks playbooks --store ledger", "ledger checkpoint ledger", "ledger prove ledger T-1"} {
		out, err := os.Create(strings.Fields(step)[1])
		if err != nil {
			t.Fatal(err)
		}
		if status, errs := amends(strings.NewReader(lateOne(1)), out, strings.Fields(step)...); status != 0 {
			t.Fatal(step, errs)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
	}
	receipt, err := os.ReadFile("prove")
	if err != nil {
		t.Fatal(err)
	}
	holds := func(data []byte) bool {
		status, errs := amends(bytes.NewReader(data), io.Discard, "ledger", "check-receipt", "--checkpoint", "checkpoint")
		if status != 0 && status != 1 {
			t.Errorf("%d %s", status, errs)
		}
		return status == 0
	}
	if !holds(receipt) {
		t.Fatal("the receipt itself does not hold")
	}
	said := saidBy(t, receipt)
	for at := range receipt {
		changed := bytes.Clone(receipt)
		changed[at] ^= 1 << (at % 6)
		if holds(changed) && saidBy(t, changed) != said {
			t.Errorf("byte %d: %q for %q is taken", at, changed[at], receipt[at])
		}
	}
}

// saidBy is what a receipt says, however its JSON is written.
func saidBy(t *testing.T, data []byte) string {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Error(err)
	}
	return fmt.Sprint(v)
}

// TestReceiptOfAnotherName holds that a receipt whose checkpoint calls the ledger by
// another name than the trusted one is not said to be of that ledger.
func TestReceiptOfAnotherName(t *testing.T) {
	inShop(t)
	amends(strings.NewReader(lateOne(1)), io.Discard, "decide", "--playbooks", "playbooks", "--store", "ledger")
	var checkpoint, receipt, out bytes.Buffer
	amends(nil, &checkpoint, "ledger", "checkpoint", "ledger", "--origin", "shop.example/ledger")
	amends(nil, &receipt, "ledger", "prove", "ledger", "T-1", "--origin", "other.example/ledger")
	if err := os.WriteFile("trusted", checkpoint.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	status, errs := amends(&receipt, &out, "ledger", "check-receipt", "--checkpoint", "trusted")
	const want = "the receipt does not hold: the receipt calls its ledger other.example/ledger, and the checkpoint that you trust calls it shop.example/ledger\n"
	if status != 1 || out.String() != want {
		t.Errorf("%d %s%s", status, errs, out.String())
	}
}

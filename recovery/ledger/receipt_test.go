package ledger

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// receiptOf makes a receipt for a payload, as somebody could who writes a ledger of
// one record.
func receiptOf(payload []byte) []byte {
	salt := bytes.Repeat([]byte{7}, log.SaltSize)
	h := log.Header{Kind: KindDecision, Payload: log.PayloadDigest(salt, payload)}
	line := h.Append(nil)
	at := Checkpoint{Origin: "made/up", Size: 1, Root: log.RecordHash(line)}
	o := writing(nil)
	o.BeginObject()
	o.text("checkpoint", string(at.Text()))
	o.text("header", string(line))
	o.WriteKey("payload")
	o.WriteValue(payload)
	o.hashes("proof", nil)
	o.text("salt", hex.EncodeToString(salt))
	o.EndObject()
	return o.Buf
}

// TestReceiptsHaveOneMeaning adds keys to receipts, doubles them, and spells them
// otherwise, on every level. None of it is read.
func TestReceiptsHaveOneMeaning(t *testing.T) {
	_, frames := storied(t)
	tried := 0
	for _, f := range frames {
		h, err := log.ParseHeader(f.Header)
		if err != nil {
			t.Fatal(err)
		}
		if h.Kind != KindDecision || f.Erased() {
			continue
		}
		good := receiptOf(f.Payload)
		if _, err := CheckReceipt(good); err != nil {
			t.Fatal(err)
		}
		refused := func(what string, data []byte) {
			tried++
			if _, err := CheckReceipt(data); err == nil {
				t.Errorf("%s was read:\n%.300s", what, data)
			}
		}
		for what, data := range ambiguous(good) {
			refused("a receipt with "+what, data)
		}
		for i, c := range f.Payload {
			if c != '{' || i > 0 && f.Payload[i+1] == '}' {
				continue
			}
			for what, inner := range ambiguous(f.Payload[i:]) {
				payload := slices.Concat(f.Payload[:i], inner)
				if !strings.HasPrefix(what, "a ") || strings.HasSuffix(what, "at the end") {
					continue // it is about where the object ends
				}
				if what == "a key more" && ownKeys(f.Payload, i) || what == "a key in another case" && ownKeys(f.Payload, i) {
					continue
				}
				refused(fmt.Sprintf("a payload with %s at %d", what, i), receiptOf(payload))
			}
		}
		for what, change := range map[string][2]string{
			"a salt in capitals":     {hex.EncodeToString(bytes.Repeat([]byte{7}, log.SaltSize)), "0A" + strings.Repeat("07", log.SaltSize-1)},
			"no list of hashes":      {`"proof":[]`, `"proof":null`},
			"a proof that is a text": {`"proof":[]`, `"proof":""`},
			"a hash that is null":    {`"proof":[]`, `"proof":[null]`},
			"no text":                {`"salt":"`, `"salt":["`},
		} {
			refused(what, bytes.Replace(good, []byte(change[0]), []byte(change[1]), 1))
		}
	}
	if tried < 400 {
		t.Errorf("only %d were tried", tried)
	}
}

// ownKeys reports whether the object at a place has keys that are the incident's own.
func ownKeys(payload []byte, at int) bool {
	for _, name := range []string{`"keys":`, `"incident":`, `"customer":`, `"fields":`} {
		if bytes.HasSuffix(payload[:at], []byte(name)) {
			return true
		}
	}
	return false
}

// TestProofsOfGrowthHaveOneMeaning does the same with proofs that a ledger grew.
func TestProofsOfGrowthHaveOneMeaning(t *testing.T) {
	empty := Checkpoint{Origin: "made/up", Root: (&log.Roots{}).Root()}
	good := Consistency{Old: empty, New: empty}.Receipt(empty.Text())
	good = bytes.TrimSpace(good)
	if _, err := CheckConsistency(good); err != nil {
		t.Fatal(err)
	}
	for what, data := range ambiguous(good) {
		if _, err := CheckConsistency(data); err == nil {
			t.Errorf("%s was read: %s", what, data)
		}
	}
	forged := empty
	forged.Root[0] ^= 1
	if err := (Consistency{Old: forged, New: empty}).Check(); err == nil {
		t.Error("an empty ledger with a root of its own was believed")
	}
	if err := (Consistency{Old: empty, New: empty, Proof: []Hash{{}}}).Check(); err == nil {
		t.Error("a proof that nothing asks for was passed over")
	}
}

func TestCheckJSON(t *testing.T) {
	for _, good := range []string{`{}`, `[]`, `""`, ` { "b" : 1 , "a" : [ { "a" : 2 } , "\ud83d\ude00\n" ] } `, `{"a":{"a":1},"b":{"a":1}}`, `0`, `{"":0}`, `{"b":1,"a":{"c":[]},"c":2}`} {
		if err := checkJSON([]byte(good)); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		``, `{`, `{"a":1,"a":1}`, `{"b":1,"a":1,"b":2}`, `{"a":1,"\u0061":1}`, `{"\u0061":1,"a":1}`, `[[{"x":[],"x":[]}]]`, `{"":0,"":1}`,
		`"\ud83d"`, `"\ude00"`, `"\ud83d\u0041"`, `"\ud83dx"`, "\"\xff\"", `{"a":1}{}`, `{"a":{"d":1,"c":1,"d":1}}`,
	} {
		if err := checkJSON([]byte(bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

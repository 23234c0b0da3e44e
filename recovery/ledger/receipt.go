package ledger

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/canonical"
	"github.com/servicerecovery/amends/recovery/store"
)

// Receipt is what a receipt says, once it has been checked.
type Receipt struct {
	Seq        int64 // the record's number
	Decision   *recovery.Decision
	Incident   []byte // canonical JSON
	Checkpoint Checkpoint
}

// receipt is its JSON.
type receipt struct {
	Checkpoint string          `json:"checkpoint"` // the note, signed or not
	Header     string          `json:"header"`
	Payload    json.RawMessage `json:"payload"`
	Proof      []Hash          `json:"proof"`
	Salt       string          `json:"salt"`
}

// ProveOptions say what is proved, and how. Incident or Decision is required.
type ProveOptions struct {
	Incident string // its latest decision
	Decision string // this one
	Origin   string // of the checkpoint; empty: the key's name, or DefaultOrigin
	Key      string // signs the checkpoint; empty: it is not signed
}

// Prove writes a receipt: JSON by which anyone can check, with [CheckReceipt]
// and without the ledger, that a decision is in it, in full and as it was
// recorded. Its length is that of the decision and a few hashes more. The error is [ErrNotFound] when there
// is no such decision.
func Prove(ctx context.Context, dir string, options ProveOptions) ([]byte, error) {
	found := int64(-1)
	b, err := openBook(ctx, directory(dir), func(t *item) error {
		if t.head.kind != KindDecision || t.body != bodyWhole || found >= 0 && options.Decision != "" {
			return nil
		}
		s, err := parseSummary(t.head.seq, t.payload, nil)
		if err != nil {
			return err
		}
		if options.Decision != "" && s.ID == store.IDOf(options.Decision) || options.Decision == "" && s.Choice == nil && s.Incident == options.Incident {
			found = t.head.seq
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	defer b.log.Close()
	if found < 0 {
		return nil, ErrNotFound
	}
	return b.prove(found, options)
}

// hashes writes a list of hashes.
func (o *object) hashes(name string, list []Hash) {
	o.key(name)
	o.open('[')
	for _, h := range list {
		o.next()
		o.buf = canonical.AppendString(o.buf, h.String())
	}
	o.open(']')
}

func (b *book) prove(seq int64, options ProveOptions) ([]byte, error) {
	root, err := b.tree.root()
	if err != nil {
		return nil, err
	}
	at := Checkpoint{Origin: orDefault(options.Origin), Size: b.tree.size, Root: root}
	text := at.Text()
	if options.Key != "" {
		if options.Origin == "" {
			if at.Origin, err = KeyName(options.Key); err != nil {
				return nil, err
			}
		}
		if text, err = at.Sign(options.Key); err != nil {
			return nil, err
		}
	}
	proof, err := tlog.ProveRecord(at.Size, seq, b.tree.reader(b.group))
	if err != nil {
		return nil, err
	}
	t, err := whole(b.log, seq)
	if err != nil {
		return nil, err
	}
	o := object{}
	o.open('{')
	o.text("checkpoint", string(text))
	o.text("header", string(t.header))
	o.key("payload")
	o.buf = append(o.buf, t.payload...)
	o.hashes("proof", proof)
	o.text("salt", hex.EncodeToString(t.salt))
	o.open('}')
	return append(o.buf, '\n'), nil
}

// CheckReceipt checks a receipt. With keys, its checkpoint must be signed with one of
// them: then the decision is in the ledger that the signer vouches for. Without,
// compare the checkpoint of the result with one that you trust.
func CheckReceipt(data []byte, keys ...string) (*Receipt, error) {
	var in receipt
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("this is no receipt: %w", err)
	}
	at, err := ParseCheckpoint([]byte(in.Checkpoint), keys...)
	if err != nil {
		return nil, err
	}
	head, err := parseHeader([]byte(in.Header))
	if err != nil || head.kind != KindDecision {
		return nil, errors.New("this is no receipt: it holds no decision's header")
	}
	salt, err := hex.DecodeString(in.Salt)
	if err != nil || len(salt) != saltSize {
		return nil, errors.New("this is no receipt: its salt is not 16 bytes in hexadecimal")
	}
	var payload bytes.Buffer // without the white space that a person may have added
	if err := json.Compact(&payload, in.Payload); err != nil {
		return nil, fmt.Errorf("this is no receipt: %w", err)
	}
	if payloadDigest(salt, payload.Bytes()) != head.payload {
		return nil, errors.New("the decision was changed: it is not the one that was recorded")
	}
	if err := tlog.CheckRecord(in.Proof, at.Size, at.Root, head.seq, recordHash([]byte(in.Header))); err != nil {
		return nil, fmt.Errorf("the decision is not in the ledger that the checkpoint has seen: %w", err)
	}
	r, err := readRecord(payload.Bytes(), noCalendars)
	if err != nil {
		return nil, err
	}
	return &Receipt{Seq: head.seq, Decision: r.Decision, Incident: r.Incident, Checkpoint: at}, nil
}

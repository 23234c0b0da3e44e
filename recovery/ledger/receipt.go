package ledger

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// Receipt is the content of a receipt that was checked.
type Receipt struct {
	Seq        int64 // the record's number
	Decision   *recovery.Decision
	Incident   []byte // canonical JSON
	Checkpoint Checkpoint
}

// ProveOptions say what is proved, and how. Incident or Decision is required.
type ProveOptions struct {
	Namespace string // of Incident
	Incident  string // its latest decision
	Decision  string // this one
	Origin    string // of the checkpoint; empty: the key's name, or DefaultOrigin
	Key       string // signs the checkpoint; empty: it is not signed
}

// Prove writes a receipt: JSON by which anyone can check, with [CheckReceipt]
// and without the ledger, that a decision is in it, in full and as it was
// recorded. Its length is that of the decision and a few hashes more. The error is [ErrNotFound] when there
// is no such decision.
func Prove(ctx context.Context, dir string, options ProveOptions) ([]byte, error) {
	return prove(ctx, log.Directory(dir), options)
}

func prove(ctx context.Context, dir log.Files, options ProveOptions) ([]byte, error) {
	return looked(func(index bool) ([]byte, error) { return proveBy(ctx, dir, index, options) })
}

// proveBy proves with the index, if there is one, or without it.
func proveBy(ctx context.Context, dir log.Files, index bool, options ProveOptions) ([]byte, error) {
	found := int64(-1)
	b, err := openBook(ctx, dir, index, func(*snapshot) func(*log.Item) error {
		found = -1
		return func(t *log.Item) error {
			if t.Head.Kind != KindDecision || t.Body != log.BodyWhole || found >= 0 && options.Decision != "" {
				return nil
			}
			s, err := parseSummary(t.Head.Seq, t.Payload, nil)
			if err != nil {
				return err
			}
			if options.Decision != "" && s.ID == store.IDOf(options.Decision) || options.Decision == "" && s.Choice == nil && s.Name() == store.Name(options.Namespace, options.Incident) {
				found = t.Head.Seq
			}
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	defer b.close()
	if found < 0 && b.base != nil {
		if found, err = b.known(options); err != nil {
			return nil, err
		}
	}
	if found < 0 {
		return nil, ErrNotFound
	}
	return b.prove(found, options)
}

// known finds the decision among the records that the snapshot is about; -1: it is not there.
func (b *book) known(options ProveOptions) (int64, error) {
	if options.Decision != "" {
		return b.base.decision(store.IDOf(options.Decision))
	}
	t, err := b.base.thread(keyOf(store.Name(options.Namespace, options.Incident)))
	if err != nil || t == nil || !t.decided {
		return -1, err
	}
	_, err = aboutIncident(b.log, t.latest.seq, store.Name(options.Namespace, options.Incident))
	return t.latest.seq, err
}

func (b *book) prove(seq int64, options ProveOptions) ([]byte, error) {
	root, err := b.tree.Root()
	if err != nil {
		return nil, err
	}
	at := Checkpoint{Origin: orDefault(options.Origin), Size: b.tree.Size, Root: root}
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
	proof, err := tlog.ProveRecord(at.Size, seq, b.tree.Reader(b.group))
	if err != nil {
		return nil, err
	}
	t, err := whole(b.log, seq)
	if err != nil {
		return nil, err
	}
	o := writing(nil)
	o.BeginObject()
	o.text("checkpoint", string(text))
	o.text("header", string(t.Header))
	o.WriteKey("payload")
	o.WriteValue(t.Payload)
	o.hashes("proof", proof)
	o.text("salt", hex.EncodeToString(t.Salt))
	o.EndObject()
	return append(o.Buf, '\n'), nil
}

// CheckReceipt checks a receipt. With keys, its checkpoint must be signed with one of
// them: then the decision is in the ledger that the signer vouches for. Without,
// compare the checkpoint of the result with one that you trust.
func CheckReceipt(data []byte, keys ...string) (*Receipt, error) {
	in, err := readReceipt(data)
	if err != nil {
		return nil, fmt.Errorf("this is no receipt: %w", err)
	}
	at, err := ParseCheckpoint([]byte(in.checkpoint), keys...)
	if err != nil {
		return nil, err
	}
	head, err := log.ParseHeader([]byte(in.header))
	if err != nil || head.Kind != KindDecision {
		return nil, errors.New("this is no receipt: it holds no decision's header")
	}
	if log.PayloadDigest(in.salt, in.payload) != head.Payload {
		return nil, errors.New("the decision was changed: it is not the one that was recorded")
	}
	if err := tlog.CheckRecord(in.proof, at.Size, at.Root, head.Seq, log.RecordHash([]byte(in.header))); err != nil {
		return nil, fmt.Errorf("the decision is not in the ledger that the checkpoint has seen: %w", err)
	}
	r, err := readAlone(in.payload)
	if err != nil {
		return nil, err
	}
	return &Receipt{Seq: head.Seq, Decision: r.Decision, Incident: r.Incident, Checkpoint: at}, nil
}

// receipt is what stands in a receipt's JSON.
type receipt struct {
	checkpoint string // the note, signed or not
	header     string
	payload    []byte // without the white space that a person may have added
	proof      []Hash
	salt       []byte
}

var receiptShape = jsontext.AllNames("checkpoint", "header", "payload", "proof", "salt")

func readReceipt(data []byte) (out receipt, err error) {
	var payload []byte
	c := reading(data, receiptShape)
	c.Within = len("{{{") // an incident stands in a record, in a payload, in a receipt
	c.Members(func(key []byte) {
		switch string(key) {
		case "checkpoint":
			out.checkpoint = c.Text()
		case "header":
			out.header = c.Text()
		case "payload":
			payload = c.Skip()
		case "proof":
			out.proof = c.hashes()
		case "salt":
			if out.salt = c.hex(); len(out.salt) != log.SaltSize {
				c.Fail(errors.New("its salt is not 16 bytes in lower-case hexadecimal"))
			}
		}
	})
	if err := c.end(); err != nil {
		return out, err
	}
	var compact bytes.Buffer
	err = json.Compact(&compact, payload)
	out.payload = compact.Bytes()
	return out, err
}

// readAlone reads a decision's payload away from its ledger, which holds the
// calendars. It must be written as this package writes it: what the reader would
// pass over, another one could read.
func readAlone(payload []byte) (*recovery.Record, error) {
	if _, err := parseGiven(payload); err != nil {
		return nil, err
	}
	text, err := recordText(payload)
	if err != nil {
		return nil, err
	}
	names := map[*worktime.Calendar]string{}
	r, err := recovery.ReadRecord(text, func(name string) (*worktime.Calendar, error) {
		c := new(worktime.Calendar)
		names[c] = name
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	if again := r.AppendJSON(nil, func(c *worktime.Calendar) string { return names[c] }); !bytes.Equal(again, text) {
		return nil, errors.New("the decision is not written as a ledger writes it: something in it would be passed over, or has another form")
	}
	return r, nil
}

// Consistency proves that a ledger extends the one that an earlier checkpoint was taken of. It
// convinces a reader who has both checkpoints and not the ledger. It is as long as a few hashes.
type Consistency struct {
	Old, New Checkpoint
	Proof    []Hash
}

// Check reports whether the proof holds.
func (c Consistency) Check() error {
	if empty := (&log.Roots{}).Root(); c.Old.Size == 0 && (c.Old.Root != empty || len(c.Proof) > 0) {
		return errors.New("the earlier checkpoint is not one of an empty ledger, though it says so")
	}
	if c.Old.Size == 0 {
		return nil // everything extends nothing
	}
	if err := tlog.CheckTree(c.Proof, c.New.Size, c.New.Root, c.Old.Size, c.Old.Root); err != nil {
		return fmt.Errorf("the later checkpoint does not extend the earlier one: %w", err)
	}
	return nil
}

// Receipt writes the proof as JSON, for [CheckConsistency]. The note is the new
// checkpoint: its text, or the note that [Checkpoint.Sign] returned.
func (c Consistency) Receipt(note []byte) []byte {
	o := writing(nil)
	o.BeginObject()
	o.text("new", string(note))
	o.text("old", string(c.Old.Text()))
	o.hashes("proof", c.Proof)
	o.EndObject()
	return append(o.Buf, '\n')
}

var consistencyShape = jsontext.AllNames("new", "old", "proof")

// CheckConsistency checks a proof that [Consistency.Receipt] wrote. With keys, the new checkpoint
// must be signed with one of them. Compare the old checkpoint with one that you have kept.
func CheckConsistency(data []byte, keys ...string) (*Consistency, error) {
	var old, later string
	p := &Consistency{}
	c := reading(data, consistencyShape)
	c.Members(func(key []byte) {
		switch string(key) {
		case "new":
			later = c.Text()
		case "old":
			old = c.Text()
		case "proof":
			p.Proof = c.hashes()
		}
	})
	err := c.end()
	if err != nil {
		return nil, fmt.Errorf("this is no receipt: %w", err)
	}
	if p.Old, err = ParseCheckpoint([]byte(old)); err != nil {
		return nil, err
	}
	if p.New, err = ParseCheckpoint([]byte(later), keys...); err != nil {
		return nil, err
	}
	return p, p.Check()
}

// ProveConsistency proves that the ledger in a directory extends a checkpoint. The
// error is a *[CheckpointError] when it does not.
func ProveConsistency(ctx context.Context, dir string, old Checkpoint) (*Consistency, error) {
	return looked(func(index bool) (*Consistency, error) { return proveGrowth(ctx, log.Directory(dir), index, old) })
}

// proveGrowth proves with the index, if there is one, or without it.
func proveGrowth(ctx context.Context, dir log.Files, index bool, old Checkpoint) (*Consistency, error) {
	b, err := openBook(ctx, dir, index, func(*snapshot) func(*log.Item) error {
		return func(*log.Item) error { return nil }
	})
	if err != nil {
		return nil, err
	}
	defer b.close()
	root, err := b.tree.Root()
	if err != nil {
		return nil, err
	}
	c := &Consistency{Old: old, New: Checkpoint{Origin: old.Origin, Size: b.tree.Size, Root: root}}
	if old.Size > c.New.Size {
		return nil, &CheckpointError{Checkpoint: old, Found: c.New}
	}
	if old.Size > 0 {
		if c.Proof, err = tlog.ProveTree(c.New.Size, old.Size, b.tree.Reader(b.group)); err != nil {
			return nil, err
		}
	}
	if c.Check() != nil {
		then, err := tlog.TreeHash(old.Size, b.tree.Reader(b.group))
		if err != nil {
			return nil, err
		}
		return nil, &CheckpointError{Checkpoint: old, Found: Checkpoint{Origin: old.Origin, Size: old.Size, Root: then}}
	}
	return c, nil
}

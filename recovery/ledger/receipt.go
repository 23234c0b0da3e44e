package ledger

import (
	"bytes"
	"cmp"
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
	b, err := openBook(ctx, log.Directory(dir), func(t *log.Item) error {
		if t.Head.Kind != KindDecision || t.Body != log.BodyWhole || found >= 0 && options.Decision != "" {
			return nil
		}
		s, err := parseSummary(t.Head.Seq, t.Payload, nil)
		if err != nil {
			return err
		}
		if options.Decision != "" && s.ID == store.IDOf(options.Decision) || options.Decision == "" && s.Choice == nil && s.Incident == options.Incident {
			found = t.Head.Seq
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
		o.buf = jsontext.AppendQuote(o.buf, h.String())
	}
	o.open(']')
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
	o := object{}
	o.open('{')
	o.text("checkpoint", string(text))
	o.text("header", string(t.Header))
	o.key("payload")
	o.buf = append(o.buf, t.Payload...)
	o.hashes("proof", proof)
	o.text("salt", hex.EncodeToString(t.Salt))
	o.open('}')
	return append(o.buf, '\n'), nil
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

func readReceipt(data []byte) (out receipt, err error) {
	in, err := members(data, "checkpoint", "header", "payload", "proof", "salt")
	if err != nil {
		return out, err
	}
	var errs [4]error
	var salt string
	out.checkpoint, errs[0] = textOf(in["checkpoint"])
	out.header, errs[1] = textOf(in["header"])
	out.proof, errs[2] = hashesOf(in["proof"])
	salt, errs[3] = textOf(in["salt"])
	if err := cmp.Or(errs[:]...); err != nil {
		return out, err
	}
	out.salt, err = hex.DecodeString(salt)
	if err != nil || len(out.salt) != log.SaltSize || hex.EncodeToString(out.salt) != salt {
		return out, errors.New("its salt is not 16 bytes in lower-case hexadecimal")
	}
	var payload bytes.Buffer
	err = json.Compact(&payload, in["payload"])
	out.payload = payload.Bytes()
	return out, err
}

// hashesOf reads a list of hashes, each written in the one way there is.
func hashesOf(raw json.RawMessage) ([]Hash, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || list == nil {
		return nil, fmt.Errorf("a list of hashes is wanted in place of %.40s", raw)
	}
	var out []Hash
	for _, e := range list {
		text, err := textOf(e)
		if err != nil {
			return nil, err
		}
		h, err := tlog.ParseHash(text)
		if err != nil || h.String() != text {
			return nil, fmt.Errorf("%.60q is no hash", text)
		}
		out = append(out, h)
	}
	return out, nil
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

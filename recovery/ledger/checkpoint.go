package ledger

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// DefaultOrigin is the first line of checkpoints that name no other.
const DefaultOrigin = "amends/ledger"

// Hash is a SHA-256 hash. It is written in base64.
type Hash = tlog.Hash

// Checkpoint is a ledger at one moment, in a hundred bytes: how many records it had, and the root
// of the Merkle tree over them (RFC 6962). When it is kept elsewhere, it shows later that nothing
// before it was changed or cut off. Its text is the checkpoint of transparency logs
// (https://c2sp.org/tlog-checkpoint).
type Checkpoint struct {
	Origin string // which ledger; one line without a plus sign
	Size   int64
	Root   Hash
}

// Text writes the checkpoint without a signature: three lines.
func (c Checkpoint) Text() []byte {
	return fmt.Appendf(nil, "%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// Sign writes the checkpoint as a note that is signed with Ed25519. The key comes from
// [GenerateKey]; the owner of the origin chooses its name.
func (c Checkpoint) Sign(key string) ([]byte, error) {
	signer, err := note.NewSigner(key)
	if err != nil {
		return nil, fmt.Errorf("this is no key to sign with: %w", err)
	}
	return note.Sign(&note.Note{Text: string(c.Text())}, signer)
}

// KeyName is what a key is called, a secret or a public one.
func KeyName(key string) (string, error) {
	if strings.HasPrefix(key, "PRIVATE+KEY+") {
		signer, err := note.NewSigner(key)
		if err != nil {
			return "", errors.New("this is no key to sign with")
		}
		return signer.Name(), nil
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return "", errors.New("this is no key to verify with")
	}
	return verifier.Name(), nil
}

// GenerateKey makes a pair of keys: one to sign checkpoints with, to be kept
// secret, and one to verify them with. The name says whose they are; it has neither
// spaces nor plus signs.
func GenerateKey(name string) (sign, verify string, err error) {
	sign, verify, err = note.GenerateKey(rand.Reader, name)
	if err == nil {
		_, err = note.NewVerifier(verify)
	}
	if err != nil {
		return "", "", fmt.Errorf("no key can be called %q: a name has neither spaces nor plus signs", name)
	}
	return sign, verify, nil
}

// ErrUnsigned is returned for a checkpoint that none of the keys has signed.
var ErrUnsigned = errors.New("the checkpoint is not signed with a key that was given")

// ParseCheckpoint reads a checkpoint, signed or not. With keys, one of them must
// have signed it; without, signatures are not looked at.
func ParseCheckpoint(text []byte, keys ...string) (Checkpoint, error) {
	if len(keys) == 0 {
		body, _, _ := bytes.Cut(text, []byte("\n\n"))
		return parseCheckpoint(strings.TrimSuffix(string(body), "\n") + "\n")
	}
	var known []note.Verifier
	for _, k := range keys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return Checkpoint{}, fmt.Errorf("this is no key to verify with: %w", err)
		}
		known = append(known, v)
	}
	n, err := note.Open(text, note.VerifierList(known...))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrUnsigned, err)
	}
	return parseCheckpoint(n.Text)
}

// parseCheckpoint reads the lines of a checkpoint. More of them may follow.
func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[0] == "" {
		return Checkpoint{}, errors.New("this is no checkpoint: three lines are wanted, the origin, the size and the root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, errors.New("this is no checkpoint: its second line is no size")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return Checkpoint{}, errors.New("this is no checkpoint: its third line is no root")
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: root}, nil
}

// Checkpoint returns the checkpoint of what is on disk. An empty origin stands
// for [DefaultOrigin].
func (l *Ledger) Checkpoint(origin string) (Checkpoint, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.ended != nil {
		return Checkpoint{}, l.ended
	}
	root, err := l.tree.Root()
	if err != nil {
		return Checkpoint{}, err
	}
	return Checkpoint{Origin: orDefault(origin), Size: l.tree.Size, Root: root}, nil
}

func orDefault(origin string) string {
	if origin == "" {
		return DefaultOrigin
	}
	return origin
}

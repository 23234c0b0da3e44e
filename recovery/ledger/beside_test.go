package ledger

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestFilesBeside puts files and folders into the directory of a ledger. A name that could be that
// of a segment, a checkpoint or a key is damage, to who verifies and to who opens alike. Any other
// is ignored.
func TestFilesBeside(t *testing.T) {
	for name, refused := range map[string]bool{
		".DS_Store": false, "Thumbs.db": false, "notes.txt": false, "README.md": false, "lost+found": false, "2026": false,
		"._0000000000000000.ledger": false, ".0000000000000000.ledger.swp": false, ".nfs000000000000000001": false,
		"other.lock": false, "0000000000000000-at-300.cut": false, "ledger": false, "monkey": false,

		"0000000000000000": true, "0000000000000009.LEDGER": true, "0000000000000000.ledger.bak": true, "0000000000000000.ledger~": true,
		"Copy of 0000000000000000.ledger": true, "0000000000000000 2.ledger": true, "1.ledger": true, "00000000000000000.ledger": true, ".ledger": false,
		"checkpoint": true, "checkpoint.txt": true, "2026.checkpoint": true, "ledger.key": true, "ledger.key.pub": true, "S.KEY": true,
	} {
		for _, folder := range []bool{false, true} {
			if folder && testing.Short() {
				continue
			}
			dir := t.TempDir()
			l := openT(t, dir)
			if err := commitPlain(l, "dec_1", "T-1"); err != nil {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			put := func() error { return os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600) }
			if folder {
				put = func() error { return os.Mkdir(filepath.Join(dir, name), 0o700) }
			}
			if err := put(); err != nil {
				t.Fatal(err)
			}
			_, verifyErr := Verify(context.Background(), dir, VerifyOptions{})
			again, openErr := Open(dir)
			if openErr == nil {
				if err := commitPlain(again, "dec_2", "T-2"); err != nil {
					t.Fatal(err)
				}
				if err := again.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if !refused {
				if verifyErr != nil || openErr != nil {
					t.Errorf("%s (a folder: %v) was refused: verify %v, open %v", name, folder, verifyErr, openErr)
				}
				continue
			}
			var a, b *Damage
			if !errors.As(verifyErr, &a) || !errors.As(openErr, &b) || *a != *b || a.File != name {
				t.Errorf("%s (a folder: %v): verify %v, open %v", name, folder, verifyErr, openErr)
			}
		}
	}
}

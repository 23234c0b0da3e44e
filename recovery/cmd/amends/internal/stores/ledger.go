package stores

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// OpenLedger opens a ledger for writing.
func OpenLedger(dir string, options ...ledger.Option) (*ledger.Ledger, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file; name the directory of a ledger", dir)
	}
	l, err := ledger.Open(dir, options...)
	if err != nil {
		return nil, Placed(dir, err)
	}
	return l, nil
}

// CheckLedger holds that a directory has a ledger in it.
func CheckLedger(dir string) error {
	if _, err := command.OpenDir(dir); err != nil {
		return fmt.Errorf("%w; name the directory of a ledger", trimHint(err))
	}
	for _, pattern := range []string{"*.ledger", "*.lock"} {
		names, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil || len(names) > 0 {
			return err
		}
	}
	return fmt.Errorf("there is no ledger in %s", dir)
}

// trimHint drops what [command.OpenDir] says of playbooks.
func trimHint(err error) error {
	text, _, _ := strings.Cut(err.Error(), ";")
	return errors.New(text)
}

// Placed is damage with the file's path from where the command runs.
func Placed(dir string, err error) error {
	var damage *ledger.Damage
	if !errors.As(err, &damage) {
		return fmt.Errorf("%s: %w", dir, err)
	}
	d := *damage
	d.File = path.Join(filepath.ToSlash(dir), d.File)
	return &d
}

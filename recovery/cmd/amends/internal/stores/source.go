package stores

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Source says where a command reads that reads a ledger: a directory, or a store in a database, by the ledger that
// mirrors it.
type Source struct{ mirror *string }

// NewSource adds the flag --mirror to a command.
func NewSource(f *command.Flags) *Source {
	return &Source{f.String("mirror", "", "`DIR` of the ledger in which the records of a database are sealed first; else FILE.ledger beside sqlite:FILE")}
}

// Ledger is the directory of the ledger of a name. What a database has is sealed in its mirror first.
func (s *Source) Ledger(name string) (string, error) {
	db, dir, err := s.Database(name)
	if db == nil || err != nil {
		return dir, err
	}
	err = db.Mirror(context.Background(), dir)
	return dir, errors.Join(Mirrored(name, dir, err), db.Close())
}

// Database is the store in a database of a name, and the directory of its mirror. It is nil when the name is that of a ledger.
func (s *Source) Database(name string) (db Database, dir string, err error) {
	if db, err = OpenDatabase(name); err != nil {
		return nil, "", err
	}
	if db == nil {
		if *s.mirror != "" {
			return nil, "", errors.New("--mirror goes with a store in a database; the records of a ledger stand in it already")
		}
		return nil, name, CheckLedger(name)
	}
	if dir = *s.mirror; dir == "" {
		file, ok := strings.CutPrefix(name, inSQLite)
		if !ok {
			return nil, "", errors.Join(errors.New("this is read in the ledger in which the records of the database are sealed; name its directory with --mirror DIR, which is created when absent"), db.Close())
		}
		dir = file + ".ledger"
	}
	return db, dir, nil
}

// Mirrored says what to do when a store could not be sealed in its mirror.
func Mirrored(name, dir string, err error) error {
	var cut *ledger.CheckpointError
	var foreign *ledger.ForeignError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &cut):
		return fmt.Errorf("%s is not the mirror of %s, or has lost what was sealed in it: %w; name the mirror with --mirror DIR", dir, Shown(name), err)
	case errors.As(err, &foreign):
		return fmt.Errorf("%s: %w; name the mirror of %s with --mirror DIR", dir, err, Shown(name))
	}
	return fmt.Errorf("%s could not be sealed in %s: %w", Shown(name), dir, Placed(dir, err))
}

// Package stores opens the stores that the command works on, by their names.
package stores

import (
	"fmt"
	"io"
	"strings"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/sqlite"
)

// Help says how stores are named.
const Help = "a file of SQLite, as sqlite:FILE, or the DIR of a ledger; created when absent"

// Stream is a store that keeps deliveries, and has to be closed.
type Stream interface {
	recovery.Stream
	io.Closer
}

// OpenStream opens a store that keeps deliveries.
func OpenStream(name string) (Stream, error) {
	if file, ok := strings.CutPrefix(name, "sqlite:"); ok {
		s, err := sqlite.Open(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return s, nil
	}
	if scheme, _, ok := strings.Cut(name, "://"); ok {
		return nil, fmt.Errorf("no store is known by %s://; name one as sqlite:FILE, or the directory of a ledger", scheme)
	}
	l, err := ledgers.Open(name)
	if err != nil {
		return nil, err
	}
	if s, ok := any(l).(Stream); ok {
		return s, nil
	}
	_ = l.Close() // nothing was written
	return nil, fmt.Errorf("%s: a ledger keeps no deliveries yet; name a file of SQLite, as sqlite:FILE", name)
}

package log

import (
	"errors"
	"fmt"
)

// Damage is the first place at which a ledger is not what was written: a record
// or payload that was changed, taken out, put in or moved, or a file that does
// not belong there.
type Damage struct {
	File   string
	Offset int64 // in the file, where the record begins
	Record int64 // its number; -1 where it belongs to none
	What   string
	// Tear is set where the damage is at the end of the ledger and [Repair] may cut it
	// off: nothing behind it is a record.
	Tear Tear
}

func (d *Damage) Error() string {
	if d.Record < 0 {
		return fmt.Sprintf("%s: %s", d.File, d.What)
	}
	return fmt.Sprintf("%s: byte %d: record %d: %s", d.File, d.Offset, d.Record, d.What)
}

// ErrNotFound is returned when a ledger has no such record.
var ErrNotFound = errors.New("the ledger has no such record")

package sqlite

import (
	"database/sql"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery/store"
)

// microseconds is a time as the tables have it.
func microseconds(t time.Time) int64 { return t.UnixMicro() }

// orNull is a time that may be missing.
func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// timeOf is the time in a column; zero where it is null.
func timeOf(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMicro(n.Int64).UTC()
}

const microsecondsADay = 24 * 60 * 60 * 1_000_000

// dayOf is the day since 1970 of a time.
func dayOf(us int64) int64 {
	day := us / microsecondsADay
	if us%microsecondsADay < 0 {
		day--
	}
	return day
}

// A weight is kept in three columns of 40 bits and the rest, so that sums of millions of rows fit each.
const limb = 1<<40 - 1

func limbs(w store.Wide) (high, middle, low int64) {
	var room [16]byte
	b := w.Append(room[:0])
	h, l := int64(binary.BigEndian.Uint64(b)), binary.BigEndian.Uint64(b[8:])
	return h >> 16, int64(uint64(h)<<24&limb | l>>40), int64(l & limb)
}

// wide adds up what stands in three columns.
func wide(high, middle, low int64) store.Wide {
	return shifted(high, 80).Plus(shifted(middle, 40)).Plus(store.WideOf(low))
}

// shifted is n times a power of two; what does not fit is cut off.
func shifted(n int64, by uint) store.Wide {
	var b [16]byte
	if by >= 64 {
		binary.BigEndian.PutUint64(b[:], uint64(n)<<(by-64))
	} else {
		binary.BigEndian.PutUint64(b[:], uint64(n>>(64-by)))
		binary.BigEndian.PutUint64(b[8:], uint64(n)<<by)
	}
	return store.ReadWide(b[:])
}

// numbers are records in a column, in order.
func numbers(list []int64) string {
	var out []string
	for _, n := range list {
		out = append(out, strconv.FormatInt(n, 10))
	}
	return strings.Join(out, " ")
}

func readNumbers(text string) (out []int64, err error) {
	for f := range strings.FieldsSeq(text) {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

package recovery

import (
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// cell holds the value of a field. Texts, whole numbers and times, which is what
// nearly all values are, stand in it without a box of their own.
type cell struct {
	kind   cellKind
	nanos  int32 // of a time
	number int64 // of a time: the seconds since 1970
	text   string
	other  any // of any other type
}

type cellKind uint8

const (
	emptyCell cellKind = iota
	textCell
	numberCell
	timeCell
	otherCell
)

// cellOf takes a value out of its box; nil is no value.
func cellOf(v any) cell {
	switch x := v.(type) {
	case nil:
		return cell{}
	case string:
		return cell{kind: textCell, text: x}
	case int64:
		return cell{kind: numberCell, number: x}
	case time.Time:
		return timeCellOf(x)
	}
	return cell{kind: otherCell, other: v}
}

func timeCellOf(t time.Time) cell {
	return cell{kind: timeCell, number: t.Unix(), nanos: int32(t.Nanosecond())}
}

// time returns the time that the cell holds, in UTC; zero when it holds none.
func (c *cell) time() time.Time {
	if c.kind != timeCell {
		return time.Time{}
	}
	return time.Unix(c.number, int64(c.nanos)).UTC()
}

// append writes the value as [appendCanonical] does.
func (c *cell) append(dst []byte) []byte {
	switch c.kind {
	case textCell:
		return jsontext.AppendQuote(dst, c.text)
	case numberCell:
		return strconv.AppendInt(dst, c.number, 10)
	case timeCell:
		return appendTime(dst, c.time())
	}
	return appendCanonical(dst, c.other)
}

// key is the text by which stores compare incidents; lists have none.
func (c *cell) key() string {
	switch c.kind {
	case textCell:
		return c.text
	case numberCell:
		return strconv.FormatInt(c.number, 10)
	case timeCell:
		return value.FormatTimestamp(c.time())
	}
	if _, isList := c.other.([]any); isList {
		return ""
	}
	return value.Show(c.other)
}

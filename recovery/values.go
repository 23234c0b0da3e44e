package recovery

import (
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// values are the fields of one incident as they were taken, by slot. They are
// made once and serve many incidents.
type values struct {
	layout  *layout
	cells   []cell
	own     []*placed // the playbooks' fields that were taken
	taken   []int     // their slots
	present []uint64  // the fields that have a value: a bit for each rank in the record
	paused  []Pause
}

func newValues(l *layout, slots int) values {
	v := values{layout: l, cells: make([]cell, slots), own: make([]*placed, slots), present: make([]uint64, len(l.present))}
	v.clear()
	return v
}

// clear leaves the shared fields with their defaults.
func (v *values) clear() {
	for _, slot := range v.taken {
		v.cells[slot], v.own[slot] = cell{}, nil
	}
	copy(v.cells, v.layout.cells) // of those that a playbook has narrowed as well
	copy(v.present, v.layout.present)
	v.taken, v.paused = v.taken[:0], nil
}

// takeOwn notes that a playbook's field belongs to the incident, with a value or
// without. It is false when another playbook has brought the field along.
func (v *values) takeOwn(f *placed) bool {
	if v.own[f.Slot] != nil {
		return false
	}
	v.own[f.Slot] = f
	v.taken = append(v.taken, f.Slot)
	return true
}

func (v *values) set(f *placed, c cell) {
	v.cells[f.Slot] = c
	v.present[f.rank/64] |= 1 << (f.rank % 64)
}

func (v *values) unset(f *placed) {
	v.cells[f.Slot] = cell{}
	v.present[f.rank/64] &^= 1 << (f.rank % 64)
}

func (v *values) setPaused(pauses []Pause) {
	if len(pauses) > 0 {
		v.paused = pauses
		v.present[v.layout.paused/64] |= 1 << (v.layout.paused % 64)
	}
}

// knows reports whether a path is that of a field of the incident: a shared one, or
// one that was taken.
func (v *values) knows(path string) bool {
	slot, ok := v.layout.slots[path]
	return ok && (v.layout.isShared[slot] || v.own[slot] != nil)
}

// std returns the value of a standard field.
func (v *values) std(f stdField) *cell { return &v.cells[v.layout.std[f]] }

// each visits the fields that have a value, in the order of the record.
func (v *values) each(visit func(*recordField)) {
	for i, word := range v.present {
		for ; word != 0; word &= word - 1 {
			visit(&v.layout.record[64*i+bits.TrailingZeros64(word)])
		}
	}
}

// appendRecord appends the record of an incident that has nothing but these
// fields: what [appendRecord] writes.
func (v *values) appendRecord(dst []byte) []byte {
	dst = append(dst, '{')
	object := ""
	v.each(func(f *recordField) {
		if f.object != object {
			dst = appendWay(dst, object, f.object)
			object = f.object
		}
		dst = append(appendComma(dst), f.key...)
		if f.slot < 0 {
			dst = appendList(dst, v.paused, appendPause)
		} else {
			dst = v.cells[f.slot].append(dst)
		}
	})
	dst = appendWay(dst, object, "")
	return append(dst, '}')
}

// appendWay closes the objects of one field that are not those of the next, and
// opens the others: from a.b. to a.c. it is } and then "c":{.
func appendWay(dst []byte, from, to string) []byte {
	for from != "" {
		name, rest, _ := strings.Cut(from, ".")
		if next, after, ok := strings.Cut(to, "."); !ok || next != name {
			break
		} else {
			from, to = rest, after
		}
	}
	for range strings.Count(from, ".") {
		dst = append(dst, '}')
	}
	for to != "" {
		var name string
		name, to, _ = strings.Cut(to, ".")
		dst = append(jsontext.AppendQuote(appendComma(dst), name), ':', '{')
	}
	return dst
}

// appendComma parts a member of an object from the one before.
func appendComma(dst []byte) []byte {
	if dst[len(dst)-1] == '{' {
		return dst
	}
	return append(dst, ',')
}

// list returns the fields that have a value for [appendRecord], which writes
// what is not declared besides.
func (v *values) list() []fieldValue {
	out := make([]fieldValue, 0, len(v.layout.shared)+len(v.taken)+1)
	v.each(func(f *recordField) {
		if f.slot < 0 {
			out = append(out, fieldValue{f.path, v.paused})
		} else {
			out = append(out, fieldValue{f.path, &v.cells[f.slot]})
		}
	})
	return out
}

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

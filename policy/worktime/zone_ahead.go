package worktime

import (
	"encoding/binary"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// lastAhead is the year up to which the changes of a zone are written down.
const lastAhead = 2100

// writtenAhead returns the data of a zone with the changes that its rule will make, each written down.
// The data has the changes of the past, and for the time after them a rule. Go works the rule out anew
// for each question, which takes ten times as long as to find a change in a list, and deadlines lie in
// that time. The rule stays, for the years after. Data that is not as expected is returned as it is.
func writtenAhead(data []byte, zone *time.Location) []byte {
	z, ok := parseZone(data)
	if !ok {
		return data
	}
	times, types := []byte(nil), []byte(nil)
	at := time.Unix(z.last(), 0)
	for {
		_, _, end := value.Offset(at, zone)
		if end.IsZero() || end.Year() > lastAhead {
			break
		}
		before, after := typeAt(end.Add(-time.Second).In(zone)), typeAt(end.In(zone))
		if at = end; before == after { // the end of a stretch may be no change
			continue
		}
		i, known := z.typeOf(after)
		if !known {
			return data
		}
		times = binary.BigEndian.AppendUint64(times, uint64(end.Unix()))
		types = append(types, i)
	}
	return z.with(times, types)
}

// zoneData is the part of a TZif file (RFC 9636) with times of 64 bits.
type zoneData struct {
	before []byte // what stands before that part, and its header
	header []byte
	times  []byte // of the changes, 8 bytes each
	types  []byte // to which each of them changes
	rest   []byte // the types, their names, and the rule

	typeCount, nameCount int
}

const zoneHeader = 44 // bytes

// parseZone reads as much of the data as is needed to add changes.
func parseZone(data []byte) (z zoneData, ok bool) {
	counts := func(header []byte) (n [6]int, ok bool) {
		if len(header) < zoneHeader || string(header[:4]) != "TZif" || header[4] < '2' {
			return n, false
		}
		for i := range n {
			if n[i] = int(binary.BigEndian.Uint32(header[20+4*i:])); n[i] < 0 || n[i] > len(data) {
				return n, false
			}
		}
		return n, true
	}
	old, ok := counts(data)
	if !ok {
		return z, false
	}
	isUT, isStd, leaps, changes, types, names := old[0], old[1], old[2], old[3], old[4], old[5]
	begin := zoneHeader + changes*4 + changes + types*6 + names + leaps*8 + isStd + isUT
	if begin > len(data) {
		return z, false
	}
	new, ok := counts(data[begin:])
	body := begin + zoneHeader
	if changes = new[3]; !ok || changes == 0 || body+changes*9+new[4]*6+new[5] > len(data) {
		return z, false
	}
	return zoneData{
		before: data[:begin], header: data[begin:body],
		times: data[body : body+changes*8], types: data[body+changes*8 : body+changes*9], rest: data[body+changes*9:],
		typeCount: new[4], nameCount: new[5],
	}, true
}

// last is the last change that is written down, in seconds since 1970.
func (z *zoneData) last() int64 { return int64(binary.BigEndian.Uint64(z.times[len(z.times)-8:])) }

// zoneType is what the clocks of a zone show for a time.
type zoneType struct {
	offset int
	summer bool
	name   string
}

func typeAt(t time.Time) zoneType {
	name, offset := t.Zone()
	return zoneType{offset, t.IsDST(), name}
}

// typeOf finds a type among those of the data.
func (z *zoneData) typeOf(want zoneType) (byte, bool) {
	names := z.rest[z.typeCount*6:][:z.nameCount]
	for i := range z.typeCount {
		t := z.rest[i*6:]
		name := int(t[5])
		if int(int32(binary.BigEndian.Uint32(t))) == want.offset && (t[4] != 0) == want.summer &&
			name+len(want.name) < len(names) && string(names[name:name+len(want.name)+1]) == want.name+"\x00" {
			return byte(i), true
		}
	}
	return 0, false
}

// with returns the data with further changes.
func (z *zoneData) with(times, types []byte) []byte {
	header := append([]byte(nil), z.header...)
	binary.BigEndian.PutUint32(header[32:], uint32(len(z.types)+len(types)))
	var out []byte
	for _, part := range [][]byte{z.before, header, z.times, times, z.types, types, z.rest} {
		out = append(out, part...)
	}
	return out
}

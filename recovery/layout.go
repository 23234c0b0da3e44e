package recovery

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// layout is where the fields of a set stand in an incident and in its record.
type layout struct {
	shared []*placed   // those of every incident, in the order of the program
	own    [][]*placed // what each playbook adds or narrows, by its number
	slots  map[string]int
	// isShared tells the slots of shared from the playbooks' own; all of them are below
	// sharedSlots.
	isShared    []bool
	sharedSlots int
	cells       []cell        // of the shared fields, with their defaults
	present     []uint64      // those that have one: a bit for each rank in record
	std         [stdCount]int // slots of the standard fields
	record      []recordField // of the whole set, in the order of the record
	paused      int           // the rank of paused in record
	// playbookNames are the names of the playbooks' own fields, earlier ones
	// included.
	playbookNames map[string]bool
}

// placed is a field with what is known of its place.
type placed struct {
	*policy.Field
	std stdField // its place in the struct, if it has one
	// outer are the names under which an object must stand, if anything does, for
	// the field to be found.
	outer   []string
	direct  bool // the struct alone can hold it
	rank    int  // in the record
	missing cell // the default
	preset  bool // an incident begins with it
	bounded bool // by min or max
	widest  int  // how many items of a list some playbook lets in
	isID    bool // ids that look the same must be the same
}

// isID reports whether a field of text, or of texts, holds ids, by its name.
func isID(f *policy.Field) bool {
	if f.Type.Kind != value.KindString && (f.Type.Kind != value.KindList || f.Type.Elem != value.KindString) {
		return false
	}
	switch f.Name {
	case "id", "follows", "provider":
		return true
	}
	return strings.HasSuffix(f.Name, ".id") || strings.HasSuffix(f.Name, "_id")
}

func newLayout(p *policy.Program) layout {
	l := layout{slots: map[string]int{}, isShared: make([]bool, p.Slots()), own: make([][]*placed, len(p.Playbooks)), playbookNames: map[string]bool{}}
	for _, f := range p.Fields {
		l.slots[f.Name] = f.Slot
	}
	for _, b := range p.Playbooks {
		for _, f := range b.Fields {
			l.slots[f.Name] = f.Slot
			l.playbookNames[f.Name] = true
			for _, was := range f.Was {
				l.playbookNames[was] = true
			}
		}
	}
	ranks := l.rankFields()
	l.present = make([]uint64, (len(l.record)+63)/64)
	for _, f := range p.Fields {
		x := placeField(f, ranks)
		x.preset = f.Default != nil
		l.shared = append(l.shared, x)
		l.isShared[f.Slot] = true
		l.sharedSlots = max(l.sharedSlots, f.Slot+1)
		if x.std != notStandard {
			l.std[x.std] = f.Slot
		}
	}
	l.cells = make([]cell, l.sharedSlots)
	for _, x := range l.shared {
		if l.cells[x.Slot] = x.missing; x.preset {
			l.present[x.rank/64] |= 1 << (x.rank % 64)
		}
	}
	for i, b := range p.Playbooks {
		for _, f := range b.Fields {
			l.own[i] = append(l.own[i], placeField(f, ranks))
		}
	}
	for _, f := range l.shared {
		f.widest = widestOf(p, f)
	}
	return l
}

// widestOf is how many items of a list some playbook lets in.
func widestOf(p *policy.Program, shared *placed) int {
	n := shared.MaxItems
	for _, b := range p.Playbooks {
		for _, f := range b.Fields {
			if f.Name == shared.Name {
				n = max(n, f.MaxItems)
			}
		}
	}
	return n
}

func placeField(f *policy.Field, ranks map[string]int) *placed {
	x := &placed{
		isID:  isID(f),
		Field: f, std: stdFieldOf(f.Name), rank: ranks[f.Name], missing: cellOf(f.Default),
		direct:  stdFieldOf(f.Name) != notStandard && len(f.Was) == 0,
		bounded: f.Min != nil || f.Max != nil,
	}
	for i, r := range f.Name {
		if r == '.' && f.Name[:i] != "customer" {
			x.outer = append(x.outer, f.Name[:i])
		}
	}
	return x
}

// recordField is how a field is written in the record.
type recordField struct {
	path   string
	slot   int    // -1: paused
	object string // what it stands in, with a dot at the end; empty at the top
	key    string // as JSON, with its colon
}

// rankFields puts the fields of the set into the order of the record, and
// returns the rank of each name.
func (l *layout) rankFields() map[string]int {
	l.record = append(l.record, recordField{path: "paused", slot: -1})
	for name, slot := range l.slots {
		l.record = append(l.record, recordField{path: name, slot: slot})
	}
	slices.SortFunc(l.record, func(a, b recordField) int { return strings.Compare(a.path, b.path) })
	ranks := make(map[string]int, len(l.record))
	for i := range l.record {
		f := &l.record[i]
		ranks[f.path] = i
		last := strings.LastIndexByte(f.path, '.') + 1
		f.object = f.path[:last]
		f.key = string(append(jsontext.AppendQuote(nil, f.path[last:]), ':'))
		if f.slot < 0 {
			l.paused = i
		}
	}
	return ranks
}

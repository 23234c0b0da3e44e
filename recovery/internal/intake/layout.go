package intake

import (
	"math"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// Layout is where the fields of a set stand in an incident and in its record. It
// is made once per set.
type Layout struct {
	shared    []*field                 // those of every incident, in the order of the program
	defaulted []*field                 // those among them that have a default, by name
	own       [][]*field               // what each playbook adds or narrows, by its number
	standard  map[string]int           // the places of the standard fields
	paused    int                      // that of paused
	named     map[string]*policy.Field // all fields of the set
	places    map[string]place         // of whatever may stand beside the standard fields
	isShared  []bool                   // by slot; the others are playbooks' own
	record    []recordField            // of the whole set, in the order of the record
	preset    []uint64                 // the fields that have a value from the beginning: a bit for each rank in record
	pauses    int                      // the rank of paused in record
	declared  map[string]bool
	names     []string // see Names
}

// field is a field with what is known of its place.
type field struct {
	*policy.Field
	std int // its place among the standard fields; -1: it is not one of them
	// outer are the names under which an object must stand, if anything does, for
	// the field to be found.
	outer []string
	// book is the playbook that declares the field, empty for a shared one. says is the same where
	// another playbook narrows the field in another way: what is wrong then names the playbook.
	book, says string
	rank       int  // in the record
	preset     bool // an incident begins with its default
	fits       bool // whatever its type: it has no bounds and no list of allowed values
	widest     int  // how many items of a list some playbook lets in
	isID       bool // ids that look the same must be the same
	items      *itemFields
	// placed is set on a standard field that is found in its place or nowhere. skips is set where it may
	// be absent as well: nothing is to be done for it then.
	placed, skips bool
	low, high     int64 // of a whole number: what it may be
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

// NewLayout places the fields of a set. The standard fields are those that an
// [Incident] holds in Standard, in the same order.
func NewLayout(p *policy.Program, standard []string) *Layout {
	l := &Layout{
		standard: make(map[string]int, len(standard)), paused: slices.Index(standard, "paused"),
		isShared: make([]bool, p.Slots()), own: make([][]*field, len(p.Playbooks)),
	}
	for i, name := range standard {
		l.standard[name] = i
	}
	l.name(p)
	l.find()
	l.names = l.namesOf()
	ranks := l.rank()
	l.preset = make([]uint64, (len(l.record)+63)/64)
	for _, f := range p.Fields {
		x := l.place(f, ranks)
		x.widest = widestOf(p, f)
		l.shared = append(l.shared, x)
		l.isShared[f.Slot] = true
		if x.preset = f.Default != nil; x.preset {
			l.preset[x.rank/64] |= 1 << (x.rank % 64)
			l.record[x.rank].preset = AppendCanonical([]byte(l.record[x.rank].key), f.Default)
		}
		x.placed = x.std >= 0 && len(f.Was) == 0 && len(x.outer) == 0
		x.skips = x.placed && (x.preset || !f.Required())
	}
	l.defaulted = slices.DeleteFunc(slices.Clone(l.shared), func(f *field) bool { return f.Default == nil })
	slices.SortFunc(l.defaulted, func(a, b *field) int { return strings.Compare(a.Name, b.Name) })
	differ := differing(p)
	for i, b := range p.Playbooks {
		for _, f := range b.Fields {
			x := l.place(f, ranks)
			if x.book = b.ID; differ[f.Name] {
				x.says = b.ID
			}
			l.own[i] = append(l.own[i], x)
		}
	}
	return l
}

// name notes all fields by their names, and the names that playbooks declare,
// earlier ones included.
func (l *Layout) name(p *policy.Program) {
	l.named, l.declared = map[string]*policy.Field{}, map[string]bool{}
	for _, f := range p.Fields {
		l.named[f.Name] = f
	}
	for _, b := range p.Playbooks {
		for _, f := range b.Fields {
			l.named[f.Name] = f
			l.declared[f.Name] = true
			for _, was := range f.Was {
				l.declared[was] = true
			}
		}
	}
}

// place says what a name beside the standard fields is about.
type place struct {
	slot     int  // of a field of the set; -1: it is none
	standard bool // it has a place among the standard fields as well
}

// find notes the places of all names, so that each name of an incident is looked up once.
func (l *Layout) find() {
	l.places = map[string]place{"customer": {slot: -1, standard: true}}
	for name := range l.standard {
		l.places[name] = place{slot: -1, standard: true}
	}
	for name, f := range l.named {
		l.places[name] = place{slot: f.Slot, standard: l.places[name].standard}
	}
}

// widestOf is how many items of a list some playbook lets in.
func widestOf(p *policy.Program, shared *policy.Field) int {
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

// differing finds the fields that playbooks allow different values of.
func differing(p *policy.Program) map[string]bool {
	out, first := map[string]bool{}, map[string]*policy.Field{}
	for _, b := range p.Playbooks {
		for _, f := range b.Fields {
			o := first[f.Name]
			if o == nil {
				first[f.Name] = f
			} else if !slices.Equal(o.OneOf, f.OneOf) || value.Show(o.Min) != value.Show(f.Min) || value.Show(o.Max) != value.Show(f.Max) {
				out[f.Name] = true
			}
		}
	}
	return out
}

func (l *Layout) place(f *policy.Field, ranks map[string]int) *field {
	x := &field{Field: f, std: -1, rank: ranks[f.Name], isID: isID(f), fits: f.Min == nil && f.Max == nil && f.OneOf == nil}
	x.low, x.high = math.MinInt64, math.MaxInt64
	if f.Type.Kind == value.KindInt && f.Min != nil {
		x.low = f.Min.(int64)
	}
	if f.Type.Kind == value.KindInt && f.Max != nil {
		x.high = f.Max.(int64)
	}
	if std, ok := l.standard[f.Name]; ok {
		x.std = std
	}
	if f.Items != nil {
		x.items = newItemFields(f)
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
	field  *policy.Field // nil: paused
	object string        // what it stands in, with a dot at the end; empty at the top
	key    string        // as JSON, behind a comma and with its colon
	preset []byte        // the default with which an incident begins, as JSON behind its key; nil: none
}

// rank puts the fields of the set into the order of the record, and returns the
// rank of each name.
func (l *Layout) rank() map[string]int {
	l.record = append(l.record, recordField{path: "paused"})
	for name, f := range l.named {
		l.record = append(l.record, recordField{path: name, field: f})
	}
	slices.SortFunc(l.record, func(a, b recordField) int { return strings.Compare(a.path, b.path) })
	ranks := make(map[string]int, len(l.record))
	for i := range l.record {
		f := &l.record[i]
		ranks[f.path] = i
		last := strings.LastIndexByte(f.path, '.') + 1
		f.object = f.path[:last]
		f.key = string(append(jsontext.AppendQuote([]byte{','}, f.path[last:]), ':'))
		if f.field == nil {
			l.pauses = i
		}
	}
	return ranks
}

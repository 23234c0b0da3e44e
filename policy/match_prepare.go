package policy

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/index"
	"github.com/servicerecovery/amends/policy/value"
)

// matching has the indexes that find plays without looking at each one.
type matching struct {
	space *atom.Space
	base  []any // the first value of each slot: the default of a shared field, zero for a fact

	allApply bool         // every playbook applies to every incident
	books    *index.Index // by the playbooks' numbers
	plays    *index.Index // by the places in order
	order    []candidate  // in the order in which plays are matched: that of the program, fallbacks last
	classes  int          // of playbooks
}

// allBooks is the one class of the index of playbooks.
var allBooks = []int32{0}

// prepare makes the indexes, once everything is compiled. No later step reads syntax trees.
func (p *Program) prepare() {
	b := preparer{program: p, takes: celenv.NewConditions(p.slots), zones: map[*time.Location]int{}, fits: map[fitKey]*atom.Cond{}, reads: map[string][]*shown{}, shown: map[*Playbook]map[string]*shown{}}
	b.gather()
	b.readers()
	b.freeze()
	p.matching.order = make([]candidate, 0, len(b.order))
	for _, play := range b.order {
		p.matching.order = append(p.matching.order, candidateOf(play))
	}
	p.inputs = &sync.Pool{}
}

// preparer takes the conditions of a program apart.
type preparer struct {
	program *Program
	takes   *celenv.Conditions
	days    []atom.Day
	more    int                    // slots between the facts and the days
	zones   map[*time.Location]int // the slots of days
	fits    map[fitKey]*atom.Cond
	order   []*Play

	books, plays []*atom.Cond // the conditions that are indexed
	others       []held       // conditions that are not indexed, and terms that reasons show
	reads        map[string][]*shown
	shown        map[*Playbook]map[string]*shown
}

// held is a condition and the place for its root, plus one.
type held struct {
	root *int32
	cond *atom.Cond
}

// gather takes the conditions apart, in the order of the program.
func (b *preparer) gather() {
	p := b.program
	b.classes()
	p.matching.allApply = true
	for _, book := range p.Playbooks {
		p.matching.allApply = p.matching.allApply && book.applies == nil && book.InForce == (Period{})
		b.books = append(b.books, atom.AllOf(b.inForce(book.InForce, book.Zone), b.of(book.applies)))
	}
	b.order = slices.Clone(p.Plays)
	for i, play := range b.order {
		play.rank = int32(i)
	}
	slices.SortStableFunc(b.order, func(x, y *Play) int { return compareBool(x.Fallback, y.Fallback) })
	for _, play := range b.order {
		b.plays = append(b.plays, atom.AllOf(
			b.fit(play.phase, p.std.phase, "failure"), b.fit(play.provider, p.std.provider, ""),
			b.inForce(play.InForce, play.Playbook.Zone), b.of(play.when)))
		for _, c := range play.Cases {
			b.hold(c.when)
		}
		if play.Partners == nil {
			continue
		}
		for _, partner := range play.Partners.Partners {
			for _, way := range []*Direction{partner.Outbound, partner.Inbound} {
				if way != nil {
					b.hold(way.covers)
				}
			}
		}
	}
}

// classes groups the playbooks whose conditions show that they apply to the same incidents.
func (b *preparer) classes() {
	byText := map[string]int{}
	for _, book := range b.program.Playbooks {
		text := ""
		if book.applies != nil {
			text = strings.TrimSpace(book.applies.cel.Source())
		}
		if _, ok := byText[text]; !ok {
			byText[text] = len(byText)
		}
		book.class = byText[text]
	}
	b.program.matching.classes = len(byText)
}

// of takes an expression apart. It returns nil for one that always holds.
func (b *preparer) of(e *expression) *atom.Cond {
	if e == nil {
		return nil
	}
	return b.takes.Of(e.cel)
}

func (b *preparer) hold(e *expression) {
	if e != nil && e.root == 0 {
		e.root = -1 // not yet known; a condition may be shared
		b.others = append(b.others, held{&e.root, b.of(e)})
	}
}

type fitKey struct {
	fit  fit
	slot int
}

// fit is the condition of a fit: a text is the given one, or it is not. An absent text is not.
func (b *preparer) fit(f fit, slot int, text string) *atom.Cond {
	if f == fitAny {
		return nil
	}
	c := b.fits[fitKey{f, slot}]
	if c != nil {
		return c
	}
	c = &atom.Cond{Op: atom.Equal, Slot: slot, Const: text}
	if f == fitOther {
		c.Op = atom.Differ
	}
	c.Absent = atom.Decide(c, value.Type{Kind: value.KindString}, "")
	b.fits[fitKey{f, slot}] = c
	return c
}

// inForce is the condition that the incident occurred in a period, by the days of a zone.
func (b *preparer) inForce(p Period, zone *time.Location) *atom.Cond {
	if p == (Period{}) {
		return nil
	}
	slot, ok := b.zones[zone]
	if !ok {
		slot = b.program.slots + len(b.program.Facts) + b.more + len(b.days)
		b.zones[zone] = slot
		b.days = append(b.days, atom.Day{Of: b.program.std.occurredAt, Zone: zone})
	}
	var ends [2]*atom.Cond
	if !p.From.IsZero() {
		ends[0] = &atom.Cond{Op: atom.GreaterEqual, Slot: slot, Const: p.From}
	}
	if !p.Until.IsZero() {
		ends[1] = &atom.Cond{Op: atom.LessEqual, Slot: slot, Const: p.Until}
	}
	return atom.AllOf(ends[:]...)
}

// freeze makes the space, and the indexes in it.
func (b *preparer) freeze() {
	m := &b.program.matching
	var types []value.Type
	types, m.base = b.program.slotTypes()
	builder := atom.NewBuilder(types, b.days)
	for _, list := range [][]*atom.Cond{b.books, b.plays} {
		for _, c := range list {
			builder.Gather(c)
		}
	}
	for _, h := range b.others {
		builder.Gather(h.cond)
	}
	m.space = builder.Freeze()
	for _, h := range b.others {
		*h.root = m.space.Root(h.cond) + 1
	}
	m.books = index.Build(m.space, entriesOf(m.space, b.books, func(int) int { return 0 }), 1)
	m.plays = index.Build(m.space, entriesOf(m.space, b.plays, func(i int) int { return b.order[i].Playbook.class }), m.classes)
	m.space.Seal()
}

func entriesOf(space *atom.Space, conds []*atom.Cond, class func(int) int) []index.Entry {
	entries := make([]index.Entry, 0, len(conds))
	for i, c := range conds {
		entries = append(entries, index.Entry{ID: int32(i), Class: class(i), Rule: space.Compile(c)})
	}
	return entries
}

// slotTypes lists the types of the slots, and the values that they have at first: fields, then facts.
func (p *Program) slotTypes() (types []value.Type, base []any) {
	types = make([]value.Type, p.slots+len(p.Facts))
	base = make([]any, len(types))
	for _, f := range p.Fields {
		types[f.Slot] = f.Type
		base[f.Slot] = f.Default
	}
	for _, book := range p.Playbooks {
		for _, f := range book.Fields {
			types[f.Slot] = f.Type
		}
	}
	types[p.missed], base[p.missed] = value.Type{Kind: value.KindList, Elem: value.KindString}, []any{}
	for _, f := range p.Facts {
		types[p.slots+f.Slot] = f.Type()
		base[p.slots+f.Slot] = f.Zero()
	}
	return types, base
}

// readers finds the readers for the paths that explanations show, once for the program.
func (b *preparer) readers() {
	for _, play := range b.program.Plays {
		if play.Each != nil {
			play.reads = b.readsOf(play.Playbook, play.ofItems()...)
			continue
		}
		play.reads = b.readsOf(play.Playbook, play.when, nil)
		for _, c := range play.Cases {
			c.reads = b.readsOf(play.Playbook, play.when, c.when)
		}
	}
}

// readsOf lists the paths that some conditions read, in source order and each once. Plays that read
// the same paths share a list.
func (b *preparer) readsOf(book *Playbook, conditions ...*expression) []*shown {
	var paths []string
	for _, e := range conditions {
		if e == nil {
			continue
		}
		for _, r := range e.cel.Reads() {
			// The decision has the time already.
			if r.Path != "now" && !r.Item && !slices.Contains(paths, r.Path) {
				paths = append(paths, r.Path)
			}
		}
	}
	key := book.ID + "\x00" + strings.Join(paths, "\x00")
	if list, ok := b.reads[key]; ok {
		return list
	}
	list := make([]*shown, 0, len(paths))
	for _, path := range paths {
		list = append(list, b.show(book, path))
	}
	b.reads[key] = list
	return list
}

func (b *preparer) show(book *Playbook, path string) *shown {
	if b.shown[book] == nil {
		b.shown[book] = map[string]*shown{}
	}
	if s := b.shown[book][path]; s != nil {
		return s
	}
	s := newShown(b.program, book, path)
	if term := s.term(); term != nil && term.Type().Kind == value.KindBool {
		b.others = append(b.others, held{&s.root, b.takes.Of(term)})
	}
	b.shown[book][path] = s
	return s
}

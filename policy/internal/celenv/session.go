package celenv

import (
	encoding "encoding/binary"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/value"
)

// session remembers the forms of each shape while a set is compiled. It is safe for concurrent use.
type session struct {
	mu     sync.RWMutex
	shapes map[string]*shapeMemo
	ids    map[any]uint32
	walks  map[guardKey]guardResult
	forms  []*form
	rooms  sync.Pool // of *shapeRoom
}

func newSession() *session {
	s := &session{shapes: map[string]*shapeMemo{}, ids: map[any]uint32{}, walks: map[guardKey]guardResult{}}
	s.rooms.New = func() any { return new(shapeRoom) }
	return s
}

// shapeMemo has the forms of a shape. All sources of a shape have the same names. Its forms differ
// in what these names mean in a scope, and in the literals of the fixed holes.
type shapeMemo struct {
	needs []need
	roles []role
	forms map[string]*form
}

// need is a name that an expression takes from its scope.
type need struct {
	kind refKind
	path string
}

// zoneNeed stands for the zone of the scope.
var zoneNeed = need{path: "zone"}

// calendarNeed stands for a calendar.
func calendarNeed(id string) need { return need{kind: refConstant, path: id} }

// Forget drops the memory that only compiling needs, including the trees of forms with one
// expression only. These take most of the memory of a set with many shapes. No other method of the
// base may run at the same time. Expressions can still be compiled after it.
func (b *Base) Forget() {
	s := b.session.Swap(nil)
	if s == nil {
		return
	}
	for _, f := range s.forms {
		if !f.shared.Load() {
			f.tree, f.refs, f.known = nil, nil, nil
		}
	}
}

// add remembers a form.
func (s *session) add(f *form) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forms = append(s.forms, f)
}

// known returns the expression if its shape was compiled before. It returns nil otherwise, and for
// an expression that may have a mistake.
func (s *Scope) known(session *session, sh shape, source string) *Expr {
	f, values := s.find(session, sh)
	if f == nil {
		return nil
	}
	if f.used.Swap(true) {
		f.shared.Store(true)
	}
	return &Expr{form: f, scope: s, source: source, values: values}
}

// find returns the form for a shape, with the values for its blanks; nil if there is none yet.
func (s *Scope) find(session *session, sh shape) (*form, []ref.Val) {
	session.mu.RLock()
	memo := session.shapes[string(sh.key)]
	session.mu.RUnlock()
	if memo == nil {
		return nil, nil
	}
	var room [256]byte
	key, ok := s.formKey(session, room[:0], memo, sh.holes)
	if !ok {
		return nil, nil
	}
	session.mu.RLock()
	f := memo.forms[string(key)]
	session.mu.RUnlock()
	if f == nil {
		return nil, nil
	}
	values, ok := f.fill(sh.holes)
	if !ok {
		return nil, nil
	}
	return f, values
}

// formKey tells the forms of a shape apart.
func (s *Scope) formKey(session *session, key []byte, memo *shapeMemo, holes []hole) ([]byte, bool) {
	for _, n := range memo.needs {
		id, ok := s.identity(session, n)
		if !ok {
			return nil, false
		}
		key = encoding.LittleEndian.AppendUint32(key, id)
	}
	for i, role := range memo.roles {
		text := holes[i].text
		switch role {
		case roleBlank:
			continue
		case roleCurrency:
			text = currencyIn(text)
		}
		key = encoding.AppendUvarint(key, uint64(len(text)))
		key = append(key, text...)
	}
	return key, true
}

// learn remembers the form that a compiler has made for a shape, and returns the expression's own
// values. Other expressions do not see the form before that.
func (s *Scope) learn(session *session, sh shape, c *compiler, f *form) []ref.Val {
	roles, blanks, lists := c.findRoles(sh)
	session.mu.Lock()
	memo := session.shapes[string(sh.key)]
	if memo == nil {
		memo = &shapeMemo{needs: c.needs, roles: roles, forms: map[string]*form{}}
		session.shapes[string(sh.key)] = memo
	}
	session.mu.Unlock()
	// Another scope may have other types, and fix other holes.
	if !slices.Equal(memo.needs, c.needs) || !slices.Equal(memo.roles, roles) {
		return nil
	}
	key, ok := s.formKey(session, nil, memo, sh.holes)
	if !ok {
		return nil
	}
	f.blanks, f.lists = blanks, lists
	values, ok := f.fill(sh.holes)
	if !ok { // not reached: the recipes were made from these very literals
		f.blanks, f.lists = nil, nil
		return nil
	}
	session.mu.Lock()
	defer session.mu.Unlock()
	memo.forms[string(key)] = f
	return values
}

// identity numbers the meanings of names. Equal numbers mean the same, even in two scopes. ok is
// false for a name without a sound meaning.
func (s *Scope) identity(session *session, n need) (id uint32, ok bool) {
	s.mu.RLock()
	id, ok = s.identities[n]
	s.mu.RUnlock()
	if ok {
		return id, true
	}
	meaning := s.meaning(n)
	if meaning == nil {
		return 0, false
	}
	id = session.number(meaning)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.identities == nil {
		s.identities = map[need]uint32{}
	}
	s.identities[n] = id
	return id, true
}

func (s *session) number(meaning any) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := s.ids[meaning]
	if !ok {
		id = uint32(len(s.ids))
		s.ids[meaning] = id
	}
	return id
}

// meaningOfField has the properties of a field that compiling an expression depends on.
type meaningOfField struct {
	name     string
	t        value.Type
	optional bool
	nonEmpty bool
	closed   string
	slot     int
	items    string
	list     string // of an item's field, where it is known
}

type meaningOfZone string

// meaning returns a comparable value that stands for the meaning of a name, nil for a name without
// a sound meaning.
func (s *Scope) meaning(n need) any {
	switch {
	case n == zoneNeed:
		return meaningOfZone(s.zone.Value().(*time.Location).String())
	case n.kind == refConstant:
		if c := s.options.Calendars[n.path]; c != nil {
			return c
		}
		if z, _ := s.zoned(n.path); z != nil {
			return z
		}
		return nil
	case s.isHidden(n.path):
		return nil
	}
	root, rest, _ := strings.Cut(n.path, ".")
	switch n.kind {
	case refField:
		if n.path == varMissed && s.options.Missed != nil {
			return s.options.Missed
		}
		if f := s.field(rest); f != nil {
			return meaningOfField{f.Name, f.Type, f.Optional, f.NonEmpty, closedText(f.Closed), f.Slot, f.itemType, ""}
		}
	case refItem:
		if f, _ := s.itemField(rest); f != nil {
			return meaningOfField{f.Name, f.Type, f.Optional, f.NonEmpty, closedText(f.Closed), f.Slot, varItem, s.eachName()}
		}
	case refFact:
		if f := s.facts[rest]; f != nil {
			return *f
		}
	case refTerm:
		if e := s.term(rest); e != nil && !e.broken {
			return e
		}
	case refTable:
		name, _, _ := strings.Cut(rest, ".")
		if t, err := s.table(name); err == nil {
			return t
		}
	case refNow, refMessage:
		return root + "." + rest
	}
	return nil
}

// closedText writes a list of values so that two lists have one text only if they are equal. A nil
// list differs from an empty one.
func closedText(values []string) string {
	if values == nil {
		return "open"
	}
	var b []byte
	for _, v := range values {
		b = encoding.AppendUvarint(b, uint64(len(v)))
		b = append(b, v...)
	}
	return string(b)
}

func (s *Scope) term(name string) *Expr {
	if s.options.Defs == nil {
		return nil
	}
	e, _ := s.options.Defs.Term(name)
	return e
}

// isHidden reports whether a path, or what it goes through, is hidden.
func (s *Scope) isHidden(path string) bool {
	if len(s.options.Hidden) == 0 {
		return false
	}
	for i := range len(path) {
		if path[i] == '.' {
			if _, hidden := s.options.Hidden[path[:i]]; hidden {
				return true
			}
		}
	}
	_, hidden := s.options.Hidden[path]
	return hidden
}

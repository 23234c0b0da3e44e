package payload

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Path says where in a payload a value stands: ticket.id, tags[*], fields[id=27].value, lines[0],
// ["Ticket #"].
type Path struct {
	text  string
	steps []step
	many  bool // it has [*], and so gives a list
}

type stepKind uint8

const (
	byName stepKind = iota
	byIndex
	byAll
	byKey // the one member of a list that shows a text at a path
)

type step struct {
	kind  stepKind
	name  string // by name
	plain bool   // the name was not written in brackets, and so may be a part of a dotted one
	index int
	key   []step
	text  string
}

// String is the path as it was written.
func (p Path) String() string { return p.text }

// Many reports whether the path gives a list, because it goes through all members of one.
func (p Path) Many() bool { return p.many }

// First is the name of what the path begins with; empty where it begins with a place in a list.
func (p Path) First() string {
	if len(p.steps) == 0 || p.steps[0].kind != byName {
		return ""
	}
	return p.steps[0].name
}

// PathError reports a text that is no path. Offset counts its characters.
type PathError struct {
	Offset        int
	Message, Hint string
}

func (e *PathError) Error() string { return e.Message }

// ParsePath reads a path. The error is a *[PathError].
func ParsePath(text string) (Path, error) {
	r := pathReader{text: text}
	p := Path{text: text}
	for more := true; more; {
		steps, err := r.part(len(p.steps) == 0)
		if err != nil {
			return Path{}, err
		}
		for _, s := range steps {
			p.many = p.many || s.kind == byAll
		}
		p.steps = append(p.steps, steps...)
		more = r.at < len(r.text)
	}
	return p, nil
}

type pathReader struct {
	text string
	at   int // in bytes
}

func (r *pathReader) fail(at int, hint, format string, args ...any) error {
	return &PathError{utf8.RuneCountInString(r.text[:at]), fmt.Sprintf(format, args...), hint}
}

const bracketHint = "write a place such as `[0]`, `[*]` for all, `[id=27]`, or a name in quotes such as `[\"Ticket #\"]`"

// part reads a name with the dot before it, or a bracket.
func (r *pathReader) part(first bool) ([]step, error) {
	if r.at < len(r.text) && r.text[r.at] == '[' {
		return r.bracket()
	}
	if !first {
		if r.text[r.at] != '.' {
			return nil, r.fail(r.at, "write a dot before the name", "`%c` stands behind a bracket", r.text[r.at])
		}
		r.at++
	}
	end := len(r.text)
	if i := strings.IndexAny(r.text[r.at:], ".[]"); i >= 0 {
		end = r.at + i
	}
	name := r.text[r.at:end]
	switch {
	case end < len(r.text) && r.text[end] == ']':
		return nil, r.fail(end, bracketHint, "this `]` closes nothing")
	case name == "":
		return nil, r.fail(min(r.at, len(r.text)), "write a name such as `ticket.id`; a name with a dot in it stands in brackets and quotes, `[\"a.b\"]`", "a name is missing in the path")
	case first && isForeign(name):
		return nil, r.foreign(name)
	case strings.TrimSpace(name) != name:
		return nil, r.fail(r.at, "remove the blank, or write the name in brackets and quotes, `[\""+name+"\"]`, if it has one", "the name `%s` begins or ends with a blank", name)
	}
	r.at = end
	return []step{{kind: byName, name: name, plain: true}}, nil
}

func isForeign(name string) bool {
	return strings.HasPrefix(name, "$") || strings.HasPrefix(name, "/") || strings.ContainsAny(name, "{}")
}

// foreign reports a path as other languages write it: $.a.b, /a/b, {{a.b}} or ${a.b}.
func (r *pathReader) foreign(name string) error {
	meant := strings.Trim(strings.Trim(r.text, "${} "), "./ ")
	if strings.HasPrefix(name, "/") {
		meant = strings.ReplaceAll(meant, "/", ".")
	}
	hint := "write `[\"" + r.text + "\"]`, if it is a name"
	if isForeign(meant) { // it would be reported for ever
		return r.fail(r.at, hint, "a path is names with dots between them, and no `%s`", r.text)
	}
	if _, err := ParsePath(meant); meant != "" && err == nil {
		hint = "write `" + meant + "`, or `[\"" + r.text + "\"]` if it is a name"
	}
	return r.fail(r.at, hint, "a path is names with dots between them, and no `%s`", r.text)
}

// bracket reads [0], [*], [key=text] or ["name"].
func (r *pathReader) bracket() ([]step, error) {
	start := r.at
	inner := r.text[start+1:]
	if strings.HasPrefix(inner, `"`) || strings.HasPrefix(inner, `'`) {
		return r.quoted(inner[:1])
	}
	end := strings.IndexByte(inner, ']')
	if end < 0 {
		return nil, r.fail(start, "close it with `]`", "this `[` is not closed")
	}
	inner = inner[:end]
	r.at = start + 1 + end + 1
	if inner == "*" {
		return []step{{kind: byAll}}, nil
	}
	if n, err := strconv.Atoi(inner); err == nil && n >= 0 && strings.Trim(inner, "0123456789") == "" {
		return []step{{kind: byIndex, index: n}}, nil
	}
	key, text, isKey := strings.Cut(inner, "=")
	if !isKey {
		return nil, r.fail(start, bracketHint, "`[%s]` is no place in a list", inner)
	}
	if len(text) > 1 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		text = text[1 : len(text)-1]
	}
	path, err := ParsePath(key)
	if err != nil || path.many {
		return nil, r.fail(start, bracketHint, "`%s` is no name of what members of the list have", key)
	}
	return []step{{kind: byKey, key: path.steps, text: text}}, nil
}

// quoted reads ["name"], in which any character but the quote may stand.
func (r *pathReader) quoted(quote string) ([]step, error) {
	start := r.at
	name, rest, closed := strings.Cut(r.text[start+2:], quote)
	if !closed || !strings.HasPrefix(rest, "]") {
		return nil, r.fail(start, "close it with `"+quote+"]`", "this name in brackets is not closed")
	}
	r.at = start + 2 + len(name) + 2
	return []step{{kind: byName, name: name}}, nil
}

// Find returns what stands at the path. found is false where nothing does. A path that goes
// through all members of a list gives a list; members that lack it are left out. The misfit says that
// several members are meant where one is wanted.
func (p Path) Find(tree any) (v any, found bool, bad *Misfit) {
	w := walk{path: p}
	v, found = w.find(tree, p.steps)
	return v, found && w.bad == nil, w.bad
}

type walk struct {
	path Path
	bad  *Misfit
}

func (w *walk) find(v any, steps []step) (any, bool) {
	for i, s := range steps {
		switch s.kind {
		case byName:
			object, _ := v.(map[string]any)
			next, ok := object[s.name]
			if in, found := w.dotted(object, steps[i:]); found {
				return in, true
			}
			if !ok {
				return nil, false
			}
			v = next
		case byAll:
			return w.all(v, steps[i+1:])
		default:
			list, _ := v.([]any)
			next, ok := w.member(list, s)
			if !ok {
				return nil, false
			}
			v = next
		}
	}
	return v, true
}

// dotted finds a.b under the one name "a.b", as tables that were made from objects have it.
func (w *walk) dotted(object map[string]any, steps []step) (any, bool) {
	name := steps[0].name
	for i := 1; steps[0].plain && i < len(steps) && steps[i].kind == byName && steps[i].plain; i++ {
		name += "." + steps[i].name
		if v, ok := object[name]; ok {
			return w.find(v, steps[i+1:])
		}
	}
	return nil, false
}

func (w *walk) member(list []any, s step) (v any, found bool) {
	if s.kind == byIndex {
		if s.index >= len(list) {
			return nil, false
		}
		return list[s.index], true
	}
	for _, m := range list {
		key, ok := w.find(m, s.key)
		if text, isText := TextOf(key); !ok || !isText || text != s.text {
			continue
		}
		if found {
			w.bad = &Misfit{Path: w.path.text, Wanted: "one member with " + s.text, Found: "several", Remedy: "go through all of them with [*], or take one by its place, such as [0]"}
			return nil, false
		}
		v, found = m, true
	}
	return v, found
}

// all is what each member of a list has. Where the list itself is null, the answer is null.
func (w *walk) all(v any, rest []step) (any, bool) {
	list, isList := v.([]any)
	if v == nil {
		return nil, true
	}
	if !isList {
		w.bad = &Misfit{Path: w.path.text, Wanted: "a list, since the path goes through all members", Found: Shown(v), Remedy: "write the path without [*]"}
		return nil, false
	}
	out := []any{}
	for _, m := range list {
		v, found := w.find(m, rest)
		if inner, many := v.([]any); found && many && hasAll(rest) {
			out = append(out, inner...)
		} else if found {
			out = append(out, v)
		}
	}
	return out, true
}

func hasAll(steps []step) bool {
	for _, s := range steps {
		if s.kind == byAll {
			return true
		}
	}
	return false
}

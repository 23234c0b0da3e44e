package playbook

import (
	"fmt"
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// reader turns the nodes of one file into documents. It goes on after every
// mistake; what was not understood is left zero.
type reader struct {
	file  string
	diags Diagnostics
	sight sight
	spare [][]question // of mappings that are closed
	// shapes is where each mapping's keys are written down; nil when nobody wants
	// to know.
	shapes *[]Shape
}

func (r *reader) place(start, end yamlnode.Pos) Range {
	return Range{File: r.file, Start: Pos(start), End: Pos(end)}
}

func (r *reader) at(n *yamlnode.Node) Range { return r.place(n.Start, n.End) }

// add reports an error.
func (r *reader) add(at Range, code, hint, format string, args ...any) {
	r.diags = append(r.diags, Diagnostic{
		Severity: Error, Code: code, Message: fmt.Sprintf(format, args...), Range: at, Hint: hint,
	})
}

// warn reports what is allowed and most likely not meant.
func (r *reader) warn(at Range, code, format string, args ...any) {
	r.diags = append(r.diags, Diagnostic{
		Severity: Warning, Code: code, Message: fmt.Sprintf(format, args...), Range: at,
	})
}

// found names what stands in a node's place.
func found(n *yamlnode.Node) string {
	switch n.Kind {
	case yamlnode.List:
		return "a list"
	case yamlnode.Mapping:
		if len(n.Entries) == 0 {
			return "an empty mapping"
		}
		return "a mapping"
	}
	switch kindOf(n) {
	case Null:
		return "nothing"
	case Int, Float:
		return fmt.Sprintf("the number `%s`", clip(n.Value))
	case Bool:
		return fmt.Sprintf("`%s`", n.Value)
	}
	return fmt.Sprintf("the text `%s`", clip(n.Value))
}

// wrong reports a value of the wrong shape.
func (r *reader) wrong(n *yamlnode.Node, key Text, wanted, hint string) {
	at := r.at(n)
	if n.IsAbsent() && key.IsSet() {
		at = key.Range // nothing stands there to point at
	}
	r.add(at, "wrong-type", hint, "%s wants %s, found %s", subject(key), wanted, found(n))
}

func subject(key Text) string {
	if !key.IsSet() {
		return "this place"
	}
	return "`" + clip(key.Value) + "`"
}

// text makes a Text of a scalar node.
func (r *reader) text(n *yamlnode.Node) Text {
	t := Text{
		Value:  n.Value,
		Kind:   kindOf(n),
		Plain:  n.Style == yamlnode.Plain,
		Range:  r.at(n),
		origin: n.Origin(),
	}
	r.unseenIn(t)
	return t
}

func broken(n *yamlnode.Node) bool { return n.Kind == yamlnode.Broken }

// scalar reads a scalar that is not null.
func (r *reader) scalar(n *yamlnode.Node, key Text, wanted string) Text {
	switch {
	case broken(n):
		return misread()
	case n.Kind != yamlnode.Scalar:
		r.wrong(n, key, wanted, bracketHint(n))
		return misread()
	case kindOf(n) == Null:
		r.wrong(n, key, wanted, "")
		return misread()
	}
	return r.text(n)
}

// bracketHint helps who wrote one value as a list, or text that starts with a bracket.
func bracketHint(n *yamlnode.Node) string {
	switch {
	case n.Start.Line != n.End.Line:
		return ""
	case len(n.Items) == 1 && n.Items[0].Kind == yamlnode.Scalar:
		return "write the value without the brackets, or put all of it into single quotes if it was meant as text"
	}
	return "put it into single quotes if it was meant as text"
}

// uncut is scalar for conditions and messages, where a comment behind a plain
// value most likely is part of what was meant: what is left of it is not looked
// at. A lone true or false is whole.
func (r *reader) uncut(n *yamlnode.Node, key Text, wanted string) Text {
	t := r.scalar(n, key, wanted)
	if !t.Plain || t.Kind == Bool {
		return t
	}
	if at, cut := n.CommentAfter(); cut {
		r.add(r.place(at, yamlnode.Pos{Line: at.Line, Column: at.Column + 1}), "yaml-comment",
			"put the whole text into single quotes, or move the comment to a line of its own",
			"YAML reads ` #` as the start of a comment, which cuts %s off", subject(key))
		return misread()
	}
	return t
}

// list reads a list, item by item; false when it is none.
func (r *reader) list(n *yamlnode.Node, key Text, wanted string, each func(*yamlnode.Node)) bool {
	if broken(n) {
		return false
	}
	if n.Kind != yamlnode.List {
		r.wrong(n, key, wanted, dashHint(n))
		return false
	}
	for _, item := range n.Items {
		each(item)
	}
	return true
}

// dashHint helps who wrote items without a blank after the dash, which YAML
// reads as keys.
func dashHint(n *yamlnode.Node) string {
	if n.Kind == yamlnode.Mapping && len(n.Entries) > 0 && strings.HasPrefix(n.Entries[0].Key.Value, "-") {
		return "write a blank after the dash"
	}
	return ""
}

// texts reads a list of scalars that may not be empty.
func (r *reader) texts(n *yamlnode.Node, key Text, wanted string) []Text {
	if n.Kind == yamlnode.Scalar && kindOf(n) != Null {
		r.wrong(n, key, wanted, "write `["+clip(n.Value)+"]`")
		return nil
	}
	var out []Text
	isList := r.list(n, key, wanted, func(item *yamlnode.Node) {
		if t := r.scalar(item, key, wanted); t.IsSet() {
			out = append(out, t)
		}
	})
	if isList && len(n.Items) == 0 {
		r.empty(n, key)
	}
	return out
}

// oneOrMore reads a scalar, or a list of scalars that is not empty.
func (r *reader) oneOrMore(n *yamlnode.Node, key Text, wanted string) []Text {
	if n.Kind == yamlnode.List {
		return r.texts(n, key, wanted)
	}
	if t := r.scalar(n, key, wanted); t.IsSet() {
		return []Text{t}
	}
	return nil
}

func (r *reader) empty(n *yamlnode.Node, key Text) {
	r.add(r.at(n), "empty-list", "", "%s is empty; at least one item is wanted", subject(key))
}

// value reads what has no type of its own yet.
func (r *reader) value(n *yamlnode.Node) Value {
	v := Value{Range: r.at(n)}
	switch n.Kind {
	case yamlnode.Scalar:
		v.Kind, v.Text = Scalar, r.text(n)
	case yamlnode.List:
		v.Kind = List
		for _, item := range n.Items {
			v.Items = append(v.Items, r.value(item))
		}
	case yamlnode.Mapping:
		v.Kind = Mapping
		for _, e := range n.Entries {
			v.Entries = append(v.Entries, Entry{r.text(e.Key), r.value(e.Value)})
		}
	default:
		return Value{}
	}
	return v
}

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
	r.misfit(n, key, wanted, say(hint))
}

// misfit is wrong with a remedy.
func (r *reader) misfit(n *yamlnode.Node, key Text, wanted string, fix remedy) {
	at := r.at(n)
	if n.IsAbsent() && key.IsSet() {
		at = key.Range // nothing stands there to point at
		if fix.hint == "" {
			fix = say("write " + wanted + " behind the colon, or remove the key")
		}
	}
	r.mend(at, "wrong-type", fix, "%s wants %s, found %s", subject(key), wanted, found(n))
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

// bracketHint says what to write in place of a list where one value is wanted, or of text that starts with
// a bracket.
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
		r.mend(r.place(at, yamlnode.Pos{Line: at.Line, Column: at.Column + 1}), "yaml-comment", commentRemedy(n, at),
			"YAML reads ` #` as the start of a comment, which cuts %s off", subject(key))
		return misread()
	}
	return t
}

// cutWords warns of a title or a note that a comment cuts. What it cuts may be
// meant as a comment. If it is not, the text says less than was meant. A comment that stands apart, behind two blanks or a tab, is one.
func (r *reader) cutWords(m *mapping, key string, t Text) {
	e, ok := m.get(key)
	if !ok || !t.Plain || e.Value.Kind != yamlnode.Scalar || e.Value.Start.Line < e.Key.Start.Line { // an alias stands where its anchor does
		return
	}
	if at, cut := e.Value.CommentAfter(); cut && !standsApart(e.Value.Line(at.Line), at) {
		fix := commentRemedy(e.Value, at)
		r.warn(r.place(at, yamlnode.Pos{Line: at.Line, Column: at.Column + 1}), "yaml-comment", "YAML reads ` #` as the start of a comment, which cuts `%s` off", key)
		last := &r.diags[len(r.diags)-1]
		last.Hint, last.Edit = fix.hint, fix.edit
	}
}

// commentRemedy puts the text into quotes, or a comment above its line. What has a blank
// behind the # is most likely a comment.
func commentRemedy(n *yamlnode.Node, at yamlnode.Pos) remedy {
	const hint = "put the whole text into single quotes, or move the comment to a line of its own"
	line := n.Line(at.Line)
	before, comment := splitRunes(line, at.Column-1)
	comment = strings.TrimRight(comment, " \t")
	end := Pos{at.Line, at.Column + len([]rune(comment))}
	switch {
	case n.Start.Line != at.Line || n.InFlow():
		return say(hint)
	case strings.HasPrefix(comment, "# "):
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		return remedy{"move the comment to a line of its own, above", Edit{Pos{at.Line, 1}, end, indent + comment + "\n" + strings.TrimRight(before, " \t")}}
	}
	_, text := splitRunes(before, n.Start.Column-1)
	quoted := "'" + strings.ReplaceAll(text+comment, "'", "''") + "'"
	if len(quoted) > 60 {
		return remedy{hint, Edit{Pos(n.Start), end, quoted}}
	}
	return remedy{"put the whole text into single quotes, " + quoted + ", or move the comment to a line of its own", Edit{Pos(n.Start), end, quoted}}
}

// standsApart reports whether a comment stands behind more than one blank.
func standsApart(line string, at yamlnode.Pos) bool {
	before, _ := splitRunes(line, at.Column-1)
	return strings.HasSuffix(before, "  ") || strings.HasSuffix(before, "\t")
}

// splitRunes cuts a text behind its first n characters.
func splitRunes(s string, n int) (before, after string) {
	runes := []rune(s)
	n = min(max(n, 0), len(runes))
	return string(runes[:n]), string(runes[n:])
}

// list reads a list, item by item; false when the node is not a list.
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

// dashHint says what is missing where items have no blank after the dash: YAML
// reads them as keys.
func dashHint(n *yamlnode.Node) string {
	if n.Kind == yamlnode.Mapping && len(n.Entries) > 0 && strings.HasPrefix(n.Entries[0].Key.Value, "-") {
		return "write a blank after the dash"
	}
	return ""
}

// texts reads a list of scalars that may not be empty.
func (r *reader) texts(n *yamlnode.Node, key Text, wanted string) []Text {
	if n.Kind == yamlnode.Scalar && kindOf(n) != Null {
		fix := say("write the texts as a list, such as `[a, b]`")
		if n.Start.Line == n.End.Line && n.Style == yamlnode.Plain && yamlnode.PlainText(strings.ReplaceAll(n.Value, ",", ""), true) {
			fix = as(n, "["+n.Value+"]")
		} else if n.Start.Line == n.End.Line && n.Style != yamlnode.Plain && !strings.ContainsAny(n.Value, "\"\\") {
			fix = as(n, `["`+n.Value+`"]`)
		}
		r.misfit(n, key, wanted, fix)
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

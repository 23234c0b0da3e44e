package payload

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Template is a text with values of the payload in it.
type Template struct {
	Parts []Part
}

// Part is literal text, or the value at a path. An optional one is left out where it is absent.
type Part struct {
	Literal  string
	Path     *Path
	Optional bool
}

// fill writes the text. It is absent where a part that is not optional is.
func (t *Template) fill(f *Field, tree any) (raw any, path string, there bool, bad *Misfit) {
	var b strings.Builder
	var paths []string
	told, missing, gaps, some := false, false, false, false
	for _, p := range t.Parts {
		if p.Path == nil {
			b.WriteString(p.Literal)
			continue
		}
		v, found, wrong := p.Path.Find(tree)
		paths = append(paths, p.Path.text)
		switch {
		case wrong != nil:
			return nil, p.Path.text, true, wrong
		case !found && !p.Optional:
			return nil, p.Path.text, false, nil
		case !found:
			gaps = true
			continue
		}
		told = true
		if f.isMissing(v) {
			gaps, missing = gaps || p.Optional, missing || !p.Optional
			continue
		}
		text, ok := TextOf(v)
		if !ok {
			return v, p.Path.text, true, misfit("one value in the text", v, "", "")
		}
		some = true
		b.WriteString(text)
	}
	path = strings.Join(paths, " and ")
	if missing || !some {
		return nil, path, told, nil
	}
	text := b.String()
	if gaps {
		text = strings.Join(strings.Fields(text), " ")
	}
	return text, path, true, nil
}

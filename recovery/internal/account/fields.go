package account

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// FieldError reports a field that no playbook of the ledger declares.
type FieldError struct {
	Field string
	Near  string // the field that was probably meant; empty where none is near
}

func (e *FieldError) Error() string {
	text := "no playbook of the ledger declares the field " + strconv.Quote(e.Field)
	if e.Near != "" {
		text += "; did you mean " + e.Near + "?"
	}
	return text
}

// fieldNames finds the names under which the fields that were asked for were told.
type fieldNames struct {
	asked []string
	known map[string][]string // each field, with its other names
}

func newFieldNames(asked []string) *fieldNames {
	n := &fieldNames{asked: asked, known: map[string][]string{}}
	for _, f := range policy.StandardFields() {
		n.known[f.Name] = nil
	}
	return n
}

// declare adds the fields of a set.
func (n *fieldNames) declare(set *playbook.Set) {
	for _, d := range set.Documents {
		for _, f := range d.Fields {
			names := []string{f.Name.Value}
			for _, was := range f.Was {
				names = append(names, was.Value)
			}
			for _, name := range names {
				others := n.known[name]
				for _, other := range names {
					if other != name && !slices.Contains(others, other) {
						others = append(others, other)
					}
				}
				n.known[name] = others
			}
		}
	}
}

// aliases are, for each field that was asked for, its name and its other names.
func (n *fieldNames) aliases() ([][]string, error) {
	var out [][]string
	var errs []error
	for _, name := range n.asked {
		others, ok := n.known[name]
		if !ok {
			errs = append(errs, &FieldError{name, playbook.Suggest(name, slices.Sorted(maps.Keys(n.known)))})
			continue
		}
		out = append(out, append([]string{name}, others...))
	}
	return out, errors.Join(errs...)
}

// fields are the values of the fields that were asked for: of each the first of its names that was
// told.
func (w *walker) fields(incident []byte) ([][]byte, error) {
	if len(w.options.Fields) == 0 {
		return nil, nil
	}
	out := make([][]byte, len(w.options.Fields))
	best := make([]int, len(w.options.Fields))
	d := jsontext.NewDecoder(incident)
	d.Checked = true
	d.Members(func(key []byte) {
		var value []byte
		for i, names := range w.first.aliases {
			for j, name := range names {
				under, inside := strings.CutPrefix(name, string(key))
				if !inside || under != "" && under[0] != '.' || out[i] != nil && best[i] <= j {
					continue
				}
				if value == nil {
					value = d.Skip()
				}
				if v := valueAt(value, under); v != nil {
					out[i], best[i] = v, j
				}
			}
		}
		if value == nil {
			d.Skip()
		}
	})
	err := d.Finish(nil)
	d.Release()
	if err == io.EOF {
		err = nil
	}
	return out, err
}

// valueAt finds a value in JSON by its dotted name, which starts with a dot, however objects are
// nested. The value itself has no name. Null is none.
func valueAt(text []byte, name string) []byte {
	if name == "" {
		if bytes.Equal(text, []byte("null")) {
			return nil
		}
		return text
	}
	if len(text) == 0 || text[0] != '{' {
		return nil
	}
	var out []byte
	d := jsontext.NewDecoder(text)
	d.Checked = true
	d.Members(func(key []byte) {
		value := d.Skip()
		if under, inside := strings.CutPrefix(name[1:], string(key)); out == nil && inside && (under == "" || under[0] == '.') {
			out = valueAt(value, under)
		}
	})
	d.Release()
	return out
}

package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
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

// fields are the values of the fields that were asked for.
func (w *walker) fields(r *recovery.Record) ([][]byte, error) {
	if len(w.options.Fields) == 0 {
		return nil, nil
	}
	out := make([][]byte, len(w.options.Fields))
	var told map[string]json.RawMessage
	if err := json.Unmarshal(r.Incident, &told); err != nil {
		return nil, err
	}
	for i, names := range w.first.aliases {
		for _, name := range names {
			if v := valueOf(told, name); v != nil && !bytes.Equal(v, []byte("null")) {
				out[i] = v
				break
			}
		}
	}
	return out, nil
}

// valueOf finds a value by its dotted name, however the object is nested.
func valueOf(in map[string]json.RawMessage, name string) []byte {
	if v, ok := in[name]; ok {
		return v
	}
	for i := 0; i < len(name); i++ {
		if name[i] != '.' {
			continue
		}
		var inner map[string]json.RawMessage
		if v, ok := in[name[:i]]; !ok || !strings.HasPrefix(string(bytes.TrimSpace(v)), "{") || json.Unmarshal(v, &inner) != nil {
			continue
		}
		if v := valueOf(inner, name[i+1:]); v != nil {
			return v
		}
	}
	return nil
}

package ledger

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// FieldError reports a field that cases cannot be compared by: no playbook of the ledger
// declares it and no incident has it, or it is a list.
type FieldError struct {
	Field string
	List  bool   // it is a list
	Near  string // the field that was probably meant; empty where none is near
}

func (e *FieldError) Error() string {
	switch {
	case e.List:
		return "cases cannot be compared by " + e.Field + ", which is a list"
	case e.Near != "":
		return "no playbook of the ledger declares the field " + strconv.Quote(e.Field) + ", and no incident has it; did you mean " + e.Near + "?"
	}
	return "no playbook of the ledger declares the field " + strconv.Quote(e.Field) + ", and no incident has it"
}

// knownFields are the fields that incidents of a ledger may have, by name; true for lists.
type knownFields map[string]bool

func standardFields() knownFields {
	out := knownFields{"paused": true}
	for _, f := range policy.StandardFields() {
		out[f.Name] = f.Type.Kind == value.KindList
	}
	return out
}

// declare adds the fields that an archived set declares, under their earlier names too.
func (k knownFields) declare(from *log.Log, seq int64) error {
	t, err := whole(from, seq)
	if err != nil {
		return err
	}
	fields, err := declaredFields(t.Payload)
	for _, f := range fields {
		for _, name := range namesOfField(f) {
			if _, known := k[name]; !known {
				k[name] = strings.HasPrefix(f.Type.Value, "[")
			}
		}
	}
	return err
}

// declaredFields are the fields that the documents of an archived set declare.
func declaredFields(payload []byte) ([]*playbook.Field, error) {
	_, files, err := parseSet(payload)
	if err != nil {
		return nil, err
	}
	memory, err := setFS(files)
	if err != nil {
		return nil, err
	}
	var out []*playbook.Field
	set, _ := playbook.Load(memory)
	for _, d := range set.Documents {
		out = append(out, d.Fields...)
	}
	return out, nil
}

// namesOfField are the name of a field and its earlier names.
func namesOfField(f *playbook.Field) []string {
	out := []string{f.Name.Value}
	for _, was := range f.Was {
		out = append(out, was.Value)
	}
	return out
}

// fieldNames are the names of the fields that cases are compared by. A field may be renamed in the
// life of a ledger: each record has it under the name of its day.
type fieldNames map[string][]string

// namesOf starts with the names that were asked for.
func namesOf(paths []string) fieldNames {
	out := fieldNames{}
	for _, p := range paths {
		out[p] = []string{p}
	}
	return out
}

// errRenamed reports that a field got one more name.
var errRenamed = errors.New("a field has another name")

// learn adds the names that an archived set gives to the fields.
func (n fieldNames) learn(payload []byte) error {
	if !bytes.Contains(payload, []byte("was")) {
		return nil // no set without this key renames anything
	}
	fields, err := declaredFields(payload)
	if err != nil {
		return err
	}
	more := false
	for _, f := range fields {
		same := namesOfField(f)
		for path, known := range n {
			if !slices.ContainsFunc(same, func(name string) bool { return slices.Contains(known, name) }) {
				continue
			}
			for _, name := range same {
				if !slices.Contains(n[path], name) {
					n[path], more = append(n[path], name), true
				}
			}
		}
	}
	if more {
		return errRenamed
	}
	return nil
}

// all are the names of all fields.
func (n fieldNames) all() map[string]bool {
	out := map[string]bool{}
	for _, names := range n {
		for _, name := range names {
			out[name] = true
		}
	}
	return out
}

// keysOf returns the texts of some fields, each under the name that was asked for.
func (n fieldNames) keysOf(r *treated, paths []string) []recovery.Key {
	var out []recovery.Key
	for _, p := range paths {
		text := ""
		for _, name := range n[p] {
			text = cmp.Or(text, r.Key(name))
		}
		out = append(out, recovery.Key{Path: p, Text: text})
	}
	return out
}

// checkFields reports the first field that cases cannot be compared by. Those that an incident
// had are known, whoever declares them; archived sets are read only where one is not.
func (e *equaliser) checkFields() error {
	known, read := standardFields(), false
	asked := slices.Concat(e.options.Same, e.options.Across)
	if e.options.ShareOf != "" {
		asked = append(asked, e.options.ShareOf)
	}
	for _, path := range asked {
		had := slices.ContainsFunc(e.names[path], func(name string) bool { return e.had[name] })
		if _, ok := known[path]; !ok && !had && !read {
			read = true
			for _, seq := range e.sets {
				if err := known.declare(e.log, seq); err != nil {
					return fmt.Errorf("record %d: %w", seq, err)
				}
			}
		}
		list, ok := known[path]
		switch {
		case had:
		case list:
			return &FieldError{Field: path, List: true}
		case !ok:
			return &FieldError{Field: path, Near: known.near(path)}
		}
	}
	return nil
}

// near is the field that was probably meant: one with nearly the name, or one inside of it.
func (k knownFields) near(path string) string {
	if name, ok := strings.CutPrefix(path, "incident."); ok {
		if list, known := k[name]; known && !list {
			return name // as expressions have it
		}
	}
	var names []string
	inside := ""
	for _, name := range slices.Sorted(maps.Keys(k)) {
		if k[name] {
			continue
		}
		names = append(names, name)
		if inside == "" && strings.HasPrefix(name, path+".") {
			inside = name
		}
	}
	return cmp.Or(playbook.Suggest(path, names), inside)
}

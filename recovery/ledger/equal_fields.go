package ledger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
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

// declare adds the fields that an archived set declares.
func (k knownFields) declare(from *log.Log, seq int64) error {
	t, err := whole(from, seq)
	if err != nil {
		return err
	}
	_, files, err := parseSet(t.Payload)
	if err != nil {
		return err
	}
	memory, err := setFS(files)
	if err != nil {
		return err
	}
	set, _ := playbook.Load(memory)
	for _, d := range set.Documents {
		for _, f := range d.Fields {
			if _, known := k[f.Name.Value]; !known {
				k[f.Name.Value] = strings.HasPrefix(f.Type.Value, "[")
			}
		}
	}
	return nil
}

// checkFields reports the first field that cases cannot be compared by. Those that an incident
// had are known, whoever declares them; archived sets are read only where one is not.
func (e *equaliser) checkFields() error {
	known, read := standardFields(), false
	for _, path := range slices.Concat(e.options.Same, e.options.Across) {
		if _, ok := known[path]; !ok && !e.had[path] && !read {
			read = true
			for _, seq := range e.sets {
				if err := known.declare(e.log, seq); err != nil {
					return fmt.Errorf("record %d: %w", seq, err)
				}
			}
		}
		list, ok := known[path]
		switch {
		case e.had[path]:
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

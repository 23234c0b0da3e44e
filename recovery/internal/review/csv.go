package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/recovery/internal/account"
)

// WriteCSV writes every figure as a row: the section, the path to the figure in the JSON form, and
// its value.
func (r *Review) WriteCSV(w io.Writer) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	var sections map[string]any
	if err := json.Unmarshal(text, &sections); err != nil {
		return err
	}
	out, err := account.NewCSV(w, []string{"section", "figure", "value"}, false)
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(sections) {
		flatten("", sections[name], func(path, value string) {
			if err == nil {
				err = out.Row([]any{name, path, value})
			}
		})
	}
	return errors.Join(err, out.End())
}

// flatten goes through the figures of a tree. Elements of a list are numbered from 0.
func flatten(path string, v any, give func(path, value string)) {
	under := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range sortedKeys(v) {
			if name != "counts" && name != "rules" {
				flatten(under(name), v[name], give)
			}
		}
	case []any:
		for i, x := range v {
			flatten(under(strconv.Itoa(i)), x, give)
		}
	case float64:
		give(path, strconv.FormatFloat(v, 'f', -1, 64))
	case nil:
	default:
		give(path, fmt.Sprint(v))
	}
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

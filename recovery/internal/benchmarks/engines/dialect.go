package engines

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// dialect is how a language writes conditions. In the templates %[1]s is the
// field and %[2]s the constant, or the constants with commas between.
type dialect struct {
	path       func(*workload.Field) string
	literal    func(workload.Kind, any) string
	oneOf      string
	includes   string
	startsWith string // %[3]s is the constant without quotes
	present    string // %[2]s is the name of the field
	isTrue     string
	isFalse    string
	// compare writes an ordering or an equality; nil: the field, the operator, the constant.
	compare func(f *workload.Field, op workload.Op, literal string) string
}

var symbols = map[workload.Op]string{
	workload.Equal: "==", workload.NotEqual: "!=", workload.Less: "<", workload.LessEqual: "<=", workload.Greater: ">", workload.GreaterEqual: ">=",
}

// play writes all conditions of a play, with "and" between them.
func (d *dialect) play(p workload.Play, and string) string { return d.join(p.When, and) }

func (d *dialect) join(cs []workload.Condition, between string) string {
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = d.condition(c)
	}
	return strings.Join(out, between)
}

func (d *dialect) condition(c workload.Condition) string {
	if c.Op == workload.Either {
		return "(" + d.join(c.Any, " || ") + ")"
	}
	path := d.path(c.Field)
	switch c.Op {
	case workload.OneOf:
		values := make([]string, len(c.Values))
		for i, v := range c.Values {
			values[i] = d.literal(workload.String, v)
		}
		return fmt.Sprintf(d.oneOf, path, strings.Join(values, ", "))
	case workload.Includes:
		return fmt.Sprintf(d.includes, path, d.literal(workload.String, c.Value))
	case workload.StartsWith:
		return fmt.Sprintf(d.startsWith, path, d.literal(workload.String, c.Value), c.Value)
	case workload.Present:
		return fmt.Sprintf(d.present, path, c.Field.Name)
	case workload.True:
		return fmt.Sprintf(d.isTrue, path)
	case workload.False:
		return fmt.Sprintf(d.isFalse, path)
	}
	literal := d.literal(c.Field.Kind, c.Value)
	if d.compare != nil {
		return d.compare(c.Field, c.Op, literal)
	}
	return path + " " + symbols[c.Op] + " " + literal
}

// under writes fields as members of an object of the given name.
func under(root string) func(*workload.Field) string {
	return func(f *workload.Field) string { return root + "." + f.Name }
}

// plain writes the constants that most languages write alike.
func plain(v any) string {
	switch x := v.(type) {
	case string:
		return strconv.Quote(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return decimal(x)
	}
	panic(fmt.Sprintf("no literal for %T", v))
}

// decimal writes a number so that it cannot be taken for a whole one.
func decimal(x float64) string {
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func rfc3339(v any) string { return v.(time.Time).UTC().Format(time.RFC3339) }

// seconds counts durations, and times since 1970, for languages that have neither.
func seconds(v any) int64 {
	switch x := v.(type) {
	case time.Duration:
		return int64(x / time.Second)
	case time.Time:
		return x.Unix()
	}
	panic(fmt.Sprintf("%T has no seconds", v))
}

// nested is an incident as decoded JSON would be: objects within objects, and no
// entry for what is missing.
func nested(in *workload.Incident, convert func(workload.Kind, any) any) map[string]any {
	out := map[string]any{}
	for _, f := range workload.Fields() {
		v := f.Get(in)
		if v == nil {
			continue
		}
		m, name := out, f.Name
		if object, member, ok := strings.Cut(f.Name, "."); ok {
			if m[object] == nil {
				m[object] = map[string]any{}
			}
			m, name = m[object].(map[string]any), member
		}
		m[name] = convert(f.Kind, v)
	}
	return out
}

func asIs(_ workload.Kind, v any) any { return v }

package payload

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// value turns what the payload has into a value of the field's type; nil clears the field.
func (f *Field) value(raw any) (any, *Misfit) {
	list, isList := raw.([]any)
	switch {
	case f.FirstOf != nil:
		return f.firstOf(raw)
	case f.Type.Kind != value.KindList && isList:
		return nil, misfit(f.Type.Noun(), raw, "", "take the first of several texts with `first_of`, or one member by its place, such as [0]")
	case f.Type.Kind != value.KindList:
		return f.convert(raw, f.Type)
	case !isList:
		var bad *Misfit
		if list, bad = f.parts(raw); bad != nil {
			return nil, bad
		}
	}
	out := []any{}
	for i, one := range list {
		if f.isMissing(one) {
			continue
		}
		v, bad := f.convert(one, f.Type.Member())
		if bad != nil {
			bad.Within = "[" + strconv.Itoa(i) + "]"
			return nil, bad
		}
		if v != nil {
			out = append(out, v)
		}
	}
	return out, nil
}

// parts cuts one text into the members of a list.
func (f *Field) parts(raw any) ([]any, *Misfit) {
	text, ok := TextOf(raw)
	if !ok || f.Split == "" {
		return nil, misfit("a list", raw, "", "write what stands between its members, such as `split: \",\"`")
	}
	var list []any
	for part := range strings.SplitSeq(text, f.Split) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list, nil
}

// firstOf takes the first of the field's texts that is among those of the payload.
func (f *Field) firstOf(raw any) (any, *Misfit) {
	list, isList := raw.([]any)
	if !isList && f.Split != "" {
		var bad *Misfit
		if list, bad = f.parts(raw); bad != nil {
			return nil, bad
		}
	} else if !isList {
		list = []any{raw}
	}
	var texts []string
	for _, one := range list {
		if text, ok := TextOf(one); ok {
			texts = append(texts, text)
		}
	}
	for _, want := range f.FirstOf {
		if slices.Contains(texts, want) {
			return f.convert(want, f.Type)
		}
	}
	if f.Otherwise != nil {
		return f.Otherwise.Value, nil
	}
	bad := misfit("one of "+quoted(f.FirstOf), raw, "", "write `otherwise:` and the value for what `first_of` does not name")
	if text, ok := TextOf(raw); ok {
		bad.Remedy = near(text, f.FirstOf, bad.Remedy)
	}
	return nil, bad
}

// convert turns one value of the payload into one of the type: by the words of the map, else as it is
// written.
func (f *Field) convert(raw any, t value.Type) (any, *Misfit) {
	if len(f.Words) > 0 {
		text, ok := TextOf(raw)
		if v, named := f.Words[text]; ok && named {
			return v, nil
		}
		if yes, isBool := raw.(bool); isBool && t.Kind == value.KindBool {
			return yes, nil
		}
		if !ok {
			return nil, misfit("one value", raw, "", "")
		}
		if f.Otherwise != nil {
			return f.Otherwise.Value, nil
		}
		words := make([]string, 0, len(f.Words))
		for w := range f.Words {
			words = append(words, w)
		}
		slices.Sort(words)
		return nil, misfit("one of "+quoted(words), raw, "", near(text, words, "write a word for it, or `otherwise:` and the value for all others"))
	}
	switch t.Kind {
	case value.KindString:
		text, ok := TextOf(raw)
		if !ok {
			return nil, misfit("a text", raw, "", "")
		}
		return text, nil
	case value.KindBool:
		return f.toBool(raw)
	case value.KindInt, value.KindDouble:
		return f.toNumber(raw, t)
	case value.KindMoney:
		return f.toMoney(raw, t)
	case value.KindPercent:
		return f.toPercent(raw)
	case value.KindDuration:
		return f.toDuration(raw)
	case value.KindTimestamp:
		return f.toTime(raw)
	case value.KindDate:
		return f.toDate(raw)
	}
	return nil, misfit(t.Noun(), raw, "", "")
}

// near names the known text that one most likely means, else says what else to do.
func near(text string, known []string, otherwise string) string {
	if text != "" {
		if meant := playbook.Suggest(text, known); meant != "" {
			return "did you mean " + strconv.Quote(meant) + "? Or " + otherwise
		}
	}
	return otherwise
}

// quoted lists texts for a message.
func quoted(texts []string) string {
	const most = 6
	out := make([]string, 0, most)
	for _, t := range texts[:min(len(texts), most)] {
		out = append(out, strconv.Quote(t))
	}
	if more := len(texts) - len(out); more > 0 {
		return strings.Join(out, ", ") + " or " + strconv.Itoa(more) + " more"
	}
	if last := len(out) - 1; last > 0 {
		return strings.Join(out[:last], ", ") + " or " + out[last]
	}
	return strings.Join(out, "")
}

func (f *Field) toBool(raw any) (any, *Misfit) {
	switch raw {
	case true, "true":
		return true, nil
	case false, "false":
		return false, nil
	}
	return nil, misfit("true or false", raw, "", "write which texts mean yes and no, such as `true: [yes, 1], false: [no, 0]`")
}

func (f *Field) toNumber(raw any, t value.Type) (any, *Misfit) {
	number, bad := f.decimal(raw, t.Noun())
	if bad != nil {
		return nil, bad
	}
	if t.Kind == value.KindDouble {
		d, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return nil, misfit(t.Noun(), raw, "is too large", "")
		}
		return d + 0, nil
	}
	whole, rest, _ := strings.Cut(number, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	switch {
	case strings.Trim(rest, "0") != "":
		return nil, misfit(t.Noun(), raw, "is not whole", "")
	case err != nil:
		return nil, misfit(t.Noun(), raw, "is too large", "")
	}
	return n, nil
}

func (f *Field) toPercent(raw any) (any, *Misfit) {
	const wanted = "a percentage such as 12.5%"
	text, isText := raw.(string)
	text, signed := strings.CutSuffix(spaced(text), "%")
	var number string
	var bad *Misfit
	switch {
	case isText && signed:
		number, bad = f.decimalText(strings.TrimSpace(text), raw, wanted)
	case f.Unit == "percent":
		number, bad = f.decimal(raw, wanted)
	default:
		return nil, misfit(wanted, raw, "has no percent sign", "write `unit: percent` if 12.5 means 12.5%")
	}
	if bad != nil {
		return nil, bad
	}
	p, err := value.ParsePercent(number + "%")
	if err != nil {
		return nil, misfit(wanted, raw, whyNot(err), "")
	}
	return p, nil
}

// whyNot is what an error of package value says is wrong.
func whyNot(err error) string {
	if e, ok := err.(*value.SyntaxError); ok {
		return e.Found
	}
	return ""
}

// decimal is a number of the payload, or one in a text, written with digits and a point.
func (f *Field) decimal(raw any, wanted string) (string, *Misfit) {
	switch x := raw.(type) {
	case json.Number:
		if number, ok := plainNumber(string(x)); ok {
			return number, nil
		}
		return "", misfit(wanted, raw, "is too large or too small", "")
	case string:
		return f.decimalText(x, raw, wanted)
	}
	return "", misfit(wanted, raw, "", "")
}

package recovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// style is how values are written.
type style uint8

const (
	// public is for readers: the value of an amount comes before its currency.
	public style = iota
	// typed is canonical, and keeps the kind of each value. If the JSON of a value could be that of
	// another kind, as the text of a duration could, an object around it names the kind.
	typed
)

// append writes a value. What a style says nothing about is canonical.
func (s style) append(dst []byte, v any) []byte {
	switch x := v.(type) {
	case Money:
		return s.money(dst, x)
	case MoneyRange:
		return s.moneyRange(dst, x)
	case []any:
		return intake.AppendList(dst, x, s.append)
	case json.Number:
		if s == public {
			return append(dst, x...)
		}
	}
	if kind := kindOf(v); s == typed && kind != "" {
		dst = append(append(append(dst, `{"`...), kind...), `":`...)
		return append(intake.AppendCanonical(dst, v), '}')
	}
	return intake.AppendCanonical(dst, v)
}

// kindOf names the kind of a value whose JSON could be another's; it is empty for others.
func kindOf(v any) string {
	switch x := v.(type) {
	case time.Time:
		return "time"
	case time.Duration:
		return "duration"
	case value.Span:
		return "span"
	case Date:
		return "date"
	case Percent:
		return "percent"
	case float64:
		if x == math.Trunc(x) && math.Abs(x) < 1e21 { // it looks like an int
			return "double"
		}
	}
	return ""
}

// money writes an amount, or null.
func (s style) money(dst []byte, m Money) []byte {
	if !m.IsSet() {
		return append(dst, "null"...)
	}
	return s.amount(dst, m)
}

// amount writes an amount as an object, in the order of the style.
func (s style) amount(dst []byte, m Money) []byte {
	if s == typed {
		return intake.AppendMoney(dst, m)
	}
	dst = m.AppendDecimal(append(dst, `{"value":"`...))
	dst = append(append(dst, `","currency":"`...), m.Currency()...)
	return append(dst, `"}`...)
}

func (s style) moneyRange(dst []byte, r MoneyRange) []byte {
	part := s.amount
	if s == typed {
		part = s.money
	}
	dst = part(append(dst, `{"from":`...), r.From)
	return append(part(append(dst, `,"to":`...), r.To), '}')
}

var errNoValue = errors.New("no value")

// read turns the JSON of a value into the value. The typed style also has objects that name a kind.
// Any other object must be an amount or a range of amounts.
func (s style) read(v any) (any, error) {
	switch x := v.(type) {
	case json.Number:
		return readNumber(x), nil
	case jsontext.Object:
		if s == typed && len(x) == 1 {
			return readKind(x[0].Name, x[0].Value)
		}
		return readAmounts(x)
	case []any:
		list := make([]any, len(x))
		for i, e := range x {
			var err error
			if list[i], err = s.read(e); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return v, nil
}

// readAmounts reads an amount, or a range of them.
func readAmounts(members jsontext.Object) (any, error) {
	if len(members) != 2 || members[0].Name != "from" || members[1].Name != "to" {
		return readAmount(members)
	}
	from, err := readMoney(members[0].Value)
	if err != nil {
		return nil, err
	}
	to, err := readMoney(members[1].Value)
	return MoneyRange{From: from, To: to}, err
}

// readMoney reads an amount. Null is the amount that is not set.
func readMoney(v any) (Money, error) {
	if v == nil {
		return Money{}, nil
	}
	members, _ := v.(jsontext.Object)
	return readAmount(members)
}

func readAmount(members jsontext.Object) (Money, error) {
	number, ok := members.Get("value").(string)
	currency, also := members.Get("currency").(string)
	if !ok || !also || len(members) != 2 {
		return Money{}, errNoValue
	}
	return value.ParseMoney(number + " " + currency)
}

func readNumber(n json.Number) any {
	if i, ok := jsontext.WholeNumber(n); ok {
		return i
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return n
	}
	return f
}

func readKind(kind string, v any) (any, error) {
	if n, ok := v.(json.Number); ok && kind == "double" {
		return strconv.ParseFloat(string(n), 64)
	}
	text, ok := v.(string)
	if !ok {
		return nil, errNoValue
	}
	switch kind {
	case "duration":
		return value.ParseAnyDuration(text)
	case "span":
		return value.ParseSpan(text)
	case "time":
		return value.ParseTimestamp(text)
	case "date":
		return value.ParseDate(text)
	case "percent":
		return value.ParsePercent(text)
	}
	return nil, errNoValue
}

// reading takes typed members out of an object, and knows where in the text the object stands. An
// absent member is zero. The first member of a wrong type is remembered in err, which all readings of
// one text share.
type reading struct {
	members jsontext.Object
	outer   *reading // nil: the whole text
	name    string   // in outer
	index   int      // in a list of that name; -1 when the object is not in a list
	err     *error
}

// readInto reads a text that is an object with the given fields.
func readInto[T any](data []byte, fields func(*T, *form)) (T, error) {
	var read T
	v, err := jsontext.Parse(data)
	if err != nil {
		return read, jsonError(err)
	}
	members, ok := v.(jsontext.Object)
	if !ok {
		return read, &JSONError{"an object is wanted, not " + intake.Shown(jsontext.Plain(v))}
	}
	f := readingForm(members, public, &err)
	fields(&read, f)
	f.release()
	return read, err
}

// String is the path of the object, spelled out only for an error.
func (r *reading) String() string {
	if r.outer == nil {
		return ""
	}
	path := r.outer.at(r.name)
	if r.index >= 0 {
		path += "[" + strconv.Itoa(r.index) + "]"
	}
	return path
}

func (r *reading) at(name string) string {
	if path := r.String(); path != "" {
		return path + "." + name
	}
	return name
}

func (r *reading) fail(path, wanted string, found any) {
	if *r.err == nil {
		*r.err = fmt.Errorf("%s: wanted %s, found %s", path, wanted, intake.Shown(jsontext.Plain(found)))
	}
}

// member returns a member of one Go type, the zero value when it is absent.
func member[T any](r *reading, name, wanted string) (T, bool) {
	v := r.members.Get(name)
	x, ok := v.(T)
	if !ok && v != nil {
		r.fail(r.at(name), wanted, v)
	}
	return x, ok
}

func (r *reading) getText(name string) string {
	s, _ := member[string](r, name, "text")
	return s
}

func (r *reading) getFlag(name string) bool {
	set, _ := member[bool](r, name, "true")
	return set
}

func (r *reading) getList(name string) []any {
	list, _ := member[[]any](r, name, "a list")
	return list
}

func (r *reading) getObject(name string) (*reading, bool) {
	members, ok := member[jsontext.Object](r, name, "an object")
	return &reading{members, r, name, -1, r.err}, ok
}

func (r *reading) getInt(name string, bits int) int64 {
	v := r.members.Get(name)
	if v == nil {
		return 0
	}
	number, _ := v.(json.Number)
	n, err := strconv.ParseInt(string(number), 10, bits)
	if err != nil {
		r.fail(r.at(name), "a whole number", v)
	}
	return n
}

func (r *reading) getTime(name string) time.Time {
	s := r.getText(name)
	if s == "" {
		return time.Time{}
	}
	t, err := value.ParseTimestamp(s)
	if err != nil {
		r.fail(r.at(name), "an RFC 3339 time", s)
	}
	return t
}

func (r *reading) getMoney(name string) Money {
	v := r.members.Get(name)
	m, err := readMoney(v)
	if err != nil {
		r.fail(r.at(name), "an amount", v)
	}
	return m
}

func (r *reading) getTexts(name string) []string {
	var out []string
	for _, e := range r.getList(name) {
		s, ok := e.(string)
		if !ok {
			r.fail(r.at(name), "a list of text", e)
		}
		out = append(out, s)
	}
	return out
}

// getNamed calls yield with each name and its value. They stand in an object, or in a list of pairs.
func (r *reading) getNamed(name string, s style, yield func(name string, v any)) {
	if s == typed {
		r.getPairs(name, func(first string, raw any) {
			v, err := s.read(raw)
			if err != nil {
				r.fail(r.at(name), "a value", raw)
			}
			yield(first, v)
		})
		return
	}
	inner, _ := r.getObject(name)
	for _, m := range inner.members {
		v, err := s.read(m.Value)
		if err != nil {
			r.fail(inner.at(m.Name), "a value", m.Value)
			return
		}
		yield(m.Name, v)
	}
}

// getPairs calls yield with each name and its value in a list of pairs.
func (r *reading) getPairs(name string, yield func(name string, v any)) {
	for _, e := range r.getList(name) {
		pair, ok := e.([]any)
		if !ok || len(pair) != 2 {
			r.fail(r.at(name), "pairs", e)
			return
		}
		first, ok := pair[0].(string)
		if !ok {
			r.fail(r.at(name), "a name", pair[0])
		}
		yield(first, pair[1])
	}
}

// JSONError reports input that is refused as a whole, because it is not a JSON object: no field of an
// incident can be found in it.
type JSONError struct{ Message string }

func (e *JSONError) Error() string { return e.Message }

// jsonError turns the error with which a decoder ended into the error of the caller. It is nil when
// the text was read to its end.
func jsonError(err error) error {
	switch x := err.(type) {
	case nil:
		return nil
	case *jsontext.Error:
		return &JSONError{x.Message}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

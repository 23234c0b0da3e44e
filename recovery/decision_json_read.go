package recovery

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// UnmarshalJSON reads what [Decision.AppendJSON] writes, and writing it again
// gives the same bytes. Parameters come back as what their JSON is: a string, an
// int64, a float64, a bool, a Money, a MoneyRange, or a []any; a duration, a date or a
// percentage is its text.
// Unknown keys are ignored.
func (d *Decision) UnmarshalJSON(data []byte) error {
	r, err := readObject(data)
	if err != nil {
		return err
	}
	read := Decision{
		ID:         r.text("id"),
		Incident:   r.text("incident"),
		DecidedAt:  r.time("decided_at"),
		Semantics:  r.int("semantics"),
		Supersedes: r.text("supersedes"),
		Plays:      readList(r, "plays", readMatch),
		Actions:    readList(r, "actions", readAction),
		Choices:    readList(r, "choices", readChoice),
		Withheld:   readList(r, "withheld", readWithheld),
		PassedOver: readList(r, "passed_over", readPassedOver),
		Warnings:   readList(r, "warnings", readWarning),
	}
	if set, ok := r.object("set"); ok {
		read.Set = SetRef{Digest: set.text("digest"), Revision: set.text("revision")}
	}
	if made, ok := r.object("made"); ok {
		read.Made = &Made{
			Choice: made.text("choice"), By: made.text("by"),
			Reason: made.text("reason"), Deviation: made.text("deviation"),
		}
	}
	r.values("facts", func(name string, v any) { read.Facts = append(read.Facts, Fact{name, v}) })
	if *r.err == nil {
		*d = read
	}
	return *r.err
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Action) UnmarshalJSON(data []byte) error {
	r, err := readObject(data)
	if err != nil {
		return err
	}
	read := readAction(r)
	if *r.err == nil {
		*a = read
	}
	return *r.err
}

func readMatch(r *objectReader) Match {
	return Match{
		Play: r.text("play"), Case: r.text("case"), Approach: r.text("approach"), At: r.text("at"),
		Because: readList(r, "because", func(r *objectReader) Reason {
			return Reason{Expr: r.text("expr"), Value: r.text("value")}
		}),
	}
}

func readAction(r *objectReader) Action {
	a := Action{
		ID:        r.text("id"),
		Type:      r.text("type"),
		Change:    Change(r.text("change")),
		Plays:     r.texts("plays"),
		Amount:    r.money("amount"),
		Already:   r.money("already"),
		Params:    r.params(),
		Owner:     r.text("owner"),
		NotBefore: r.time("not_before"),
		DueAt:     r.time("due_at"),
		Justice:   r.text("justice"),
		Note:      r.text("note"),
		IfLate:    readList(r, "if_late", readAction),
	}
	if m, ok := r.object("message"); ok {
		a.Message = &Message{ID: m.text("id"), Language: m.text("language"), Text: m.text("text")}
	}
	return a
}

func readChoice(r *objectReader) Choice {
	c := Choice{
		ID: r.text("id"), Play: r.text("play"), Decider: r.text("decider"), DueAt: r.time("due_at"),
		Options: readList(r, "options", readOffer),
	}
	if choose, ok := r.object("choose"); ok {
		c.AtLeast, c.AtMost = choose.int("at_least"), choose.int("at_most")
	}
	if p, ok := r.object("precedents"); ok {
		c.Precedents = Precedents{
			Count:   p.int("count"),
			Options: readList(p, "options", readPrecedentRange),
			Recent:  readList(p, "recent", readPrecedent),
		}
	}
	return c
}

func readOffer(r *objectReader) Offer {
	o := Offer{Type: r.text("type"), ID: r.text("id"), Params: r.params()}
	if amount, ok := r.object("amount"); ok {
		o.From, o.To = amount.money("from"), amount.money("to")
	}
	return o
}

func readPrecedentRange(r *objectReader) PrecedentRange {
	return PrecedentRange{Type: r.text("type"), Median: r.money("median"), Lowest: r.money("lowest"), Highest: r.money("highest")}
}

func readPrecedent(r *objectReader) Precedent {
	return Precedent{Decision: r.text("decision"), Amount: r.money("amount"), Reason: r.text("reason")}
}

func readWithheld(r *objectReader) Withheld {
	return Withheld{
		ID: r.text("id"), Type: r.text("type"), Play: r.text("play"), Reason: r.text("reason"),
		Amount: r.money("amount"), Params: r.params(),
	}
}

func readPassedOver(r *objectReader) PassedOver {
	return PassedOver{Partner: r.text("partner"), Play: r.text("play"), Reason: r.text("reason")}
}

func readWarning(r *objectReader) Warning {
	return Warning{Code: r.text("code"), Message: r.text("message"), Play: r.text("play")}
}

// objectReader takes typed members out of an object. Absent ones are zero. The
// first wrong one is remembered in err, which all readers of one text share.
type objectReader struct {
	members object
	position
	err *error
}

// position says where in the text an object is. It is spelled out only for an error.
type position struct {
	outer *objectReader // nil: the whole text
	name  string        // in outer
	index int           // in a list of that name; -1 where it is no list
}

func (p position) String() string {
	if p.outer == nil {
		return ""
	}
	path := p.outer.at(p.name)
	if p.index >= 0 {
		path += "[" + strconv.Itoa(p.index) + "]"
	}
	return path
}

func readObject(data []byte) (*objectReader, error) {
	v, err := parseJSON(data)
	if err != nil {
		return nil, err
	}
	members, ok := v.(object)
	if !ok {
		return nil, &jsonError{"an object is wanted, not " + shown(plain(v))}
	}
	return &objectReader{members: members, err: new(error)}, nil
}

func (r *objectReader) at(name string) string {
	if path := r.position.String(); path != "" {
		return path + "." + name
	}
	return name
}

func (r *objectReader) fail(path, wanted string, found any) {
	if *r.err == nil {
		*r.err = fmt.Errorf("%s: wanted %s, found %s", path, wanted, shown(plain(found)))
	}
}

// get returns a member, nil when it is absent.
func (r *objectReader) get(name string) any {
	for i := range r.members {
		if r.members[i].key == name {
			return r.members[i].value
		}
	}
	return nil
}

func (r *objectReader) text(name string) string {
	v := r.get(name)
	s, ok := v.(string)
	if !ok && v != nil {
		r.fail(r.at(name), "text", v)
	}
	return s
}

func (r *objectReader) int(name string) int {
	v := r.get(name)
	if v == nil {
		return 0
	}
	number, _ := v.(json.Number)
	n, err := strconv.Atoi(string(number))
	if err != nil {
		r.fail(r.at(name), "a whole number", v)
	}
	return n
}

func (r *objectReader) time(name string) time.Time {
	s := r.text(name)
	if s == "" {
		return time.Time{}
	}
	t, err := value.ParseTimestamp(s)
	if err != nil {
		r.fail(r.at(name), "an RFC 3339 time", s)
	}
	return t
}

func (r *objectReader) money(name string) Money {
	v := r.get(name)
	if v == nil {
		return Money{}
	}
	read, _ := readValue(v)
	m, ok := read.(Money)
	if !ok {
		r.fail(r.at(name), "an amount", v)
	}
	return m
}

func (r *objectReader) object(name string) (*objectReader, bool) {
	v := r.get(name)
	members, ok := v.(object)
	if !ok && v != nil {
		r.fail(r.at(name), "an object", v)
	}
	return &objectReader{members, position{r, name, -1}, r.err}, ok
}

func (r *objectReader) list(name string) []any {
	v := r.get(name)
	list, ok := v.([]any)
	if !ok && v != nil {
		r.fail(r.at(name), "a list", v)
	}
	return list
}

func (r *objectReader) texts(name string) []string {
	var out []string
	for _, e := range r.list(name) {
		s, ok := e.(string)
		if !ok {
			r.fail(r.at(name), "a list of text", e)
		}
		out = append(out, s)
	}
	return out
}

// values goes through an object whose keys are names.
func (r *objectReader) values(name string, yield func(name string, v any)) {
	inner, _ := r.object(name)
	for _, m := range inner.members {
		v, ok := readValue(m.value)
		if !ok {
			r.fail(inner.at(m.key), "a value", m.value)
			return
		}
		yield(m.key, v)
	}
}

func (r *objectReader) params() []Param {
	var out []Param
	r.values("params", func(name string, v any) { out = append(out, Param{name, v}) })
	return out
}

func readList[T any](r *objectReader, name string, element func(*objectReader) T) []T {
	list := r.list(name)
	out := make([]T, 0, len(list))
	for i, e := range list {
		members, ok := e.(object)
		inner := objectReader{members, position{r, name, i}, r.err}
		if !ok {
			r.fail(inner.String(), "an object", e)
			return nil
		}
		out = append(out, element(&inner))
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// readValue turns the JSON of a value into the value; ok is false for an object
// that is no amount.
func readValue(v any) (read any, ok bool) {
	switch x := v.(type) {
	case json.Number:
		return readNumber(x), true
	case object:
		return readAmounts(x)
	case []any:
		list := make([]any, len(x))
		for i, e := range x {
			if list[i], ok = readValue(e); !ok {
				return nil, false
			}
		}
		return list, true
	}
	return v, true
}

// readAmounts reads an amount, or a range of them.
func readAmounts(members object) (any, bool) {
	if len(members) != 2 || members[0].key != "from" || members[1].key != "to" {
		return readAmount(members)
	}
	r := objectReader{members: members, err: new(error)}
	return MoneyRange{From: r.money("from"), To: r.money("to")}, *r.err == nil
}

func readAmount(members object) (any, bool) {
	r := objectReader{members: members, err: new(error)}
	m, err := value.ParseMoney(r.text("value") + " " + r.text("currency"))
	return m, err == nil && *r.err == nil && len(members) == 2
}

func readNumber(n json.Number) any {
	if i, ok := wholeNumber(n); ok {
		return i
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return n
	}
	return f
}

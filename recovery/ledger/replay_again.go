package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// again decides one record.
func (r *replayer) again(x *task) error {
	if x.refusal != nil {
		return r.refuseAgain(x)
	}
	was, err := r.was(x)
	if err != nil {
		return err
	}
	engine, err := r.engine(was.Decision.Set.Digest)
	switch {
	case err != nil:
		return err
	case engine == nil:
		x.skip = skipSet
	case was.Decision.Semantics != recovery.Semantics && r.other == nil:
		x.skip = skipSemantics
	}
	if x.skip != "" {
		return nil
	}
	is, err := engine.Replay(r.ctx, was, func(q recovery.Query) (recovery.Given, error) { return r.answer(x, was, q) })
	switch {
	case errors.Is(err, errAsksPast), err != nil && r.ctx.Err() != nil:
		return err
	case errors.Is(err, ErrErased):
		x.skip = skipErased
	case err != nil:
		x.differ = &Difference{Seq: x.seq, Incident: was.Decision.Incident, Decision: was.Decision.ID, Error: err}
	default:
		return r.compare(x, is)
	}
	return nil
}

// was reads the record that is decided again. Of a decision it reads only the inputs; a choice is
// read in full.
func (r *replayer) was(x *task) (*recovery.Record, error) {
	if x.summary.Choice != nil {
		return recovery.ReadRecord(x.text, r.calendar)
	}
	out := &recovery.Record{Decision: &recovery.Decision{}}
	c := readingAgain(x.text)
	c.Members(func(key []byte) {
		switch string(key) {
		case "again":
			out.Again = c.True()
		case "newest":
			out.Newest = c.True()
		case "decision":
			c.asked(out.Decision)
		case "defaults":
			c.Elements(func() { out.Defaults = append(out.Defaults, c.Text()) })
		case "incident":
			out.Incident = c.Skip()
		case "was":
			out.ReadAs = c.pairs()
		}
	})
	return out, c.end()
}

// asked reads the inputs of a decision, and not its outcome.
func (c *cursor) asked(d *recovery.Decision) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "decided_at":
			d.DecidedAt = c.time()
		case "id":
			d.ID = c.Text()
		case "incident":
			d.Incident = c.Text()
		case "namespace":
			d.Namespace = c.Text()
		case "semantics":
			d.Semantics = int(c.Int())
		case "set":
			c.setRef(&d.Set)
		}
	})
}

func (r *replayer) compare(x *task, is *recovery.Record) error {
	var text []byte
	if r.other == nil {
		text = is.AppendJSON(nil, func(c *worktime.Calendar) string { return calendarName(c.AppendJSON(nil)) })
		if bytes.Equal(text, x.text) {
			return nil
		}
	}
	was, err := recovery.ReadRecord(x.text, r.calendar)
	if err != nil {
		return err
	}
	var changes []Change
	if r.other == nil {
		if changes = diff(was.Decision.AppendJSON(nil), is.Decision.AppendJSON(nil), nil); len(changes) == 0 {
			changes = diff(x.text, text, nil)
		}
	} else if changes = diff(was.Decision.AppendJSON(nil), is.Decision.AppendJSON(nil), namesOnly); len(changes) == 0 {
		return nil
	}
	x.differ = &Difference{Seq: x.seq, Incident: was.Decision.Incident, Decision: was.Decision.ID, Changes: changes}
	return nil
}

// refuseAgain checks that an incident which did not fit its set still does not fit, for the same
// reasons. Refusals of other kinds depend on values that were read and not recorded; they are
// skipped.
func (r *replayer) refuseAgain(x *task) error {
	engine, err := r.engine(x.refusal.Set.Digest)
	if err != nil {
		return err
	}
	said := x.refusal.Error.(*Refused)
	switch {
	case engine == nil:
		x.skip = skipSet
		return nil
	case said.Code != "invalid-incident":
		x.skip = skipRefusal
		return nil
	}
	was := &recovery.Record{Decision: &recovery.Decision{Namespace: x.refusal.Namespace, Incident: x.refusal.Incident, DecidedAt: x.refusal.At}, Incident: x.refusal.Input}
	_, err = engine.Replay(r.ctx, was, func(q recovery.Query) (recovery.Given, error) { return recovery.Given{}, errNotAsked })
	switch {
	case errors.Is(err, errNotAsked):
		// It fits: it was refused under the Strict option, or by other playbooks.
		x.skip = skipRefusal
	case err.Error() != said.Message:
		x.differ = &Difference{Seq: x.seq, Incident: x.refusal.Incident, Changes: []Change{{"error.message", quoted(said.Message), quoted(err.Error())}}}
	}
	return nil
}

var errNotAsked = errors.New("nothing was read")

func quoted(s string) string { return string(jsontext.AppendQuote(nil, s)) }

// recordText is the text of the record in a decision's payload: its last member. Whoever reads the text
// finds out whether it is one value.
func recordText(payload []byte) ([]byte, error) {
	c := readingAgain(payload)
	_, err := c.ReadToken()
	for err == nil && c.StackDepth() == 1 {
		var name jsontext.Token
		if name, err = c.ReadToken(); err != nil || name.Kind() != jsontext.KindString {
			continue
		}
		if name.Is("record") {
			c.PeekKind()
			start := c.InputOffset()
			c.Release()
			return payload[start:max(start, len(payload)-len("}"))], nil
		}
		err = c.SkipValue()
	}
	return nil, c.end()
}

// diff compares two JSON texts field by field, in the order of their paths. Fields that
// ignored names are passed over.
func diff(was, is []byte, ignored func(path, key string) bool) []Change {
	var out []Change
	compareValues("", decoded(was), decoded(is), ignored, &out)
	return out
}

// namesOnly are the fields that differ under every other set even when the decision is the same: ids,
// fields that are made from the digest, and places in files.
func namesOnly(path, key string) bool {
	last := path[strings.LastIndexByte(path, '.')+1:]
	list, _, _ := strings.Cut(last, "[")
	switch key {
	case "id":
		return path == "" || slices.Contains([]string{"actions", "if_late", "choices", "withheld"}, list)
	case "set", "supersedes":
		return path == ""
	case "at":
		return list == "plays"
	case "choice":
		return path == "made"
	case "decision":
		return list == "recent"
	}
	return false
}

func decoded(text []byte) any {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return string(text)
	}
	return v
}

func compareValues(path string, was, is any, ignored func(path, key string) bool, out *[]Change) {
	x, isObject := was.(map[string]any)
	y, bothObjects := is.(map[string]any)
	if isObject && bothObjects {
		keys := slices.Sorted(maps.Keys(x))
		for k := range y {
			if _, ok := x[k]; !ok {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		for _, k := range keys {
			if ignored != nil && ignored(path, k) {
				continue
			}
			inner := k
			if path != "" {
				inner = path + "." + k
			}
			compareMembers(inner, x, y, k, ignored, out)
		}
		return
	}
	a, isList := was.([]any)
	b, bothLists := is.([]any)
	if isList && bothLists {
		for i := range max(len(a), len(b)) {
			inner := path + "[" + strconv.Itoa(i) + "]"
			switch {
			case i >= len(a):
				*out = append(*out, Change{inner, "", encoded(b[i])})
			case i >= len(b):
				*out = append(*out, Change{inner, encoded(a[i]), ""})
			default:
				compareValues(inner, a[i], b[i], ignored, out)
			}
		}
		return
	}
	if v, w := encoded(was), encoded(is); v != w {
		*out = append(*out, Change{path, v, w})
	}
}

func compareMembers(path string, x, y map[string]any, key string, ignored func(path, key string) bool, out *[]Change) {
	was, there := x[key]
	is, here := y[key]
	switch {
	case !there:
		*out = append(*out, Change{path, "", encoded(is)})
	case !here:
		*out = append(*out, Change{path, encoded(was), ""})
	default:
		compareValues(path, was, is, ignored, out)
	}
}

func encoded(v any) string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return ""
	}
	return string(bytes.TrimSpace(buf.Bytes()))
}

package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/store"
)

// links are the records that a decision was made from.
type links struct {
	previous int64 // -1: none
	made     []int64
	seen     int64 // how many records there were when it was read; -1: it was read elsewhere
}

// appendDecision appends the payload of a decision: what was read, and the
// record. An answer stands beside its question. does is what it does to the deliveries; nil: the ledger keeps none.
func appendDecision(dst []byte, c *recovery.Commit, at links, does *streamed, calendars func(*worktime.Calendar) string) []byte {
	o := writing(dst)
	r := c.Record
	o.BeginObject()
	if does != nil {
		o.deliveries(does, calendars)
	}
	o.WriteKey("given")
	o.BeginObject()
	i := -1
	list(o, "facts", c.Reads.Facts, func(o *object, q *recovery.FactQuery) {
		i++
		o.fact(q, c.Given.Facts[i], r.Keys)
	})
	o.ints("made", at.made)
	if c.Given.Stream != nil {
		o.list("open", len(c.Given.Stream.Open), func(i int) { o.waits(&c.Given.Stream.Open[i]) })
	}
	i = -1
	list(o, "precedents", c.Reads.Precedents, func(o *object, q *recovery.PrecedentQuery) {
		i++
		o.precedents(q, &c.Given.Precedents[i], r.Keys)
	})
	if at.previous >= 0 {
		o.int("previous", at.previous)
	}
	list(o, "reports", c.Given.Reports, (*object).reported)
	if at.seen >= 0 {
		o.int("seen", at.seen)
	}
	o.time("updated_at", c.Given.UpdatedAt)
	i = -1
	list(o, "use", c.Reads.Use, func(o *object, q *recovery.UseQuery) {
		i++
		o.BeginObject()
		o.text("direction", q.Direction)
		o.time("from", q.From)
		o.text("partner", q.Partner)
		o.time("until", q.Until)
		o.int("used", c.Given.Use[i])
		o.EndObject()
	})
	o.EndObject()
	o.WriteKey("record")
	o.Buf = r.AppendJSON(o.Buf, calendars)
	o.EndObject()
	return o.Buf
}

func (o *object) fact(q *recovery.FactQuery, answer any, keys map[string]string) {
	o.BeginObject()
	o.text("count", q.Count)
	o.text("currency", q.Currency)
	o.time("from", q.From)
	o.flag("matters", q.Matters)
	o.text("name", q.Name)
	o.flag("occurred", q.Occurred)
	if q.Of != value.KindInvalid {
		o.text("of", q.Of.String())
	}
	o.same("same", q.Same, keys)
	o.text("sum", q.Sum)
	switch v := answer.(type) {
	case int64:
		o.int("value", v)
	case recovery.Money:
		o.money("value", v)
	case float64, time.Duration:
		o.text("value", value.Show(v))
	}
	o.EndObject()
}

func (o *object) precedents(q *recovery.PrecedentQuery, p *store.Precedents, keys map[string]string) {
	o.BeginObject()
	list(o, "amounts", p.Amounts, func(o *object, s *store.Spread) {
		o.BeginObject()
		o.money("highest", s.Highest)
		o.money("lower", s.Lower)
		o.money("lowest", s.Lowest)
		o.text("type", s.Type)
		o.money("upper", s.Upper)
		o.EndObject()
	})
	o.same("comparable", q.Comparable, keys)
	o.int("count", int64(p.Count))
	o.text("play", q.Play)
	list(o, "recent", p.Recent, func(o *object, x *store.Precedent) {
		o.BeginObject()
		o.money("amount", x.Amount)
		o.text("decision", x.Decision)
		o.text("reason", x.Reason)
		o.text("type", x.Type)
		o.EndObject()
	})
	o.EndObject()
}

// same writes fields with their texts. Where the record's keys have the same text for a field, its
// path is written alone.
func (o *object) same(name string, keys []recovery.Key, own map[string]string) {
	list(o, name, keys, func(o *object, k *recovery.Key) {
		if own[k.Path] == k.Text {
			o.WriteString(k.Path)
			return
		}
		o.BeginArray()
		o.WriteString(k.Path)
		o.WriteString(k.Text)
		o.EndArray()
	})
}

// reported writes those fields of a report on which a decision can depend.
func (o *object) reported(r *recovery.Report) {
	o.BeginObject()
	o.text("action", r.Action)
	o.money("amount", r.Amount)
	o.time("at", r.At)
	o.text("effect", r.Key)
	o.text("outcome", string(r.Outcome))
	o.EndObject()
}

// appendReports appends the payload of reports on one incident, and what they do to its deliveries. more is
// how many records of the same commit follow.
func appendReports(dst []byte, reports []recovery.Report, more int, does *streamed) []byte {
	o := writing(dst)
	o.BeginObject()
	if does != nil {
		o.deliveries(does, nil) // reports put in nothing
	}
	if more > 0 {
		o.int("more", int64(more))
	}
	list(o, "reports", reports, func(o *object, r *recovery.Report) {
		o.BeginObject()
		o.text("action", r.Action)
		o.money("amount", r.Amount)
		o.time("at", r.At)
		o.text("effect", r.Key)
		o.text("incident", r.Incident)
		o.text("namespace", r.Namespace)
		o.text("note", r.Note)
		o.text("outcome", string(r.Outcome))
		o.EndObject()
	})
	o.EndObject()
	return o.Buf
}

func parseReports(payload []byte) (out []recovery.Report, more int64, err error) {
	c := readingPayload(payload, reportShape)
	c.Members(func(key []byte) {
		switch string(key) {
		case "more":
			more = c.Int()
		case "reports":
			c.Elements(func() { out = append(out, c.report()) })
		}
	})
	return out, more, c.end()
}

func (c *cursor) report() (r recovery.Report) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "action":
			r.Action = c.Text()
		case "amount":
			r.Amount = c.money()
		case "at":
			r.At = c.time()
		case "effect":
			r.Key = c.Text()
		case "incident":
			r.Incident = c.Text()
		case "namespace":
			r.Namespace = c.Text()
		case "note":
			r.Note = c.Text()
		case "outcome":
			r.Outcome = recovery.Outcome(c.Text())
		}
	})
	return r
}

// appendMark appends the payload of a mark.
func appendMark(dst []byte, m *recovery.Mark) []byte {
	o := writing(dst)
	o.BeginObject()
	o.text("incident", m.Incident)
	o.text("namespace", m.Namespace)
	o.text("told", string(m.Told))
	o.time("updated_at", m.UpdatedAt)
	o.EndObject()
	return o.Buf
}

func parseMark(payload []byte) (m recovery.Mark, err error) {
	c := readingPayload(payload, markShape)
	c.Members(func(key []byte) {
		switch string(key) {
		case "incident":
			m.Incident = c.Text()
		case "namespace":
			m.Namespace = c.Text()
		case "told":
			m.Told = []byte(c.Text())
		case "updated_at":
			m.UpdatedAt = c.time()
		}
	})
	return m, c.end()
}

// appendRefusal appends the payload of a refusal. The incident is kept as the text in which it came,
// because a refused incident need not be valid.
func appendRefusal(dst []byte, r *recovery.Refusal) ([]byte, error) {
	said, err := jsontext.Parse(whyRefused(r))
	if err != nil {
		return nil, err
	}
	o := writing(dst)
	o.BeginObject()
	o.time("at", r.At)
	o.WriteKey("error")
	o.Buf = jsontext.AppendTree(o.Buf, said.(jsontext.Object).Get("error"))
	o.text("incident", r.Incident)
	o.text("input", string(r.Input))
	o.text("namespace", r.Namespace)
	o.WriteKey("set")
	o.BeginObject()
	o.text("digest", r.Set.Digest)
	o.text("revision", r.Set.Revision)
	o.EndObject()
	o.EndObject()
	return o.Buf, nil
}

// Refused is the recorded reason why an incident was refused.
type Refused struct {
	Code    string // as [recovery.AppendRefusal] lists them
	Message string

	said []byte // what it wrote, in a refusal that is being sealed
}

func (e *Refused) Error() string { return e.Message }

// whyRefused is the JSON that has the error of a refusal under "error".
func whyRefused(r *recovery.Refusal) []byte {
	if e := (*Refused)(nil); errors.As(r.Error, &e) && e.said != nil {
		return e.said
	}
	return recovery.AppendRefusal(nil, r.Incident, r.Error)
}

func parseRefusal(payload []byte) (*recovery.Refusal, error) {
	r := &recovery.Refusal{}
	why := &Refused{}
	c := readingPayload(payload, refusalShape)
	c.Members(func(key []byte) {
		switch string(key) {
		case "at":
			r.At = c.time()
		case "error":
			c.refused(why)
		case "incident":
			r.Incident = c.Text()
		case "input":
			r.Input = []byte(c.Text())
		case "namespace":
			r.Namespace = c.Text()
		case "set":
			c.setRef(&r.Set)
		}
	})
	r.Error = why
	return r, c.end()
}

// refused reads the code and the message. Whatever else [recovery.AppendRefusal] writes is skipped.
func (c *cursor) refused(why *Refused) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "code":
			why.Code = c.Text()
		case "message":
			why.Message = c.Text()
		}
	})
}

func (c *cursor) setRef(set *recovery.SetRef) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "digest":
			set.Digest = c.Text()
		case "revision":
			set.Revision = c.Text()
		}
	})
}

// appendSet appends the payload of a set: its files, as they are.
func appendSet(dst []byte, set *playbook.Set) []byte {
	o := writing(dst)
	o.BeginObject()
	o.text("digest", set.Digest)
	list(o, "files", set.Files, func(o *object, f *playbook.File) {
		o.BeginObject()
		if !utf8.Valid(f.Source) {
			o.text("base64", base64.StdEncoding.EncodeToString(f.Source))
		}
		o.text("path", f.Path)
		if utf8.Valid(f.Source) {
			o.text("text", string(f.Source))
		}
		o.EndObject()
	})
	o.EndObject()
	return o.Buf
}

// parseSet reads a set's digest and files.
func parseSet(payload []byte) (digest string, files []playbook.File, err error) {
	c := readingPayload(payload, setShape)
	c.Members(func(key []byte) {
		switch string(key) {
		case "digest":
			digest = c.Text()
		case "files":
			c.Elements(func() { files = append(files, c.setFile()) })
		}
	})
	return digest, files, c.end()
}

func (c *cursor) setFile() (f playbook.File) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "base64":
			source, err := base64.StdEncoding.DecodeString(c.Text())
			if err != nil {
				c.Fail(errors.New("a file of the set is not written in base64"))
			}
			f.Source = source
		case "path":
			f.Path = c.Text()
		case "text":
			f.Source = []byte(c.Text())
		}
	})
	return f
}

// calendarName is what records call a calendar: its contents decide.
func calendarName(calendar []byte) string {
	sum := sha256.Sum256(calendar)
	return "cal_" + hex.EncodeToString(sum[:16])
}

func appendCalendar(dst, calendar []byte) []byte {
	dst = append(append(dst, `{"calendar":`...), calendar...)
	return append(append(dst, `,"id":"`+calendarName(calendar)...), `"}`...)
}

func parseCalendar(payload []byte) (name string, calendar []byte, err error) {
	c := readingPayload(payload, calendarShape)
	c.Members(func(key []byte) {
		switch string(key) {
		case "calendar":
			calendar = c.Skip()
		case "id":
			name = c.Text()
		}
	})
	if err := c.end(); err != nil {
		return "", nil, err
	}
	if name != calendarName(calendar) {
		return "", nil, errors.New("the calendar is not the one that its name says")
	}
	return name, calendar, nil
}

// erasure says which payloads were erased. Of their content it keeps only the use of partners, because
// the partners have served all the same.
type erasure struct {
	at        time.Time
	incidents int64 // how many incidents were erased on which something was decided
	records   []int64
	reserves  []recovery.Reserve
	key       []byte     // of the hashes; nil where an earlier erasure has it
	refused   []goneHash // the incidents, of which nothing is taken any more
	anew      []goneHash // those that begin anew
}

func (e erasure) ErasedRecords() []int64 { return e.records }

func (e *erasure) append(dst []byte) []byte {
	o := writing(dst)
	o.BeginObject()
	if len(e.anew) > 0 {
		o.hashes("anew", e.anew)
	}
	o.time("at", e.at)
	o.int("incidents", e.incidents)
	if e.key != nil {
		o.text("key", hex.EncodeToString(e.key))
	}
	o.ints("records", e.records)
	if len(e.refused) > 0 {
		o.hashes("refused", e.refused)
	}
	list(o, "reserves", e.reserves, func(o *object, r *recovery.Reserve) {
		o.BeginObject()
		o.time("at", r.At)
		o.text("direction", r.Direction)
		o.text("namespace", r.Namespace)
		o.text("partner", r.Partner)
		o.int("units", r.Units)
		o.EndObject()
	})
	o.EndObject()
	return o.Buf
}

func parseErasure(payload []byte) (e erasure, err error) {
	e.incidents = 1 // where nobody has counted, there was one at least
	c := readingPayload(payload, erasureShape)
	c.Members(func(key []byte) {
		switch string(key) {
		case "at":
			e.at = c.time()
		case "incidents":
			e.incidents = c.Int()
		case "records":
			c.Elements(func() { e.records = append(e.records, c.Int()) })
		case "reserves":
			c.Elements(func() { e.reserves = append(e.reserves, c.reserve()) })
		case "key":
			e.key = c.hex()
		case "refused":
			e.refused = c.hashes()
		case "anew":
			e.anew = c.hashes()
		}
	})
	return e, c.end()
}

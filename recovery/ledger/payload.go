package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// links are the records that a decision was made from.
type links struct {
	previous int64 // -1: none
	made     []int64
	seen     int64 // how many records there were when it was read
}

// appendDecision appends the payload of a decision: what was read, and the
// record. An answer stands beside its question.
func appendDecision(dst []byte, c *recovery.Commit, at links, calendars func(*worktime.Calendar) string) []byte {
	o := object{dst}
	r := c.Record
	o.open('{')
	o.key("given")
	o.open('{')
	i := -1
	list(&o, "facts", c.Reads.Facts, func(o *object, q *recovery.FactQuery) {
		i++
		o.fact(q, c.Given.Facts[i], r.Keys)
	})
	o.ints("made", at.made)
	i = -1
	list(&o, "precedents", c.Reads.Precedents, func(o *object, q *recovery.PrecedentQuery) {
		i++
		o.open('{')
		o.same("comparable", q.Comparable, r.Keys)
		if i < len(c.Given.Precedents) {
			o.int("count", int64(len(c.Given.Precedents[i])))
		}
		o.text("play", q.Play)
		o.open('}')
	})
	if at.previous >= 0 {
		o.int("previous", at.previous)
	}
	list(&o, "reports", c.Given.Reports, (*object).reported)
	o.int("seen", at.seen)
	i = -1
	list(&o, "use", c.Reads.Use, func(o *object, q *recovery.UseQuery) {
		i++
		o.open('{')
		o.text("direction", q.Direction)
		o.time("from", q.From)
		o.text("partner", q.Partner)
		o.time("until", q.Until)
		o.int("used", c.Given.Use[i])
		o.open('}')
	})
	o.open('}')
	o.key("record")
	o.buf = r.AppendJSON(o.buf, calendars)
	o.open('}')
	return o.buf
}

func (o *object) fact(q *recovery.FactQuery, answer any, keys map[string]string) {
	o.open('{')
	o.text("count", q.Count)
	o.text("currency", q.Currency)
	o.time("from", q.From)
	o.flag("matters", q.Matters)
	o.text("name", q.Name)
	o.same("same", q.Same, keys)
	o.text("sum", q.Sum)
	switch v := answer.(type) {
	case int64:
		o.int("value", v)
	case recovery.Money:
		o.key("value")
		o.money(v)
	}
	o.open('}')
}

// same writes fields with their texts. A path alone stands for the text that the
// record's keys have for it.
func (o *object) same(name string, keys []recovery.Key, own map[string]string) {
	list(o, name, keys, func(o *object, k *recovery.Key) {
		if own[k.Path] == k.Text {
			o.buf = jsontext.AppendQuote(o.buf, k.Path)
			return
		}
		o.buf = jsontext.AppendQuote(append(o.buf, '['), k.Path)
		o.buf = append(jsontext.AppendQuote(append(o.buf, ','), k.Text), ']')
	})
}

// reported is as much of a report as enters a decision.
func (o *object) reported(r *recovery.Report) {
	o.open('{')
	o.text("action", r.Action)
	o.time("at", r.At)
	o.open('}')
}

// appendReports appends the payload of reports on one incident. more is how many
// records of the same commit follow.
func appendReports(dst []byte, reports []recovery.Report, more int) []byte {
	o := object{dst}
	o.open('{')
	if more > 0 {
		o.int("more", int64(more))
	}
	list(&o, "reports", reports, func(o *object, r *recovery.Report) {
		o.open('{')
		o.text("action", r.Action)
		o.time("at", r.At)
		o.text("incident", r.Incident)
		o.text("note", r.Note)
		o.open('}')
	})
	o.open('}')
	return o.buf
}

func parseReports(payload []byte) (out []recovery.Report, more int64, err error) {
	c := cursor{b: payload}
	c.object(func(key []byte) {
		switch string(key) {
		case "more":
			more = c.int()
		case "reports":
			c.list(func() { out = append(out, c.report()) })
		default:
			c.fail() // nothing else belongs there
		}
	})
	return out, more, c.end()
}

func (c *cursor) report() (r recovery.Report) {
	c.object(func(key []byte) {
		switch string(key) {
		case "action":
			r.Action = c.text()
		case "at":
			r.At = c.time()
		case "incident":
			r.Incident = c.text()
		case "note":
			r.Note = c.text()
		default:
			c.fail() // nothing else belongs there
		}
	})
	return r
}

// appendRefusal appends the payload of a refusal. The incident is kept as the
// text that it came as, which need not be a good one.
func appendRefusal(dst []byte, r *recovery.Refusal) ([]byte, error) {
	var said struct {
		Error map[string]any `json:"error"`
	}
	if err := json.Unmarshal(recovery.AppendRefusal(nil, r.Incident, r.Error), &said); err != nil {
		return nil, err
	}
	o := object{dst}
	o.open('{')
	o.time("at", r.At)
	o.key("error")
	o.any(said.Error)
	o.text("incident", r.Incident)
	o.text("input", string(r.Input))
	o.key("set")
	o.open('{')
	o.text("digest", r.Set.Digest)
	o.text("revision", r.Set.Revision)
	o.open('}')
	o.open('}')
	return o.buf, nil
}

// Refused is the recorded reason why an incident was refused.
type Refused struct {
	Code    string // as [recovery.AppendRefusal] lists them
	Message string
}

func (e *Refused) Error() string { return e.Message }

func parseRefusal(payload []byte) (*recovery.Refusal, error) {
	r := &recovery.Refusal{}
	why := &Refused{}
	c := cursor{b: payload}
	c.object(func(key []byte) {
		switch string(key) {
		case "at":
			r.At = c.time()
		case "error":
			c.refused(why)
		case "incident":
			r.Incident = c.text()
		case "input":
			r.Input = []byte(c.text())
		case "set":
			c.setRef(&r.Set)
		default:
			c.fail()
		}
	})
	r.Error = why
	return r, c.end()
}

// refused reads why; what else [recovery.AppendRefusal] says is for other readers.
func (c *cursor) refused(why *Refused) {
	c.object(func(key []byte) {
		switch string(key) {
		case "code":
			why.Code = c.text()
		case "message":
			why.Message = c.text()
		default:
			c.skip()
		}
	})
}

func (c *cursor) setRef(set *recovery.SetRef) {
	c.object(func(key []byte) {
		switch string(key) {
		case "digest":
			set.Digest = c.text()
		case "revision":
			set.Revision = c.text()
		default:
			c.fail()
		}
	})
}

// appendSet appends the payload of a set: its files, as they are.
func appendSet(dst []byte, set *playbook.Set) []byte {
	o := object{dst}
	o.open('{')
	o.text("digest", set.Digest)
	list(&o, "files", set.Files, func(o *object, f *playbook.File) {
		o.open('{')
		if !utf8.Valid(f.Source) {
			o.text("base64", base64.StdEncoding.EncodeToString(f.Source))
		}
		o.text("path", f.Path)
		if utf8.Valid(f.Source) {
			o.text("text", string(f.Source))
		}
		o.open('}')
	})
	o.open('}')
	return o.buf
}

// parseSet reads a set's digest and files.
func parseSet(payload []byte) (digest string, files []playbook.File, err error) {
	c := cursor{b: payload}
	c.object(func(key []byte) {
		switch string(key) {
		case "digest":
			digest = c.text()
		case "files":
			c.list(func() { files = append(files, c.setFile()) })
		default:
			c.fail() // nothing else belongs there
		}
	})
	return digest, files, c.end()
}

func (c *cursor) setFile() (f playbook.File) {
	c.object(func(key []byte) {
		switch string(key) {
		case "base64":
			source, err := base64.StdEncoding.DecodeString(c.text())
			if err != nil {
				c.fail()
			}
			f.Source = source
		case "path":
			f.Path = c.text()
		case "text":
			f.Source = []byte(c.text())
		default:
			c.fail() // nothing else belongs there
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
	c := cursor{b: payload}
	c.object(func(key []byte) {
		switch string(key) {
		case "calendar":
			calendar = c.skip()
		case "id":
			name = c.text()
		default:
			c.fail() // nothing else belongs there
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

// erasure says which payloads were erased, and nothing of what they held but the
// use of partners, who have served all the same.
type erasure struct {
	at       time.Time
	records  []int64
	reserves []recovery.Reserve
}

func (e erasure) ErasedRecords() []int64 { return e.records }

func (e *erasure) append(dst []byte) []byte {
	o := object{dst}
	o.open('{')
	o.time("at", e.at)
	o.ints("records", e.records)
	list(&o, "reserves", e.reserves, func(o *object, r *recovery.Reserve) {
		o.open('{')
		o.time("at", r.At)
		o.text("direction", r.Direction)
		o.text("partner", r.Partner)
		o.int("units", r.Units)
		o.open('}')
	})
	o.open('}')
	return o.buf
}

func parseErasure(payload []byte) (e erasure, err error) {
	c := cursor{b: payload}
	c.object(func(key []byte) {
		switch string(key) {
		case "at":
			e.at = c.time()
		case "records":
			c.list(func() { e.records = append(e.records, c.int()) })
		case "reserves":
			c.list(func() { e.reserves = append(e.reserves, c.reserve()) })
		default:
			c.fail() // nothing else belongs there
		}
	})
	return e, c.end()
}

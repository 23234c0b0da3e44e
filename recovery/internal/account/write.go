package account

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// CSV writes rows as comma-separated values, a header first.
type CSV struct {
	w    *csv.Writer
	raw  bool
	line []string
}

// NewCSV writes a header. Text that a spreadsheet would take for a formula gets an apostrophe in
// front, unless raw is set.
func NewCSV(w io.Writer, header []string, raw bool) (*CSV, error) {
	out := &CSV{w: csv.NewWriter(w), raw: raw}
	for _, name := range header {
		out.line = append(out.line, out.text(name))
	}
	return out, out.w.Write(out.line)
}

// Row writes a row.
func (c *CSV) Row(cells []any) error {
	c.line = c.line[:0]
	for _, cell := range cells {
		c.line = append(c.line, c.cell(cell))
	}
	return c.w.Write(c.line)
}

// End writes what was held back.
func (c *CSV) End() error {
	c.w.Flush()
	return c.w.Error()
}

func (c *CSV) cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case number:
		return string(v)
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return value.FormatTimestamp(v)
	case []string:
		return c.text(strings.Join(v, ";"))
	case json.RawMessage:
		return c.field(v)
	case string:
		return c.text(v)
	}
	return ""
}

// text is one line, in which nothing is unseen.
func (c *CSV) text(s string) string {
	formula := s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0]))
	s = term.Plain(s).String()
	if formula && !c.raw {
		return "'" + s
	}
	return s
}

// field writes a field of an incident: text as it is, money and numbers too, and what has parts as
// JSON.
func (c *CSV) field(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	v, err := jsontext.Parse(raw)
	if err != nil {
		return c.text(string(raw))
	}
	switch v := v.(type) {
	case string:
		return c.text(v)
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	case jsontext.Object:
		amount, ok := v.Get("value").(string)
		currency, isMoney := v.Get("currency").(string)
		if ok && isMoney && len(v) == 2 {
			return c.text(amount + " " + currency)
		}
	}
	return c.text(string(raw))
}

// AppendJSONLine appends a row as an object on a line of its own. What has no value is null.
func AppendJSONLine(dst []byte, header []string, cells []any) []byte {
	e := jsontext.NewEncoder(dst)
	e.BeginObject()
	for i, cell := range cells {
		e.WriteName(header[i])
		writeJSON(&e, cell)
	}
	e.EndObject()
	return append(e.Buf, '\n')
}

func writeJSON(e *jsontext.Encoder, v any) {
	switch v := v.(type) {
	case bool:
		e.WriteBool(v)
	case int:
		e.WriteInt(int64(v))
	case number:
		e.WriteValue([]byte(v))
	case time.Time:
		if v.IsZero() {
			e.WriteValue([]byte("null"))
		} else {
			e.WriteString(value.FormatTimestamp(v))
		}
	case []string:
		e.BeginArray()
		for _, s := range v {
			e.WriteString(s)
		}
		e.EndArray()
	case json.RawMessage:
		if len(v) == 0 {
			v = json.RawMessage("null")
		}
		e.WriteValue(v)
	case string:
		if v == "" {
			e.WriteValue([]byte("null"))
		} else {
			e.WriteString(v)
		}
	default:
		e.WriteValue([]byte("null"))
	}
}

package recovery

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/canonical"
)

// jsonWriter appends JSON in the order in which it is told. A comma is due unless
// the last byte opened an object or a list, which no value ends with.
type jsonWriter struct{ buf []byte }

func (w *jsonWriter) open(bracket byte)  { w.buf = append(w.buf, bracket) }
func (w *jsonWriter) close(bracket byte) { w.buf = append(w.buf, bracket) }

// key starts a member of an object. Keys are the program's own and need no
// escaping.
func (w *jsonWriter) key(name string) {
	w.comma('{')
	w.buf = append(w.buf, '"')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, '"', ':')
}

// anyKey is key for names that come from outside.
func (w *jsonWriter) anyKey(name string) {
	w.comma('{')
	w.buf = append(canonical.AppendString(w.buf, name), ':')
}

// element starts an element of a list.
func (w *jsonWriter) element() { w.comma('[') }

func (w *jsonWriter) comma(opened byte) {
	if w.buf[len(w.buf)-1] != opened {
		w.buf = append(w.buf, ',')
	}
}

// The members below are left out when they do not exist.

func (w *jsonWriter) text(name, s string) {
	if s != "" {
		w.key(name)
		w.buf = canonical.AppendString(w.buf, s)
	}
}

func (w *jsonWriter) time(name string, t time.Time) {
	if !t.IsZero() {
		w.key(name)
		w.buf = appendTime(w.buf, t)
	}
}

func (w *jsonWriter) money(name string, m Money) {
	if m.IsSet() {
		w.key(name)
		w.buf = appendMoney(w.buf, m)
	}
}

func (w *jsonWriter) int(name string, n int) {
	w.key(name)
	w.buf = strconv.AppendInt(w.buf, int64(n), 10)
}

func (w *jsonWriter) texts(list []string) { w.buf = appendList(w.buf, list, canonical.AppendString) }

// appendMoney writes an amount for readers, with what it is first.
func appendMoney(dst []byte, m Money) []byte {
	dst = append(dst, `{"value":"`...)
	dst = m.AppendDecimal(dst)
	dst = append(dst, `","currency":"`...)
	dst = append(dst, m.Currency()...)
	return append(dst, `"}`...)
}

// appendValue writes the value of a parameter or a fact.
func appendValue(dst []byte, v any) []byte {
	switch x := v.(type) {
	case Money:
		if !x.IsSet() {
			return append(dst, "null"...)
		}
		return appendMoney(dst, x)
	case []any:
		return appendList(dst, x, appendValue)
	case MoneyRange:
		dst = appendMoney(append(dst, `{"from":`...), x.From)
		return append(appendMoney(append(dst, `,"to":`...), x.To), '}')
	case json.Number:
		return append(dst, x...)
	}
	return appendCanonical(dst, v)
}

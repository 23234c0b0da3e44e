package ledger

import (
	"errors"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/store"
)

// Read has the inputs of a decision, other than its incident and its time: the
// queries and, in the same order, their answers.
type Read struct {
	Query recovery.Query
	Facts []any // int64 or Money; nil where there was no answer
	Use   []int64
	// Precedents are those of each question. Seen is how many records the ledger had. Records of earlier
	// versions have the count alone: that of the choices that stood when the ledger had Seen records.
	Precedents []store.Precedents
	Seen       int64
	// Previous and Made are the numbers of records, Previous -1 where there was
	// none. Reports have no note, because no decision depends on one.
	Previous int64
	Made     []int64
	Reports  []recovery.Report
	// Stream has those deliveries of the incident that were not settled, without what they are about; nil where
	// the ledger kept none.
	Stream *store.Stream
	// UpdatedAt is the latest updated_at of the incident that had been seen.
	UpdatedAt time.Time
}

// parseGiven reads the inputs of a decision from its payload.
func parseGiven(payload []byte) (*Read, error) {
	var raw []byte
	first := false
	keys := map[string]string{}
	g := &Read{Previous: -1}
	c := readingPayload(payload, decisionShape)
	c.Members(func(key []byte) {
		switch string(key) {
		case "given":
			raw = c.Skip()
		case "record":
			c.Members(func(key []byte) {
				switch string(key) {
				case "decision":
					c.Members(func(key []byte) {
						switch string(key) {
						case "namespace":
							g.Query.Namespace = c.Text()
						case "semantics":
							first = c.Int() < 2
						}
					})
				case "keys":
					c.Members(func(path []byte) { keys[string(path)] = c.Text() })
				}
			})
		}
	})
	if err := c.end(); err != nil {
		return nil, err
	}
	r := givenReader{readingAgain(raw), keys, g, first}
	r.Members(r.member)
	return g, r.end()
}

type givenReader struct {
	cursor
	keys map[string]string
	out  *Read
	// first says that the decision is of the first semantics, whose facts all went by when
	// incidents occurred.
	first bool
}

func (r *givenReader) member(key []byte) {
	g := r.out
	switch string(key) {
	case "facts":
		r.Elements(r.fact)
	case "open":
		g.Stream = &store.Stream{}
		r.Elements(func() { g.Stream.Open = append(g.Stream.Open, r.open()) })
	case "made":
		r.Elements(func() { g.Made = append(g.Made, r.Int()) })
	case "precedents":
		r.Elements(r.precedents)
	case "previous":
		g.Previous = r.Int()
	case "reports":
		r.Elements(func() { g.Reports = append(g.Reports, r.report()) })
	case "seen":
		g.Seen = r.Int()
	case "updated_at":
		g.UpdatedAt = r.time()
	case "use":
		r.Elements(r.use)
	}
}

func (r *givenReader) fact() {
	q := recovery.FactQuery{Namespace: r.out.Query.Namespace}
	var answer any
	r.Members(func(key []byte) {
		switch string(key) {
		case "count":
			q.Count = r.Text()
		case "currency":
			q.Currency = r.Text()
		case "from":
			q.From = r.time()
		case "matters":
			q.Matters = r.True()
		case "name":
			q.Name = r.Text()
		case "occurred":
			q.Occurred = r.True()
		case "of":
			t, _ := value.ParseType(r.Text())
			q.Of = t.Kind
		case "same":
			q.Same = r.same()
		case "sum":
			q.Sum = r.Text()
		case "value":
			switch {
			case r.PeekKind() == jsontext.KindBeginObject:
				answer = r.money()
			case q.Of == value.KindDouble || q.Of == value.KindDuration:
				answer = r.sum(q.Of)
			default:
				answer = r.Int()
			}
		}
	})
	q.Occurred = q.Occurred || r.first
	r.out.Query.Facts = append(r.out.Query.Facts, q)
	r.out.Facts = append(r.out.Facts, answer)
}

// sum reads the sum of a field of doubles or durations.
func (r *givenReader) sum(of value.Kind) any {
	text := r.Text()
	if of == value.KindDouble {
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f
		}
	} else if d, err := value.ParseAnyDuration(text); err == nil {
		return d
	}
	r.Fail(errSum)
	return nil
}

var errSum = errors.New("a sum of a field is text")

// same reads fields with their texts. A path alone stands for the text that the record has for that
// field.
func (r *givenReader) same() (out []recovery.Key) {
	r.Elements(func() {
		if r.PeekKind() != jsontext.KindBeginArray {
			path := r.Text()
			out = append(out, recovery.Key{Path: path, Text: r.keys[path]})
			return
		}
		var pair []string
		r.Elements(func() { pair = append(pair, r.Text()) })
		if len(pair) != 2 {
			r.Fail(errPair)
			return
		}
		out = append(out, recovery.Key{Path: pair[0], Text: pair[1]})
	})
	return out
}

func (r *givenReader) precedents() {
	q := recovery.PrecedentQuery{Namespace: r.out.Query.Namespace}
	var p store.Precedents
	r.Members(func(key []byte) {
		switch string(key) {
		case "amounts":
			r.Elements(func() { p.Amounts = append(p.Amounts, r.spread()) })
		case "comparable":
			q.Comparable = r.same()
		case "count":
			p.Count = int(r.Int())
		case "play":
			q.Play = r.Text()
		case "recent":
			r.Elements(func() { p.Recent = append(p.Recent, r.precedent()) })
		}
	})
	r.out.Query.Precedents = append(r.out.Query.Precedents, q)
	r.out.Precedents = append(r.out.Precedents, p)
}

func (r *givenReader) spread() (s store.Spread) {
	r.Members(func(key []byte) {
		switch string(key) {
		case "highest":
			s.Highest = r.money()
		case "lower":
			s.Lower = r.money()
		case "lowest":
			s.Lowest = r.money()
		case "type":
			s.Type = r.Text()
		case "upper":
			s.Upper = r.money()
		}
	})
	return s
}

func (r *givenReader) precedent() (p store.Precedent) {
	r.Members(func(key []byte) {
		switch string(key) {
		case "amount":
			p.Amount = r.money()
		case "decision":
			p.Decision = r.Text()
		case "reason":
			p.Reason = r.Text()
		case "type":
			p.Type = r.Text()
		}
	})
	return p
}

func (r *givenReader) use() {
	q := recovery.UseQuery{Namespace: r.out.Query.Namespace}
	used := int64(0)
	r.Members(func(key []byte) {
		switch string(key) {
		case "direction":
			q.Direction = r.Text()
		case "from":
			q.From = r.time()
		case "partner":
			q.Partner = r.Text()
		case "until":
			q.Until = r.time()
		case "used":
			used = r.Int()
		}
	})
	r.out.Query.Use = append(r.out.Query.Use, q)
	r.out.Use = append(r.out.Use, used)
}

var errPair = errors.New("a field is written as its path and its text")

package ledger

import "github.com/servicerecovery/amends/recovery"

// Read has the inputs of a decision, other than its incident and its time: the
// queries and, in the same order, their answers.
type Read struct {
	Query recovery.Query
	Facts []any // int64 or Money; nil where there was no answer
	Use   []int64
	// Precedents is how many there were for each question: those that stood when
	// the ledger had Seen records.
	Precedents []int
	Seen       int64
	// Previous and Made are the numbers of records, Previous -1 where there was
	// none. Reports have no note, which enters no decision.
	Previous int64
	Made     []int64
	Reports  []recovery.Report
}

// parseGiven reads what a decision was made from out of its payload.
func parseGiven(payload []byte) (*Read, error) {
	var raw []byte
	keys := map[string]string{}
	g := &Read{Previous: -1}
	c := cursor{b: payload}
	c.object(func(key []byte) {
		switch string(key) {
		case "given":
			raw = c.skip()
		case "record":
			c.object(func(key []byte) {
				switch string(key) {
				case "keys":
					c.object(func(path []byte) { keys[plainKey(path)] = c.text() })
				default:
					c.skip()
				}
			})
		default:
			c.fail()
		}
	})
	if err := c.end(); err != nil {
		return nil, err
	}
	r := givenReader{cursor{b: raw}, keys, g}
	r.object(r.member)
	return g, r.end()
}

type givenReader struct {
	cursor
	keys map[string]string
	out  *Read
}

func (r *givenReader) member(key []byte) {
	g := r.out
	switch string(key) {
	case "facts":
		r.list(r.fact)
	case "made":
		r.list(func() { g.Made = append(g.Made, r.int()) })
	case "precedents":
		r.list(r.precedents)
	case "previous":
		g.Previous = r.int()
	case "reports":
		r.list(func() { g.Reports = append(g.Reports, r.report()) })
	case "seen":
		g.Seen = r.int()
	case "use":
		r.list(r.use)
	default:
		r.fail()
	}
}

func (r *givenReader) fact() {
	var q recovery.FactQuery
	var answer any
	r.object(func(key []byte) {
		switch string(key) {
		case "count":
			q.Count = r.text()
		case "currency":
			q.Currency = r.text()
		case "from":
			q.From = r.time()
		case "matters":
			q.Matters = r.flag()
		case "name":
			q.Name = r.text()
		case "same":
			q.Same = r.same()
		case "sum":
			q.Sum = r.text()
		case "value":
			if r.peek() == '{' {
				answer = r.money()
			} else {
				answer = r.int()
			}
		default:
			r.fail()
		}
	})
	r.out.Query.Facts = append(r.out.Query.Facts, q)
	r.out.Facts = append(r.out.Facts, answer)
}

// same reads fields with their texts; a path alone stands for the text that the
// record has for it.
func (r *givenReader) same() (out []recovery.Key) {
	r.list(func() {
		if r.peek() != '[' {
			path := r.text()
			out = append(out, recovery.Key{Path: path, Text: r.keys[path]})
			return
		}
		var pair []string
		r.list(func() { pair = append(pair, r.text()) })
		if len(pair) != 2 {
			r.fail()
			return
		}
		out = append(out, recovery.Key{Path: pair[0], Text: pair[1]})
	})
	return out
}

func (r *givenReader) precedents() {
	var q recovery.PrecedentQuery
	count := 0
	r.object(func(key []byte) {
		switch string(key) {
		case "comparable":
			q.Comparable = r.same()
		case "count":
			count = int(r.int())
		case "play":
			q.Play = r.text()
		default:
			r.fail()
		}
	})
	r.out.Query.Precedents = append(r.out.Query.Precedents, q)
	r.out.Precedents = append(r.out.Precedents, count)
}

func (r *givenReader) use() {
	var q recovery.UseQuery
	used := int64(0)
	r.object(func(key []byte) {
		switch string(key) {
		case "direction":
			q.Direction = r.text()
		case "from":
			q.From = r.time()
		case "partner":
			q.Partner = r.text()
		case "until":
			q.Until = r.time()
		case "used":
			used = r.int()
		default:
			r.fail()
		}
	})
	r.out.Query.Use = append(r.out.Query.Use, q)
	r.out.Use = append(r.out.Use, used)
}

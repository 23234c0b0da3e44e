package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// oShape says what is left out of a set: the labels of its parts.
type oShape map[string]bool

// of labels the parts of a set. The result takes out what is to be left out, also when the set was
// changed meanwhile.
func (s oShape) of(set *oSet) (shape func()) {
	parts := piecesOf(set)
	return func() {
		for _, p := range parts {
			if s[p.label] {
				p.drop()
			}
		}
	}
}

// oPiece is something that a set can do without.
type oPiece struct {
	label string
	drop  func()
}

// piecesOf lists the parts of a set, the larger ones first.
func piecesOf(set *oSet) (out []oPiece) {
	for _, b := range set.docs() {
		for _, l := range b.limits {
			out = append(out, oPiece{b.id + "/limit " + fmt.Sprint(slices.Index(b.limits, l)), func() { remove(&b.limits, l) }})
		}
		for _, p := range b.plays {
			out = append(out, oPiece{p.name(), func() { remove(&b.plays, p) }})
		}
		for _, p := range b.plays {
			out = append(out, p.pieces()...)
		}
		out = append(out, oPiece{b.id + "/applies", func() { b.applies = nil }}, oPiece{b.id + "/in force", func() { b.inForce = oRange{} }},
			oPiece{b.id + "/zone", func() { b.zone = "" }}, oPiece{b.id + "/matches", func() { b.matches = "" }})
		for _, f := range b.fields {
			out = append(out, oPiece{b.id + "/field " + f.path, func() { remove(&b.fields, f) }})
		}
		for _, f := range b.facts {
			out = append(out, oPiece{b.id + "/fact " + f.name, func() { remove(&b.facts, f) }})
		}
		for _, c := range b.calendars {
			out = append(out, oPiece{b.id + "/calendar " + c.name, func() { remove(&b.calendars, c) }})
		}
		for _, m := range b.messages {
			out = append(out, oPiece{b.id + "/message " + m.id, func() { remove(&b.messages, m) }})
		}
		for _, t := range b.tables {
			out = append(out, oPiece{b.id + "/table " + t.name, func() { remove(&b.tables, t) }})
		}
		for _, t := range b.terms {
			out = append(out, oPiece{b.id + "/term " + t.name, func() { remove(&b.terms, t) }})
		}
		for _, p := range b.partners {
			out = append(out, oPiece{b.id + "/partner " + p.id, func() { remove(&b.partners, p) }})
		}
		for _, t := range b.types {
			out = append(out, oPiece{b.id + "/type " + t.name, func() { remove(&b.types, t) }})
		}
	}
	return out
}

func remove[T comparable](list *[]T, x T) {
	*list = slices.DeleteFunc(slices.Clone(*list), func(y T) bool { return x == y })
}

func (p *oPlay) pieces() (out []oPiece) {
	at := p.name()
	for i, c := range p.cases {
		out = append(out, oPiece{fmt.Sprint(at, "/case ", i), func() { remove(&p.cases, c) }})
	}
	lists := []*[]*oAction{&p.do, &p.tooLate, &p.otherwise}
	for _, c := range p.cases {
		lists = append(lists, &c.do)
	}
	for i, list := range lists {
		out = append(out, actionPieces(fmt.Sprint(at, "/", i), list)...)
	}
	out = append(out, oPiece{at + "/plain", func() {
		if p.approach != "case-by-case" {
			p.approach, p.lead, p.tooLate, p.otherwise, p.partners = "standardised-response", oSpan{}, nil, nil, nil
		}
	}}, oPiece{at + "/when", func() { p.when = lit(true) }}, oPiece{at + "/phase", func() { p.phase, p.provider = "any", "any" }},
		oPiece{at + "/priority", func() { p.priority, p.fallback, p.aside = 0, false, false }}, oPiece{at + "/in force", func() { p.inForce, p.reviewBy = oRange{}, "" }},
		oPiece{at + "/lead", func() { p.lead = oSpan{} }})
	return out
}

func actionPieces(at string, list *[]*oAction) (out []oPiece) {
	for i, a := range *list {
		label := fmt.Sprint(at, "/", a.typ, i)
		out = append(out, oPiece{label, func() { remove(list, a) }})
		out = append(out, actionPieces(label+" late", &a.ifLate)...)
		out = append(out, actionPieces(label+" remind", &a.remind)...)
		for key, text := range map[string]*string{"since": &a.since, "within": &a.within, "after": &a.after, "calendar": &a.calendar, "owner": &a.owner,
			"message": &a.message, "note": &a.note, "ends": &a.ends, "again": &a.again} {
			if *text != "" {
				out = append(out, oPiece{label + " " + key, func() { *text = "" }})
			}
		}
		if a.pauses {
			out = append(out, oPiece{label + " pauses", func() { a.pauses = false }})
		}
	}
	return out
}

// shrink tells the story of a seed on which the two sides differ with as little as shows it.
func shrink(seed uint64, rich bool) string {
	b, err := benchOf(seed, rich)
	if err != nil {
		return err.Error()
	}
	b.story()
	s := &oStory{seed: seed, rich: rich, shape: oShape{}, ops: b.acts}
	if s.diff() == "" {
		return "it cannot be told again"
	}
	for s.less() {
	}
	return s.text()
}

// oStory is a story that can be told again.
type oStory struct {
	seed  uint64
	rich  bool
	shape oShape
	ops   []*oOp
}

func (s *oStory) play() (b *oBench, diff string) {
	b, err := shapedBench(s.seed, s.rich, s.shape)
	if err != nil {
		return nil, ""
	}
	for _, o := range s.ops {
		b.now = o.at
		if diff = o.do(b); diff != "" {
			return b, diff
		}
	}
	return b, ""
}

// diff is where the two sides differ. A set that does not load, or that the evaluator cannot read, is no
// difference.
func (s *oStory) diff() (diff string) {
	defer func() {
		if recover() != nil {
			diff = ""
		}
	}()
	_, diff = s.play()
	if strings.HasPrefix(diff, "the changed set") {
		return ""
	}
	return diff
}

// less leaves something out, if the two sides still differ without it.
func (s *oStory) less() (any bool) {
	for size := len(s.ops) / 2; size > 0; size /= 2 {
		for i := 0; i+size <= len(s.ops); {
			was := s.ops
			s.ops = slices.Delete(slices.Clone(was), i, i+size)
			if s.diff() == "" {
				s.ops = was
				i += size
			} else {
				any = true
			}
		}
	}
	_, set := madeUp(s.seed, s.rich)
	for _, p := range piecesOf(set) {
		if s.shape[p.label] {
			continue
		}
		s.shape[p.label] = true
		if s.diff() == "" {
			delete(s.shape, p.label)
		} else {
			any = true
		}
	}
	for i, o := range s.ops {
		if o.in != nil && s.lessTold(i) {
			any = true
		}
	}
	return any
}

// lessTold leaves out what an incident says.
func (s *oStory) lessTold(i int) (any bool) {
	for _, path := range append(slices.Sorted(maps.Keys(s.ops[i].in.fields)), "paused") {
		if path == "id" || path == "service" || path == "occurred_at" {
			continue
		}
		was, in := s.ops[i], s.ops[i].in.clone()
		if delete(in.fields, path); path == "paused" {
			if in.paused == nil {
				continue
			}
			in.paused = nil
		}
		s.ops[i] = &oOp{at: was.at, in: in, do: func(b *oBench) string { return b.compare(in) }}
		if s.diff() == "" {
			s.ops[i] = was
		} else {
			any = true
		}
	}
	return any
}

func (s *oStory) text() string {
	var out strings.Builder
	b, diff := s.play()
	for _, o := range s.ops {
		fmt.Fprintf(&out, "%s  %s", timeText(o.at), o.what)
		if o.in != nil {
			text, _ := o.in.api().MarshalJSON()
			fmt.Fprintf(&out, "tell %s", text)
		}
		out.WriteString("\n")
	}
	return out.String() + diff + b.yaml()
}

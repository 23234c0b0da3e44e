package oracle

import (
	"math/big"
	"slices"

	"github.com/servicerecovery/amends/recovery"
)

// oPool is what a cap leaves for the choices that are still to be made.
type oPool struct {
	limit *oLimit
	book  *oBook // nil: of the whole set
	left  recovery.Money
}

func (l *oLimit) governs(book *oBook, a *oAct) bool {
	return a.amount != nil && a.typ != "substitute" && slices.Contains(l.of, a.typ) && l.looksAt(a.owned) && (book == nil || a.book.id == book.id)
}

// caps are the limit as caps in one currency each.
func (l *oLimit) caps(acts []*oAct) (out []*oLimit) {
	first, second := *l, *l
	first.also = nil
	out = first.sides(acts)
	if l.also != nil {
		second.atMost, second.also, second.counting = l.also, nil, nil
		out = append(out, second.sides(acts)...)
	}
	return out
}

// holds says whether the condition of a cap does.
func (r *oRun) holds(l *oLimit, doc *oBook) (bool, error) {
	if l.when == nil {
		return true, nil
	}
	v, err := l.when.eval(r.envOf(l, doc))
	if err != nil {
		return false, err
	}
	return v.(bool), nil
}

// dropZero takes out what is nothing. The text does not say when; the engine
// does it first, so that a 0 neither merges with an amount nor is withheld as
// what "keep" has dropped.
func (r *oRun) dropZero() {
	r.drop(func(a *oAct) string {
		if a.amount != nil && a.typ != "substitute" && a.amount.IsZero() {
			return "zero"
		}
		return ""
	})
}

// limit runs the playbooks' limits, then the shared ones.
func (r *oRun) limit(books []*oBook) error {
	var escalations []*oAct
	run := func(doc, governed *oBook) error {
		for _, l := range doc.limits {
			if l.keep {
				for _, side := range l.sides(r.out.acts) {
					r.keepHighest(side, governed)
				}
				continue
			}
			for _, one := range l.caps(r.out.acts) {
				added, err := r.cap(one, doc, governed)
				if err != nil {
					return err
				}
				if added != nil {
					escalations = append(escalations, added)
				}
			}
		}
		return nil
	}
	for _, b := range books {
		if err := run(b, b); err != nil {
			return err
		}
	}
	if r.set.shared != nil {
		if err := run(r.set.shared, nil); err != nil {
			return err
		}
	}
	r.out.acts = merge(append(r.out.acts, escalations...))
	for _, p := range r.pools { // what is left when all limits have run
		for _, a := range r.out.acts {
			if p.limit.governs(p.book, a) {
				p.left = less(p.left, *a.amount)
			}
		}
	}
	for _, c := range r.out.choices {
		for i := range c.options {
			r.cutOffer(c, &c.options[i])
		}
	}
	return nil
}

// drop withholds the actions for which why has a reason.
func (r *oRun) drop(why func(*oAct) string) {
	var stay []*oAct
	for _, a := range r.out.acts {
		if reason := why(a); reason != "" {
			r.out.withheld = append(r.out.withheld, oWithheld{a, reason, a.amount})
			continue
		}
		stay = append(stay, a)
	}
	r.out.acts = stay
}

func (r *oRun) keepHighest(l *oLimit, book *oBook) {
	r.drop(func(a *oAct) string {
		if !l.governs(book, a) {
			return ""
		}
		for _, m := range r.made { // what was chosen stays
			for _, b := range m.acts {
				if m.stands && l.governs(book, b) && b.typ == a.typ && b.amount.Currency() == a.amount.Currency() {
					return "keep"
				}
			}
		}
		before := true
		for _, b := range r.out.acts {
			if b == a {
				before = false
				continue
			}
			if !l.governs(book, b) || b.typ != a.typ || b.amount.Currency() != a.amount.Currency() {
				continue
			}
			if c := b.amount.Compare(*a.amount); c > 0 || c == 0 && before {
				return "keep"
			}
		}
		return ""
	})
}

// cap cuts what is above the cap from the last action backwards. The result is
// the escalation that it asks for, if any.
func (r *oRun) cap(l *oLimit, doc, book *oBook) (*oAct, error) {
	if l.counting != nil && r.usedBy(l, book) {
		r.limited = append(r.limited, l.counting)
	}
	if on, err := r.holds(l, doc); err != nil || !on {
		return nil, err
	}
	v, err := l.atMost.eval(r.envOf(l, doc))
	if err != nil {
		return nil, err
	}
	left := v.(oExact).rounded(doc)
	if l.counting != nil {
		if counted, known := r.fact(l.counting); known {
			left = less(left, counted.(oExact).money())
		}
	}
	for _, m := range r.made {
		for _, a := range m.acts {
			if m.stands && l.governs(book, a) && a.amount.Currency() == left.Currency() {
				left = less(left, *a.amount)
			}
		}
	}
	for _, a := range proposedActs(r.proposals) {
		if l.governs(book, a) && a.amount.Currency() == left.Currency() {
			left = less(left, *a.amount)
		}
	}
	total := left // what may still be given, less what is
	for _, a := range r.out.acts {
		if l.governs(book, a) && a.amount.Currency() == left.Currency() {
			total = minus(total, *a.amount)
		}
	}
	excess := minus(minus(total, total), total) // 0 - total
	var last *oAct
	for i := len(r.out.acts) - 1; i >= 0 && excess.Sign() > 0; i-- {
		a := r.out.acts[i]
		if !l.governs(book, a) || a.amount.Currency() != left.Currency() || a.amount.IsZero() {
			continue
		}
		cut := excess
		if cut.Compare(*a.amount) > 0 {
			cut = *a.amount
		}
		rest := minus(*a.amount, cut)
		excess = minus(excess, cut)
		if last == nil {
			last = a
		}
		kept := *a
		kept.amount = &rest
		r.out.withheld = append(r.out.withheld, oWithheld{a, "limit", &cut})
		r.out.acts[i] = &kept
		if rest.IsZero() {
			r.out.acts = slices.Delete(r.out.acts, i, i+1)
		}
	}
	r.pools = append(r.pools, &oPool{l, book, left})
	if last == nil || l.escalate == "" {
		return nil, nil
	}
	play := r.playOf(last)
	added, err := r.expand(play, &oAction{typ: "escalate", text: map[string]string{"to": l.escalate}}, nil, "")
	return added, err
}

// usedBy says that a limit has something to limit: an action, or an option.
func (r *oRun) usedBy(l *oLimit, book *oBook) bool {
	for _, c := range r.out.choices {
		if !l.looksAt(oOwner{}) {
			break
		}
		if book == nil || c.play.book.id == book.id {
			for _, o := range c.options {
				if o.from.IsSet() && slices.Contains(l.of, o.typ) {
					return true
				}
			}
		}
	}
	return slices.ContainsFunc(r.out.acts, func(a *oAct) bool { return l.governs(book, a) })
}

// playOf is the play on whose behalf an action stands.
func (r *oRun) playOf(a *oAct) *oPlay {
	for _, m := range r.out.matches {
		if m.play.name() == a.plays[0] {
			return m.play
		}
	}
	panic("no such play: " + a.plays[0])
}

// less is a - b, but not below nothing; another currency does not count.
func less(a, b recovery.Money) recovery.Money {
	if a.Currency() != b.Currency() {
		return a
	}
	if a.Compare(b) < 0 {
		return minus(a, a)
	}
	return minus(a, b)
}

func minus(a, b recovery.Money) recovery.Money {
	return oExact{new(big.Rat).Sub(a.Rat(), b.Rat()), a.Currency()}.money()
}

// cutOffer cuts the range of an option by what the caps leave.
func (r *oRun) cutOffer(c *oChoice, o *oOffer) {
	for _, p := range r.pools {
		if !o.from.IsSet() || !p.limit.looksAt(oOwner{}) || !slices.Contains(p.limit.of, o.typ) || p.left.Currency() != o.to.Currency() ||
			p.book != nil && p.book.id != c.play.book.id {
			continue
		}
		if o.to.Compare(p.left) > 0 {
			o.to = p.left
		}
		if o.from.Compare(p.left) > 0 {
			o.from = p.left
		}
	}
}

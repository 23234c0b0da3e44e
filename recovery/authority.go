package recovery

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/intake"
)

// authority says on a choice who may choose how much alone, and who has to agree above it.
func (c *conclusion) authority(ch *Choice, p *policy.Play) error {
	f := c.input.Frame(p.Playbook)
	amounts := func(list []*policy.Param) (out []Money, err error) {
		for _, param := range list {
			m, err := param.Amount(f)
			if err != nil {
				return nil, evaluationError(p, err)
			}
			if slices.ContainsFunc(out, func(o Money) bool { return o.Currency() == m.Currency() }) {
				return nil, failedAt(p, param.Position(), param.Source(), "there are two amounts in "+m.Currency())
			}
			out = append(out, m)
		}
		return out, nil
	}
	for _, a := range p.Choice.Authority {
		list, err := amounts(a.UpTo)
		if err != nil {
			return err
		}
		for _, m := range list {
			ch.Authority = append(ch.Authority, Authority{Role: a.Role, UpTo: m})
		}
	}
	s := p.Choice.Second
	if s == nil {
		return nil
	}
	above, err := amounts(s.Above)
	if err != nil {
		return err
	}
	by, err := s.By.Render(f, neutral(p.Playbook))
	if err != nil {
		return evaluationError(p, err)
	}
	ch.Second = &Second{By: by, Above: above}
	return nil
}

// allow looks at whether a person may choose what was chosen, and whether another one has to agree.
// Several amounts are added up.
func (x *chooser) allow(drafts []*draft) (pending bool, err error) {
	totals, err := x.totals(drafts)
	if err != nil {
		return false, err
	}
	for _, total := range totals {
		above, limited := x.choice.Second.in(total.Currency())
		own, bounded := x.mayAlone(total.Currency())
		switch {
		case limited && total.Compare(above) > 0 && (!bounded || own.Compare(above) >= 0):
			pending = true
		case bounded && total.Compare(own) > 0:
			return false, x.beyond(total, own)
		}
	}
	return pending, nil
}

// totals adds up what was chosen, by currency: the amounts of actions, and other money that the
// options leave open. Nothing is left out.
func (x *chooser) totals(drafts []*draft) ([]Money, error) {
	var out []Money
	for i, d := range drafts {
		amounts := []Money{d.Amount}
		_, offer := x.offered(x.sel.Options[i])
		for _, p := range d.Params {
			m, isMoney := p.Value.(Money)
			chosen := slices.ContainsFunc(offer.Params, func(q Param) bool { _, isRange := q.Value.(MoneyRange); return isRange && q.Name == p.Name })
			if isMoney && chosen {
				amounts = append(amounts, m)
			}
		}
		for _, m := range amounts {
			at := slices.IndexFunc(out, func(o Money) bool { return o.Currency() == m.Currency() })
			switch {
			case m.Sign() <= 0:
				continue
			case at < 0:
				out = append(out, m)
				continue
			}
			var err error
			if out[at], err = out[at].Add(m); err != nil {
				return nil, x.fail("what was chosen comes to more than an amount can hold")
			}
		}
	}
	slices.SortFunc(out, func(a, b Money) int { return strings.Compare(a.Currency(), b.Currency()) })
	return out, nil
}

// in is the amount above which another person has to agree, in a currency.
func (s *Second) in(currency string) (above Money, limited bool) {
	if s == nil {
		return Money{}, false
	}
	i := slices.IndexFunc(s.Above, func(m Money) bool { return m.Currency() == currency })
	if i < 0 {
		return Money{}, false
	}
	return s.Above[i], true
}

// mayAlone is the most that a person may choose alone in a currency, in one of their roles. It is not
// bounded where the play says nothing of authority.
func (x *chooser) mayAlone(currency string) (most Money, bounded bool) {
	if len(x.play.Choice.Authority) == 0 {
		return Money{}, false
	}
	most, _ = value.NewMoney(0, currency)
	for _, a := range x.choice.Authority {
		if a.UpTo.Currency() == currency && slices.Contains(x.sel.Roles, a.Role) && a.UpTo.Compare(most) > 0 {
			most = a.UpTo
		}
	}
	return most, true
}

// beyond refuses what goes beyond a person's authority, and says who may.
func (x *chooser) beyond(total, own Money) error {
	above, limited := x.choice.Second.in(total.Currency())
	var may, propose []string
	for _, a := range x.choice.Authority {
		switch {
		case a.UpTo.Currency() != total.Currency():
		case limited && total.Compare(above) > 0:
			if a.UpTo.Compare(above) >= 0 {
				propose = append(propose, a.Role)
			}
		case a.UpTo.Compare(total) >= 0:
			may = append(may, a.Role)
		}
	}
	who := "nobody may choose that much"
	switch {
	case len(propose) > 0:
		who = orList(propose) + " may propose it, and " + x.choice.Second.By + " has to agree"
	case len(may) > 0:
		who = orList(may) + " may choose it"
	}
	x.problems = []Problem{{"options", "at most " + own.String() + " in all" + asRole(x.sel.Roles), total.String()}}
	err := x.refuse(ChoiceBeyondAuthority, "%s", "it is beyond what "+unseen.Show(x.sel.By)+" may choose; "+who)
	err.May = slices.Concat(may, propose)
	return err
}

func asRole(roles []string) string {
	if len(roles) == 0 {
		return ", without a role"
	}
	return ", as " + orList(roles)
}

func orList(names []string) string {
	shown := make([]string, len(names))
	for i, n := range names {
		shown[i] = unseen.Show(n)
	}
	if len(shown) < 2 {
		return strings.Join(shown, "")
	}
	return strings.Join(shown[:len(shown)-1], ", ") + " or " + shown[len(shown)-1]
}

// signed checks who signs, and puts the roles in order.
func (x *chooser) signed(who, by string, roles []string) ([]string, error) {
	if strings.TrimSpace(by) == "" {
		return nil, x.fail("it has to say who %s", who)
	}
	for _, name := range append([]string{by}, roles...) {
		for _, r := range unseen.All(name) {
			return nil, x.fail("%s has %s, which nobody can see; write the name without it", intake.Shown(name), unseen.Name(r))
		}
	}
	return rolesOf(roles), nil
}

// rolesOf puts roles in one order, each once.
func rolesOf(roles []string) []string {
	out := slices.DeleteFunc(slices.Clone(roles), func(r string) bool { return strings.TrimSpace(r) == "" })
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 {
		return nil
	}
	return out
}

// samePerson compares names as people do: another case, or other blanks, make no other person. Nor
// does a letter with an accent that is written as two characters in one name and as one in the other.
func samePerson(a, b string) bool {
	return slices.EqualFunc(lettersOf(a), lettersOf(b), sameLetter)
}

// apart are characters that belong to the letter before them, and that one character can hold together
// with it: accents of Latin, Greek and Cyrillic, of Arabic and of Japanese, and parts of Korean syllables.
var apart = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x0300, Hi: 0x036F, Stride: 1}, {Lo: 0x0653, Hi: 0x0655, Stride: 1}, {Lo: 0x1160, Hi: 0x11FF, Stride: 1}, {Lo: 0x3099, Hi: 0x309A, Stride: 1},
}}

// lettersOf splits a name, with single blanks, into letters, each with what is apart of it.
func lettersOf(name string) []string {
	var out []string
	for _, r := range strings.Join(strings.FieldsFunc(name, unicode.IsSpace), " ") {
		if n := len(out); n > 0 && unicode.Is(apart, r) {
			out[n-1] += string(r)
			continue
		}
		out = append(out, string(r))
	}
	return out
}

// sameLetter compares two letters. Where one of them has more apart than the other, it is not looked at
// which accents they are: what looks like one person is never two.
func sameLetter(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	if len(x) == len(y) {
		slices.Sort(x)
		slices.Sort(y)
		return slices.Equal(x, y) // accents in another order
	}
	return x[0] != y[0] && len(a) > 1 && len(b) > 1
}

// agree checks who agrees to a proposal, or turns it down where another person is not needed.
func (x *chooser) mayAgree(s *Signature) error {
	role := x.secondRole()
	if slices.Contains(s.Roles, role) {
		return nil
	}
	err := x.refuse(ChoiceNotTheSecond, "%s", unseen.Show(s.By)+" may not decide on it; that is for "+unseen.Show(role))
	err.May = []string{role}
	return err
}

// secondRole is the role that has to agree: that of the set as it is now, or else the one that was
// asked when it was proposed.
func (x *chooser) secondRole() string {
	for _, ch := range slices.Concat(x.c.choices, x.was.Decision.Choices) {
		if ch.ID == x.sel.Choice && ch.Second != nil {
			return ch.Second.By
		}
	}
	return ""
}

// shownProposal says what awaits a second.
func shownProposal(d *Decision) string {
	var parts []string
	for i := range d.Made.Proposed {
		a := &d.Made.Proposed[i]
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s", a.Type, amountText(a.Amount))))
	}
	return strings.Join(parts, ", ")
}

func amountText(m Money) string {
	if !m.IsSet() {
		return ""
	}
	return m.String()
}

package rows

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/store"
)

// Amount says how many choices under one key gave an amount under a type. The rows of all amounts of a key are
// as many as there are different ones, however many choices there are. The row without a type counts the choices.
type Amount struct {
	Type, Currency string
	Units          int64
	Count          int64
}

// Amounts are the rows that one choice counts in.
func Amounts(c *store.Chosen) []Amount {
	out := []Amount{{Count: 1}}
	for _, a := range c.Actions {
		if !a.Amount.IsSet() {
			continue
		}
		i := slices.IndexFunc(out, func(o Amount) bool {
			return o.Type == a.Type && o.Currency == a.Amount.Currency() && o.Units == a.Amount.Units()
		})
		if i > 0 {
			out[i].Count++
			continue
		}
		out = append(out, Amount{a.Type, a.Amount.Currency(), a.Amount.Units(), 1})
	}
	return out
}

// compareAmounts orders rows as [Summary] wants them.
func compareAmounts(a, b *Amount) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Units, b.Units))
}

// Summary sums up the amounts under a key, which it sorts, and the last choices, newest first. Own are choices of the incident that asks, which do not count; recent has none of them.
func Summary(amounts []Amount, recent, own []store.Chosen) (out store.Precedents, err error) {
	slices.SortFunc(amounts, func(a, b Amount) int { return compareAmounts(&a, &b) })
	for i := range own {
		for _, o := range Amounts(&own[i]) {
			for k := range amounts {
				if a := &amounts[k]; a.Type == o.Type && a.Currency == o.Currency && a.Units == o.Units {
					a.Count -= o.Count
				}
			}
		}
	}
	for len(amounts) > 0 {
		first := amounts[0]
		n := 1
		for n < len(amounts) && amounts[n].Type == first.Type && amounts[n].Currency == first.Currency {
			n++
		}
		if first.Type == "" {
			out.Count = int(first.Count)
		} else if s, any, err := spread(amounts[:n]); err != nil {
			return out, err
		} else if any {
			out.Amounts = append(out.Amounts, s)
		}
		amounts = amounts[n:]
	}
	last := recent[:min(len(recent), 5)]
	out.Recent = store.Summarise(slices.Collect(backward(last))).Recent
	return out, nil
}

func backward(list []store.Chosen) func(func(store.Chosen) bool) {
	return func(yield func(store.Chosen) bool) {
		for _, c := range slices.Backward(list) {
			if !yield(c) {
				return
			}
		}
	}
}

// spread finds the amounts in the middle and at the ends.
func spread(list []Amount) (s store.Spread, any bool, err error) {
	var total int64
	for _, a := range list {
		total += a.Count
	}
	if total <= 0 {
		return s, false, nil
	}
	money := func(units int64) (m value.Money) {
		if err == nil {
			m, err = value.NewMoney(units, list[0].Currency)
		}
		return m
	}
	at := func(place int64) value.Money {
		for _, a := range list {
			if place < a.Count {
				return money(a.Units)
			}
			place -= a.Count
		}
		return value.Money{}
	}
	s = store.Spread{Type: list[0].Type, Lower: at((total - 1) / 2), Upper: at(total / 2), Lowest: at(0), Highest: at(total - 1)}
	return s, true, err
}

// chosen is a choice as text.
type chosen struct {
	Decision string         `json:"decision"`
	Reason   string         `json:"reason,omitempty"`
	Actions  []chosenAction `json:"actions,omitempty"`
}

type chosenAction struct {
	Type   string `json:"type"`
	Amount string `json:"amount,omitempty"`
}

// Chosen writes a choice as text.
func Chosen(c *store.Chosen) (string, error) {
	x := chosen{Decision: c.Decision, Reason: c.Reason}
	for _, a := range c.Actions {
		x.Actions = append(x.Actions, chosenAction{a.Type, MoneyText(a.Amount)})
	}
	text, err := json.Marshal(x)
	return string(text), err
}

// ReadChosen reads what [Chosen] has written.
func ReadChosen(text string) (c store.Chosen, err error) {
	var x chosen
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		return c, err
	}
	c.Decision, c.Reason = x.Decision, x.Reason
	for _, a := range x.Actions {
		amount, err := ReadMoney(a.Amount)
		if err != nil {
			return c, err
		}
		c.Actions = append(c.Actions, store.ChosenAction{Type: a.Type, Amount: amount})
	}
	return c, nil
}

// MoneyText is an amount as text; empty: there is none, which is not the same as nothing of a currency.
func MoneyText(m value.Money) string {
	if !m.IsSet() {
		return ""
	}
	return m.Decimal() + " " + m.Currency()
}

// ReadMoney reads what [MoneyText] has written.
func ReadMoney(text string) (value.Money, error) {
	if text == "" {
		return value.Money{}, nil
	}
	return value.ParseMoney(text)
}

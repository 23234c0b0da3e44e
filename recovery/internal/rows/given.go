package rows

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// given is what a decision was made from as text, beside what stands in other records: how many reports there
// were, and what was answered.
type given struct {
	Namespace  string       `json:"namespace,omitempty"`
	Incident   string       `json:"incident"`
	Previous   string       `json:"previous,omitempty"`
	Made       []string     `json:"made,omitempty"`
	Reports    int          `json:"reports,omitempty"`
	UpdatedAt  time.Time    `json:"updated_at,omitzero"`
	Facts      []fact       `json:"facts,omitempty"`
	Use        []use        `json:"use,omitempty"`
	Precedents []precedents `json:"precedents,omitempty"`
	Open       []waiting    `json:"open,omitempty"`
}

type fact struct {
	Query store.FactQuery `json:"query"`
	Whole *int64          `json:"whole,omitempty"`
	Money string          `json:"money,omitempty"`
	Time  *int64          `json:"time,omitempty"` // in nanoseconds
	Real  *float64        `json:"real,omitempty"`
}

type use struct {
	Query store.UseQuery `json:"query"`
	Units int64          `json:"units"`
}

type precedents struct {
	Query   store.PrecedentQuery `json:"query"`
	Count   int                  `json:"count"`
	Amounts []spreadText         `json:"amounts,omitempty"`
	Recent  []recentText         `json:"recent,omitempty"`
}

// waiting is a delivery that was not settled.
type waiting struct {
	Key     string `json:"key"`
	State   string `json:"state"`
	Attempt int    `json:"attempt,omitempty"`
	Failed  int    `json:"failed,omitempty"`
}

type spreadText struct {
	Type    string `json:"type"`
	Lower   string `json:"lower"`
	Upper   string `json:"upper"`
	Lowest  string `json:"lowest"`
	Highest string `json:"highest"`
}

type recentText struct {
	Decision string `json:"decision"`
	Type     string `json:"type,omitempty"`
	Amount   string `json:"amount,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// Given writes what a decision was made from as text.
func Given(c *recovery.Commit) (string, error) {
	g := given{Namespace: c.Reads.Namespace, Incident: c.Reads.Incident, Reports: len(c.Given.Reports), UpdatedAt: c.Given.UpdatedAt}
	if c.Given.Previous != nil {
		g.Previous = c.Given.Previous.Decision.ID
	}
	for i := range c.Given.Made {
		g.Made = append(g.Made, c.Given.Made[i].Decision.ID)
	}
	for i, q := range c.Reads.Facts {
		f := fact{Query: q}
		switch v := c.Given.Facts[i].(type) {
		case int64:
			f.Whole = &v
		case value.Money:
			f.Money = MoneyText(v)
		case time.Duration:
			n := int64(v)
			f.Time = &n
		case float64:
			f.Real = &v
		case nil:
		default:
			return "", fmt.Errorf("the fact %s has an answer of a type that facts do not have", q.Name)
		}
		g.Facts = append(g.Facts, f)
	}
	for i, q := range c.Reads.Use {
		g.Use = append(g.Use, use{q, c.Given.Use[i]})
	}
	for i, q := range c.Reads.Precedents {
		g.Precedents = append(g.Precedents, precedentsText(q, &c.Given.Precedents[i]))
	}
	if c.Given.Stream != nil {
		for i := range c.Given.Stream.Open {
			o := &c.Given.Stream.Open[i]
			g.Open = append(g.Open, waiting{o.Key, string(o.State), o.Attempt, o.Failed})
		}
	}
	text, err := json.Marshal(g)
	return string(text), err
}

// ReadGiven reads what [Given] has written into a commit. Of the decisions it reads the ids, and of the reports how many
// there were.
func ReadGiven(text string, c *recovery.Commit) (reports int, err error) {
	var g given
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		return 0, err
	}
	c.Reads.Namespace, c.Reads.Incident = g.Namespace, g.Incident
	c.Given.UpdatedAt, c.Given.Stream = g.UpdatedAt, &store.Stream{}
	if g.Previous != "" {
		c.Given.Previous = &recovery.Record{Decision: &recovery.Decision{ID: g.Previous}}
	}
	for _, id := range g.Made {
		c.Given.Made = append(c.Given.Made, recovery.Record{Decision: &recovery.Decision{ID: id}})
	}
	for i := range g.Facts {
		answer, err := g.Facts[i].answer()
		if err != nil {
			return 0, err
		}
		c.Reads.Facts, c.Given.Facts = append(c.Reads.Facts, g.Facts[i].Query), append(c.Given.Facts, answer)
	}
	for _, u := range g.Use {
		c.Reads.Use, c.Given.Use = append(c.Reads.Use, u.Query), append(c.Given.Use, u.Units)
	}
	for i := range g.Precedents {
		p, err := g.Precedents[i].read()
		if err != nil {
			return 0, err
		}
		c.Reads.Precedents, c.Given.Precedents = append(c.Reads.Precedents, g.Precedents[i].Query), append(c.Given.Precedents, p)
	}
	for _, o := range g.Open {
		c.Given.Stream.Open = append(c.Given.Stream.Open, store.Open{Key: o.Key, State: store.DeliveryState(o.State), Attempt: o.Attempt, Failed: o.Failed})
	}
	return g.Reports, nil
}

func (f *fact) answer() (any, error) {
	switch {
	case f.Whole != nil:
		return *f.Whole, nil
	case f.Money != "":
		return ReadMoney(f.Money)
	case f.Time != nil:
		return time.Duration(*f.Time), nil
	case f.Real != nil:
		return *f.Real, nil
	}
	return nil, nil
}

func (p *precedents) read() (out store.Precedents, err error) {
	out.Count = p.Count
	money := func(text string) (m value.Money) {
		if err == nil {
			m, err = ReadMoney(text)
		}
		return m
	}
	for _, s := range p.Amounts {
		out.Amounts = append(out.Amounts, store.Spread{Type: s.Type, Lower: money(s.Lower), Upper: money(s.Upper), Lowest: money(s.Lowest), Highest: money(s.Highest)})
	}
	for _, r := range p.Recent {
		out.Recent = append(out.Recent, store.Precedent{Decision: r.Decision, Type: r.Type, Amount: money(r.Amount), Reason: r.Reason})
	}
	return out, err
}

func precedentsText(q store.PrecedentQuery, p *store.Precedents) precedents {
	out := precedents{Query: q, Count: p.Count}
	for _, s := range p.Amounts {
		out.Amounts = append(out.Amounts, spreadText{s.Type, MoneyText(s.Lower), MoneyText(s.Upper), MoneyText(s.Lowest), MoneyText(s.Highest)})
	}
	for _, r := range p.Recent {
		out.Recent = append(out.Recent, recentText{r.Decision, r.Type, MoneyText(r.Amount), r.Reason})
	}
	return out
}

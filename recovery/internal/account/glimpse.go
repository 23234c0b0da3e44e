package account

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/ledger"
	"github.com/servicerecovery/amends/recovery/store"
)

// glimpse is what the first reading takes of a decision. Most of its text is passed over: the second
// reading reads it all, and checks it.
type glimpse struct {
	namespace string
	incident  store.ID // the key of the incident
	decidedAt time.Time
	keeps     []string
	leaves    []store.ID // the choices that it leaves
	actions   []acting
	makes     *makes // nil: it makes no choice
}

// makes is what is known of a decision that makes a choice.
type makes struct {
	id, settles string
	made        *recovery.Made
}

// acting is an action, also one that reminds or comes when another is late.
type acting struct {
	id   uint64
	kind string
}

// shortOf is as much of an action's id as tells actions apart.
func shortOf(action string) uint64 {
	id := store.IDOf(action)
	return binary.LittleEndian.Uint64(id[:])
}

// glance reads a glimpse. The few decisions that make a choice are read in full.
func glance(t *ledger.Text) (*glimpse, error) {
	g := &glimpse{}
	chosen, err := g.read(t.JSON)
	if err != nil || !chosen {
		return g, err
	}
	r, err := t.Read()
	if err != nil {
		return nil, err
	}
	return glimpseOf(r), nil
}

// glimpseOf is the glimpse of a decision that was read in full.
func glimpseOf(r *recovery.Record) *glimpse {
	d := r.Decision
	g := &glimpse{namespace: strings.Clone(d.Namespace), incident: keyOf(d.Incident), decidedAt: d.DecidedAt, keeps: r.Keeps}
	for i := range d.Choices {
		g.leaves = append(g.leaves, store.IDOf(d.Choices[i].ID))
	}
	g.acts(d.Actions)
	if r.On != "" || d.Made != nil {
		g.makes = &makes{id: strings.Clone(d.ID), settles: strings.Clone(r.Settles), made: slim(d.Made)}
	}
	return g
}

func (g *glimpse) acts(list []recovery.Action) {
	for i := range list {
		a := &list[i]
		g.acts(a.IfLate)
		g.acts(a.Remind)
		g.act(shortOf(a.ID), a.Type)
	}
}

func (g *glimpse) act(id uint64, kind string) {
	if !tellsItself(kind) {
		g.actions = append(g.actions, acting{id, strings.Clone(kind)})
	}
}

// slim is who chose, without what was proposed and without the text that it was read from.
func slim(m *recovery.Made) *recovery.Made {
	if m == nil {
		return nil
	}
	texts := func(list []string) []string {
		list = slices.Clone(list)
		for i := range list {
			list[i] = strings.Clone(list[i])
		}
		return list
	}
	signature := func(s *recovery.Signature) *recovery.Signature {
		if s == nil {
			return nil
		}
		return &recovery.Signature{By: strings.Clone(s.By), Roles: texts(s.Roles), Reason: strings.Clone(s.Reason), At: s.At}
	}
	return &recovery.Made{
		Choice: strings.Clone(m.Choice), By: strings.Clone(m.By), Roles: texts(m.Roles), Reason: strings.Clone(m.Reason),
		Deviation: strings.Clone(m.Deviation), Pending: m.Pending, Second: signature(m.Second), Declined: signature(m.Declined),
	}
}

// read reads a record field by field, and reports whether it makes a choice.
func (g *glimpse) read(text []byte) (chosen bool, err error) {
	d := jsontext.NewDecoder(text)
	d.Checked = true
	d.Within = 1
	d.Members(func(key []byte) {
		switch string(key) {
		case "decision":
			d.Members(func(key []byte) { chosen = g.decision(d, key) || chosen })
		case "keeps":
			d.Elements(func() { g.keeps = append(g.keeps, d.Text()) })
		case "on":
			chosen = true
		}
	})
	if err = d.Finish(nil); errors.Is(err, io.EOF) {
		err = nil
	}
	d.Release()
	return chosen, err
}

// decision reads a member of a decision, and reports whether it says who chose.
func (g *glimpse) decision(d *jsontext.Decoder, key []byte) (chosen bool) {
	switch string(key) {
	case "actions":
		g.list(d)
	case "choices":
		d.Elements(func() {
			d.Members(func(key []byte) {
				if string(key) == "id" {
					g.leaves = append(g.leaves, store.IDOf(d.TextBytes()))
				}
			})
		})
	case "decided_at":
		text := d.Text()
		var err error
		if g.decidedAt, err = value.ParseTimestamp(text); err != nil {
			d.Fail(err)
		}
	case "incident":
		g.incident = keyOf(d.Text())
	case "made":
		return true
	case "namespace":
		g.namespace = d.Text()
	}
	return false
}

// list reads actions.
func (g *glimpse) list(d *jsontext.Decoder) {
	d.Elements(func() {
		var id store.ID
		kind := ""
		d.Members(func(key []byte) {
			switch string(key) {
			case "id":
				id = store.IDOf(d.TextBytes())
			case "if_late", "remind":
				g.list(d)
			case "type":
				kind = d.Text()
			}
		})
		g.act(binary.LittleEndian.Uint64(id[:]), kind)
	})
}

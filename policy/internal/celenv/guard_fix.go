package celenv

import (
	"strings"

	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// guardRemedy says how to read a path that may have no value. In a condition, has(…) goes in front
// of the part that reads it. Anywhere else a value is needed in its place.
func (e *Expr) guardRemedy(u unguarded) celtext.Remedy {
	if list, item, ok := cutItem(u.path); ok {
		return e.itemRemedy(u, list, item)
	}
	src := celtext.New(e.source)
	asked := "has(" + u.path + ")"
	isTable := strings.HasPrefix(u.path, varTables+".")
	dot := strings.LastIndex(u.path, ".")
	optional := u.path[:dot] + ".?" + u.path[dot+1:]
	if at, ok := src.ConditionAround(src.TokenAt(u.at.From), e.form.typ.Kind == value.KindBool); ok {
		hint := "write " + asked + " && …"
		if len(u.way) == 0 && !isTable {
			hint += ", or " + optional + ".orValue(…)"
		}
		return celtext.Remedy{Hint: hint, Fix: celtext.Fix{From: at, To: at, Text: asked + " && "}}
	}
	read := src.Text(u.at.From, u.at.To)
	zero := celtext.ZeroCode(e.typeOfRead(u))
	if strings.HasPrefix(u.path, varAction+".") || zero == "" || len(u.way) > 0 {
		return celtext.Say("write " + asked + " ? … : … with what to say or give without it")
	}
	if isTable {
		text := asked + " ? " + read + " : " + zero
		if u.at.From > 0 || u.at.To < len(src.Runes) {
			text = "(" + text + ")"
		}
		return celtext.Remedy{Hint: "write " + celtext.Shown(text) + ", or with what else to take without a row", Fix: celtext.Fix{From: u.at.From, To: u.at.To, Text: text}}
	}
	text := optional + ".orValue(" + zero + ")"
	return celtext.Remedy{Hint: "write " + text + ", or with what else to take without it", Fix: celtext.Fix{From: u.at.From, To: u.at.To, Text: text}}
}

// typeOfRead returns the type of the value that is read.
func (e *Expr) typeOfRead(u unguarded) value.Type {
	c := newCompiler(e.scope, e.source, e.form.inMessage)
	src := c.places.src
	t, _ := c.TypeOf(src.Text(u.at.From, u.at.To))
	return t
}

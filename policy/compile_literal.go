package policy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// parseLiteral reads a value of type t as it is written in a playbook.
func parseLiteral(t value.Type, text playbook.Text) (any, error) {
	s := text.Value
	switch t.Kind {
	case value.KindString:
		if text.Plain && text.Kind != playbook.String {
			return nil, fmt.Errorf("%s is a %s to YAML; put it into quotes to make it a string", s, yamlKind(text.Kind))
		}
		return s, nil
	case value.KindBool:
		if text.Kind == playbook.Bool {
			return s == "true", nil
		}
		return nil, wrong(s, "true or false")
	case value.KindInt:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || text.Kind != playbook.Int {
			return nil, wrong(s, "a whole number")
		}
		return n, nil
	case value.KindDouble:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || text.Kind != playbook.Int && text.Kind != playbook.Float || f != f || f-f != 0 {
			return nil, wrong(s, "a number")
		}
		return f, nil
	case value.KindTimestamp:
		return anyOf(value.ParseTimestamp(s))
	case value.KindDate:
		return anyOf(value.ParseDate(s))
	case value.KindDuration:
		return anyOf(value.ParseDuration(s))
	case value.KindPercent:
		return anyOf(value.ParsePercent(s))
	case value.KindMoney:
		m, err := value.ParseMoney(s)
		if err != nil {
			return nil, err
		}
		if t.Currency != "" && m.Currency() != t.Currency {
			return nil, wrong(s, "an amount in "+t.Currency)
		}
		return m, nil
	}
	return nil, wrong(s, t.String())
}

// anyOf boxes a result; a function of two results cannot be boxed in place.
func anyOf[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func yamlKind(k playbook.ScalarKind) string {
	switch k {
	case playbook.Bool:
		return "bool"
	case playbook.Null:
		return "null"
	}
	return "number"
}

func wrong(found, wanted string) error {
	return fmt.Errorf("%q is not %s", found, wanted)
}

// parseLiteralValue reads a literal that may be a list.
func parseLiteralValue(t value.Type, v playbook.Value) (any, error) {
	if t.Kind != value.KindList {
		if v.Kind != playbook.Scalar {
			return nil, fmt.Errorf("a %s is wanted here, not a list or a mapping", t)
		}
		return parseLiteral(t, v.Text)
	}
	if v.Kind != playbook.List {
		return nil, fmt.Errorf("a list is wanted here, such as [a, b]")
	}
	out := make([]any, 0, len(v.Items))
	for _, item := range v.Items {
		x, err := parseLiteralValue(t.Member(), item)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Texts that are meant as literals of a kind, well formed or not. What looks
// like a literal is answered as one: to tell somebody who wrote "10 EURO" about
// the syntax of expressions would not help.
var (
	looksLikeMoney    = regexp.MustCompile(`^\s*-?[0-9][0-9.,_]*\s*[A-Za-z€$£¥]+\s*$|^\s*[€$£¥]\s*[0-9][0-9.,]*\s*$`)
	looksLikeDuration = regexp.MustCompile(`^\s*-?[0-9][0-9.]*\s*[A-Za-z]+([0-9.]+[A-Za-z]+)*\s*$`)
	looksLikePercent  = regexp.MustCompile(`^\s*-?[0-9][0-9.,]*\s*%\s*$`)
	looksLikeNumber   = regexp.MustCompile(`^\s*[-+]?[0-9][0-9.,_]*\s*$`)
	looksLikeDate     = regexp.MustCompile(`^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}`)
)

// mayBeLiteral reports whether a text starts as all those do: an expression seldom
// does.
func mayBeLiteral(s string) bool {
	for _, r := range s {
		switch r {
		case ' ', '\t', '\n', '\f', '\r':
			continue
		case '-', '+', '€', '$', '£', '¥':
			return true
		}
		return r >= '0' && r <= '9'
	}
	return false
}

// looksLiteral reports whether a text is meant as a literal of the kind rather
// than as an expression.
func looksLiteral(k value.Kind, text playbook.Text) bool {
	s := text.Value
	if !mayBeLiteral(s) {
		return k == value.KindBool && text.Kind == playbook.Bool
	}
	if looksLikeNumber.MatchString(s) {
		return true
	}
	switch k {
	case value.KindMoney:
		return looksLikeMoney.MatchString(s)
	case value.KindDuration:
		return looksLikeDuration.MatchString(s)
	case value.KindPercent:
		return looksLikePercent.MatchString(s)
	case value.KindDate, value.KindTimestamp:
		return looksLikeDate.MatchString(s)
	case value.KindBool:
		return text.Kind == playbook.Bool
	}
	return false
}

// literalKind says which kind of literal of the format a text is meant as, where
// it is one with a unit.
func literalKind(s string) value.Kind {
	switch {
	case !mayBeLiteral(s):
		return value.KindInvalid
	case looksLikePercent.MatchString(s):
		return value.KindPercent
	case looksLikeDuration.MatchString(s) && strings.ToLower(s) == s:
		return value.KindDuration
	case looksLikeMoney.MatchString(s):
		return value.KindMoney
	}
	return value.KindInvalid
}

// guessLiteral reads a table's cell, whose type is that of its text. A quoted
// cell is a string, whatever stands in it.
func guessLiteral(text playbook.Text) (any, value.Type) {
	if text.Plain {
		switch text.Kind {
		case playbook.Bool:
			return text.Value == "true", value.Type{Kind: value.KindBool}
		case playbook.Int:
			if n, err := strconv.ParseInt(text.Value, 10, 64); err == nil {
				return n, value.Type{Kind: value.KindInt}
			}
		case playbook.Float:
			if v, err := parseLiteral(value.Type{Kind: value.KindDouble}, text); err == nil {
				return v, value.Type{Kind: value.KindDouble}
			}
		}
		for _, k := range []value.Kind{value.KindMoney, value.KindPercent, value.KindDuration, value.KindDate, value.KindTimestamp} {
			if v, err := parseLiteral(value.Type{Kind: k}, text); err == nil {
				return v, value.TypeOf(v)
			}
		}
	}
	return text.Value, value.Type{Kind: value.KindString}
}

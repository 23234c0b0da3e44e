package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// parseLiteral reads a value of type t as it is written in a playbook. The kind that YAML gives a
// plain scalar counts: "3" in quotes is no number, and a plain 3 is no string.
func parseLiteral(t value.Type, text playbook.Text) (any, error) {
	fits := true
	switch t.Kind {
	case value.KindString:
		if text.Plain && text.Kind != playbook.String {
			return nil, fmt.Errorf("%s is a %s to YAML; put it into quotes to make it a string", text.Value, yamlKind(text.Kind))
		}
	case value.KindBool:
		fits = text.Kind == playbook.Bool
	case value.KindInt:
		fits = text.Kind == playbook.Int
	case value.KindDouble:
		fits = text.Kind == playbook.Int || text.Kind == playbook.Float
	}
	if !fits {
		return nil, t.Mismatch(text.Value)
	}
	return t.Parse(text.Value)
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

// These patterns find texts that are meant as literals of a kind, even if they are badly formed.
// Such a text gets a message about the literal: for "10 EURO", a message about the syntax of
// expressions would not help.
var (
	looksLikeMoney    = regexp.MustCompile(`^\s*-?[0-9][0-9.,_]*\s*[A-Za-z€$£¥]+\s*$|^\s*[€$£¥]\s*[0-9][0-9.,]*\s*$`)
	looksLikeDuration = regexp.MustCompile(`^\s*-?[0-9][0-9.]*\s*[A-Za-z]+([0-9.]+[A-Za-z]+)*\s*$`)
	looksLikePercent  = regexp.MustCompile(`^\s*-?[0-9][0-9.,]*\s*%\s*$`)
	looksLikeNumber   = regexp.MustCompile(`^\s*[-+]?[0-9][0-9.,_]*\s*$`)
	looksLikeDate     = regexp.MustCompile(`^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}`)
)

// mayBeLiteral reports whether a text starts as the patterns do. Few expressions do.
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

// looksLiteral reports whether a text is meant as a literal of the kind and not as an expression.
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

// literalKind returns the kind of literal that a text is meant as. It only knows literals with a
// unit.
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

// guessLiteral reads a cell of a table. The text of the cell decides its type; a quoted cell is
// always a string.
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

// inBounds reports a value that incidents may not have.
func (c *compiler) inBounds(at playbook.Value, v any, f *Field) {
	if text, ok := v.(string); ok {
		switch {
		case f.OneOf != nil && !slices.Contains(f.OneOf, text):
			c.mendf(at.Range, "not-in-one-of", near(at.Text, f.OneOf), "`%s` is one of %s, and never %q", f.Name, listOf(f.OneOf), text)
		case f.NonEmpty && text == "":
			c.errorf(at.Range, "bad-literal", "", "`%s` is never empty", f.Name)
		}
	}
	low, isLow := value.Compare(v, f.Min)
	high, isHigh := value.Compare(v, f.Max)
	if isLow && low < 0 || isHigh && high > 0 {
		c.errorf(at.Range, "bad-literal", "", "`%s` is %s, and never %s", f.Name, bounds(f), value.Show(v))
	}
}

// bounds says between which values a field lies.
func bounds(f *Field) string {
	switch {
	case f.Min == nil:
		return "at most " + value.Show(f.Max)
	case f.Max == nil:
		return "at least " + value.Show(f.Min)
	}
	return value.Show(f.Min) + " to " + value.Show(f.Max)
}

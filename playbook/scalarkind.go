package playbook

import (
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// kindOf tells what a scalar is. The rules are YAML 1.2's core schema without
// its spellings that surprise: only true and false are bools, and a number is
// decimal.
func kindOf(n *yamlnode.Node) ScalarKind {
	if n.Style != yamlnode.Plain {
		return String
	}
	switch n.Value {
	case "", "~", "null", "Null", "NULL":
		return Null
	case "true", "false":
		return Bool
	}
	if c := n.Value[0]; c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') {
		return String
	}
	switch digits := strings.TrimLeft(n.Value, "+-"); {
	case len(n.Value)-len(digits) > 1:
		return String
	case isDigits(digits):
		return Int
	case isFloat(digits):
		return Float
	}
	return String
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isFloat recognises digits with a point, an exponent or both.
func isFloat(s string) bool {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		exponent := s[i+1:]
		if exponent != "" && (exponent[0] == '-' || exponent[0] == '+') {
			exponent = exponent[1:]
		}
		if !isDigits(exponent) {
			return false
		}
		s = s[:i]
		if isDigits(s) {
			return true
		}
	}
	whole, part, point := strings.Cut(s, ".")
	return point && whole+part != "" && (whole == "" || isDigits(whole)) && (part == "" || isDigits(part))
}

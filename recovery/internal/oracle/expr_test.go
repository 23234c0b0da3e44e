package oracle

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// oNode is an expression of the generated sets: it is written as CEL for the
// engine and evaluated here by plain recursion for the oracle.
type oNode struct {
	op   string // lit, ref, has, and, or, not, in, call, or an operator
	name string // of a ref, a has or a call
	val  any    // of a literal
	kids []*oNode
}

// The values of expressions are bool, int64, float64, string, time.Time,
// time.Duration, []any, and these.
type (
	oExact struct { // money inside an expression, not rounded
		rat *big.Rat
		cur string
	}
	oDay     string // a date as it is written, so that < is its order
	oPercent string // "12.5%"
)

var errEval = errors.New("no value")

func lit(v any) *oNode                { return &oNode{op: "lit", val: v} }
func ref(name string) *oNode          { return &oNode{op: "ref", name: name} }
func has(name string) *oNode          { return &oNode{op: "has", name: name} }
func not(a *oNode) *oNode             { return &oNode{op: "not", kids: []*oNode{a}} }
func op(o string, a, b *oNode) *oNode { return &oNode{op: o, kids: []*oNode{a, b}} }
func call(name string, args ...*oNode) *oNode {
	return &oNode{op: "call", name: name, kids: args}
}
func eur(s string) *oNode { return lit(exactOf(recovery.MustMoney(s))) }

func exactOf(m recovery.Money) oExact { return oExact{m.Rat(), m.Currency()} }

// cel writes the expression for a playbook. Every operation is in parentheses:
// precedence is not what is tested here.
func (n *oNode) cel() string {
	args := make([]string, len(n.kids))
	for i, k := range n.kids {
		args[i] = k.cel()
	}
	switch n.op {
	case "lit":
		return celLiteral(n.val)
	case "ref":
		return n.name
	case "has":
		return "has(" + n.name + ")"
	case "and":
		return "(" + args[0] + " && " + args[1] + ")"
	case "or":
		return "(" + args[0] + " || " + args[1] + ")"
	case "not":
		return "!(" + args[0] + ")"
	case "loop":
		return n.loopCEL(args)
	case "call":
		if n.name == "orValue" { // incident.order.value → incident.order.?value
			dot := strings.LastIndex(args[0], ".")
			return args[0][:dot] + ".?" + args[0][dot+1:] + ".orValue(" + args[1] + ")"
		}
		return n.name + "(" + strings.Join(args, ", ") + ")"
	}
	return "(" + args[0] + " " + n.op + " " + args[1] + ")"
}

func celLiteral(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case time.Duration:
		return fmt.Sprintf("duration(%q)", strconv.FormatInt(int64(v/time.Minute), 10)+"m")
	case time.Time:
		return fmt.Sprintf("timestamp(%q)", v.Format(time.RFC3339))
	case oDay:
		return fmt.Sprintf("date(%q)", string(v))
	case oPercent:
		return fmt.Sprintf("percent(%s)", strings.TrimSuffix(string(v), "%"))
	case oExact:
		return fmt.Sprintf("money(%q)", v.money().String())
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = celLiteral(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(v)
}

// money rounds once, half to even.
func (e oExact) money() recovery.Money {
	m, err := value.RoundMoney(e.rat, e.cur)
	if err != nil {
		panic(err)
	}
	return m
}

// walk visits the names that the expression can read, in source order.
func (n *oNode) walk(visit func(name string)) {
	if n == nil {
		return
	}
	if n.op == "ref" || n.op == "has" {
		visit(n.name)
	}
	for _, k := range n.kids {
		k.walk(visit)
	}
}

// eval is the value for an incident. CEL's && and || do not mind an error on
// one side when the other decides.
func (n *oNode) eval(e *oEnv) (any, error) {
	switch n.op {
	case "loop":
		return n.loop(e)
	case "lit":
		return n.val, nil
	case "ref":
		return e.read(n.name)
	case "has":
		return e.has(n.name), nil
	case "and", "or":
		decides := n.op == "or"
		a, errA := n.kids[0].eval(e)
		b, errB := n.kids[1].eval(e) // also when the first decides: `because` names what it reads
		if errA == nil && a.(bool) == decides {
			return decides, nil
		}
		if errB == nil && b.(bool) == decides {
			return decides, nil
		}
		return !decides, errors.Join(errA, errB)
	case "call":
		if n.name == "orValue" {
			if e.has(n.kids[0].name) {
				return n.kids[0].eval(e)
			}
			return n.kids[1].eval(e)
		}
	}
	args := make([]any, len(n.kids))
	var failed error
	for i, k := range n.kids { // all of them, for `because`
		v, err := k.eval(e)
		args[i], failed = v, errors.Join(failed, err)
	}
	if failed != nil {
		return nil, failed
	}
	switch n.op {
	case "not":
		return !args[0].(bool), nil
	case "in":
		for _, v := range args[1].([]any) {
			if v == args[0] {
				return true, nil
			}
		}
		return false, nil
	case "call":
		return evalCall(e, n.name, args)
	case "+", "-", "*", "/":
		return evalArithmetic(n.op, args[0], args[1])
	}
	c := compareValues(args[0], args[1])
	switch n.op {
	case "==":
		return c == 0, nil
	case "!=":
		return c != 0, nil
	case "<":
		return c < 0, nil
	case "<=":
		return c <= 0, nil
	case ">":
		return c > 0, nil
	case ">=":
		return c >= 0, nil
	}
	panic("no such operator: " + n.op)
}

func evalCall(e *oEnv, name string, args []any) (any, error) {
	switch name {
	case "max", "min":
		if (compareValues(args[0], args[1]) >= 0) == (name == "max") {
			return args[0], nil
		}
		return args[1], nil
	case "date":
		return oDay(args[0].(time.Time).In(e.zone()).Format(time.DateOnly)), nil
	case "round_up", "round_down":
		m := args[0].(oExact)
		round := value.RoundUp.Money
		if name == "round_down" {
			round = value.RoundDown.Money
		}
		r, err := round(m.rat, m.cur)
		return exactOf(r), err
	}
	panic("no such function: " + name)
}

func evalArithmetic(op string, a, b any) (any, error) {
	if v, err, ok := ratioArithmetic(op, a, b); ok {
		return v, err
	}
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok && op == "/" {
			if y == 0 {
				return nil, errEval
			}
			return x / y, nil
		}
	case float64:
		return doubleArithmetic(op, x, b.(float64))
	case time.Time:
		if y, ok := b.(time.Time); ok && op == "-" {
			return x.Sub(y), nil
		}
	case oExact:
		if y, ok := b.(oExact); ok {
			z := new(big.Rat)
			switch op {
			case "+":
				z.Add(x.rat, y.rat)
			case "-":
				z.Sub(x.rat, y.rat)
			}
			return oExact{z, x.cur}, nil
		}
		y := ratOf(b)
		if op == "/" {
			if y.Sign() == 0 {
				return nil, errEval
			}
			y.Inv(y)
		}
		return oExact{new(big.Rat).Mul(x.rat, y), x.cur}, nil
	}
	panic(fmt.Sprintf("%T %s %T", a, op, b))
}

// doubleArithmetic fails where the outcome is no number.
func doubleArithmetic(op string, x, y float64) (any, error) {
	var z float64
	switch op {
	case "+":
		z = x + y
	case "-":
		z = x - y
	case "*":
		z = x * y
	case "/":
		z = x / y
	}
	if math.IsNaN(z) || math.IsInf(z, 0) {
		return nil, errEval
	}
	return z, nil
}

func ratOf(v any) *big.Rat {
	switch v := v.(type) {
	case int64:
		return big.NewRat(v, 1)
	case float64:
		r, _ := new(big.Rat).SetString(strconv.FormatFloat(v, 'g', -1, 64))
		return r
	case oRatio:
		return v.rat
	case oPercent:
		r, _ := new(big.Rat).SetString(strings.TrimSuffix(string(v), "%"))
		return r.Quo(r, big.NewRat(100, 1))
	}
	panic(fmt.Sprintf("no number: %T", v))
}

func compareValues(a, b any) int {
	a, b = nearest(a), nearest(b)
	switch x := a.(type) {
	case oExact:
		return x.rat.Cmp(b.(oExact).rat)
	case int64:
		return int(min(max(x-b.(int64), -1), 1))
	case float64:
		return ratOf(x).Cmp(ratOf(b))
	case string:
		return strings.Compare(x, b.(string))
	case oDay:
		return strings.Compare(string(x), string(b.(oDay)))
	case time.Duration:
		return int(min(max(x-b.(time.Duration), -1), 1))
	case time.Time:
		return x.Compare(b.(time.Time))
	case bool:
		if x == b.(bool) {
			return 0
		}
		return 1
	}
	panic(fmt.Sprintf("cannot compare %T", a))
}

package policy

import (
	"fmt"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// Param is a parameter of an action: a constant, an expression, a text with
// expressions in it, or a list of these.
type Param struct {
	Spec     *Field
	constant any
	fixed    bool
	expr     *expression
	text     *Text
	items    []*Param
	src      *place // nil for a default
}

// Position is where the parameter stands. It is zero for a default.
func (p *Param) Position() Position { return p.src.position() }

// Source is the parameter as written. It is empty for a default.
func (p *Param) Source() string { return p.src.source() }

// Name is the parameter's name.
func (p *Param) Name() string { return p.Spec.Name }

// Value evaluates the parameter. The result is of the parameter's type; money is rounded to the
// smallest unit. Texts are written in the style. The error is an *[EvalError].
func (p *Param) Value(f *Frame, style value.Style) (any, error) {
	switch {
	case p.fixed:
		return p.constant, nil
	case p.text != nil:
		s, err := p.text.Render(f, style)
		if err != nil {
			return nil, err
		}
		return p.fits(s, p.src)
	case p.items != nil:
		out := make([]any, 0, len(p.items))
		for _, item := range p.items {
			v, err := item.Value(f, style)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	}
	v, err := p.expr.cel.Eval(f.cel)
	if err != nil {
		return nil, placed(err)
	}
	return p.fits(asKind(v.Native(), p.Spec.Type.Kind), p.src)
}

// Amount is Value for a parameter of type money.
func (p *Param) Amount(f *Frame) (value.Money, error) {
	if p.fixed {
		return p.constant.(value.Money), nil
	}
	v, err := p.expr.cel.Eval(f.cel)
	if err != nil {
		return value.Money{}, placed(err)
	}
	m, ok := v.Money()
	if ok && p.fitsAmount(m) {
		return m, nil
	}
	out, err := p.fits(v.Native(), p.src)
	if err != nil {
		return value.Money{}, err
	}
	return out.(value.Money), nil
}

// fitsAmount is fits for an amount without bounds, as nearly all are.
func (p *Param) fitsAmount(m value.Money) bool {
	spec := p.Spec
	return spec.Min == nil && spec.Max == nil && (!spec.nonNegative || m.Sign() >= 0) &&
		(spec.Type.Currency == "" || spec.Type.Currency == m.Currency())
}

// asKind turns an int into a double if the kind is double.
func asKind(v any, k value.Kind) any {
	if n, ok := v.(int64); ok && k == value.KindDouble {
		return float64(n)
	}
	return v
}

func (p *Param) fits(v any, src *place) (any, error) {
	wanted := p.Spec.Misfit(v)
	if wanted == "" && p.Spec.nonNegative && isNegative(v) {
		wanted = "zero or more"
	}
	if m, ok := v.(value.Money); ok && wanted == "" && p.Spec.Type.Currency != "" && m.Currency() != p.Spec.Type.Currency {
		wanted = "an amount in " + p.Spec.Type.Currency
	}
	if wanted != "" {
		return nil, &EvalError{Position: src.text.Range, Expr: src.text.Value, Message: fmt.Sprintf("`%s` is %s, and must be %s", p.Spec.Name, value.Show(v), wanted)}
	}
	return v, nil
}

func isNegative(v any) bool {
	switch x := v.(type) {
	case time.Duration:
		return x < 0
	case value.Money:
		return x.Sign() < 0
	}
	return false
}

// param compiles a parameter. It returns nil if the parameter is wrong.
func (s *scope) param(spec *Field, v playbook.Value, known celenv.Known) *Param {
	t := spec.Type
	switch {
	case !v.IsSet():
		return nil // reported when the file was read
	case v.Text.Kind == playbook.Null:
		s.errorf(v.Range, "missing-parameter", "", "`%s` is %s, and nothing was written", spec.Name, t.Noun())
		return nil
	case t.Kind == value.KindList && v.Kind == playbook.List:
		return s.listParam(spec, v, known)
	case v.Kind != playbook.Scalar:
		s.errorf(v.Range, "wrong-type", "", "`%s` is %s, not a list or a mapping", spec.Name, t.Noun())
		return nil
	case t.Kind == value.KindString:
		return s.textParam(spec, v.Text, known)
	}
	return s.typedParam(spec, v.Text, known)
}

func (s *scope) listParam(spec *Field, v playbook.Value, known celenv.Known) *Param {
	out := &Param{Spec: spec, items: []*Param{}}
	item := &Field{Name: spec.Name, Type: spec.Type.Member(), nonNegative: spec.nonNegative}
	for _, i := range v.Items {
		p := s.param(item, i, known)
		if p == nil {
			return nil
		}
		out.items = append(out.items, p)
	}
	if out.allFixed() {
		values := make([]any, 0, len(out.items))
		for _, i := range out.items {
			values = append(values, i.constant)
		}
		return &Param{Spec: spec, constant: values, fixed: true}
	}
	return out
}

func (p *Param) allFixed() bool {
	for _, i := range p.items {
		if !i.fixed {
			return false
		}
	}
	return true
}

// textOf compiles a text that may name a role.
func (s *scope) textOf(spec *Field, src playbook.Text) *Text {
	if spec.role {
		return s.roleText(src)
	}
	return s.text(src, false)
}

func (s *scope) textParam(spec *Field, src playbook.Text, known celenv.Known) *Param {
	t := s.textOf(spec, src)
	s.check(t, known, "")
	constant, ok := t.fixed()
	if !ok {
		return &Param{Spec: spec, text: t, src: &place{text: src}}
	}
	if spec.Required() && strings.TrimSpace(constant) == "" {
		s.errorf(src.Range, "missing-parameter", "", "`%s` is an empty text", spec.Name)
		return nil
	}
	if wanted := spec.Misfit(constant); wanted != "" {
		s.mendf(src.Range, "not-in-one-of", near(src, spec.OneOf), "`%s` is %q, and must be %s", spec.Name, constant, wanted)
		return nil
	}
	return &Param{Spec: spec, constant: constant, fixed: true, src: &place{text: src}}
}

// typedParam compiles a parameter that is a literal or an expression.
func (s *scope) typedParam(spec *Field, src playbook.Text, known celenv.Known) *Param {
	t := spec.Type
	lit, err := parseLiteral(t, src)
	if err == nil {
		return s.fixedParam(spec, lit, src)
	}
	if r := s.meant(t, src); r.hint != "" || looksLiteral(t.Kind, src) {
		if positive, ok := strings.CutPrefix(r.edit.Text, "-"); ok && spec.nonNegative {
			r = instead(src, positive)
		}
		s.mendf(src.Range, "bad-literal", r, "`%s`: %s", spec.Name, err)
		return nil
	}
	if k := literalKind(src.Value); k != value.KindInvalid {
		r := remedy{}
		if t.Kind == value.KindMoney && k == value.KindPercent {
			r = s.shareRemedy(src)
		}
		s.mendf(src.Range, "wrong-type", r, "`%s` is %s, and %s is %s", spec.Name, t.Noun(), src.Value, value.Type{Kind: k}.Noun())
		return nil
	}
	if inner, ok := strings.CutPrefix(strings.TrimSpace(src.Value), "${"); ok && strings.HasSuffix(inner, "}") && !strings.Contains(inner, "${") {
		s.mendf(src.Range, "wrong-type", instead(src, strings.TrimSuffix(inner, "}")), "`%s` is %s, not a text with expressions in it", spec.Name, t.Noun())
		return nil
	}
	e := s.expr(src, t)
	if e == nil {
		return nil
	}
	s.guarded(e, src, known)
	return &Param{Spec: spec, expr: &expression{cel: e}, src: e.Tag.(*place)}
}

func (s *scope) fixedParam(spec *Field, lit any, src playbook.Text) *Param {
	p := &Param{Spec: spec, constant: lit, fixed: true, src: &place{text: src}}
	if _, err := p.fits(lit, p.src); err != nil {
		r := remedy{}
		if positive, ok := strings.CutPrefix(src.Value, "-"); ok && spec.nonNegative {
			r = instead(src, positive)
		}
		s.mendf(src.Range, "out-of-range", r, "%s", err.(*EvalError).Message)
		return nil
	}
	return p
}

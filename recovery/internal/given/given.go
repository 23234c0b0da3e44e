// Package given answers what a decision needs to know from a file instead of a
// store: facts, the use of partners, precedents. Suites and commands use it to
// try a playbook.
package given

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/store"
)

// Store knows what it was given and forgets what is committed.
type Store struct {
	facts      map[string]any // by the name that decisions list
	used       map[string]int64
	precedents map[string][]recovery.Chosen
}

// input is the file: {"facts": {…}, "partners": {ID: {"used": N}},
// "precedents": {PLAY: [{"amount": "40 EUR", "reason": "…"}]}}.
type input struct {
	Facts    map[string]json.RawMessage `json:"facts"`
	Partners map[string]struct {
		Used json.Number `json:"used"`
	} `json:"partners"`
	Precedents map[string][]struct {
		Type   string         `json:"type"`
		Amount recovery.Money `json:"amount"`
		Reason string         `json:"reason"`
	} `json:"precedents"`
}

// Parse reads what is given, for a program. A name that the program does not have is an error, so that
// a misspelt fact is not taken as zero.
func Parse(data []byte, program *policy.Program) (*Store, error) { return parse(data, program, false) }

// ParseKnown is Parse for one of two programs: it leaves out the names that only the other one has.
func ParseKnown(data []byte, program *policy.Program) (*Store, error) {
	return parse(data, program, true)
}

func parse(data []byte, program *policy.Program, lenient bool) (*Store, error) {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	var in input
	if err := dec.Decode(&in); err != nil {
		return nil, plainer(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("one JSON object is wanted, and more follows it")
	}
	s := &Store{facts: map[string]any{}, used: map[string]int64{}, precedents: map[string][]recovery.Chosen{}}
	if lenient {
		in.known(program)
	}
	for _, name := range slices.Sorted(maps.Keys(in.Facts)) {
		if err := s.fact(name, in.Facts[name], program); err != nil {
			return nil, err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(in.Partners)) {
		if err := s.partner(id, in.Partners[id].Used, program); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Precedents)) {
		play, err := choicePlay(name, program)
		if err != nil {
			return nil, err
		}
		for _, p := range in.Precedents[name] {
			kind, err := precedentType(play, p.Type, p.Amount)
			if err != nil {
				return nil, fmt.Errorf("the precedents of %s: %w", name, err)
			}
			s.precedents[name] = append(s.precedents[name], recovery.Chosen{Reason: p.Reason, Actions: []recovery.ChosenAction{{Type: kind, Amount: p.Amount}}})
		}
	}
	return s, nil
}

// known leaves out what a program does not have.
func (in *input) known(program *policy.Program) {
	maps.DeleteFunc(in.Facts, func(name string, _ json.RawMessage) bool {
		return !slices.ContainsFunc(program.Facts, func(f *policy.Fact) bool { return f.Name == name || f.Plain == name })
	})
	plays := func(has func(*policy.Play) bool) bool { return slices.ContainsFunc(program.Plays, has) }
	for id := range in.Partners {
		if !plays(func(p *policy.Play) bool {
			return p.Partners != nil && slices.ContainsFunc(p.Partners.Partners, func(x *policy.Partner) bool { return x.ID == id })
		}) {
			delete(in.Partners, id)
		}
	}
	for name := range in.Precedents {
		if !plays(func(p *policy.Play) bool { return p.Choice != nil && p.Name == name }) {
			delete(in.Precedents, name)
		}
	}
}

func plainer(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		wanted := map[string]string{"facts": "an object of facts by name", "partners": `an object such as {"quickbike": {"used": 40}}`, "precedents": `an object such as {"playbook/play": [{"amount": "40 EUR", "reason": "…"}]}`}
		key, _, _ := strings.Cut(wrong.Field, ".")
		if wanted[key] != "" {
			return fmt.Errorf("%s is %s, not %s", key, wanted[key], term.A(wrong.Value))
		}
		return fmt.Errorf("an object with facts, partners and precedents is wanted, not %s", term.A(wrong.Value))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("unknown key %s; facts (by name), partners (with used) and precedents (with type, amount, reason) can be given", name)
	}
	return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
}

// fact takes a fact by the name that decisions list, or by its plain name,
// which then stands for that fact of every playbook.
func (s *Store) fact(name string, raw json.RawMessage, program *policy.Program) error {
	var known []string
	found := false
	for _, f := range program.Facts {
		known = append(known, f.Name)
		if f.Name != name && f.Plain != name {
			continue
		}
		found = true
		v, err := factValue(f, raw)
		if err != nil {
			return fmt.Errorf("the fact %s: %w", name, err)
		}
		s.facts[f.Name] = v
	}
	if !found {
		return fmt.Errorf("the playbooks have no fact %s%s", unseen.Quote(name), near(name, known))
	}
	return nil
}

func near(name string, known []string) string {
	if n := playbook.Suggest(name, known); n != "" {
		return "; did you mean " + n + "?"
	}
	return ""
}

// fieldSum reads the sum of a field, which may be below zero.
func fieldSum(t value.Type, raw json.RawMessage) (any, error) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	if n, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64); err == nil {
		v = n
	}
	out, err := intake.Coerce(v, t)
	if err != nil {
		return nil, fmt.Errorf("%s is wanted, not %s", t.Noun(), raw)
	}
	return out, nil
}

func factValue(f *policy.Fact, raw json.RawMessage) (any, error) {
	if t := f.Type(); f.Field != nil && t.Kind != value.KindMoney {
		return fieldSum(t, raw)
	}
	if f.Sum == "" {
		n, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("a whole number is wanted, not %s", raw)
		}
		return n, nil
	}
	var m value.Money
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("an amount in %s is wanted, not %s", f.Currency, raw)
	}
	if m.Currency() != f.Currency {
		return nil, fmt.Errorf("an amount in %s is wanted, not %s", f.Currency, m)
	}
	if m.Sign() < 0 && f.Field == nil {
		return nil, fmt.Errorf("an amount of zero or more is wanted, not %s", m)
	}
	return m, nil
}

func (s *Store) partner(id string, used json.Number, program *policy.Program) error {
	var known []string
	for _, p := range program.Plays {
		if p.Partners == nil {
			continue
		}
		for _, partner := range p.Partners.Partners {
			known = append(known, partner.ID)
		}
	}
	if !slices.Contains(known, id) {
		return fmt.Errorf("the plays take no partner %s%s", unseen.Quote(id), near(id, known))
	}
	n, err := strconv.ParseInt(used.String(), 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("the partner %s: used is a whole number, not %q", id, used)
	}
	s.used[id] = n
	return nil
}

func choicePlay(name string, program *policy.Program) (*policy.Play, error) {
	var known []string
	for _, p := range program.Plays {
		if p.Choice == nil {
			continue
		}
		if p.Name == name {
			return p, nil
		}
		known = append(known, p.Name)
	}
	return nil, fmt.Errorf("there is no case-by-case play %s%s", unseen.Quote(name), near(name, known))
}

// precedentType returns the type of the option that was chosen: the one that is named, or else the
// first that has an amount.
func precedentType(p *policy.Play, named string, amount recovery.Money) (string, error) {
	if amount.IsSet() && amount.Sign() < 0 {
		return "", fmt.Errorf("an amount of zero or more is wanted, not %s", amount)
	}
	var known []string
	for _, o := range p.Choice.Options {
		known = append(known, o.Type.Name)
		if named == o.Type.Name || named == "" && amount.IsSet() && o.From != nil {
			return o.Type.Name, nil
		}
	}
	if named == "" && !amount.IsSet() {
		return "", nil
	}
	if named == "" {
		return "", fmt.Errorf("the play offers no option with an amount")
	}
	return "", fmt.Errorf("the play offers no %s%s", unseen.Quote(named), near(named, known))
}

// With is a context in which a store of this package answers from another one: what is given to one
// decision alone.
func With(ctx context.Context, s *Store) context.Context {
	return context.WithValue(ctx, instead{}, s)
}

type instead struct{}

// in is the store that answers in a context.
func (s *Store) in(ctx context.Context) *Store {
	if other, ok := ctx.Value(instead{}).(*Store); ok {
		return other
	}
	return s
}

// Read answers from what was given. Anything else has no answer.
func (s *Store) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	s = s.in(ctx)
	g := recovery.Given{Facts: make([]any, len(q.Facts)), Use: make([]int64, len(q.Use))}
	for i, f := range q.Facts {
		g.Facts[i] = s.facts[f.Name]
	}
	for i, u := range q.Use {
		g.Use[i] = s.used[u.Partner]
	}
	return g, "", nil
}

// Precedents sums up those that were given.
func (s *Store) Precedents(ctx context.Context, q recovery.Query) ([]store.Precedents, error) {
	s = s.in(ctx)
	out := make([]store.Precedents, len(q.Precedents))
	for i, p := range q.Precedents {
		out[i] = store.Summarise(s.precedents[p.Play])
	}
	return out, nil
}

// Prepare has nothing to do.
func (s *Store) Prepare(context.Context, *playbook.Set, []recovery.FactKind) error { return nil }

// Commit remembers nothing.
func (s *Store) Commit(context.Context, recovery.Commit) error { return nil }

// None is a store that knows nothing: each incident stands alone.
func None() *Store { return &Store{} }

package schema

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// fullest is a decision with everything that one can have.
func fullest() *recovery.Decision {
	at, m := time.Unix(0, 0), recovery.MustMoney("1 EUR")
	params := []recovery.Param{{Name: "p", Value: "v"}}
	late := recovery.Action{ID: "a", Type: "t", Plays: []string{"p"}, Justice: "j"}
	return &recovery.Decision{
		ID: "d", Incident: "i", Service: "s", Failure: "f", Phase: "failure", OccurredAt: at, DecidedAt: at, Semantics: recovery.Semantics,
		Namespace: "n", Set: recovery.SetRef{Digest: "d", Revision: "r"}, Supersedes: "s", Handled: recovery.HandledNew,
		Made: &recovery.Made{
			Choice: "c", By: "b", Roles: []string{"r"}, Reason: "r", Deviation: "1%", Pending: true, Proposed: []recovery.Action{late},
			Second: &recovery.Signature{By: "b", Roles: []string{"r"}, Reason: "r", At: at}, Declined: &recovery.Signature{By: "b", Roles: []string{"r"}, Reason: "r", At: at},
		},
		Plays: []recovery.Match{{Play: "p", Case: "c", Approach: "a", At: "f:1", Items: []recovery.MatchItem{{Item: "i", Case: "c"}}, Because: []recovery.Reason{{Expr: "e", Value: "v"}}}},
		Actions: []recovery.Action{{
			ID: "a", Type: "t", Item: "i", Change: recovery.ChangeNew, Plays: []string{"p"}, Amount: m, Already: m, Params: params, Owner: "o",
			NotBefore: at, DueAt: at, GivenAt: at, DoneAt: at, Justice: "j", Message: &recovery.Message{ID: "m", Language: "l", Text: "t"}, Note: "n",
			Remind: []recovery.Action{late}, IfLate: []recovery.Action{late},
		}},
		Choices: []recovery.Choice{{
			ID: "c", Play: "p", Decider: "d", DueAt: at, AtLeast: 1, AtMost: 1,
			Options: []recovery.Offer{{Type: "t", ID: "i", From: m, To: m, Params: params}},
			Precedents: recovery.Precedents{Count: 1, Options: []recovery.PrecedentRange{{Type: "t", Median: m, Lowest: m, Highest: m}},
				Recent: []recovery.Precedent{{Decision: "d", Type: "t", Amount: m, Reason: "r"}}},
			Authority: []recovery.Authority{{Role: "r", UpTo: m}}, Second: &recovery.Second{By: "b", Above: []recovery.Money{m}},
			Remind: []recovery.Action{late}, IfLate: []recovery.Action{late},
		}},
		Withheld:   []recovery.Withheld{{ID: "a", Type: "t", Item: "i", Play: "p", Reason: "r", Amount: m, Params: params}},
		PassedOver: []recovery.PassedOver{{Partner: "p", Play: "p", Reason: "r"}},
		Missed:     []recovery.Missed{{ID: "a", Type: "t", Item: "i", Play: "p", GivenAt: at, DueAt: at, DoneAt: at}},
		Facts:      []recovery.Fact{{Name: "f", Value: int64(0)}},
		Warnings:   []recovery.Warning{{Code: "c", Message: "m", Play: "p"}},
	}
}

// barest is a decision with one element in each list. Each element has only the
// fields that it must have.
func barest() *recovery.Decision {
	at, m := time.Unix(0, 0), recovery.MustMoney("1 EUR")
	action := recovery.Action{ID: "a", Type: "t", Plays: []string{"p"}, Justice: "j"}
	action.Remind, action.IfLate, action.Message = []recovery.Action{action}, []recovery.Action{action}, &recovery.Message{ID: "m", Language: "l"}
	return &recovery.Decision{
		ID: "d", Incident: "i", DecidedAt: at, Semantics: recovery.Semantics, Set: recovery.SetRef{Digest: "d"},
		Made: &recovery.Made{
			Choice: "c", By: "b", Roles: []string{"r"}, Proposed: []recovery.Action{action},
			Second: &recovery.Signature{By: "b", Roles: []string{"r"}, At: at}, Declined: &recovery.Signature{By: "b", Roles: []string{"r"}, At: at},
		},
		Plays:   []recovery.Match{{Play: "p", Approach: "a", At: "f:1", Items: []recovery.MatchItem{{Item: "i"}}, Because: []recovery.Reason{{}}}},
		Actions: []recovery.Action{action},
		Choices: []recovery.Choice{{
			ID: "c", Play: "p", Options: []recovery.Offer{{Type: "t", From: m, To: m}},
			Precedents: recovery.Precedents{Count: 1, Options: []recovery.PrecedentRange{{Type: "t", Median: m, Lowest: m, Highest: m}},
				Recent: []recovery.Precedent{{Decision: "d"}}},
			Authority: []recovery.Authority{{Role: "r", UpTo: m}}, Second: &recovery.Second{By: "b", Above: []recovery.Money{m}},
			Remind: []recovery.Action{action}, IfLate: []recovery.Action{action},
		}},
		Withheld:   []recovery.Withheld{{ID: "a", Type: "t", Play: "p", Reason: "r"}},
		PassedOver: []recovery.PassedOver{{Partner: "p", Play: "p", Reason: "r"}},
		Missed:     []recovery.Missed{{ID: "a", Type: "t", Play: "p", DueAt: at}},
		Warnings:   []recovery.Warning{{Code: "c", Message: "m"}},
	}
}

// read reads JSON that the library has written, its keys in their order.
func read(b *builder, text []byte) object {
	d := json.NewDecoder(bytes.NewReader(text))
	v, err := readValue(d)
	if err != nil {
		b.problem("%s: %s", text, err)
	}
	o, _ := v.(object)
	return o
}

func readValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return readMembers(d)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := readValue(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	}
	return t, nil
}

func readMembers(d *json.Decoder) (object, error) {
	o := object{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := readValue(d)
		if err != nil {
			return nil, err
		}
		o = append(o, member{key.(string), v})
	}
	_, err := d.Token()
	return o, err
}

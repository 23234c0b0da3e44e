package recovery

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"
)

// example is the decision of the documentation, with every key that there is.
func example() *Decision {
	eur := MustMoney
	return &Decision{
		ID: "dec_1", Incident: "T-1042", Service: "parcel", Failure: "late", Phase: "failure", OccurredAt: at("2026-03-01T12:00:00Z"), DecidedAt: at("2026-03-02T09:00:00Z"), Semantics: 1,
		Set:        SetRef{Digest: "sha256:ab", Revision: "4f1c"},
		Supersedes: "dec_0", Handled: HandledChanged,
		Made: &Made{Choice: "cho_0", By: "Eva", Reason: "<very> late", Deviation: "25%"},
		Plays: []Match{
			{Play: "p/late", Case: "dear", Approach: "standardised-response", At: "parcel.yaml:58",
				Because: []Reason{{Expr: "incident.failure", Value: "late"}, {Expr: "incident.region", Value: ""}}},
			{Play: "p/b", Approach: "case-by-case", At: "parcel.yaml:103"},
		},
		Actions: []Action{
			{ID: "act_1", Type: "compensate", Change: ChangeChanged, Plays: []string{"p/late"}, Amount: eur("10 EUR"), Already: eur("0 EUR"),
				Params: []Param{{"as", "voucher"}}, Justice: "distributive",
				Message: &Message{ID: "here", Language: "es", Text: "más & \"<b>\"\n"}},
			{ID: "act_2", Type: "resolve", Change: ChangeKept, Plays: []string{"p/late", "p/b"}, Owner: "care", Note: "now",
				NotBefore: at("2026-03-03T18:00:00Z"), DueAt: at("2026-03-04T18:00:00.25Z").In(time.FixedZone("", 3600)), Justice: "procedural",
				GivenAt: at("2026-03-02T09:00:00Z"), DoneAt: at("2026-03-04T09:00:00Z"),
				Params: []Param{{"every", 24 * time.Hour}, {"n", int64(3)}, {"x", 0.5}, {"y", true}, {"max", eur("1 JPY")}, {"list", []any{"a", int64(1), eur("2 EUR")}}},
				Remind: []Action{{ID: "act_5", Type: "notify", Plays: []string{"p/late"}, Justice: "procedural"}},
				IfLate: []Action{{ID: "act_3", Type: "escalate", Plays: []string{"p/late"}, Params: []Param{{"to", "duty-manager"}}, Justice: "procedural"}}},
		},
		Choices: []Choice{
			{ID: "cho_1", Play: "p/b", Decider: "duty-manager", DueAt: at("2026-03-02T11:00:00Z"), AtLeast: 1, AtMost: 2,
				Options: []Offer{
					{Type: "compensate", ID: "c", From: eur("0 EUR"), To: eur("150 EUR"), Params: []Param{{"as", []any{"cash", "voucher"}}, {"fee", MoneyRange{From: eur("1 EUR"), To: eur("2 EUR")}}}},
					{Type: "replace"},
				},
				Precedents: Precedents{Count: 3,
					Options: []PrecedentRange{{"compensate", eur("40 EUR"), eur("10 EUR"), eur("60 EUR")}},
					Recent:  []Precedent{{Decision: "dec_9", Type: "compensate", Amount: eur("40 EUR"), Reason: "why"}, {Decision: "dec_8", Type: "replace", Reason: "why not"}}}},
			{ID: "cho_2", Play: "p/c", Decider: "x"},
		},
		Withheld:   []Withheld{{ID: "act_4", Type: "compensate", Play: "p/late", Reason: "limit", Amount: eur("3 EUR")}},
		PassedOver: []PassedOver{{Partner: "quickbike", Play: "p/bike", Reason: "capacity"}},
		Missed:     []Missed{{"act_6", "respond", "L-1", "p/b", at("2026-03-02T09:00:00Z"), at("2026-03-02T10:00:00Z"), at("2026-03-02T10:00:01Z")}},
		Facts:      []Fact{{"repeats", int64(0)}, {"credited", eur("0 EUR")}},
		Warnings:   []Warning{{"stale", "since 2026-01-01", "p/late"}, {"unanswered", "nothing", ""}},
	}
}

const exampleJSON = `{"id":"dec_1","incident":"T-1042","service":"parcel","failure":"late","phase":"failure","occurred_at":"2026-03-01T12:00:00Z","decided_at":"2026-03-02T09:00:00Z","semantics":1,
"set":{"digest":"sha256:ab","revision":"4f1c"},"supersedes":"dec_0","handled":"changed",
"made":{"choice":"cho_0","by":"Eva","roles":[],"reason":"<very> late","deviation":"25%"},
"plays":[
{"play":"p/late","case":"dear","approach":"standardised-response","at":"parcel.yaml:58",
"because":[{"expr":"incident.failure","value":"late"},{"expr":"incident.region","value":""}]},
{"play":"p/b","approach":"case-by-case","at":"parcel.yaml:103","because":[]}],
"actions":[
{"id":"act_1","type":"compensate","change":"changed","plays":["p/late"],"amount":{"value":"10.00","currency":"EUR"},
"already":{"value":"0.00","currency":"EUR"},"params":{"as":"voucher"},"justice":"distributive",
"message":{"id":"here","language":"es","text":"más & \"<b>\"\n"},"remind":[],"if_late":[]},
{"id":"act_2","type":"resolve","change":"kept","plays":["p/late","p/b"],
"params":{"every":"24h","n":3,"x":0.5,"y":true,"max":{"value":"1","currency":"JPY"},"list":["a",1,{"value":"2.00","currency":"EUR"}]},
"owner":"care","not_before":"2026-03-03T18:00:00Z","due_at":"2026-03-04T18:00:00.25Z",
"given_at":"2026-03-02T09:00:00Z","done_at":"2026-03-04T09:00:00Z","justice":"procedural","note":"now",
"remind":[{"id":"act_5","type":"notify","plays":["p/late"],"params":{},"justice":"procedural","remind":[],"if_late":[]}],
"if_late":[{"id":"act_3","type":"escalate","plays":["p/late"],"params":{"to":"duty-manager"},"justice":"procedural","remind":[],"if_late":[]}]}],
"choices":[
{"id":"cho_1","play":"p/b","decider":"duty-manager","due_at":"2026-03-02T11:00:00Z",
"options":[{"type":"compensate","id":"c","amount":{"from":{"value":"0.00","currency":"EUR"},"to":{"value":"150.00","currency":"EUR"}},"params":{"as":["cash","voucher"],
"fee":{"from":{"value":"1.00","currency":"EUR"},"to":{"value":"2.00","currency":"EUR"}}}},
{"type":"replace","params":{}}],
"choose":{"at_least":1,"at_most":2},
"precedents":{"count":3,"options":[{"type":"compensate","median":{"value":"40.00","currency":"EUR"},"lowest":{"value":"10.00","currency":"EUR"},"highest":{"value":"60.00","currency":"EUR"}}],
"recent":[{"decision":"dec_9","amount":{"value":"40.00","currency":"EUR"},"reason":"why"},{"decision":"dec_8","reason":"why not"}]},"authority":[],"remind":[],"if_late":[]},
{"id":"cho_2","play":"p/c","decider":"x","options":[],"choose":{"at_least":0,"at_most":0},"precedents":{"count":0},"authority":[],"remind":[],"if_late":[]}],
"withheld":[{"id":"act_4","type":"compensate","play":"p/late","reason":"limit","amount":{"value":"3.00","currency":"EUR"},"params":{}}],
"passed_over":[{"partner":"quickbike","play":"p/bike","reason":"capacity"}],
"missed":[{"id":"act_6","type":"respond","item":"L-1","play":"p/b","given_at":"2026-03-02T09:00:00Z","due_at":"2026-03-02T10:00:00Z","done_at":"2026-03-02T10:00:01Z"}],
"facts":{"repeats":0,"credited":{"value":"0.00","currency":"EUR"}},
"warnings":[{"code":"stale","message":"since 2026-01-01","play":"p/late"},{"code":"unanswered","message":"nothing"}]}`

func TestDecisionJSON(t *testing.T) {
	want := strings.ReplaceAll(exampleJSON, "\n", "")
	if got := string(example().AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string((&Decision{Semantics: 1}).AppendJSON([]byte("x"))); got != `x{"semantics":1,"set":{},"plays":[],"actions":[],`+
		`"choices":[],"withheld":[],"passed_over":[],"missed":[],"facts":{},"warnings":[]}` {
		t.Errorf("an empty decision is %s", got)
	}
}

func TestDecisionReadsBack(t *testing.T) {
	want := example()
	data := want.AppendJSON(nil)
	var got Decision
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if again := got.AppendJSON(nil); !bytes.Equal(again, data) {
		t.Errorf("got  %s\nwant %s", again, data)
	}
	// What the JSON form does not say.
	want.Actions[1].Params[0].Value = "24h"
	want.Actions[1].DueAt = want.Actions[1].DueAt.UTC()
	for i := range want.Choices[0].Precedents.Recent {
		want.Choices[0].Precedents.Recent[i].Type = ""
	}
	if !reflect.DeepEqual(&got, want) {
		t.Errorf("got  %+v\nwant %+v", &got, want)
	}
}

func TestActionJSON(t *testing.T) {
	a := example().Actions[1]
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var back Action
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if again, _ := back.MarshalJSON(); !bytes.Equal(again, data) {
		t.Errorf("got  %s\nwant %s", again, data)
	}
}

func TestDecisionRefusesWrongJSON(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                     "an object is wanted, not []",
		`{"id":5}`:                               "id: wanted text, found 5",
		`{"semantics":"1"}`:                      `semantics: wanted a whole number, found "1"`,
		`{"decided_at":"now"}`:                   `decided_at: wanted an RFC 3339 time, found "now"`,
		`{"plays":[{"because":[{"expr":[]}]}]}`:  "plays[0].because[0].expr: wanted text, found []",
		`{"actions":[{"amount":"x"}]}`:           `actions[0].amount: wanted an amount, found "x"`,
		`{"actions":[{"params":{"a":{"b":1}}}]}`: `actions[0].params.a: wanted a value, found {"b":1}`,
		`{"actions":[{"if_late":[7]}]}`:          "actions[0].if_late[0]: wanted an object, found 7",
		`{"made":[]}`:                            "made: wanted an object, found []",
		`{"withheld":{}}`:                        "withheld: wanted a list, found {}",
		`{"actions":[{"plays":[1]}]}`:            "actions[0].plays: wanted a list of text, found 1",
	} {
		var d Decision
		if err := d.UnmarshalJSON([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestDecisionLogsWhatItIsAbout(t *testing.T) {
	var out bytes.Buffer
	noTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: noTime})).Info("decided", "decision", example())
	want := `level=INFO msg=decided decision.id=dec_1 decision.incident=T-1042 decision.plays="[p/late p/b]" ` +
		`decision.actions="[compensate resolve]" decision.warnings="[stale unanswered]"` + "\n"
	if out.String() != want {
		t.Errorf("got  %swant %s", out.String(), want)
	}
}

// FuzzDecisionJSON: what was written once is read and written without a change.
func FuzzDecisionJSON(f *testing.F) {
	f.Add(example().AppendJSON(nil))
	f.Add([]byte(`{"facts":{"a":1e400,"b":[null,1.0,-0.0]},"plays":[{}],"actions":[{"amount":"5 EUR","message":{}}],"choices":[{"precedents":{"count":1}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var d Decision
		if d.UnmarshalJSON(data) != nil {
			return
		}
		once := d.AppendJSON(nil)
		var again Decision
		if err := again.UnmarshalJSON(once); err != nil {
			t.Fatalf("%s cannot be read: %v", once, err)
		}
		if twice := again.AppendJSON(nil); !bytes.Equal(once, twice) {
			t.Fatalf("the decision changed:\n%s\n%s", once, twice)
		}
	})
}

func BenchmarkDecisionAppendJSON(b *testing.B) {
	d := example()
	buf := make([]byte, 0, 8192)
	b.ReportAllocs()
	for b.Loop() {
		buf = d.AppendJSON(buf[:0])
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkDecisionUnmarshal(b *testing.B) {
	data := example().AppendJSON(nil)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		var d Decision
		if err := d.UnmarshalJSON(data); err != nil {
			b.Fatal(err)
		}
	}
}

package recovery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// updating declares a field of each kind that a later set renames, or that takes what does
// not fit as missing.
const updating = `amends: v1
playbook: pb
review_by: 2027-01-01
incident:
  parts: {type: [string], default: []}
  order.value: {type: money, currency: EUR, optional: true}
  carrier: {type: string, one_of: [van, bike], default: van, invalid: absent}
plays:
  - id: answer
    approach: standardised-response
    when: "true"
    do: [{acknowledge: {within: 4h}}]
  - id: grave
    approach: standardised-response
    when: incident.severity >= 4
    do: [{refund: {amount: 10 EUR}}]
`

// renamed is the set that follows it.
var renamed = strings.NewReplacer("parts: {", "pieces: {was: [parts], ", "order.value: {", "order.total: {was: [order.value], ").Replace(updating)

// stores are those that updates are tried on. Each test of a kind runs on all of them.
var stores = []struct {
	name string
	open func(t *testing.T) recovery.Store
}{
	{"memory", func(*testing.T) recovery.Store { return recovery.NewMemoryStore() }},
	{"ledger", func(t *testing.T) recovery.Store {
		dir := t.TempDir()
		l, err := ledger.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return ledgerIn{l, dir}
	}},
}

type ledgerIn struct {
	*ledger.Ledger
	dir string
}

type host struct {
	*testing.T
	*recovery.Engine
	store recovery.Store
	now   time.Time
}

func newHost(t *testing.T, set string, store recovery.Store) *host {
	t.Helper()
	h := &host{T: t, store: store, now: at("2026-03-02T09:00:00Z")}
	h.load(set)
	return h
}

// load puts an engine with another set over the same store.
func (h *host) load(set string) {
	h.Helper()
	engine, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(set)}}, recovery.WithStore(h.store), recovery.WithClock(func() time.Time { return h.now }))
	if err != nil {
		h.Fatal(err)
	}
	h.Engine = engine
}

// delta makes a change of JSON: members of an incident, each of which takes the place of
// what was there; null takes it away.
func delta(text string) func(*recovery.Incident) error {
	return func(in *recovery.Incident) error {
		var was, news map[string]json.RawMessage
		old, err := in.MarshalJSON()
		if err == nil {
			err = errors.Join(json.Unmarshal(old, &was), json.Unmarshal([]byte("{"+text+"}"), &news))
		}
		if err != nil {
			return err
		}
		for k, v := range news {
			was[k] = v
		}
		whole, err := json.Marshal(was)
		if err != nil {
			return err
		}
		return json.Unmarshal(whole, in)
	}
}

// outcome says in a word what came of an update.
func outcome(d *recovery.Decision, err error) string {
	var misfit *recovery.IncidentError
	switch {
	case errors.As(err, &misfit):
		var paths []string
		for _, p := range misfit.Problems {
			paths = append(paths, p.Path)
		}
		return "refused: " + strings.Join(paths, " ")
	case err != nil:
		return "error: " + err.Error()
	}
	return string(d.Handled)
}

// sees returns what an update is given, and changes nothing that matters.
func (h *host) sees() string {
	h.Helper()
	stop := errors.New("stop")
	text := ""
	_, err := h.Update(h.Context(), "T-1", func(in *recovery.Incident) error {
		b, err := in.MarshalJSON()
		text = string(b)
		return errors.Join(stop, err)
	})
	if !errors.Is(err, stop) {
		h.Errorf("the error of the function: got %v", err)
	}
	return text
}

const whole = `"service":"parcel","occurred_at":"2026-03-01T12:00:00Z"`

// TestUpdateStories tells stories of deltas. A step is "VERB TEXT => OUTCOME"; the verbs are
// tell (Handle), then (Update), again, set, sees.
func TestUpdateStories(t *testing.T) {
	const base = `{"id":"T-1",` + whole
	stories := []struct {
		name  string
		steps []string
	}{
		{"the first update is given the id alone", []string{
			`sees => {"id":"T-1"}`,
			`then ` + whole + ` => new`,
			`sees => ` + base + `}`,
			`then "severity":4 => changed`,
			`sees => ` + `{"id":"T-1",` + whole + `,"severity":4}`,
		}},
		{"what is refused is remembered, and the next update starts from it", []string{
			`then "severity":4 => refused: occurred_at service`,
			`sees => {"id":"T-1","severity":4}`,
			`then "service":"parcel" => refused: occurred_at`,
			`then "summary":"late" => refused: occurred_at`,
			`then "occurred_at":"2026-03-01T12:00:00Z" => new`,
			`sees => {"id":"T-1","service":"parcel","occurred_at":"2026-03-01T12:00:00Z","severity":4,"summary":"late"}`,
		}},
		{"a value that does not fit stays as told, until it is mended", []string{
			`then ` + whole + ` => new`,
			`then "severity":"high","tags":["a"] => refused: severity`,
			`sees => ` + base + `,"severity":"high","tags":["a"]}`,
			`then "channel":"mail" => refused: severity`,
			`then "severity":4 => changed`,
			`sees => ` + base + `,"severity":4,"channel":"mail","tags":["a"]}`,
		}},
		{"a value that counts as missing stays as told", []string{
			`then ` + whole + `,"carrier":"boat" => new`,
			`sees => ` + base + `,"carrier":"boat"}`,
			`then "severity":2 => changed`,
			`sees => ` + base + `,"severity":2,"carrier":"boat"}`,
			`then "carrier":"bike" => changed`,
		}},
		{"taking back what was refused ends where it began", []string{
			`then ` + whole + ` => new`,
			`then "severity":9 => refused: severity`,
			`then "severity":null => retry`,
			`sees => ` + base + `}`,
			`then "severity":4 => changed`,
		}},
		{"a retry returns the decision that stands, and a refused one is refused again", []string{
			`then ` + whole + ` => new`,
			`then ` + whole + ` => retry`,
			`then "severity":9 => refused: severity`,
			`then "severity":9 => refused: severity`,
			`count refused => 1`,
		}},
		{"fields that no document declares are kept", []string{
			`then ` + whole + `,"crew":{"lead":"Ana"} => new`,
			`then "severity":2 => changed`,
			`sees => ` + base + `,"severity":2,"crew":{"lead":"Ana"}}`,
			`then "crew":{"lead":"Bo"} => retry`,
			`sees => ` + base + `,"severity":2,"crew":{"lead":"Bo"}}`,
			`then "dock":7 => retry`,
			`then "dock":7 => retry`,
			`then "severity":3 => changed`,
			`sees => ` + base + `,"severity":3,"crew":{"lead":"Bo"},"dock":7}`,
			`then "crew":null => retry`,
			`sees => ` + base + `,"severity":3,"dock":7}`,
		}},
		{"what is told in whole takes the place of what was refused", []string{
			`then "severity":4 => refused: occurred_at service`,
			`tell ` + whole + ` => new`,
			`sees => ` + base + `}`,
			`tell ` + whole + `,"severity":7 => refused: severity`,
			`sees => ` + base + `,"severity":7}`,
			`tell ` + whole + ` => retry`,
			`sees => ` + base + `}`,
		}},
		{"time passes beside what was refused", []string{
			`then ` + whole + `,"severity":4 => new`,
			`then "severity":8,"channel":"mail" => refused: severity`,
			`pass 5h`,
			`again => changed`,
			`set ` + strings.Replace(updating, "amount: 10 EUR", "amount: 12 EUR", 1),
			`again => changed`,
			`sees => ` + base + `,"severity":8,"channel":"mail"}`,
			`then "severity":5 => changed`,
			`sees => ` + base + `,"severity":5,"channel":"mail"}`,
		}},
		{"a delta that is older is outdated as a whole", []string{
			`then ` + whole + `,"updated_at":"2026-03-02T08:00:00Z" => new`,
			`then "severity":4,"updated_at":"2026-03-02T07:59:59Z" => outdated`,
			`sees => ` + base + `,"updated_at":"2026-03-02T08:00:00Z"}`,
			`then "severity":4 => changed`, // one without is never outdated
			`then "updated_at":"2026-03-02T08:30:00Z" => retry`,
			`then "severity":2,"updated_at":"2026-03-02T08:29:00Z" => outdated`,
			`sees => ` + base + `,"severity":4,"updated_at":"2026-03-02T08:30:00Z"}`,
			`then "severity":9,"updated_at":"2026-03-02T08:40:00Z" => refused: severity`,
			`then "severity":2,"updated_at":"2026-03-02T08:35:00Z" => outdated`,
			`then "severity":2,"updated_at":"2026-03-02T08:40:00Z" => changed`,
		}},
		{"an older delta changes nothing of a first one that was refused", []string{
			`then "service":"parcel","updated_at":"2026-03-02T08:00:00Z" => refused: occurred_at`,
			`then "service":"bike","occurred_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-02T07:00:00Z" => refused: occurred_at`,
			`sees => {"id":"T-1","service":"parcel","updated_at":"2026-03-02T08:00:00Z"}`,
			`count refused => 1`,
			`then "occurred_at":"2026-03-01T12:00:00Z" => new`,
		}},
		{"a time ahead counts as the time at which it came", []string{
			`then "service":"parcel","updated_at":"2026-03-09T00:00:00Z" => refused: occurred_at`,
			`pass 1h`,
			`then "occurred_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-02T09:30:00Z" => new`,
			`then "severity":4,"updated_at":"2026-03-10T00:00:00Z" => changed`,
			`pass 2h`,
			`then "severity":3,"updated_at":"2026-03-02T11:00:00Z" => changed`,
			`then "severity":2,"updated_at":"2026-03-02T10:59:00Z" => outdated`,
		}},
		{"a field that a new set has renamed", []string{
			`then ` + whole + `,"parts":["a"],"order":{"value":"5 EUR"} => new`,
			`set ` + renamed,
			`sees => ` + base + `,"order":{"total":"5.00 EUR"},"pieces":["a"]}`,
			`then "channel":"mail" => changed`,
			`then "parts":["b"] => changed`, // a program that was not changed yet
			`sees => ` + base + `,"channel":"mail","order":{"total":"5.00 EUR"},"pieces":["b"]}`,
			`set ` + updating, // back to the earlier set, which knows the earlier names alone
			`sees => ` + base + `,"channel":"mail","order":{"value":"5.00 EUR"},"parts":["b"]}`,
			`set ` + renamed,
			`then "pieces":["b","c"] => changed`,
			`sees => ` + base + `,"channel":"mail","order":{"total":"5.00 EUR"},"pieces":["b","c"]}`,
		}},
		{"a rename alone changes nothing", []string{
			`then ` + whole + `,"parts":["a"] => new`,
			`set ` + renamed,
			`then "pieces":["a"] => retry`,
			`then "parts":["a"] => retry`,
			`then "severity":9 => refused: severity`,
			`set ` + updating,
			`then "severity":null => retry`,
		}},
	}
	for _, store := range stores {
		for _, story := range stories {
			t.Run(store.name+"/"+story.name, func(t *testing.T) {
				h := newHost(t, updating, store.open(t))
				for i, step := range story.steps {
					say, want, _ := strings.Cut(step, " => ")
					if got := h.step(say); got != want {
						t.Fatalf("step %d, %s:\ngot  %s\nwant %s", i+1, say, got, want)
					}
				}
			})
		}
	}
}

// step does one step of a story.
func (h *host) step(say string) string {
	h.Helper()
	verb, text, _ := strings.Cut(say, " ")
	switch verb {
	case "then":
		return outcome(h.Update(h.Context(), "T-1", delta(text)))
	case "tell":
		var in recovery.Incident
		if err := json.Unmarshal([]byte(`{"id":"T-1",`+text+`}`), &in); err != nil {
			h.Fatal(err)
		}
		return outcome(h.Handle(h.Context(), in))
	case "again":
		return outcome(h.Again(h.Context(), "T-1"))
	case "sees":
		return h.sees()
	case "set":
		h.load(text)
	case "pass":
		d, err := time.ParseDuration(text)
		if err != nil {
			h.Fatal(err)
		}
		h.now = h.now.Add(d)
	case "count":
		return fmt.Sprint(len(h.refusals()))
	default:
		h.Fatalf("no step is called %s", verb)
	}
	return ""
}

// refusals are the inputs that were refused.
func (h *host) refusals() (out []string) {
	switch s := h.store.(type) {
	case *recovery.MemoryStore:
		for _, r := range s.Refusals() {
			out = append(out, string(r.Input))
		}
	case ledgerIn:
		for e, err := range ledger.Entries(h.Context(), s.dir) {
			if err != nil {
				h.Fatal(err)
			}
			if e.Refusal != nil {
				out = append(out, string(e.Refusal.Input))
			}
		}
	}
	return out
}

// TestUpdateInGo changes the struct and Fields as programs do: each writes a field in its own way.
func TestUpdateInGo(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*recovery.Incident)
		want   string // of sees, behind the base
	}{
		{"a dotted name", func(in *recovery.Incident) { in.Fields["order.value"] = recovery.MustMoney("7 EUR") }, `,"crew":{"lead":"Ana"},"order":{"value":"7.00 EUR"},"parts":["a"]}`},
		{"inside the object", func(in *recovery.Incident) { in.Fields["order"].(map[string]any)["value"] = "7 EUR" }, `,"crew":{"lead":"Ana"},"order":{"value":"7.00 EUR"},"parts":["a"]}`},
		{"nil under a dotted name", func(in *recovery.Incident) { in.Fields["order.value"] = nil }, `,"crew":{"lead":"Ana"},"parts":["a"]}`},
		{"a list that is appended to", func(in *recovery.Incident) { in.Fields["parts"] = append(in.Fields["parts"].([]any), "b") }, `,"crew":{"lead":"Ana"},"order":{"value":"5.00 EUR"},"parts":["a","b"]}`},
		{"a list that is changed in place", func(in *recovery.Incident) { in.Fields["parts"].([]any)[0] = "z" }, `,"crew":{"lead":"Ana"},"order":{"value":"5.00 EUR"},"parts":["z"]}`},
		{"a standard field under its name", func(in *recovery.Incident) { in.Fields["customer.name"] = "Bo" }, `,"customer":{"name":"Bo"},"crew":{"lead":"Ana"},"order":{"value":"5.00 EUR"},"parts":["a"]}`},
		{"a standard field in the struct", func(in *recovery.Incident) { in.Customer.Name = "" }, `,"crew":{"lead":"Ana"},"order":{"value":"5.00 EUR"},"parts":["a"]}`},
		{"what no document declares, inside", func(in *recovery.Incident) { in.Fields["crew"].(map[string]any)["lead"] = "Bo" }, `,"customer":{"name":"Ana"},"crew":{"lead":"Bo"},"order":{"value":"5.00 EUR"},"parts":["a"]}`},
	} {
		for _, store := range stores {
			t.Run(store.name+"/"+tt.name, func(t *testing.T) {
				h := newHost(t, updating, store.open(t))
				start := whole + `,"customer":{"name":"Ana"},"crew":{"lead":"Ana"},"order":{"value":"5 EUR"},"parts":["a"]`
				if got := h.step("then " + start); got != "new" {
					t.Fatal(got)
				}
				if got := outcome(h.Update(t.Context(), "T-1", func(in *recovery.Incident) error { tt.change(in); return nil })); got != "changed" && got != "retry" {
					t.Fatal(got)
				}
				want := `{"id":"T-1",` + whole + tt.want
				if !strings.Contains(want, `"customer"`) && tt.name != "a standard field in the struct" {
					want = strings.Replace(want, `,"crew"`, `,"customer":{"name":"Ana"},"crew"`, 1)
				}
				if got := h.sees(); got != want {
					t.Errorf("\ngot  %s\nwant %s", got, want)
				}
			})
		}
	}
}

// TestUpdateWritesNothing lists what ends before anything is written.
func TestUpdateWritesNothing(t *testing.T) {
	mine := errors.New("mine")
	for _, tt := range []struct {
		name, id string
		change   func(*recovery.Incident) error
		want     string
	}{
		{"an error of the function", "T-1", func(in *recovery.Incident) error { in.Severity = 4; return mine }, "error: mine"},
		{"another id", "T-1", func(in *recovery.Incident) error { in.ID = "T-2"; return nil }, "refused: id"},
		{"no id", "T-1", func(in *recovery.Incident) error { in.ID = ""; return nil }, "refused: id"},
		{"another id among the fields", "T-1", func(in *recovery.Incident) error { in.Fields = map[string]any{"id": "T-2"}; return nil }, "refused: id"},
		{"an update of nothing", "", func(*recovery.Incident) error { return nil }, "refused: id"},
		{"no function", "T-1", nil, "error: a function is wanted that changes the incident, not nil"},
	} {
		for _, store := range stores {
			t.Run(store.name+"/"+tt.name, func(t *testing.T) {
				h := newHost(t, updating, store.open(t))
				if got := outcome(h.Update(t.Context(), tt.id, tt.change)); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
				if got := h.sees(); got != `{"id":"T-1"}` || len(h.refusals()) > 0 {
					t.Errorf("something was written: %s, %v", got, h.refusals())
				}
			})
		}
	}
}

// TestUpdateWhatJSONCannotHold keeps what was told before.
func TestUpdateWhatJSONCannotHold(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			h := newHost(t, updating, store.open(t))
			h.step(`then "severity":4`)
			got := outcome(h.Update(t.Context(), "T-1", func(in *recovery.Incident) error {
				in.Fields = map[string]any{"parts": make(chan int)}
				return nil
			}))
			if !strings.HasPrefix(got, "refused: ") || !strings.Contains(got, "parts") {
				t.Errorf("got %s", got)
			}
			if got := h.sees(); got != `{"id":"T-1","severity":4}` {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestUpdatesAtOnce lets many goroutines add one thing each to one incident: none is lost,
// whether the incident is whole yet or not, and whether anybody declares the field.
func TestUpdatesAtOnce(t *testing.T) {
	const n = 24
	kinds := map[string]func(in *recovery.Incident, i int){
		"parts": func(in *recovery.Incident, i int) {
			list, _ := in.Fields["parts"].([]any)
			set(in, "parts", append(list, fmt.Sprint(i)))
		},
		"undeclared": func(in *recovery.Incident, i int) { set(in, fmt.Sprintf("crew%02d", i), "x") },
		"tags":       func(in *recovery.Incident, i int) { in.Tags = append(in.Tags, fmt.Sprint(i)) },
	}
	for _, store := range stores {
		for kind, add := range kinds {
			for _, first := range []string{whole, `"channel":"mail"`} { // the second is refused
				t.Run(store.name+"/"+kind+"/"+first[:5], func(t *testing.T) {
					h := newHost(t, updating, store.open(t))
					h.step("then " + first)
					var wait sync.WaitGroup
					for i := range n {
						wait.Go(func() {
							_, err := h.Update(t.Context(), "T-1", func(in *recovery.Incident) error { add(in, i); return nil })
							if refused := (*recovery.IncidentError)(nil); err != nil && !errors.As(err, &refused) {
								t.Error(err)
							}
						})
					}
					wait.Wait()
					if got := h.step("then " + whole); got != "new" && got != "retry" {
						t.Fatal(got)
					}
					var in recovery.Incident
					if err := json.Unmarshal([]byte(h.sees()), &in); err != nil {
						t.Fatal(err)
					}
					got := len(in.Tags)
					if list, ok := in.Fields["parts"].([]any); ok {
						got += len(list)
					}
					for name := range in.Fields {
						if strings.HasPrefix(name, "crew") {
							got++
						}
					}
					if got != n {
						t.Errorf("%d of %d were kept: %s", got, n, h.sees())
					}
				})
			}
		}
	}
}

func set(in *recovery.Incident, name string, v any) {
	if in.Fields == nil {
		in.Fields = map[string]any{}
	}
	in.Fields[name] = v
}

// TestUpdateLeavesTheStoreAlone holds that what a function keeps and changes later is its own.
func TestUpdateLeavesTheStoreAlone(t *testing.T) {
	h := newHost(t, updating, recovery.NewMemoryStore())
	h.step("then " + whole + `,"parts":["a"],"crew":{"lead":"Ana"},"tags":["x"]`)
	var kept *recovery.Incident
	_, err := h.Update(context.Background(), "T-1", func(in *recovery.Incident) error {
		kept = in
		in.Severity = 9
		return nil
	})
	if err == nil {
		t.Fatal("severity 9 was taken")
	}
	before := h.sees()
	kept.Fields["parts"].([]any)[0] = "changed"
	kept.Fields["crew"].(map[string]any)["lead"] = "changed"
	kept.Tags[0] = "changed"
	if got := h.sees(); got != before {
		t.Errorf("got %s", got)
	}
	if !slices.Equal(kept.Tags, []string{"changed"}) {
		t.Error("the function's own list was not changed")
	}
}

package recovery_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// trapped gives money with words for what is late, more of it from two days on, and promises an answer.
const trapped = `amends: v1
playbook: pb
review_by: 2027-01-01
incident:
  late: {type: bool, default: false}
  delay: {type: duration, default: 0s}
messages:
  sorry: {en: "You get ${action.amount}.", de: "Sie bekommen ${action.amount}."}
plays:
  - id: late
    approach: standardised-response
    when: incident.late
    do:
      - compensate: {amount: "incident.delay > hours(48) ? money(\"10 EUR\") : money(\"5 EUR\")", message: sorry}
  - id: answer
    approach: standardised-response
    when: "true"
    do: [{respond: {within: 4h}}]
`

// traps are stories that have made helpdesks pay twice, take money back that was due, or lose what they were told.
// A step is "VERB TEXT => OUTCOME". The verbs are
//
//	tell    Update with members of the incident; the outcome is Handled, or what is refused
//	again   Again
//	works   the host claims all that it can, does it, and reports it; the outcome lists it
//	claims  the host claims all that it can, and says nothing more
//	keeps   the host claims all that it can, and can undo nothing
//	report  OUTCOME TYPE [AMOUNT]: a report on the action of a type; the outcome is "taken", or the error
//	answer  OUTCOME TYPE: a report on what was claimed of a type, by its key
//	owed    what the agenda lists, but for what is not to be done yet
//	gives   the decision that stands: its actions of money, what was given already, and the difference
//	paid    what the host has given in money, less what it took back
//	pass    time passes
//	by      another engine decides from now on: see trapEngines
var traps = []struct {
	name  string
	steps []string
}{
	{"a partial event says nothing of what it leaves out", []string{
		`tell ` + whole + `,"late":true => new`,
		`works => do 5, say 5, respond`,
		`tell "agent":"Ana" => retry`,
		`tell "severity":2 => changed`,
		`tell "delay":"3h" => changed`,
		`works => nothing`,
		`gives => compensate 5.00 EUR, already 5.00 EUR, 0.00 EUR to give`,
		`paid => 5.00 EUR`,
	}},
	{"a partial event comes first, and is refused", []string{
		`tell "late":true => refused: occurred_at service`,
		`tell "service":"parcel" => refused: occurred_at`,
		`works => nothing`,
		`tell "occurred_at":"2026-03-01T12:00:00Z" => new`,
		`works => do 5, say 5, respond`,
		`paid => 5.00 EUR`,
	}},
	{"a delta is refused, and the next one has all that it told", []string{
		`tell ` + whole + ` => new`,
		`tell "severity":8,"late":true => refused: severity`,
		`gives => nothing`,
		`tell "severity":2 => changed`,
		`works => respond, do 5, say 5`,
	}},
	{"a repeated event does nothing", []string{
		`tell ` + whole + `,"late":true,"updated_at":"2026-03-02T08:00:00Z" => new`,
		`tell ` + whole + `,"late":true,"updated_at":"2026-03-02T08:00:00Z" => retry`,
		`works => do 5, say 5, respond`,
		`tell ` + whole + `,"late":true,"updated_at":"2026-03-02T08:00:00Z" => retry`,
		`pass 1h`,
		`tell "late":true => retry`,
		`works => nothing`,
		`paid => 5.00 EUR`,
	}},
	{"a late event takes nothing back", []string{
		`tell ` + whole + `,"late":false,"updated_at":"2026-03-02T08:00:00Z" => new`,
		`tell "late":true,"delay":"72h","updated_at":"2026-03-02T08:30:00Z" => changed`,
		`works => respond, do 10, say 10`,
		`tell "late":false,"updated_at":"2026-03-02T08:00:00Z" => outdated`,
		`tell "delay":"0s","severity":9,"updated_at":"2026-03-02T08:10:00Z" => outdated`,
		`works => nothing`,
		`tell "severity":2,"updated_at":"2026-03-02T08:40:00Z" => changed`,
		`gives => compensate 10.00 EUR, already 10.00 EUR, 0.00 EUR to give`,
		`paid => 10.00 EUR`,
	}},
	{"a late event overtakes one that was refused", []string{
		`tell ` + whole + `,"late":true,"severity":9,"updated_at":"2026-03-02T08:30:00Z" => refused: severity`,
		`tell "late":false,"updated_at":"2026-03-02T08:00:00Z" => refused: severity`,
		`tell "severity":2,"updated_at":"2026-03-02T08:40:00Z" => new`,
		`works => do 5, say 5, respond`,
	}},
	{"a tag that flaps before anybody acts gives once", []string{
		`tell ` + whole + `,"late":true => new`,
		`tell "late":false => changed`,
		`tell "late":true => changed`,
		`tell "late":false => changed`,
		`tell "late":true => changed`,
		`works => respond, do 5, say 5`,
		`paid => 5.00 EUR`,
	}},
	{"a tag that is off before anybody acts gives nothing", []string{
		`tell ` + whole + `,"late":true => new`,
		`tell "late":false => changed`,
		`works => respond`,
		`paid => 0.00 EUR`,
	}},
	{"a tag that flaps while the host acts pays once", []string{
		`tell ` + whole + `,"late":true => new`,
		`claims => do 5, say 5, respond`,
		`tell "late":false => changed`,
		`tell "late":true => changed`,
		`gives => compensate 5.00 EUR, already 5.00 EUR, 0.00 EUR to give`,
		`report done compensate 5 EUR => taken`,
		`pass 2m`,
		`tell "severity":2 => changed`,
		`gives => compensate 5.00 EUR, already 5.00 EUR, 0.00 EUR to give`,
		`paid => 0.00 EUR`, // the report says what another part of the host gave
	}},
	{"a tag that flaps after money was paid, which the host takes back", []string{
		`tell ` + whole + `,"late":true => new`,
		`works => do 5, say 5, respond`,
		`tell "late":false => changed`,
		`works => cancel -5`,
		`paid => 0.00 EUR`,
		`tell "late":true => changed`,
		`works => do 5, say 5`,
		`paid => 5.00 EUR`,
	}},
	{"a tag that flaps after money was paid, which the host cannot take back", []string{
		`tell ` + whole + `,"late":true => new`,
		`works => do 5, say 5, respond`,
		`tell "late":false => changed`,
		`keeps => cancel -5`,
		`paid => 5.00 EUR`,
		`tell "late":true => changed`,
		`gives => compensate 5.00 EUR, already 5.00 EUR, 0.00 EUR to give`,
		`works => nothing`, // the customer has it, and was told
		`paid => 5.00 EUR`,
	}},
	{"a raised amount is owed by its difference", []string{
		`tell ` + whole + `,"late":true => new`,
		`works => do 5, say 5, respond`,
		`owed => nothing`,
		`tell "delay":"72h" => changed`,
		`owed => due compensate`,
		`works => change 5, say 10`,
		`owed => nothing`,
		`paid => 10.00 EUR`,
		`tell "delay":"1h" => changed`,
		`works => change -5, say 5`,
		`paid => 5.00 EUR`,
	}},
	{"a raised amount that nobody was handed is one amount", []string{
		`tell ` + whole + `,"late":true => new`,
		`tell "delay":"72h" => changed`,
		`works => respond, do 10, say 10`,
		`paid => 10.00 EUR`,
	}},
	{"a raised amount while the first is in doubt", []string{
		`tell ` + whole + `,"late":true => new`,
		`claims => do 5, say 5, respond`,
		`tell "delay":"72h" => changed`,
		`gives => compensate 10.00 EUR, already 5.00 EUR, 5.00 EUR to give`,
		`answer done compensate => taken`,
		`owed => due respond, due compensate`,
		`pass 2m`,
		`works => say 5, respond, change 5, say 10`,
		`owed => nothing`,
	}},
	{"a report after a cancellation", []string{
		`tell ` + whole + `,"late":true => new`,
		`claims => do 5, say 5, respond`,
		`tell "late":false => changed`,
		`answer done compensate => taken`, // it was under way
		`tell "late":true => changed`,
		`gives => compensate 5.00 EUR, already 5.00 EUR, 0.00 EUR to give`,
		`tell "delay":"72h" => changed`,
		`gives => compensate 10.00 EUR, already 5.00 EUR, 5.00 EUR to give`,
	}},
	{"a report of failure after a cancellation", []string{
		`tell ` + whole + `,"late":true => new`,
		`claims => do 5, say 5, respond`,
		`tell "late":false => changed`,
		`answer failed compensate => taken`,
		`tell "late":true => changed`,
		`gives => compensate 5.00 EUR, already 0.00 EUR, 5.00 EUR to give`,
	}},
	{"a report after a cancellation, on the action and not on what was handed out", []string{
		`tell ` + whole + `,"late":true => new`,
		`claims => do 5, say 5, respond`,
		`tell "late":false => changed`,
		`report done compensate 5 EUR => taken`,
		`tell "late":true => changed`,
		`gives => compensate 5.00 EUR, already 5.00 EUR, 0.00 EUR to give`,
	}},
	{"two versions of a deployment decide in turn", []string{
		`tell ` + whole + `,"late":true => new`,
		`by newer`,
		`tell "late":true => retry`,
		`tell ` + whole + ` => retry`,
		`by older`,
		`tell "late":true => retry`,
		`by newer`,
		`again => changed`, // the newer one gives 7 EUR
		`by older`,
		`again => retry`, // its decision stands
		`tell "late":true => retry`,
		`works => respond, do 7, say 7`,
		`paid => 7.00 EUR`,
		`by newer`,
		`again => retry`,
		`works => nothing`,
	}},
	{"two versions of a deployment, after the first has paid", []string{
		`tell ` + whole + `,"late":true => new`,
		`works => do 5, say 5, respond`,
		`by newer`,
		`again => changed`,
		`works => change 2, say 7`,
		`by older`,
		`tell "severity":2 => changed`, // a changed incident is decided by whoever is told
		`works => change -2, say 5`,
		`by newer`,
		`tell "severity":2 => retry`,
		`paid => 5.00 EUR`,
	}},
	{"a newer version that would refuse an incident", []string{
		`tell ` + whole + `,"late":true => new`,
		`by strict`,
		`tell "late":true => retry`,
		`works => do 5, say 5, respond`,
		`tell "severity":2 => refused: carrier`,
		`tell "carrier":"van" => changed`,
		`works => nothing`,
		`paid => 5.00 EUR`,
	}},
	{"two tenants have an incident of the same id", []string{
		`tell ` + whole + `,"late":true => new`,
		`by acme`,
		`works => nothing`,
		`tell "late":true => refused: occurred_at service`,
		`tell ` + whole + ` => new`,
		`claims => do 5, say 5, respond`,
		`by older`,
		`report done compensate 5 EUR => taken`,
		`owed => due respond`,
		`by acme`,
		`owed => due respond, due compensate`,
		`report failed compensate => taken`,
		`by older`,
		`tell "late":false => changed`,
		`by acme`,
		`tell "late":true => retry`,
		`gives => compensate 5.00 EUR, 5.00 EUR to give`,
	}},
	{"underscored locales are the languages that they name", []string{
		`tell ` + whole + `,"late":true,"language":"de_AT" => new`,
		`works => do 5, say Sie bekommen 5,00 EUR., respond`,
	}},
}

// trapEngines are the engines of a deployment, all on one store.
var trapEngines = map[string]struct {
	set     string
	options []recovery.Option
}{
	"older":  {trapped, nil},
	"newer":  {strings.NewReplacer(`"5 EUR`, `"7 EUR`, `\"5 EUR`, `\"7 EUR`, "delay: {type: duration, default: 0s}", "delay: {type: duration, default: 1h}").Replace(trapped), nil},
	"strict": {strings.Replace(trapped, "incident:\n", "incident:\n  carrier: {type: string}\n", 1), nil},
	"acme":   {trapped, []recovery.Option{recovery.WithNamespace("acme")}},
}

func TestTraps(t *testing.T) {
	for _, s := range []struct {
		name string
		open func(t *testing.T) recovery.Stream
	}{
		{"memory", func(*testing.T) recovery.Stream { return recovery.NewMemoryStore(recovery.KeepDeliveries()) }},
		{"ledger", func(t *testing.T) recovery.Stream {
			l, err := ledger.Open(t.TempDir(), ledger.KeepDeliveries())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			return l
		}},
	} {
		for _, story := range traps {
			t.Run(s.name+"/"+story.name, func(t *testing.T) {
				h := newTrapHost(t, s.open(t))
				for i, step := range story.steps {
					say, want, told := strings.Cut(step, " => ")
					if got := h.step(say); told && got != want {
						t.Fatalf("step %d, %s:\ngot  %s\nwant %s", i+1, say, got, want)
					}
				}
			})
		}
	}
}

// trapHost is a host that does what it is handed, and keeps count of its money.
type trapHost struct {
	*testing.T
	store   recovery.Stream
	engines map[string]*recovery.Engine
	*recovery.Engine
	now  time.Time
	paid map[string]recovery.Money // by action
	did  map[string]bool           // by key
	has  map[string]string         // the key of what was claimed, by type
}

func newTrapHost(t *testing.T, store recovery.Stream) *trapHost {
	t.Helper()
	h := &trapHost{T: t, store: store, now: at("2026-03-02T09:00:00Z"), engines: map[string]*recovery.Engine{}, paid: map[string]recovery.Money{}, did: map[string]bool{}, has: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(trapEngines)) {
		x := trapEngines[name]
		options := append([]recovery.Option{recovery.WithStore(store), recovery.WithClock(func() time.Time { return h.now })}, x.options...)
		e, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(x.set)}}, options...)
		if err != nil {
			t.Fatal(err)
		}
		h.engines[name] = e
	}
	h.Engine = h.engines["older"]
	return h
}

func (h *trapHost) step(say string) string {
	h.Helper()
	verb, rest, _ := strings.Cut(say, " ")
	h.now = h.now.Add(time.Second)
	switch verb {
	case "tell":
		return outcome(h.Update(h.Context(), "T-1", delta(rest)))
	case "again":
		return outcome(h.Again(h.Context(), "T-1"))
	case "by":
		h.Engine = h.engines[rest]
		return rest
	case "pass":
		d, err := time.ParseDuration(rest)
		if err != nil {
			h.Fatal(err)
		}
		h.now = h.now.Add(d)
		return rest
	case "works", "claims", "keeps":
		return h.works(verb)
	case "report":
		return h.reports(strings.SplitN(rest, " ", 3))
	case "answer":
		return h.answers(rest)
	case "owed":
		return h.owed()
	case "gives":
		return h.gives()
	case "paid":
		sum := recovery.MustMoney("0 EUR")
		for _, m := range h.paid {
			sum, _ = sum.Add(m)
		}
		return sum.String()
	}
	h.Fatalf("no step is called %s", verb)
	return ""
}

// listed joins what there is.
func listed(out []string) string {
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", ")
}

// works claims all that can be claimed, and does with it what the verb says. What is handed out later of an
// incident, once the first is done, is claimed as well.
func (h *trapHost) works(verb string) string {
	h.Helper()
	var out []string
	for {
		list, err := h.store.Claim(h.Context(), recovery.Claim{Namespace: h.Namespace(), By: "host", Now: h.now, Until: h.now.Add(time.Minute)})
		if err != nil {
			h.Fatal(err)
		}
		if len(list) == 0 {
			return listed(out)
		}
		for i := range list {
			out = append(out, short(&list[i]))
			if list[i].Do != recovery.ToSay {
				h.has[list[i].Action.Type] = list[i].Key
			}
			if verb != "claims" {
				h.act(&list[i], verb == "keeps")
			}
		}
	}
}

// short says in two words what is handed out.
func short(d *recovery.Delivery) string {
	switch a := d.Action; {
	case d.Do == recovery.ToSay:
		return "say " + strings.TrimSuffix(strings.TrimPrefix(a.Message.Text, "You get "), ".00 EUR.")
	case !a.Amount.IsSet():
		return a.Type
	default:
		return d.Do + " " + strings.TrimSuffix(a.Difference().String(), ".00 EUR")
	}
}

// act does what a delivery asks for, once, and reports it.
func (h *trapHost) act(d *recovery.Delivery, keeps bool) {
	h.Helper()
	report := recovery.Report{Incident: d.Incident, Key: d.Key}
	undoes := d.Do == recovery.ToCancel
	switch {
	case undoes && keeps:
		if err := h.store.Settle(h.Context(), d.Key); err != nil {
			h.Fatal(err)
		}
		return
	case h.did[d.Key]:
		h.Errorf("%s is handed out twice", short(d))
	case undoes:
		delete(h.paid, d.Action.ID)
		report.Outcome = recovery.OutcomeUndone
	case d.Action.Amount.IsSet() && d.Do != recovery.ToSay:
		if was, ok := h.paid[d.Action.ID]; ok {
			h.paid[d.Action.ID], _ = was.Add(d.Action.Difference())
		} else {
			h.paid[d.Action.ID] = d.Action.Difference()
		}
		if d.Action.Difference().Sign() < 0 {
			report.Outcome = recovery.OutcomeUndone
		}
	}
	h.did[d.Key] = true
	if err := h.Report(h.Context(), report); err != nil {
		h.Fatalf("%s: %v", short(d), err)
	}
}

// reports reports on the action of a type.
func (h *trapHost) reports(words []string) string {
	h.Helper()
	d := h.standing()
	r := recovery.Report{Incident: "T-1", Outcome: recovery.Outcome(words[0])}
	for _, a := range d.Actions {
		if a.Type == words[1] {
			r.Action = a.ID
		}
	}
	if len(words) > 2 {
		r.Amount = recovery.MustMoney(words[2])
	}
	return taken(h.Report(h.Context(), r))
}

// answers reports on what was claimed.
func (h *trapHost) answers(text string) string {
	h.Helper()
	result, of, _ := strings.Cut(text, " ")
	return taken(h.Report(h.Context(), recovery.Report{Incident: "T-1", Key: h.has[of], Outcome: recovery.Outcome(result)}))
}

func taken(err error) string {
	if err != nil {
		return err.Error()
	}
	return "taken"
}

func (h *trapHost) owed() string {
	h.Helper()
	list, _, err := h.Agenda(h.Context(), "T-1")
	if err != nil {
		h.Fatal(err)
	}
	var out []string
	for _, o := range list {
		if o.State != recovery.Next {
			out = append(out, fmt.Sprintf("%s %s", o.State, o.Action.Type))
		}
	}
	return listed(out)
}

// standing is the decision that stands: nothing that is told changes it.
func (h *trapHost) standing() *recovery.Decision {
	h.Helper()
	given, _, err := h.store.Read(context.Background(), recovery.Query{Namespace: h.Namespace(), Incident: "T-1"})
	if err != nil || given.Previous == nil {
		h.Fatalf("nothing stands: %v", err)
	}
	return given.Previous.Decision
}

func (h *trapHost) gives() string {
	h.Helper()
	var out []string
	for _, a := range h.standing().Actions {
		if !a.Amount.IsSet() || a.Change == recovery.ChangeCancelled {
			continue
		}
		line := a.Type + " " + a.Amount.String()
		if a.Already.IsSet() {
			line += ", already " + a.Already.String()
		}
		out = append(out, line+", "+a.Difference().String()+" to give")
	}
	return listed(out)
}

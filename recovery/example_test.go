package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
)

// playbooks is the set of the examples. Programs read theirs with os.DirFS or
// embed.
func playbooks() fstest.MapFS {
	return fstest.MapFS{"hotel.yaml": {Data: []byte(`
amends: v1
playbook: hotel
review_by: 2027-06-30
incident:
  night: {type: money, currency: EUR}
plays:
  - id: no-room
    approach: standardised-response
    when: incident.failure == "no-room"
    do:
      - apologise: {within: 10m}
      - refund: {amount: incident.night}
  - id: spoilt-stay
    approach: case-by-case
    when: incident.failure == "noise" && incident.severity >= 4
    discretion:
      decider: manager
      options:
        - compensate: {amount: {from: 0 EUR, to: incident.night}}
        - replace: {item: room}
      comparable: [failure, severity]
`)}}
}

// noon keeps the examples from depending on the day they run.
func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

func noRoom() recovery.Incident {
	return recovery.Incident{
		ID: "T-1", Service: "room", Failure: "no-room", OccurredAt: noon(),
		Fields: map[string]any{"night": recovery.MustMoney("80 EUR")},
	}
}

func ExampleLoad() {
	_, err := recovery.Load(fstest.MapFS{"hotel.yaml": {Data: []byte(`
amends: v1
playbook: hotel
review_by: 2027-06-30
plays:
  - id: no-room
    approach: standardised-response
    when: incident.falure == "no-room"
    do: [{apologise: {within: 10}}]
`)}})
	var diags playbook.Diagnostics
	if errors.As(err, &diags) {
		for _, d := range diags {
			fmt.Println(d)
		}
	}
	// Output:
	// hotel.yaml:8:20: error: incident has no field falure [unknown-field]
	// hotel.yaml:9:31: error: `within`: "10" is no deadline: write a duration such as 90m, 36h, 2d or 6mo, or working days such as 3wd [bad-duration]
}

func ExampleEngine_Decide() {
	engine, err := recovery.Load(playbooks(), recovery.WithClock(noon))
	if err != nil {
		fmt.Println(err)
		return
	}
	decision, err := engine.Decide(context.Background(), noRoom())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range decision.Actions {
		fmt.Println(a)
	}
	// Output:
	// apologise, by 2026-03-02T12:10:00Z
	// refund 80.00 EUR
}

// An incident that does not fit is refused with every violation at once.
func ExampleIncidentError() {
	engine, err := recovery.Load(playbooks(), recovery.WithClock(noon))
	if err != nil {
		fmt.Println(err)
		return
	}
	incident := noRoom()
	incident.Severity = 6
	incident.Fields["night"] = "80 dollars"
	_, err = engine.Decide(context.Background(), incident)
	var refused *recovery.IncidentError
	if errors.As(err, &refused) {
		for _, p := range refused.Problems {
			fmt.Println(p)
		}
	}
	// Output:
	// night: wanted an amount such as 12.50 EUR, found "80 dollars"
	// severity: wanted 1 to 5, found 6
}

// Handling a changed incident changes what was promised; effects say what is
// left for the host to do.
func ExampleEngine_Handle() {
	ctx := context.Background()
	engine, err := recovery.Load(playbooks(), recovery.WithClock(noon))
	if err != nil {
		fmt.Println(err)
		return
	}
	incident := noRoom()
	for _, night := range []string{"80 EUR", "80 EUR", "95 EUR"} {
		incident.Fields = map[string]any{"night": recovery.MustMoney(night)}
		decision, err := engine.Handle(ctx, incident)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, a := range decision.Actions {
			if a.Amount.IsSet() {
				fmt.Printf("%s: %s, given before: %s\n", a.Change, a.Amount, a.Already)
			}
		}
	}
	// Output:
	// new: 80.00 EUR, given before: no amount
	// new: 80.00 EUR, given before: no amount
	// changed: 95.00 EUR, given before: 80.00 EUR
}

func ExampleEngine_Choose() {
	ctx := context.Background()
	engine, err := recovery.Load(playbooks(), recovery.WithClock(noon))
	if err != nil {
		fmt.Println(err)
		return
	}
	incident := noRoom()
	incident.Failure, incident.Severity = "noise", 4
	decision, err := engine.Handle(ctx, incident)
	if err != nil {
		fmt.Println(err)
		return
	}
	choice := decision.Choices[0]
	fmt.Printf("%s may give %s to %s\n", choice.Decider, choice.Options[0].From, choice.Options[0].To)
	made, err := engine.Choose(ctx, recovery.Selection{
		Incident: "T-1", Choice: choice.ID, By: "Marta", Reason: "a wedding night",
		Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney("50 EUR")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(made.Actions[0])
	// Output:
	// manager may give 0.00 EUR to 80.00 EUR
	// compensate 50.00 EUR (as: credit)
}

func ExampleEngine_Agenda() {
	now := noon()
	engine, err := recovery.Load(playbooks(), recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := engine.Handle(context.Background(), noRoom()); err != nil {
		fmt.Println(err)
		return
	}
	now = now.Add(time.Hour)
	owed, _, err := engine.Agenda(context.Background(), noRoom().ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range owed {
		fmt.Println(o.State, o.Action.Type)
	}
	// Output:
	// overdue apologise
	// due refund
}

// An explanation says of each play why it applies or not, part by part.
func ExampleEngine_Explain() {
	engine, err := recovery.Load(playbooks(), recovery.WithClock(noon))
	if err != nil {
		fmt.Println(err)
		return
	}
	incident := noRoom()
	incident.Failure = "noise"
	explanation, err := engine.Explain(context.Background(), incident)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, play := range explanation.Plays {
		fmt.Println(play.Play.Name, play.Matched, play.Misses())
	}
	nearest := explanation.Nearest(1)[0]
	for _, part := range nearest.When.Parts {
		fmt.Println(part.Position(), part.Text, part.Value, "decided:", part.Decided)
	}
	// Output:
	// hotel/no-room false [incident.failure is noise, no-room needed]
	// hotel/spoilt-stay false [incident.severity is 3 (the default), 4 needed]
	// hotel.yaml:16:11 incident.failure == "noise" true decided: false
	// hotel.yaml:16:42 incident.severity >= 4 false decided: true
}

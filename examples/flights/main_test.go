package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/testdata/golden"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if _, err := run(context.Background(), &out, ""); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/output.txt", out.Bytes())
}

// passenger is an incident by what matters to the regulation. Departure and
// arrival are equally late.
func passenger(km float64, late time.Duration) recovery.Incident {
	return recovery.Incident{
		ID: "T", Service: "flight", Failure: "delayed", OccurredAt: time.Date(2001, 2, 1, 12, 0, 0, 0, time.UTC),
		Fields: map[string]any{
			"flight.distance_km": km, "delay.departure": late, "delay.arrival": late,
			"departure.planned_on": "2001-02-01", "departure.expected_on": "2001-02-01",
		},
	}
}

func decide(t *testing.T, in recovery.Incident) *recovery.Decision {
	t.Helper()
	engine, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if warnings := engine.Diagnostics(); len(warnings) > 0 {
		t.Fatal(warnings)
	}
	d, err := engine.Decide(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// given lists the types of a decision's actions, with their amounts.
func given(d *recovery.Decision) string {
	var out []string
	for _, a := range d.Actions {
		text := a.Type
		if a.Amount.IsSet() {
			text += " " + a.Amount.String()
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

const (
	minute = time.Minute
	hour   = time.Hour
)

func TestCompensation(t *testing.T) {
	for _, test := range []struct {
		name      string
		km        float64
		late      time.Duration
		community bool
		want      string
	}{
		{"2:59 is too short", 1500, 3*hour - minute, false, ""},
		{"3:00, 1500 km", 1500, 3 * hour, false, "compensate 250.00 EUR"},
		{"just above 1500 km", 1500.001, 3 * hour, false, "compensate 400.00 EUR"},
		{"1501 km", 1501, 3 * hour, false, "compensate 400.00 EUR"},
		{"1501 km, 2:59", 1501, 3*hour - minute, false, ""},
		{"nothing is halved in the middle", 1501, 4*hour - minute, false, "compensate 400.00 EUR"},
		{"3500 km", 3500, 3 * hour, false, "compensate 400.00 EUR"},
		{"just above 3500 km, 2:59", 3500.001, 3*hour - minute, false, ""},
		{"just above 3500 km, 3:00, half", 3500.001, 3 * hour, false, "compensate 300.00 EUR"},
		{"3501 km, 3:59, half", 3501, 4*hour - minute, false, "compensate 300.00 EUR"},
		{"3501 km, 4:00, whole", 3501, 4 * hour, false, "compensate 600.00 EUR"},
		{"within the Community, 1500 km", 1500, 3 * hour, true, "compensate 250.00 EUR"},
		{"within the Community, 3501 km, 3:00", 3501, 3 * hour, true, "compensate 400.00 EUR"},
		{"within the Community, 3501 km, 5:00", 3501, 5 * hour, true, "compensate 400.00 EUR"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := passenger(test.km, test.late)
			in.Source = "monitor"
			in.Fields["delay.departure"] = time.Duration(0) // it left on time
			in.Fields["flight.intra_community"] = test.community
			if got := given(decide(t, in)); got != test.want {
				t.Errorf("%s, wanted %s", got, test.want)
			}
		})
	}
}

func TestCare(t *testing.T) {
	const care = "refreshments, communication"
	for _, test := range []struct {
		name      string
		km        float64
		late      time.Duration
		community bool
		want      string
	}{
		{"short, 1:59", 1500, 2*hour - minute, false, ""},
		{"short, 2:00", 1500, 2 * hour, false, care},
		{"middle, 2:59", 1501, 3*hour - minute, false, ""},
		{"middle, 3:00", 3500, 3 * hour, false, care},
		{"long, 3:59", 3501, 4*hour - minute, false, ""},
		{"long, 4:00", 3501, 4 * hour, false, care},
		{"within the Community, long, 2:59", 3501, 3*hour - minute, true, ""},
		{"within the Community, long, 3:00", 3501, 3 * hour, true, care},
		{"4:59, no way out yet", 1500, 5*hour - minute, false, care},
		{"5:00, the way out", 1500, 5 * hour, false, care + ", offer_refund"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := passenger(test.km, test.late)
			in.Source = "monitor"
			in.Fields["delay.arrival"] = time.Duration(0) // it has not arrived
			in.Fields["flight.intra_community"] = test.community
			if got := given(decide(t, in)); got != test.want {
				t.Errorf("%s, wanted %s", got, test.want)
			}
		})
	}
}

// TestExtraordinary holds that the cause takes away the money and not the care.
func TestExtraordinary(t *testing.T) {
	for _, cause := range []string{"weather", "air-traffic-control", "security", "unrest"} {
		in := passenger(900, 4*hour)
		in.Fields["extraordinary"] = cause
		if got, want := given(decide(t, in)), "refreshments, communication, explain"; got != want {
			t.Errorf("%s: %s, wanted %s", cause, got, want)
		}
	}
}

func TestHotel(t *testing.T) {
	in := passenger(900, 30*hour)
	in.Fields["departure.expected_on"] = "2001-02-03"
	d := decide(t, in)
	if got, want := given(d), "refreshments, communication, hotel, offer_refund, compensate 250.00 EUR"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
	if got, want := d.Actions[2].String(), "hotel (nights: 2), by 2001-04-01T01:00:00Z"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
	// Past midnight, but not late enough for care.
	in = passenger(2000, 2*hour)
	in.Fields["departure.expected_on"] = "2001-02-02"
	in.Source = "monitor"
	if got := given(decide(t, in)); got != "" {
		t.Errorf("%s, wanted nothing", got)
	}
}

// TestRefund holds that who takes the way out is refunded, once the price is
// known.
func TestRefund(t *testing.T) {
	in := passenger(900, 5*hour)
	in.Fields["delay.arrival"] = time.Duration(0)
	in.Source, in.RemedySought = "staff", "refund"
	if got, want := given(decide(t, in)), "refreshments, communication, offer_refund"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
	in.Fields["ticket.price"] = "119.90 EUR"
	if got, want := given(decide(t, in)), "refreshments, communication, refund 119.90 EUR"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
}

// TestAnswers holds that a complaint is answered also when nothing is owed, and
// that what has no rules here goes to a person.
func TestAnswers(t *testing.T) {
	d := decide(t, passenger(900, hour))
	if got, want := given(d), "explain"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
	in := passenger(900, 0)
	in.Failure = "denied-boarding"
	if got, want := decide(t, in).Actions[0].String(), "assign (to: passenger-claims), by 2001-04-02T00:00:00Z"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
}

func TestWords(t *testing.T) {
	for language, want := range map[string]string{
		"en":    "You arrived 3 hours and 30 minutes late. 250.00 EUR are on their way to you; you need not claim them.",
		"es-MX": "Ha llegado con 3 horas y 30 minutos de retraso. Le enviamos 250,00 EUR; no hace falta que los reclame.",
		"fr":    "Votre vol est arrivé avec 3 heures et 30 minutes de retard. Nous vous versons 250,00 EUR, sans démarche de votre part.",
	} {
		in := passenger(900, 3*hour+30*minute)
		in.Language = language
		actions := decide(t, in).Actions
		if got := actions[len(actions)-1].Message.Text; got != want {
			t.Errorf("%s: %q, wanted %q", language, got, want)
		}
	}
}

// TestKilometres looks at the whole miles around the limits.
func TestKilometres(t *testing.T) {
	for miles, want := range map[int]int{932: 0, 933: 1, 2174: 1, 2175: 2} {
		f := flight{Distance: miles}
		if got := bandOf(f); got != want {
			t.Errorf("%d miles, %v km: %s, wanted %s", miles, f.km(), bands[got], bands[want])
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for data, want := range map[string]string{
		`{"date": 1}`: "cannot unmarshal",
		`[{"date": "2001/01/01 08:00", "distance": 300}, {"delay": 1}]`: "flight 2: date",
		`[{"date": "2001/01/01 08:00"}]`:                                "distance: 0 miles",
	} {
		path := filepath.Join(t.TempDir(), "flights.json")
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, wanted %q", data, err, want)
		}
	}
}

package payload

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// TestWrittenAndRead writes random times, amounts and durations as other programs do, and reads them back. Go's own
// formats and plain arithmetic are the oracle.
func TestWrittenAndRead(t *testing.T) {
	random := rand.New(rand.NewPCG(18, 4))
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	for range rounds {
		at := time.Unix(random.Int64N(4e9), 0).UTC()
		for _, w := range timesWritten(at, madrid) {
			got := readOne(t, w.field, w.payload)
			if want := w.want; got != want.UTC().Format(time.RFC3339Nano) {
				t.Fatalf("%s by %+v: %s, want %s", w.payload, w.field, got, want)
			}
		}
		for _, w := range numbersWritten(random) {
			if got := readOne(t, w.field, w.payload); got != w.want {
				t.Fatalf("%s: %s, want %s", w.payload, got, w.want)
			}
		}
	}
}

type writtenTime struct {
	field   Field
	payload string
	want    time.Time
}

// timesWritten is a time in the spellings of databases, offices and helpdesks.
func timesWritten(at time.Time, zone *time.Location) (out []writtenTime) {
	stamp := value.Type{Kind: value.KindTimestamp}
	local := at.In(zone)
	first := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, zone)
	minute := first.Truncate(time.Minute)
	one := func(f Field, layout string, of, want time.Time) {
		f.Type, f.From = stamp, []Path{{text: "a", steps: []step{{name: "a", plain: true}}}}
		out = append(out, writtenTime{f, fmt.Sprintf(`{"a": %q}`, of.Format(layout)), want})
	}
	one(Field{}, time.RFC3339, at, at)
	one(Field{}, "2006-01-02 15:04:05Z0700", local, at)
	one(Field{}, "2006-01-02T15:04Z07:00", local, at.Truncate(time.Minute))
	one(Field{Format: "epoch"}, "", at, at)
	out[len(out)-1].payload = fmt.Sprintf(`{"a": %d}`, at.Unix())
	one(Field{Format: "epoch-ms"}, "", at, at)
	out[len(out)-1].payload = fmt.Sprintf(`{"a": "%d"}`, at.UnixMilli())
	if !twice(local) {
		one(Field{Zone: zone}, "2006-01-02 15:04:05", local, first)
		one(Field{Zone: zone, Format: "m/d/y"}, "1/2/2006 3:04:05 PM", local, first)
		one(Field{Zone: zone, Format: "d/m/y"}, "02.01.2006 15:04", local, minute)
		one(Field{Zone: zone}, "Jan 2, 2006 15:04:05", local, first)
		two := Field{Type: stamp, Zone: zone, Format: "m/d/y", Joined: true, From: []Path{{text: "a", steps: []step{{name: "a", plain: true}}}, {text: "b", steps: []step{{name: "b", plain: true}}}}}
		for _, hour := range []string{"1504", "15:04", "3:04 pm", "15.04"} {
			for _, day := range []string{"1/2/2006", "01/02/2006 12:00:00 AM", "1/2/2006 00:00"} {
				text := strings.ReplaceAll(day, "12:00:00 AM", "@")
				written := strings.ReplaceAll(local.Format(strings.ReplaceAll(text, " 00:00", "")), "@", "12:00:00 AM")
				if strings.HasSuffix(text, "00:00") {
					written += " 00:00"
				}
				out = append(out, writtenTime{two, fmt.Sprintf(`{"a": %q, "b": %q}`, written, local.Format(hour)), minute})
			}
		}
	}
	return out
}

// twice reports whether a time of the wall comes twice, so that it does not say which instant it is.
func twice(local time.Time) bool {
	return local.Add(time.Hour).Format(time.DateTime) == local.Format(time.DateTime) || local.Add(-time.Hour).Format("15:04") == local.Format("15:04")
}

type writtenNumber struct {
	field         Field
	payload, want string
}

// numbersWritten are an amount and a duration, with the marks of several countries.
func numbersWritten(random *rand.Rand) []writtenNumber {
	cents := random.Int64N(1e9)
	whole, rest := strconv.FormatInt(cents/100, 10), fmt.Sprintf("%02d", cents%100)
	marked := func(mark string) string {
		out := whole
		for i := len(whole) - 3; i > 0; i -= 3 {
			out = out[:i] + mark + out[i:]
		}
		return out
	}
	a := []Path{{text: "a", steps: []step{{name: "a", plain: true}}}}
	euro, dollar := value.Type{Kind: value.KindMoney, Currency: "EUR"}, value.Type{Kind: value.KindMoney, Currency: "USD"}
	inEUR, inUSD := whole+"."+rest+" EUR", whole+"."+rest+" USD"
	minutes := random.IntN(1e5)
	duration := value.Type{Kind: value.KindDuration}
	want := readDuration(time.Duration(minutes) * time.Minute)
	text := func(s string) string { return fmt.Sprintf(`{"a": %q}`, s) }
	return []writtenNumber{
		{Field{Type: euro, From: a, Currency: "EUR", Decimal: ","}, text(marked(".") + "," + rest + " €"), inEUR},
		{Field{Type: euro, From: a, Currency: "EUR", Decimal: ","}, text("EUR " + marked(" ") + "," + rest), inEUR},
		{Field{Type: dollar, From: a, Currency: "USD", Decimal: "."}, text("$" + marked(",") + "." + rest), inUSD},
		{Field{Type: dollar, From: a, Currency: "USD"}, `{"a": ` + whole + "." + rest + `}`, inUSD},
		{Field{Type: duration, From: a, Unit: "minutes"}, text(strconv.Itoa(minutes) + ".00"), want},
		{Field{Type: duration, From: a}, text(fmt.Sprintf("PT%dM", minutes)), want},
		{Field{Type: duration, From: a}, text(fmt.Sprintf("%d:%02d:00", minutes/60, minutes%60)), want},
	}
}

func readDuration(d time.Duration) string { return value.Show(d) }

// readOne is what a field makes of a payload, or what does not fit.
func readOne(t *testing.T, f Field, payload string) string {
	t.Helper()
	var tree any
	d := json.NewDecoder(strings.NewReader(payload))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		t.Fatal(payload, err)
	}
	told, _ := f.read(tree)
	if len(told.Misfits) > 0 {
		return "found " + told.Misfits[0].Found
	}
	if at, ok := told.Value.(time.Time); ok {
		return at.Format(time.RFC3339Nano)
	}
	return value.Show(told.Value)
}

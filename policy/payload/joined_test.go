package payload

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Two columns are a day and an hour, or a day with its hour and another one for where it is missing.
func TestJoined(t *testing.T) {
	a, b := path(t, "a"), path(t, "b")
	f := Field{Type: value.Type{Kind: value.KindTimestamp}, From: []Path{a, b}, Joined: true, Format: "d/m/y", Zone: time.UTC, Missing: []string{"?"}}
	for _, c := range []struct{ payload, want string }{
		{`{"a": "29/2/2016", "b": "01:16"}`, "2016-02-29 01:16:00 +0000 UTC"},
		{`{"a": "29/2/2016", "b": "18.05.00"}`, "2016-02-29 18:05:00 +0000 UTC"},
		{`{"a": "29/2/2016 01:16", "b": "1/3/2016 05:00"}`, "2016-02-29 01:16:00 +0000 UTC"},
		{`{"a": "?", "b": "1/3/2016 05:00"}`, "2016-03-01 05:00:00 +0000 UTC"},
		{`{"b": "1/3/2016 05:00"}`, "2016-03-01 05:00:00 +0000 UTC"},
		{`{"a": "?", "b": "05:00"}`, "cleared"},
		{`{"a": null, "b": null}`, "cleared"},
		{`{"b": "05:00"}`, "nothing said"},
		{`{"a": "1/3/2016", "b": "0936"}`, "2016-03-01 09:36:00 +0000 UTC"},
		{`{"a": "1/3/2016 12:00:00 AM", "b": "2210"}`, "2016-03-01 22:10:00 +0000 UTC"},
		{`{"a": "1/3/2016 00:00:00.000", "b": "05:07"}`, "2016-03-01 05:07:00 +0000 UTC"},
		{`{"a": "1/3/2016 00:00", "b": "5 pm"}`, "2016-03-01 17:00:00 +0000 UTC"},
		{`{"a": "1/3/2016", "b": "2400"}`, "2016-03-02 00:00:00 +0000 UTC"},
		{`{"a": "1/3/2016", "b": "2401"}`, `"1/3/2016 24:01", which has "24:01" in the place of a time of day`},
		{`{"a": "1/3/2016", "b": "936"}`, `"1/3/2016 936", which has "936" in the place of a time of day`},
		{`{"a": "1/3/2016", "b": "0960"}`, `"1/3/2016 0960", which has "0960" in the place of a time of day`},
		{`{"a": "1/3/2016 10:00", "b": "0936"}`, `"1/3/2016 10:00 09:36", which has "10:00 09:36" in the place of a time of day`},
		{`{"a": "1/3/2016 12:00:00 AM", "b": "UTC"}`, "2016-03-01 00:00:00 +0000 UTC"},
		{`{"a": "1/3/2016 12:00:00 AM", "b": ""}`, "2016-03-01 00:00:00 +0000 UTC"},
		{`{"a": "soon", "b": "1/3/2016 05:00"}`, `"soon"`},
	} {
		var tree any
		if err := json.Unmarshal([]byte(c.payload), &tree); err != nil {
			t.Fatal(err)
		}
		told, said := f.read(tree)
		got := fmt.Sprint(told.Value)
		switch {
		case !said:
			got = "nothing said"
		case len(told.Misfits) > 0:
			got = told.Misfits[0].Found
		case told.Value == nil:
			got = "cleared"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.payload, got, c.want)
		}
	}
}

// Without a format the first path counts. A day whose hour stands at another path would begin at midnight.
func TestDayWithoutItsHour(t *testing.T) {
	f := Field{Type: value.Type{Kind: value.KindTimestamp}, From: []Path{path(t, "a"), path(t, "b")}, Zone: time.UTC, Missing: []string{""}}
	for _, c := range []struct{ payload, want string }{
		{`{"a": "2026-03-02", "b": "10:00"}`, "\"2026-03-02\", which is a day, and its hour stands at b; write `format: y-m-d`, so that both are read as one time"},
		{`{"a": "2026-03-02", "b": "0936"}`, "\"2026-03-02\", which is a day, and its hour stands at b; write `format: y-m-d`, so that both are read as one time"},
		{`{"a": "2026-03-02", "b": ""}`, "2026-03-02 00:00:00 +0000 UTC"},
		{`{"a": "2026-03-02", "b": "2026-03-04 10:00"}`, "2026-03-02 00:00:00 +0000 UTC"},
		{`{"a": "2026-03-02 09:00", "b": "10:00"}`, "2026-03-02 09:00:00 +0000 UTC"},
		{`{"a": "", "b": "2026-03-04 10:00"}`, "2026-03-04 10:00:00 +0000 UTC"},
	} {
		var tree any
		if err := json.Unmarshal([]byte(c.payload), &tree); err != nil {
			t.Fatal(err)
		}
		told, _ := f.read(tree)
		got := fmt.Sprint(told.Value)
		if len(told.Misfits) > 0 {
			got = told.Misfits[0].Found + "; " + told.Misfits[0].Remedy
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.payload, got, c.want)
		}
	}
}

func path(t *testing.T, text string) Path {
	t.Helper()
	p, err := ParsePath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

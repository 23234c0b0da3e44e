package jsontext

import (
	"io"
	"strings"
	"testing"
)

var testShape = AllNames("id", "note").With("list", Names("a").With("deep", Names("b")))

// TestShape holds that a name which does not belong to an object, is spelt otherwise, comes twice or
// is missing is named with the place of the object.
func TestShape(t *testing.T) {
	for text, want := range map[string]string{
		`{"id":1,"note":{"anything":{"A":1}},"list":[]}`:                       "",
		` { "note" : 1 , "id" : [] , "list" : [ { "a" : 1 } , {} ] } `:         "",
		`{"id":1,"list":[],"note":1,"zz":1}`:                                   "it has a key `zz`, which does not belong there",
		`{"ID":1,"list":[],"note":1}`:                                          "it has a key `ID`, which does not belong there; it is written `id`",
		`{"\u0069d":1,"list":[],"note":1}`:                                     "it has a key `id`, which does not belong there; it is written `id`",
		`{"id":1,"list":[{},{"a":1,"A":2}],"note":1}`:                          "it has a key `A` in `list[1]`, which does not belong there; it is written `a`",
		`{"id":1,"list":[{"a":[1],"deep":{"b":1,"c":2}}],"note":1}`:            "it has a key `c` in `list[0].deep`, which does not belong there",
		`{"id":1,"list":[[{"a":1},{"B":1}]],"note":1}`:                         "it has a key `B` in `list[0][1]`, which does not belong there",
		`{"id":1,"list":[],"note":{"x":{"b":1,"a":1,"b":1}}}`:                  "the key \"b\" is given twice in `note.x`",
		`{"id":1,"id":1,"list":[],"note":1}`:                                   `the key "id" is given twice`,
		`{"id":1,"list":[]}`:                                                   "it has no `note`",
		`{}`:                                                                   "it has no `id`",
		`{"zz":1`:                                                              "not JSON: unexpected end of JSON input (at byte 7)",
		`{"` + strings.Repeat("x", 100) + `":1}`:                               "it has a key `" + strings.Repeat("x", 60) + "…`, which does not belong there",
		`{"id":1,"list":[{"deep":` + strings.Repeat("[", MaxDepth+1) + `0]}]}`: "not JSON: ",
	} {
		d := NewDecoder([]byte(text))
		d.Shape = testShape
		err := d.SkipValue()
		if err = d.Finish(err); err == io.EOF {
			err = nil
		}
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want && !(strings.HasSuffix(want, ": ") && strings.HasPrefix(got, want)) {
			t.Errorf("%s:\ngot  %s\nwant %s", text, got, want)
		}
		d.Release()
	}
}

// TestWalk reads values of known kinds. The first value of another kind ends reading.
func TestWalk(t *testing.T) {
	type read struct {
		text  string
		n     int64
		set   bool
		items []string
		rest  string
	}
	walk := func(text string, compact bool) (out read, err error) {
		d := NewDecoder([]byte(text))
		defer d.Release()
		d.Compact = compact
		d.Members(func(name []byte) {
			switch string(name) {
			case "text":
				out.text = d.Text()
			case "n":
				out.n = d.Int()
			case "set":
				out.set = d.True()
			case "items":
				d.Elements(func() { out.items = append(out.items, d.Text()) })
			case "rest":
				out.rest = string(d.Skip())
			}
		})
		return out, d.Finish(nil)
	}
	const whole = `{"left":{"alone":[1,"]"]},"text":"a\n\u20ac","n":-7,"set":true,"items":["x","y"],"rest":{"k":[1]},"more":null}`
	for _, compact := range []bool{false, true} {
		got, err := walk(whole, compact)
		if err != io.EOF || got.text != "a\n€" || got.n != -7 || !got.set || strings.Join(got.items, "") != "xy" || got.rest != `{"k":[1]}` {
			t.Errorf("read %+v (%v)", got, err)
		}
	}
	for text, want := range map[string]string{
		`[]`:                     "an object is wanted in place of []",
		`{"text":5}`:             "a text is wanted in `text` in place of 5",
		`{"n":1.0}`:              "a whole number is wanted in `n` in place of 1.0",
		`{"n":"1"}`:              "a whole number is wanted in `n` in place of \"1\"",
		`{"set":false}`:          "true is wanted in `set` in place of false",
		`{"items":{}}`:           "a list is wanted in `items` in place of {}",
		`{"items":["x",["y"]]}`:  "a text is wanted in `items[1]` in place of [\"y\"]",
		`{"items":[1],"n":x}`:    "not JSON: invalid character 'x' looking for beginning of value (at byte 18)",
		`{"text":"a","text":""}`: `the key "text" is given twice`,
		`{"text":"a"} x`:         "not JSON: invalid character 'x' after top-level value (at byte 14)",
	} {
		if _, err := walk(text, false); err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", text, err, want)
		}
	}
	for _, text := range []string{` {}`, `{ }`, `{"n": 1}`, `{"n":1 }`, `{"items":["x", "y"]}`, "{\"n\":1}\n"} {
		if _, err := walk(text, true); err == nil || !strings.Contains(err.Error(), "white space") {
			t.Errorf("%q was read without white space: %v", text, err)
		}
	}
}

// TestChecked passes over values of a text that is known to be good, and comes to the same place.
func TestChecked(t *testing.T) {
	for _, seed := range seeds {
		text := []byte(`[` + seed + `,"behind"]`)
		if _, err := Parse(text); err != nil {
			continue
		}
		d := NewDecoder(text)
		d.Checked = true
		var parts []string
		d.Elements(func() { parts = append(parts, string(d.Skip())) })
		if err := d.Finish(nil); err != io.EOF || len(parts) != 2 || parts[0] != strings.Trim(seed, " ") || parts[1] != `"behind"` {
			t.Errorf("%s: %q (%v)", text, parts, err)
		}
		d.Release()
	}
}

package jsontext

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// seeds are texts of every kind that the decoder takes or refuses.
var seeds = []string{
	`{"a":[1,-2.50,1e21,-0.0,0e-7,{"b":"\u20ac\ud83d\ude00\n"}],"":null,"c":[true,false,{},[]]}`,
	` [ "x" , { "k" : 0.1E+3 } , -1 ] `, "\"\x00\"", `"\x"`, `01`, `-`, `1.`, `.5`, `1e`, `+1`, `tru`, `nul`, `"`, `"\`, "", " ", "\x00", "1\x00",
	`{"a"}`, `{"a":}`, `{,}`, `[,]`, `[1,]`, `[1 2]`, `{"a":1 "b":2}`, `{1:2}`, `[1]]`, `{"a":1}x`, "\"a\nb\"", "\"\\\n\"", `NaN`,
	`{"a":1,"a":2}`, `{"a":{"b":1},"b":{"b":1,"\u0062":2}}`, `"\ud800"`, `"\ude00\ud83d"`, `"\ud83d\u0041"`, `"\ufffd\ud800"`, "\"\xff\"", "[\"\xed\xa0\x80\"]",
	`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13,"n":14,"o":15,"p":16,"q":17,"r":18,"c":19}`,
	strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1),
	strings.Repeat("[", MaxDepth+1) + "0" + strings.Repeat("]", MaxDepth+1),
	strings.Repeat(`{"a":`, MaxDepth) + "0" + strings.Repeat("}", MaxDepth),
	strings.Repeat(`{"a":`, MaxDepth+2) + "0" + strings.Repeat("}", MaxDepth+2),
}

// The decoder must take exactly the texts that encoding/json takes, but for those
// that it refuses for a reason of its own, and read the same from them.
func TestDecoderAgainstEncodingJSON(t *testing.T) {
	for _, seed := range seeds {
		checkDecoder(t, []byte(seed))
	}
	const some = `{}[],:"\ 0123456789.eE+-truefalsnlabud8` + "\n\x00\x1f\u00e9\xff"
	random := rand.New(rand.NewPCG(3, 9))
	rounds := 40_000
	if testing.Short() {
		rounds = 10_000
	}
	for range rounds {
		text := []byte(seeds[random.IntN(len(seeds))])
		for range random.IntN(4) {
			at := random.IntN(len(text) + 1)
			b := some[random.IntN(len(some))]
			switch {
			case at == len(text) || random.IntN(3) == 0:
				text = append(text[:at:at], append([]byte{b}, text[at:]...)...)
			case random.IntN(2) == 0:
				text[at] = b
			default:
				text = append(text[:at], text[at+1:]...)
			}
		}
		checkDecoder(t, text)
	}
}

func FuzzDecoder(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(checkDecoder)
}

func checkDecoder(t *testing.T, text []byte) {
	t.Helper()
	got, err := Parse(text)
	if errors.Is(err, errMalformed) {
		t.Fatalf("%q stopped the decoder, and encoding/json takes it", text)
	}
	o, outlineErr := NewOutline(text, 0)
	if fmt.Sprint(outlineErr) != fmt.Sprint(err) {
		t.Fatalf("%q: its outline has the error %v, want %v", text, outlineErr, err)
	}
	want := whyRefused(text)
	if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
		t.Fatalf("%q: got %v, want %q", text, err, want)
	}
	if err != nil {
		return
	}
	if tree := o.Root().Tree(); !reflect.DeepEqual(tree, got) {
		t.Fatalf("%q: its outline says %v, want %v", text, tree, got)
	}
	if raw := o.Root().Raw(); raw != strings.Trim(string(text), " \t\r\n") {
		t.Fatalf("%q: its outline is of %q", text, raw)
	}
	o.Release()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var standard any
	if err := d.Decode(&standard); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if !reflect.DeepEqual(Plain(got), standard) {
		t.Fatalf("%q: read %v, want %v", text, Plain(got), standard)
	}
	mapped := NewDecoder(text)
	if v, err := mapped.ReadAny(); err != nil || !reflect.DeepEqual(v, standard) || mapped.Finish(nil) != io.EOF {
		t.Fatalf("%q: read %v (%v), want %v", text, v, err, standard)
	}
	mapped.Release()
	raw := NewDecoder(text)
	if v, err := raw.ReadValue(); err != nil || !bytes.Equal(v, bytes.Trim(text, " \t\r\n")) {
		t.Fatalf("%q: the value is %q (%v)", text, v, err)
	}
	raw.Release()
}

// whyRefused is how the reason begins for which a text has to be refused, worked out
// with encoding/json and otherwise by looking at one token after another; empty when it is fine.
func whyRefused(text []byte) string {
	if !json.Valid(text) {
		return "not JSON: "
	}
	if !utf8.Valid(text) {
		return "not JSON: it is not encoded in UTF-8"
	}
	type open struct {
		names map[string]bool // nil in an array
		name  string          // before its value
	}
	var stack []open
	for i := 0; i < len(text); i++ {
		var top *open
		if len(stack) > 0 {
			top = &stack[len(stack)-1]
		}
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n', ':':
		case ',':
			top.name = ""
		case '}', ']':
			stack = stack[:len(stack)-1]
		default:
			isName := top != nil && top.names != nil && top.name == ""
			if !isName && len(stack) > MaxDepth {
				return fmt.Sprintf("the JSON is nested more than %d levels deep", MaxDepth)
			}
			switch c {
			case '{':
				stack = append(stack, open{names: map[string]bool{}})
			case '[':
				stack = append(stack, open{})
			case '"':
				end := i + 1
				for ; text[end] != '"'; end++ {
					if text[end] == '\\' {
						end++
					}
				}
				var s string
				if json.Unmarshal(text[i:end+1], &s) != nil || halves(text[i:end+1]) {
					return "not JSON: half of a surrogate pair"
				}
				i = end
				if isName {
					if top.names[s] {
						return "the key "
					}
					top.names[s] = true
					top.name = "."
				}
			default:
				for i+1 < len(text) && strings.IndexByte(" \t\r\n,]}", text[i+1]) < 0 {
					i++
				}
			}
		}
	}
	return ""
}

// halves reports whether a string names half of a surrogate pair: encoding/json then
// puts U+FFFD there, beside those that the text itself has.
func halves(text []byte) bool {
	var s string
	_ = json.Unmarshal(text, &s)
	own := strings.Count(string(text), "\uFFFD")
	for i := 0; i+5 < len(text); i++ {
		if text[i] == '\\' {
			if strings.EqualFold(string(text[i:i+6]), `\ufffd`) {
				own++
			}
			i++
		}
	}
	return strings.Count(s, "\uFFFD") > own
}

func TestTokens(t *testing.T) {
	d := NewDecoder([]byte(` { "a" : [ 1 , true , null ] , "b\n" : "c" , "skip" : {"x":[{}]} , "raw" : [ 2 ] } `))
	defer d.Release()
	var got []string
	for {
		token, err := d.ReadToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%c%d%s", rune(token.Kind()), d.StackDepth(), token))
		switch token.String() {
		case "skip":
			if err := d.SkipValue(); err != nil {
				t.Fatal(err)
			}
		case "raw":
			v, err := d.ReadValue()
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(v))
		}
	}
	want := []string{"{1{", `"1a`, "[2[", "021", "t2true", "n2null", "]1]", "\"1b\n", `"1c`, `"1skip`, `"1raw`, "[ 2 ]", "}0}"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A decoder that is asked for what does not stand there says so, and does not go
// past it.
func TestDecoderKeepsToValues(t *testing.T) {
	d := NewDecoder([]byte(`{"a":[]}`))
	defer d.Release()
	if _, err := d.ReadToken(); err != nil {
		t.Fatal(err)
	}
	if err := d.SkipValue(); !errors.Is(err, errMalformed) {
		t.Errorf("a name was skipped as if it were a value: %v", err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, errMalformed) {
		t.Errorf("reading went on after an error: %v", err)
	}
}

// Encoding what was decoded gives the same text without white space.
func TestEncoder(t *testing.T) {
	const text = `{"a":[1,true,{"b\n":"c"},[],{}],"d":-5,"e":{}}`
	e := NewEncoder([]byte("x"))
	e.BeginObject()
	e.WriteKey("a")
	e.BeginArray()
	e.WriteInt(1)
	e.WriteBool(true)
	e.BeginObject()
	e.WriteName("b\n")
	e.WriteString("c")
	e.EndObject()
	e.BeginArray()
	e.EndArray()
	e.BeginObject()
	e.EndObject()
	e.EndArray()
	e.WriteKey("d")
	e.WriteInt(-5)
	e.WriteKey("e")
	e.WriteValue([]byte("{}"))
	e.EndObject()
	if string(e.Buf) != "x"+text {
		t.Errorf("got  %s\nwant x%s", e.Buf, text)
	}
}

func TestUnquoteReadsWhatQuoteWrites(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 5))
	for range 2_000 {
		s := make([]rune, random.IntN(8))
		for i := range s {
			s[i] = []rune{'a', '"', '\\', '\n', 0, 31, 127, 'é', '€', '\u2028', '\uFFFD', '😀', rune(random.IntN(0xD800))}[random.IntN(13)]
		}
		quoted := AppendQuote(nil, string(s))
		got, err := AppendUnquote(nil, quoted)
		if err != nil || string(got) != string(s) {
			t.Fatalf("%s was read as %q (%v), want %q", quoted, got, err, string(s))
		}
		ascii, _ := json.Marshal(string(s)) // with other escapes
		if got, err := AppendUnquote(nil, ascii); err != nil || string(got) != string(s) {
			t.Fatalf("%s was read as %q (%v), want %q", ascii, got, err, string(s))
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte(seeds[0])
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

package jsontext

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// The samples of RFC 8785, appendix B, by the bits of the double.
func TestDoublesAsECMAScriptWritesThem(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0",
		0x8000000000000000: "0",
		0x0000000000000001: "5e-324",
		0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308",
		0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992",
		0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22",
		0x44b52d02c7e14af6: "1e+23",
		0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000",
		0x444b1ae4d6e2ef4f: "999999999999999900000",
		0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7",
		0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332",
		0x41b3de4355555554: "333333333.33333325",
		0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334",
		0x41b3de4355555557: "333333333.33333343",
		0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		if got := string(AppendFloat(nil, math.Float64frombits(bits))); got != want {
			t.Errorf("%#016x: got %s, want %s", bits, got, want)
		}
	}
}

func TestDoublesThatRFC8785PrintsInItsText(t *testing.T) {
	for text, want := range map[string]string{
		"333333333.33333329": "333333333.3333333",
		"1E30":               "1e+30",
		"4.50":               "4.5",
		"2e-3":               "0.002",
		"1e-27":              "1e-27",
		"1e-7":               "1e-7",
		"123456e-10":         "0.0000123456",
	} {
		var f float64
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Fatal(err)
		}
		if got := string(AppendFloat(nil, f)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestNumbersLoseNothing(t *testing.T) {
	for text, want := range map[string]string{
		"1":                         "1",
		"1.0":                       "1",
		"1e2":                       "100",
		"100e-2":                    "1",
		"1.50":                      "1.5",
		"-0":                        "0",
		"-0.0e5":                    "0",
		"0e999999999999999999":      "0",
		"1e21":                      "1e+21",
		"1000000000000000000000000": "1e+24",
		"9007199254740993":          "9007199254740993",
		"9223372036854775807":       "9223372036854775807",
		"-9223372036854775808":      "-9223372036854775808",
		// Neither an int64 nor a double holds these.
		"9223372036854775809":    "9223372036854775809",
		"0.12345678901234567890": "0.12345678901234567890",
		"1e400":                  "1e400",
		"1e-400":                 "1e-400",
		"1e99999999999999999999": "1e99999999999999999999",
		"1e2147483647":           "1e2147483647",
		"10e-2147483648":         "10e-2147483648",
	} {
		if got := string(AppendNumber(nil, json.Number(text))); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// The example of RFC 8785, section 3.2.2.
func TestStringsAreEscapedWhereTheyMust(t *testing.T) {
	if got, want := string(AppendQuote(nil, "€$\x0f\nA'B\"\\\\\"/")), `"€$\u000f\nA'B\"\\\\\"/"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := string(AppendQuote(nil, "\b\t\n\f\r\x00\x1f\x7f<>&\u2028")), "\"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f<>&\u2028\""; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := string(AppendQuote(nil, "a\xff\xfeb\xe2\x82")), "\"a\uFFFD\uFFFDb\uFFFD\uFFFD\""; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2)
	manyKeys := "{"
	for i := range 40 {
		manyKeys += `"` + strings.Repeat("k", i+1) + `":1,`
	}
	manyKeys += `"kkk":2}`
	for text, want := range map[string]string{
		``:                           "not JSON: unexpected end of JSON input",
		`{"a":1,}`:                   "not JSON: invalid character '}'",
		`{"a":1} {"b":2}`:            "not JSON: invalid character '{' after top-level value",
		`{"a":1,"b":2,"a":3}`:        `the key "a" is given twice`,
		`{"x":[{"a":1,"\u0061":3}]}`: `the key "a" is given twice`,
		manyKeys:                     `the key "kkk" is given twice`,
		deep:                         "the JSON is nested more than 100 levels deep",
	} {
		_, err := Parse([]byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %s", text, err, want)
		}
	}
}

// plainPrefix looks at eight bytes at once: each byte, at each place, between bytes from both ends of what
// is plain.
func TestPlainPrefixStopsBeforeSpecial(t *testing.T) {
	for _, around := range []byte{' ', '!', '#', '[', ']', 0x7f} {
		for c := range 256 {
			for at := range 17 {
				s := bytes.Repeat([]byte{around}, 17)
				s[at] = byte(c)
				if n := plainPrefix(s); special[c] && n != min(at, 16) || !special[c] && n != 16 {
					t.Fatalf("%q: %d bytes are plain", s, n)
				}
				for from := range at + 1 {
					for to := at + 1; to <= len(s); to++ {
						if isPlain(s[from:to]) == special[c] {
							t.Fatalf("%q: what is plain is not told", s[from:to])
						}
					}
				}
			}
		}
	}
}

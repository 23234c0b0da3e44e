package jsontext

import "encoding/json"

// common has short strings that were read lately. Names and many values come again in each text, and to
// make a string anew takes longer than to find it here. Each string has one place, which the next one with
// the same place takes over.
type common struct {
	texts   [128]string
	strings [128]any // the same in a box: strings
	numbers [128]any // json.Number
}

// shortText is how long a string is at most that is kept.
const shortText = 32

// place is where a short string is kept. It is made of its length and of its first and last bytes.
func (c *common) place(b []byte) int {
	n := len(b)
	h := uint32(n)
	if n > 0 {
		h = h*31 + uint32(b[0])
		h = h*31 + uint32(b[n/2])
		h = h*31 + uint32(b[n-1])
		h = h*31 + uint32(b[max(0, n-2)])
	}
	return int((h ^ h>>7) % uint32(len(c.texts)))
}

// Common returns what a string says that was read just now. It suits strings that many texts have in common.
func (d *Decoder) Common(t Token) string {
	if len(t.text) > shortText {
		return string(t.text)
	}
	at := &d.lately.texts[d.lately.place(t.text)]
	if *at != string(t.text) {
		*at = string(t.text)
	}
	return *at
}

// boxed is [Decoder.string] in a box.
func (d *Decoder) boxed(t Token) any {
	if d.shared != "" || len(t.text) > shortText {
		return d.string(t)
	}
	at := &d.lately.strings[d.lately.place(t.text)]
	if s, ok := (*at).(string); !ok || s != string(t.text) {
		*at = string(t.text)
	}
	return *at
}

// number is boxed for a number.
func (d *Decoder) number(t Token) any {
	if d.shared != "" || len(t.text) > shortText {
		return json.Number(d.string(t))
	}
	at := &d.lately.numbers[d.lately.place(t.text)]
	if n, ok := (*at).(json.Number); !ok || string(n) != string(t.text) {
		*at = json.Number(t.text)
	}
	return *at
}

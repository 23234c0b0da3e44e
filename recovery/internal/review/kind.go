package review

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// kinds are the kinds of incidents, such as parcels that came late, by number.
type kinds struct {
	by     []string // the first fields of a row tell kinds apart
	known  []Kind
	number map[string]int

	key []byte // room for a key
}

// of is the number of a row's kind.
func (k *kinds) of(row account.Row) int {
	fields := row.Fields[:min(len(k.by), len(row.Fields))]
	k.key = k.key[:0]
	for _, f := range fields {
		k.key = append(append(k.key, f...), 0)
	}
	if n, ok := k.number[string(k.key)]; ok {
		return n
	}
	return k.add(string(k.key), fields)
}

// add gives a kind its number.
func (k *kinds) add(key string, fields [][]byte) int {
	if k.number == nil {
		k.number = map[string]int{}
	}
	n := len(k.known)
	kind := make(Kind, len(k.by))
	for i, path := range k.by {
		kind[i].Path = path
		if i < len(fields) {
			kind[i].Text = fieldText(fields[i])
		}
	}
	k.known, k.number[key] = append(k.known, kind), n
	return n
}

// fieldText is a field's value as people read it; nothing where it is absent.
func fieldText(value []byte) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// Kind is a kind of incidents: the texts of the fields in By, in their order.
type Kind []recovery.Key

// String writes the kind as "parcel, late".
func (k Kind) String() string {
	out := make([]string, len(k))
	for i, field := range k {
		if out[i] = field.Text; field.Text == "" {
			out[i] = "no " + field.Path
		}
	}
	return strings.Join(out, ", ")
}

// MarshalJSON writes the kind as an object, whose names are the fields.
func (k Kind) MarshalJSON() ([]byte, error) {
	o := jsontext.NewEncoder(nil)
	o.BeginObject()
	for _, field := range k {
		o.WriteKey(field.Path)
		o.WriteString(field.Text)
	}
	o.EndObject()
	return o.Buf, nil
}

func (k Kind) compare(other Kind) int {
	return slices.CompareFunc(k, other, func(a, b recovery.Key) int { return cmp.Compare(a.Text, b.Text) })
}

// number is a field's number, as satisfaction is told.
func number(value []byte) (float64, bool) {
	f, err := strconv.ParseFloat(fieldText(value), 64)
	return f, err == nil
}

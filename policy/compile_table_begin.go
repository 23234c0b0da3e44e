package policy

import (
	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// beginning is the place where a row of a table begins: at a value, or right above it.
type beginning struct {
	text  playbook.Text
	above bool
	at    any // nil if the text is not a value
}

// beginningOf returns where a row begins, without the value. The text is not set for a row that has
// no beginning, such as one for some keys.
func beginningOf(r *playbook.Row) beginning {
	if r.Above.IsSet() {
		return beginning{text: r.Above, above: true}
	}
	return beginning{text: r.From}
}

func (b beginning) key() string {
	if b.above {
		return "above"
	}
	return "from"
}

// begin reads where a row begins. It reports a row that does not begin behind the one before.
func (s *scope) begin(b *beginning, key value.Type, last beginning) bool {
	at := b.text.Range
	if key.Kind == value.KindString || key.Kind == value.KindBool {
		s.errorf(at, "wrong-type", "use `is`", "the table is looked up by %s, which has no order", key.Noun())
		return false
	}
	v, err := parseLiteral(key, b.text)
	if err != nil {
		s.mendf(at, "bad-literal", s.meant(key, b.text), "the table is looked up by %s: %s", key.Noun(), err)
		return false
	}
	b.at = v
	if last.at == nil {
		return true
	}
	n, ok := value.Compare(last.at, v)
	switch {
	case !ok || n < 0 || n == 0 && b.above && !last.above:
		return true
	case n == 0 && b.above != last.above:
		s.errorf(at, "rows-not-ascending", "put it before that row", "a row from %s begins before one above %[1]s", value.Show(v))
	case b.above != last.above:
		s.errorf(at, "rows-not-ascending", "", "rows begin in ascending order, and one %s %s is not behind one %s %s", b.key(), value.Show(v), last.key(), value.Show(last.at))
	default:
		s.errorf(at, "rows-not-ascending", "", "`%s` goes up from row to row, and %s is not above %s", b.key(), value.Show(v), value.Show(last.at))
	}
	b.at = nil
	return false
}

package recovery

import (
	"strings"

	"github.com/servicerecovery/amends/policy/value"
)

// String writes an action in one line, for people and logs: compensate 5.00 EUR
// (as: voucher), by 2026-03-04T18:00:00Z.
func (a Action) String() string {
	var b strings.Builder
	b.WriteString(a.Type)
	if a.Amount.IsSet() {
		b.WriteString(" " + a.Amount.String())
	}
	for i, p := range a.Params {
		sep := ", "
		if i == 0 {
			sep = " ("
		}
		b.WriteString(sep + p.Name + ": " + value.Show(p.Value))
	}
	if len(a.Params) > 0 {
		b.WriteString(")")
	}
	if !a.NotBefore.IsZero() {
		b.WriteString(", from " + value.FormatTimestamp(a.NotBefore))
	}
	if !a.DueAt.IsZero() {
		b.WriteString(", by " + value.FormatTimestamp(a.DueAt))
	}
	if a.Owner != "" {
		b.WriteString(", owner " + a.Owner)
	}
	if a.Change != "" && a.Change != ChangeNew {
		b.WriteString(", " + string(a.Change))
	}
	return b.String()
}

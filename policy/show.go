package policy

import (
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Show writes a value as a playbook or an incident would: 80h, 10.00 EUR, late.
// It is the text of records; [Text] writes for customers.
func Show(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	case time.Time:
		return value.FormatTimestamp(x)
	case time.Duration:
		return value.FormatDuration(x)
	case value.Date:
		return x.String()
	case value.Money:
		return x.String()
	case value.Percent:
		return x.String()
	case []any:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = Show(e)
		}
		return strings.Join(parts, ", ")
	}
	return ""
}

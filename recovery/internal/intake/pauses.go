package intake

import (
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Pauses reads the value of paused, and says what is wrong with each pause.
func Pauses(raw any) ([]worktime.Pause, []Problem) {
	if pauses, ok := raw.([]worktime.Pause); ok {
		return checkedPauses(pauses)
	}
	normal, _ := Normal(raw)
	list, ok := normal.([]any)
	if !ok {
		return nil, []Problem{{"paused", "a list of {from, until}", Shown(raw)}}
	}
	var problems []Problem
	pauses := make([]worktime.Pause, len(list))
	for i, e := range list {
		at := "paused[" + strconv.Itoa(i) + "]"
		m, ok := e.(map[string]any)
		if !ok {
			problems = append(problems, Problem{at, "an object with from and until", Shown(e)})
			continue
		}
		if m["from"] == nil {
			problems = append(problems, Problem{at + ".from", wantedOf(value.KindTimestamp), ""})
		}
		pauses[i].From = pauseTime(m, at, "from", &problems)
		pauses[i].Until = pauseTime(m, at, "until", &problems)
		for _, k := range SortedKeys(m) {
			if k != "from" && k != "until" {
				problems = append(problems, Problem{at + "." + k, "from and until only", Shown(m[k])})
			}
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return checkedPauses(pauses)
}

func pauseTime(m map[string]any, at, key string, problems *[]Problem) time.Time {
	if m[key] == nil {
		return time.Time{}
	}
	native, bad := Coerce(m[key], value.Type{Kind: value.KindTimestamp})
	if bad != nil {
		*problems = append(*problems, bad.At(at+"."+key))
		return time.Time{}
	}
	return native.(time.Time)
}

// checkedPauses returns the pauses in UTC. Each has a beginning, and an end that
// is not before it; only the last may go on.
func checkedPauses(pauses []worktime.Pause) ([]worktime.Pause, []Problem) {
	var problems []Problem
	out := make([]worktime.Pause, len(pauses))
	for i, p := range pauses {
		at := "paused[" + strconv.Itoa(i) + "]"
		from, fromOK := toTime(p.From)
		until, untilOK := toTime(p.Until)
		switch {
		case p.From.IsZero():
			problems = append(problems, Problem{at + ".from", wantedOf(value.KindTimestamp), ""})
		case !fromOK:
			problems = append(problems, Problem{at + ".from", wantedOf(value.KindTimestamp), Shown(p.From)})
		case p.Until.IsZero():
			if i < len(pauses)-1 {
				problems = append(problems, Problem{at + ".until", "a time, since another pause follows", ""})
			}
		case !untilOK:
			problems = append(problems, Problem{at + ".until", wantedOf(value.KindTimestamp), Shown(p.Until)})
		case until.Before(from):
			problems = append(problems, Problem{at + ".until", "a time not before from, " + value.FormatTimestamp(from), value.FormatTimestamp(until)})
		}
		out[i] = worktime.Pause{From: from, Until: until}
	}
	return out, problems
}

package input

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
)

// Tally counts what a map has read, what of it was refused and why, and what was left out. It is nil,
// and counts nothing, where no map reads.
type Tally struct {
	count, refused, leftOut int
	causes                  map[string]*cause
	only                    string // what payloads show for the map to be meant
}

type cause struct {
	times int
	lines []int // the first ones
}

// mostLines is how many lines are named for each cause.
const mostLines = 5

// NewTally counts nothing yet; nil without a mapping.
func NewTally(m *Mapping) *Tally {
	if m == nil {
		return nil
	}
	return &Tally{causes: map[string]*cause{}, only: onlyOf(m)}
}

// onlyOf is what the map's `only` says, such as event: ticket.create.
func onlyOf(m *Mapping) string {
	var all []string
	for _, c := range m.by.Map.Only {
		var values []string
		for _, v := range c.Values {
			values = append(values, strconv.Quote(v.Value))
		}
		all = append(all, c.Path.Value+": "+strings.Join(values, " or "))
	}
	return strings.Join(all, " and ")
}

// Add counts an item, with the error for which it was refused, or nil.
func (t *Tally) Add(line int, err error) {
	if t == nil {
		return
	}
	if errors.Is(err, recovery.ErrNotMeant) {
		t.leftOut++
		return
	}
	if t.count++; err == nil {
		return
	}
	t.refused++
	for _, why := range causesOf(err) {
		c := t.causes[why]
		if c == nil {
			c = &cause{}
			t.causes[why] = c
		}
		if c.times++; len(c.lines) < mostLines {
			c.lines = append(c.lines, line)
		}
	}
}

// causesOf are the fields for which something was refused, or what else was wrong, each once.
func causesOf(err error) (out []string) {
	var bad *recovery.PayloadError
	var misfit *recovery.IncidentError
	var broken *recovery.JSONError
	var failed *recovery.EvaluationError
	field := func(path string) {
		if path, _, _ = strings.Cut(path, "["); !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	switch {
	case errors.As(err, &bad):
		for _, p := range bad.Problems {
			field(p.Field)
		}
	case errors.As(err, &misfit):
		for _, p := range misfit.Problems {
			field(p.Path)
		}
	case errors.As(err, &broken):
		out = []string{"not readable"}
	case errors.As(err, &failed):
		out = []string{cmp.Or(failed.PlayName(), "an expression")}
	default:
		out = []string{"other reasons"}
	}
	return out
}

// Say writes what was counted to standard error: 3 of 84,194 refused: 2 × occurred_at (lines 17 and 230).
func (t *Tally) Say(h command.Host) {
	if t == nil {
		return
	}
	text := fmt.Sprintf("%s of %s refused", grouped(t.refused), grouped(t.count))
	var whys []string
	for why := range t.causes {
		whys = append(whys, why)
	}
	slices.SortFunc(whys, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.causes[b].times, t.causes[a].times), cmp.Compare(a, b))
	})
	for i, why := range whys {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		text += sep + grouped(t.causes[why].times) + " × " + why + " (" + t.causes[why].places() + ")"
	}
	if t.leftOut > 0 {
		text += "; " + grouped(t.leftOut) + " left out by the map"
		if t.count == 0 && t.only != "" {
			text += ", which wants to see " + t.only
		}
	}
	_ = h.Stderr.Printf("%s\n", text) // nothing depends on it
}

func (c *cause) places() string {
	texts := make([]string, len(c.lines))
	for i, n := range c.lines {
		texts[i] = strconv.Itoa(n)
	}
	switch {
	case c.times == 1:
		return "line " + texts[0]
	case c.times > len(c.lines):
		return "lines " + strings.Join(texts, ", ") + ", …"
	}
	last := len(texts) - 1
	return "lines " + strings.Join(texts[:last], ", ") + " and " + texts[last]
}

// grouped writes a number with a comma between thousands.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

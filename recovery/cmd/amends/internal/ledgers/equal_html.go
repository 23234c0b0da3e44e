package ledgers

import (
	_ "embed"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/recovery/internal/page"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

//go:embed equal.html
var equalPage string

// equalView is what the page shows: the groups in which something was found.
type equalView struct {
	Cases, Erased         int64
	Same, Across          string
	Level                 string
	Rules, Rates, Changes int
	TooFew                int
	MinCell               int64
	Groups                []*equalGroup
}

// equalGroup is the findings of a group across one field.
type equalGroup struct {
	Same, Across string
	Findings     []equalFinding
	Chart        page.Chart
	Rows         []equalRow
	Hidden       string // rows that are too small to be shown
}

type equalFinding struct{ Member, What, Because, P string }

type equalRow struct {
	Member   string
	Count    int64
	Gave, By string
}

// findingWords are the kinds of findings in words.
var findingWords = map[ledger.FindingKind]string{
	ledger.FindingRule: "a rule", ledger.FindingRate: "more than chance", ledger.FindingChange: "a change of rules",
}

func writeEqualPage(w io.Writer, t *ledger.Treatment, options ledger.EqualOptions, minCell int64) error {
	v := equalView{
		Cases: t.Cases, Erased: t.Erased, Same: strings.Join(options.Same, ", "), Across: strings.Join(options.Across, ", "),
		Level: strconv.FormatFloat(100*options.Level, 'g', 3, 64) + " %", TooFew: len(t.TooFew), MinCell: minCell,
	}
	for _, f := range t.Findings {
		switch f.Kind {
		case ledger.FindingRule:
			v.Rules++
		case ledger.FindingRate:
			v.Rates++
		case ledger.FindingChange:
			v.Changes++
		}
		g := v.group(t, f, options)
		x := equalFinding{Member: orEmpty(f.Member), What: findingWords[f.Kind], Because: f.Because}
		if f.Kind != ledger.FindingRule {
			x.P = strconv.FormatFloat(f.P, 'g', 2, 64)
		}
		g.Findings = append(g.Findings, x)
	}
	return page.Write(w, equalPage, nil, v)
}

// group is the group of a finding, which is added when it is the first of its group.
func (v *equalView) group(t *ledger.Treatment, f ledger.Finding, options ledger.EqualOptions) *equalGroup {
	same := fieldTexts(f.Same)
	for _, g := range v.Groups {
		if g.Same == same && g.Across == f.Across {
			return g
		}
	}
	g := &equalGroup{Same: same, Across: f.Across}
	v.Groups = append(v.Groups, g)
	at := slices.IndexFunc(t.Unequal, func(x ledger.Group) bool { return fieldTexts(x.Same) == same })
	if at >= 0 {
		g.show(t.Unequal[at], slices.Index(options.Across, f.Across), v.MinCell)
	}
	return g
}

// show lists what each member of a field got, and draws how many of its cases got redress.
func (g *equalGroup) show(of ledger.Group, field int, minCell int64) {
	type member struct{ cases, relieved int64 }
	members := map[string]*member{}
	var names []string
	hidden := 0
	outcomes := slices.Clone(of.Outcomes)
	slices.SortStableFunc(outcomes, func(a, b ledger.Outcome) int {
		return strings.Compare(a.Across[field].Text, b.Across[field].Text)
	})
	for _, o := range outcomes {
		name := orEmpty(o.Across[field].Text)
		m := members[name]
		if m == nil {
			m = &member{}
			members[name], names = m, append(names, name)
		}
		m.cases += o.Count
		if len(o.Redress) > 0 {
			m.relieved += o.Count
		}
		if o.Count < minCell {
			hidden++
			continue
		}
		g.Rows = append(g.Rows, equalRow{name, o.Count, redress(o.Redress), strings.Join(slices.Concat(o.Plays, o.Choosers), ", ")})
	}
	if hidden > 0 {
		g.Hidden = term.Count(hidden, "row")
	}
	g.Chart.Label = "share of cases that got redress, by " + g.Across
	for _, name := range names {
		m := members[name]
		if m.cases < minCell {
			continue
		}
		rate := float64(m.relieved) / float64(m.cases)
		text := strconv.FormatFloat(100*rate, 'f', 1, 64) + " % of " + strconv.FormatInt(m.cases, 10)
		g.Chart.Bars = append(g.Chart.Bars, page.Bar{Label: name, Value: rate, Text: text, Tone: page.Main})
	}
}

package ledgers

import (
	"cmp"
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
	Cases                 string
	Erased                int64
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
	Charts       []equalChart
	Rows         []equalRow
	Hidden       string // rows that are too small to be shown
}

// equalChart is a picture of one measure, by the members of the field.
type equalChart struct {
	Title string
	page.Chart
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
		Cases: term.Count(t.Cases, "case"), Erased: t.Erased, Same: strings.Join(options.Same, ", "), Across: strings.Join(options.Across, ", "),
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
		switch small := min(f.Cases.Count, f.Rest.Count) < minCell; {
		case f.Kind == ledger.FindingRule:
		case small:
			x.Because = "figures of fewer than " + strconv.FormatInt(minCell, 10) + " cases are not shown"
		default:
			x.P = strconv.FormatFloat(f.P, 'g', 2, 64)
		}
		g.Findings = append(g.Findings, x)
		g.draw(f, options.ShareOf, minCell)
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
	var rows []equalRow // what a member got alike is one row, whatever the other fields are
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
		row := equalRow{name, 0, redress(o.Redress), strings.Join(slices.Concat(o.Plays, o.Choosers), ", ")}
		i := slices.IndexFunc(rows, func(x equalRow) bool { x.Count = 0; return x == row })
		if i < 0 {
			i, rows = len(rows), append(rows, row)
		}
		rows[i].Count += o.Count
	}
	slices.SortStableFunc(rows, func(a, b equalRow) int {
		return cmp.Or(slices.Index(names, a.Member)-slices.Index(names, b.Member), cmp.Compare(b.Count, a.Count))
	})
	for _, row := range rows {
		if row.Count < minCell {
			hidden++
			continue
		}
		g.Rows = append(g.Rows, row)
	}
	if hidden > 0 {
		g.Hidden = term.Count(hidden, "row")
	}
	chart := equalChart{Title: "Cases that got redress", Chart: page.Chart{Label: "share of cases that got redress, by " + g.Across}}
	for _, name := range names {
		if m := members[name]; m.cases >= minCell {
			chart.rate(name, float64(m.relieved)/float64(m.cases), m.cases)
		}
	}
	g.add(chart)
}

// draw adds a picture of what a finding is about, unless there is one.
func (g *equalGroup) draw(f ledger.Finding, shareOf string, minCell int64) {
	title, text := "", func(mean float64) string { return strconv.FormatFloat(mean, 'f', 2, 64) + " " + f.Detail }
	switch f.Measure {
	case ledger.MeasureKept:
		title = "Cases whose promises were all kept"
	case ledger.MeasureRedress:
		title = "Mean redress in " + f.Detail
	case ledger.MeasureShare:
		title = "Mean redress in " + f.Detail + " as a share of " + shareOf
		text = func(mean float64) string { return strconv.FormatFloat(100*mean, 'f', 1, 64) + " %" }
	case ledger.MeasureChosen:
		title = "Mean of what was chosen, in " + f.Detail
	case ledger.MeasureAllowed:
		title = "Mean time for " + f.Detail
		text = func(mean float64) string { return strconv.FormatFloat(mean/3600, 'f', 1, 64) + " h" }
	default:
		return // a picture of the redress is there already
	}
	chart := equalChart{Title: title, Chart: page.Chart{Label: strings.ToLower(title[:1]) + title[1:] + ", by " + g.Across}}
	for _, m := range f.Members {
		switch {
		case m.Count < minCell:
		case f.Measure == ledger.MeasureKept:
			chart.rate(orEmpty(m.Member), m.Rate, m.Count)
		case m.HasMean:
			what := text(m.Mean) + " over " + strconv.FormatInt(m.Count, 10)
			chart.Bars = append(chart.Bars, page.Bar{Label: orEmpty(m.Member), Value: m.Mean, Text: what, Tone: page.Main})
		}
	}
	g.add(chart)
}

func (c *equalChart) rate(member string, rate float64, cases int64) {
	text := strconv.FormatFloat(100*rate, 'f', 1, 64) + " % of " + strconv.FormatInt(cases, 10)
	c.Bars = append(c.Bars, page.Bar{Label: member, Value: rate, Text: text, Tone: page.Main})
}

// add adds a picture that has something in it, once.
func (g *equalGroup) add(c equalChart) {
	if len(c.Bars) > 0 && !slices.ContainsFunc(g.Charts, func(o equalChart) bool { return o.Title == c.Title }) {
		g.Charts = append(g.Charts, c)
	}
}

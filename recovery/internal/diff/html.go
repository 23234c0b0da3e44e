package diff

import (
	_ "embed"
	"html/template"
	"io"
	"math"
	"math/big"
)

//go:embed page.html
var page string

// WriteHTML writes the report as one page that needs nothing else.
func (r *Report) WriteHTML(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"subject": subject, "count": group3, "plural": plural, "effect": func(e Effect) string { return effectWords[e] },
	}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, viewOf(r))
}

// view is what the page shows.
type view struct {
	*Report
	// Title says of what incidents the decisions are, and Notes more about them.
	Title  string
	Notes  []string
	Groups []viewGroup
	Share  string
	Money  []moneyChart
	Sums   []viewSum
	Plays  []playBar
	Turns  []turn
	// RefusedBoth are those that could be read.
	RefusedBoth int
}

type viewGroup struct {
	Title   string
	Changes []viewChange
}

type viewChange struct {
	Change
	Where string
}

type viewSum struct{ Name, Before, After, Between string }

func viewOf(r *Report) view {
	v := view{Report: r}
	for _, g := range groups(r.Changes) {
		out := viewGroup{Title: g.Title}
		for _, c := range g.Changes {
			out.Changes = append(out.Changes, viewChange{c, whereOf(c)})
		}
		v.Groups = append(v.Groups, out)
	}
	i := r.Impact
	if i == nil {
		return v
	}
	v.Title, v.Notes = i.Origin.title(), i.Origin.notes()
	v.Share = share(i.Changed, i.Incidents)
	v.Money, v.Plays = moneyCharts(i.Totals), playBars(i.byPlay())
	for _, s := range i.sums() {
		row := s.row()
		v.Sums = append(v.Sums, viewSum{row[0], row[1], row[2], row[3]})
	}
	for _, t := range i.turns() {
		if t.Cases.Count > 0 {
			v.Turns = append(v.Turns, t)
		}
	}
	v.RefusedBoth = i.RefusedBoth - i.Unreadable.Count
	return v
}

// barWidth is how long the longest bar of a chart is.
const barWidth = 420.0

// moneyChart shows what both sets give in one currency.
type moneyChart struct {
	Currency, Before, After, Between string
	BeforeWidth, AfterWidth          float64
}

func moneyCharts(totals []Sum) []moneyChart {
	var out []moneyChart
	for _, s := range totals {
		most := s.Before
		if s.After.Cmp(most) > 0 {
			most = s.After
		}
		out = append(out, moneyChart{
			s.Currency, grouped(s.Before, s.Currency), grouped(s.After, s.Currency), signed(s.Between(), s.Currency),
			barOf(s.Before, most), barOf(s.After, most),
		})
	}
	return out
}

// barOf is the length of a bar: 0 for nothing, and at least 1 for anything, so that it is seen.
func barOf(part, most *big.Int) float64 {
	if part.Sign() <= 0 || most.Sign() <= 0 {
		return 0
	}
	f, _ := new(big.Rat).SetFrac(part, most).Float64()
	return rounded(max(1, f*barWidth))
}

func rounded(f float64) float64 { return math.Floor(float64(f*10)+0.5) / 10 }

// playBar shows how many decisions change on account of a play.
type playBar struct {
	Play      string
	Decisions int
	Width     float64
	Effects   []EffectImpact
	Y         int
	TextY     int
}

// maxBars bounds the chart; the table has all of them.
const maxBars = 12

func playBars(plays []PlayImpact) []playBar {
	var out []playBar
	for n, p := range plays {
		width := rounded(max(1, float64(p.Decisions)/float64(plays[0].Decisions)*barWidth))
		out = append(out, playBar{p.Play, p.Decisions, width, p.Effects, n * 44, n*44 + 14})
	}
	return out
}

// Bars are the first of the plays, for the chart.
func (v view) Bars() []playBar { return v.Plays[:min(len(v.Plays), 1+maxBars)] }

// BarsHeight is how high their chart is.
func (v view) BarsHeight() int { return 44 * len(v.Bars()) }

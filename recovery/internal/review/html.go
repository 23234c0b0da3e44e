package review

import (
	_ "embed"
	"html/template"
	"io"
	"strconv"

	"github.com/servicerecovery/amends/recovery/internal/chance"
	"github.com/servicerecovery/amends/recovery/internal/page"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

//go:embed page.html
var content string

// WriteHTML writes the review as one page with pictures.
func (r *Review) WriteHTML(w io.Writer) error {
	return page.Write(w, content, template.FuncMap{
		"sum": sum, "share": share, "nobody": orNobody, "unassigned": orUnassigned, "percent": chance.Percent, "verdict": verdictWords, "count": term.Count[int64],
	}, r)
}

// KeptChart draws what became of promises, by type.
func (r *Review) KeptChart() page.Stacks {
	out := page.Stacks{Label: "promises that were due, by type: kept, late and broken"}
	for _, n := range r.Promises.ByType {
		if n.Due == 0 {
			continue
		}
		out.Rows = append(out.Rows, page.Stack{Label: n.Name, Text: strconv.FormatInt(n.Kept.Kept, 10) + " of " + strconv.FormatInt(n.Due, 10) + " kept", Parts: []page.Bar{
			{Value: float64(n.Kept.Kept), Tone: page.Good}, {Value: float64(n.Late), Tone: page.Late}, {Value: float64(n.Broken), Tone: page.Bad},
		}})
	}
	return out
}

// SourceChart draws who told.
func (r *Review) SourceChart() page.Chart {
	out := page.Chart{Label: "incidents by source"}
	for _, s := range r.WhoToldWhom.Sources {
		out.Bars = append(out.Bars, page.Bar{Label: s.Source, Value: float64(s.Count), Text: strconv.FormatInt(s.Count, 10), Tone: page.Main})
	}
	return out
}

// CauseChart draws where causes lie.
func (r *Review) CauseChart() page.Chart {
	out := page.Chart{Label: "incidents by the element in which their cause lies"}
	for _, e := range r.Causes.Elements {
		out.Bars = append(out.Bars, page.Bar{Label: orUnassigned(e.Element), Value: float64(e.Incidents), Text: strconv.FormatInt(e.Incidents, 10), Tone: page.Main})
	}
	return out
}

// CostCharts draw what is promised beside what is reported, a chart for each currency.
func (r *Review) CostCharts() []page.Chart {
	var out []page.Chart
	for i, a := range r.Costs.Promised {
		chart := page.Chart{Label: "redress in " + a.Currency + ": promised and reported"}
		chart.Bars = append(chart.Bars, page.Bar{Label: "promised", Value: float(a.Value), Text: a.String(), Tone: page.Main})
		if i < len(r.Costs.Reported) {
			for _, b := range r.Costs.Reported {
				if b.Currency == a.Currency {
					chart.Bars = append(chart.Bars, page.Bar{Label: "reported", Value: float(b.Value), Text: b.String(), Tone: page.Other})
				}
			}
		}
		out = append(out, chart)
	}
	return out
}

// ReadyChart draws how kinds of incidents were answered.
func (r *Review) ReadyChart() page.Stacks {
	out := page.Stacks{Label: "incidents by how they were answered: by a play, by a fallback only, by nobody"}
	for i, k := range r.Readiness.Kinds {
		if i == mostRows {
			break
		}
		out.Rows = append(out.Rows, page.Stack{Label: k.Kind.String(), Text: strconv.FormatInt(k.Play, 10) + " of " + strconv.FormatInt(k.Incidents, 10) + " by a play", Parts: []page.Bar{
			{Value: float64(k.Play), Tone: page.Good}, {Value: float64(k.Fallback), Tone: page.Late}, {Value: float64(k.Nobody + k.Refused), Tone: page.Bad},
		}})
	}
	return out
}

// mostRows bounds a chart; the table has all.
const mostRows = 15

func float(decimal string) float64 {
	f, _ := strconv.ParseFloat(decimal, 64) // a sum of money always is a number
	return f
}

func verdictWords(v Verdict) string {
	if v == TooFew {
		return "too few to judge"
	}
	return string(v)
}

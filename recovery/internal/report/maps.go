package report

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// maps are the maps of the set, sorted by name.
func (b *builder) maps() []Map {
	var out []Map
	for _, d := range b.set.Documents {
		if d.Kind != playbook.PayloadMap || d.Map == nil {
			continue
		}
		m := Map{Name: d.ID.Value, Anchor: "map." + d.ID.Value, About: oneLine(d.About.Value)}
		if d.Zone.IsSet() {
			m.Remarks = append(m.Remarks, "times without a zone are those of "+d.Zone.Value)
		}
		if len(d.Map.Only) > 0 {
			m.Remarks = append(m.Remarks, "for payloads in which "+conditionsOf(d.Map.Only))
		}
		if len(d.Map.Missing) > 0 {
			m.Remarks = append(m.Remarks, "absent: "+term.List(quotedTexts(d.Map.Missing), "or"))
		}
		if d.Map.Encoding.IsSet() {
			m.Remarks = append(m.Remarks, "encoded as "+d.Map.Encoding.Value)
		}
		for _, f := range d.Map.Fields {
			m.Rows = append(m.Rows, MapRow{plain(f.Name.Value), sourceOf(f), strings.Join(readingOf(f), "; ")})
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b Map) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// sourceOf says where a field stands in the payload.
func sourceOf(f *playbook.MapField) string {
	switch {
	case f.Const.IsSet():
		return "always " + plainValue(f.Const)
	case f.Template.IsSet():
		return f.Template.Value
	case len(f.From) > 1 && f.Format.IsSet() && !strings.HasPrefix(f.Format.Value, "epoch"):
		return term.List(textsOf(f.From), "and") + " together"
	case len(f.From) > 1:
		return "the first that is there of " + term.List(textsOf(f.From), "and")
	}
	return strings.Join(textsOf(f.From), "")
}

// readingOf says how a field is written in the payload.
func readingOf(f *playbook.MapField) (out []string) {
	if len(f.FirstOf) > 0 {
		out = append(out, "the first of "+term.List(textsOf(f.FirstOf), "and")+" that is among them")
	}
	for _, w := range f.Words {
		out = append(out, quotedText(w.Key.Value)+" is "+plainValue(w.Value))
	}
	for _, k := range []struct {
		texts []playbook.Text
		says  string
	}{{f.True, "yes: "}, {f.False, "no: "}} {
		if len(k.texts) > 0 {
			out = append(out, k.says+term.List(quotedTexts(k.texts), "or"))
		}
	}
	if f.Otherwise.IsSet() {
		out = append(out, "anything else is "+plainValue(f.Otherwise))
	}
	for _, k := range []struct {
		text playbook.Text
		says string
	}{{f.Currency, "in "}, {f.Unit, "in "}, {f.Format, "written as "}, {f.Zone, "in the zone "}} {
		if k.text.IsSet() {
			out = append(out, k.says+k.text.Value)
		}
	}
	if f.Decimal.IsSet() {
		out = append(out, "decimals stand behind "+map[string]string{",": "a comma", ".": "a point"}[f.Decimal.Value])
	}
	if f.Split.IsSet() {
		out = append(out, "parted by "+quotedText(f.Split.Value))
	}
	if len(f.Missing) > 0 {
		out = append(out, "absent: "+term.List(quotedTexts(f.Missing), "or"))
	}
	if len(f.When) > 0 {
		out = append(out, "only where "+conditionsOf(f.When))
	}
	if len(f.While) > 0 {
		out = append(out, "the incident waits while it is "+term.List(quotedTexts(f.While), "or"))
	}
	for _, x := range f.Items {
		item := "of each, " + x.Name.Value + ": " + sourceOf(x)
		if how := readingOf(x); len(how) > 0 {
			item += " (" + strings.Join(how, "; ") + ")"
		}
		out = append(out, item)
	}
	return out
}

// conditionsOf says what a payload has to show.
func conditionsOf(list []playbook.PathValues) string {
	var out []string
	for _, c := range list {
		out = append(out, c.Path.Value+" is "+term.List(quotedTexts(c.Values), "or"))
	}
	return term.List(out, "and")
}

func textsOf(texts []playbook.Text) (out []string) {
	for _, t := range texts {
		out = append(out, t.Value)
	}
	return out
}

func quotedTexts(texts []playbook.Text) (out []string) {
	for _, t := range texts {
		out = append(out, quotedText(t.Value))
	}
	return out
}

func quotedText(text string) string { return "“" + text + "”" }

func plainValue(v playbook.Value) string {
	switch {
	case v.Kind == playbook.List:
		var out []string
		for _, x := range v.Items {
			out = append(out, plainValue(x))
		}
		return orElse(term.List(out, "and"), "an empty list")
	case v.Text.Kind == playbook.Null && v.Text.Plain:
		return "absent"
	}
	return orElse(v.Text.Value, "empty")
}

package oracle

import (
	"fmt"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

var startTimes = []time.Time{
	time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 22, 45, 0, 0, time.UTC),
	time.Date(2026, 3, 6, 16, 10, 0, 0, time.UTC), time.Date(2026, 3, 7, 23, 30, 0, 0, time.UTC), // New York's clocks go forward on the 8th
	time.Date(2026, 3, 28, 20, 5, 0, 0, time.UTC), time.Date(2026, 10, 24, 19, 15, 0, 0, time.UTC), // Madrid's change on the day after
	time.Date(2026, 10, 31, 23, 0, 0, 0, time.UTC),
}

// incident makes up an incident at about a time.
func (d *oDice) incident(s *oSet, id string, now time.Time) *oIncident {
	in := &oIncident{fields: map[string]any{"id": id, "service": "parcel", "failure": pick(d, poolFailures...), "region": pick(d, poolRegions...)}}
	ago := func(hours int) time.Time { return now.Add(-time.Duration(d.IntN(hours*60)) * time.Minute) }
	in.fields["occurred_at"] = ago(72)
	set := func(percent int, path string, v any) {
		if d.chance(percent) {
			in.fields[path] = v
		}
	}
	set(30, "phase", "signal")
	set(80, "severity", int64(1+d.IntN(5)))
	set(75, "customer.id", fmt.Sprintf("C-%d", d.IntN(2)))
	set(50, "customer.tier", pick(d, poolTiers...))
	set(60, "customer.name", pick(d, "Ana", "Li & Co"))
	set(30, "language", pick(d, "es", "es-MX", "pt_BR", "fr", "zh-TW", "nb", "iw", "es_AR.UTF-8"))
	set(30, "customer.language", pick(d, "es-AR", "pt", "en", "zh", "no-NO", "he"))
	set(40, "reported_at", ago(24))
	set(20, "provider", pick(d, poolPartners...))
	set(15, "responded_at", ago(4))
	set(10, "informed_at", ago(4))
	set(8, "resolved_at", ago(2))
	set(25, "waiting_since", ago(3))
	set(10, "updated_at", ago(1))
	if in.text("phase") == "signal" {
		set(75, "expected_at", now.Add(time.Duration(d.IntN(300)-30)*time.Minute))
	}
	d.pause(in, now)
	for i := range fieldPool {
		f := &fieldPool[i]
		if f.def == nil && !f.optional && !d.chance(2) || d.chance(60) {
			in.fields[f.path] = d.value(f, now)
		}
	}
	return in
}

func (d *oDice) pause(in *oIncident, now time.Time) {
	in.paused = nil
	if !d.chance(25) {
		return
	}
	from := now.Add(-time.Duration(1+d.IntN(2000)) * time.Minute)
	p := recovery.Pause{From: from, Until: from.Add(time.Duration(1+d.IntN(1500)) * time.Minute)}
	if p.Until.After(now) {
		p.Until = now
	}
	if d.chance(25) {
		p.Until = time.Time{}
	}
	in.paused = []recovery.Pause{p}
	if !p.Until.IsZero() && d.chance(30) { // one more, that may overlap, or is yet to come
		from := now.Add(time.Duration(d.IntN(4000)-3000) * time.Minute)
		in.paused = append(in.paused, recovery.Pause{From: from, Until: from.Add(time.Duration(1+d.IntN(900)) * time.Minute)})
	}
}

func (d *oDice) value(f *oField, now time.Time) any {
	switch f.kind {
	case "duration":
		return pick(d, 0, 23*time.Hour+59*time.Minute, 24*time.Hour, 47*time.Hour, 48*time.Hour, 80*time.Hour)
	case "money":
		return exactOf(recovery.MustMoney(pick(d, "0 EUR", "1.99 EUR", "12.35 EUR", "15 EUR", "50 EUR", "59.99 EUR", "60 EUR")))
	case "any":
		return exactOf(recovery.MustMoney(pick(d, "0 EUR", "2.55 EUR", "7.77 GBP", "333 JPY")))
	case "gbp":
		return exactOf(recovery.MustMoney(pick(d, "0 GBP", "9 GBP")))
	case "bool":
		return d.chance(50)
	case "int":
		return int64(pick(d, 0, 1, 2, 3))
	case "double":
		return pick(d, 0.1, 0.25, 1.5, 0.0)
	case "timestamp":
		return now.Add(-time.Duration(d.IntN(3000)) * time.Minute)
	case "date":
		return oDay(pick(d, poolDays...))
	}
	return pick(d, "single", "return")
}

// later is the same incident as it may be some time after: what a version of it may bring.
func (d *oDice) later(in *oIncident, now time.Time) *oIncident {
	out := in.clone()
	for range 1 + d.IntN(2) {
		switch d.IntN(13) {
		case 0:
			out.fields["severity"] = int64(1 + d.IntN(5))
		case 1:
			out.fields["failure"] = pick(d, poolFailures...)
		case 2:
			d.event(out, "resolved_at", now)
		case 3, 4:
			d.event(out, "responded_at", now)
		case 5:
			d.event(out, "informed_at", now)
		case 6:
			out.fields["reported_at"] = now // must not move a promise
		case 7:
			f := &fieldPool[d.IntN(len(fieldPool))]
			out.fields[f.path] = d.value(f, now)
		case 8:
			d.pause(out, now)
		case 9:
			out.fields["region"] = pick(d, poolRegions...)
		case 10:
			out.fields["comment"] = fmt.Sprint(d.IntN(100)) // no playbook declares it
		case 11: // the customer writes, or is answered
			delete(out.fields, "waiting_since")
			if d.chance(70) {
				out.fields["waiting_since"] = now.Add(-time.Duration(d.IntN(90)) * time.Minute)
			}
		case 12:
			if resolved, ok := out.time("resolved_at"); ok && resolved.Before(now) {
				out.fields["reopened_at"] = now
			}
		}
	}
	if d.chance(25) {
		out.fields["updated_at"] = now.Add(time.Duration(d.IntN(240)-220) * time.Minute)
	}
	return out
}

// event sets a time of an incident: now, or late, or corrected, or too early; or takes it back.
func (d *oDice) event(in *oIncident, path string, now time.Time) {
	switch d.IntN(8) {
	case 0:
		delete(in.fields, path)
	case 1:
		in.fields[path] = now.Add(time.Duration(1+d.IntN(400)) * time.Minute)
	case 2, 3, 4:
		in.fields[path] = now.Add(-time.Duration(d.IntN(600)) * time.Minute)
	default:
		in.fields[path] = now
	}
}

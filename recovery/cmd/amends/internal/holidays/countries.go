package holidays

import (
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// source names where the days come from.
const source = "github.com/rickar/cal v2.1.13"

// country is the public holidays of a country: of all of it, and of regions.
type country struct {
	all []*cal.Holiday
	// regions have all days of each region, those of the whole country too.
	regions map[string][]*cal.Holiday
	// besides are the days that a region has beyond those of the country, which the library does not know.
	besides map[string][]*cal.Holiday
}

// countries are by their ISO 3166 code, and regions by theirs.
var countries = map[string]country{
	"AR": {all: ar.Holidays},
	"AT": {all: at.Holidays},
	"AU": {regions: map[string][]*cal.Holiday{"ACT": au.HolidaysACT, "NSW": au.HolidaysNSW, "NT": au.HolidaysNT, "QLD": au.HolidaysQLD, "SA": au.HolidaysSA, "TAS": au.HolidaysTAS, "VIC": au.HolidaysVIC, "WA": au.HolidaysWA}},
	"BE": {all: be.Holidays},
	"BG": {all: bg.Holidays},
	"BR": {all: br.Holidays},
	"CA": {all: ca.Holidays},
	"CH": {all: ch.Holidays, regions: map[string][]*cal.Holiday{"AG": ch.HolidaysAG, "AI": ch.HolidaysAI, "AR": ch.HolidaysAR, "BE": ch.HolidaysBE, "BL": ch.HolidaysBL, "BS": ch.HolidaysBS, "FR": ch.HolidaysFR, "GE": ch.HolidaysGE, "GL": ch.HolidaysGL, "GR": ch.HolidaysGR, "JU": ch.HolidaysJU, "LU": ch.HolidaysLU, "NE": ch.HolidaysNE, "NW": ch.HolidaysNW, "OW": ch.HolidaysOW, "SG": ch.HolidaysSG, "SH": ch.HolidaysSH, "SO": ch.HolidaysSO, "SZ": ch.HolidaysSZ, "TG": ch.HolidaysTG, "TI": ch.HolidaysTI, "UR": ch.HolidaysUR, "VD": ch.HolidaysVD, "VS": ch.HolidaysVS, "ZG": ch.HolidaysZG, "ZH": ch.HolidaysZH}},
	"CZ": {all: cz.Holidays},
	"DE": {all: de.Holidays, regions: map[string][]*cal.Holiday{"BB": de.HolidaysBB, "BE": de.HolidaysBE, "BW": de.HolidaysBW, "BY": de.HolidaysBY, "HB": de.HolidaysHB, "HE": de.HolidaysHE, "HH": de.HolidaysHH, "MV": de.HolidaysMV, "NI": de.HolidaysNI, "NW": de.HolidaysNW, "RP": de.HolidaysRP, "SH": de.HolidaysSH, "SL": de.HolidaysSL, "SN": de.HolidaysSN, "ST": de.HolidaysST, "TH": de.HolidaysTH}},
	"DK": {all: dk.Holidays},
	"ES": {all: es.Holidays, besides: spain},
	"FR": {all: fr.Holidays},
	"GB": {all: gb.Holidays},
	"GR": {all: gr.Holidays},
	"HR": {all: hr.Holidays},
	"IE": {all: ie.Holidays},
	"IT": {all: it.Holidays},
	"JP": {all: jp.Holidays},
	"LT": {all: lt.Holidays},
	"LV": {all: lv.Holidays},
	"MW": {all: mw.Holidays},
	"NL": {all: nl.Holidays},
	"NO": {all: no.Holidays},
	"NZ": {all: nz.Holidays},
	"PL": {all: pl.Holidays},
	"RO": {all: ro.Holidays},
	"RU": {all: ru.Holidays},
	"SE": {all: se.Holidays},
	"SI": {all: si.Holidays},
	"SK": {all: sk.Holidays},
	"UA": {all: ua.Holidays},
	"US": {all: us.Holidays},
	"ZA": {all: za.Holidays},
}

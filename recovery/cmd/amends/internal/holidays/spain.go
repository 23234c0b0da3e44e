package holidays

import (
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
)

// spain is the days that the autonomous communities have chosen for years. A community may choose otherwise for one
// year; the official gazette has the list of each.
var spain = map[string][]*cal.Holiday{
	"AN": {on("Día de Andalucía", time.February, 28), maundyThursday},
	"AR": {on("San Jorge", time.April, 23), maundyThursday},
	"AS": {on("Día de Asturias", time.September, 8), maundyThursday},
	"CB": {on("Día de las Instituciones", time.July, 28), on("La Bien Aparecida", time.September, 15), maundyThursday},
	"CL": {on("Día de Castilla y León", time.April, 23), maundyThursday},
	"CM": {on("Día de Castilla-La Mancha", time.May, 31), maundyThursday},
	"CN": {on("Día de Canarias", time.May, 30), maundyThursday},
	"CT": {on("Sant Joan", time.June, 24), on("Diada Nacional de Catalunya", time.September, 11), on("Sant Esteve", time.December, 26), easterMonday},
	"EX": {on("Día de Extremadura", time.September, 8), maundyThursday},
	"GA": {on("Día das Letras Galegas", time.May, 17), on("Día Nacional de Galicia", time.July, 25), maundyThursday},
	"IB": {on("Día de las Illes Balears", time.March, 1), maundyThursday, easterMonday},
	"MC": {on("Día de la Región de Murcia", time.June, 9), maundyThursday},
	"MD": {on("Fiesta de la Comunidad de Madrid", time.May, 2), maundyThursday},
	"NC": {on("San Francisco Javier", time.December, 3), maundyThursday, easterMonday},
	"PV": {on("Santiago Apóstol", time.July, 25), maundyThursday, easterMonday},
	"RI": {on("Día de La Rioja", time.June, 9), maundyThursday},
	"VC": {on("San José", time.March, 19), on("Día de la Comunitat Valenciana", time.October, 9), easterMonday},
}

var (
	maundyThursday = aa.MaundyThursday.Clone(&cal.Holiday{Name: "Jueves Santo", Type: cal.ObservancePublic})
	easterMonday   = aa.EasterMonday.Clone(&cal.Holiday{Name: "Lunes de Pascua", Type: cal.ObservancePublic})
)

func on(name string, month time.Month, day int) *cal.Holiday {
	return &cal.Holiday{Name: name, Type: cal.ObservancePublic, Month: month, Day: day, Func: cal.CalcDayOfMonth}
}

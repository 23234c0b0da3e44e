package value

import "strings"

// unitWords has the words of a language for the units of durations, from weeks to seconds, each in
// the forms that plural chooses from, and the word between two of them.
type unitWords struct {
	units  [5][]string
	and    string
	plural func(n uint64) int
}

// wordsOf returns the words of a language: those of the tag without its last parts, else nil. They
// are those of the Unicode Common Locale Data Repository, long form, and frozen like the separators:
// newer ones change messages, and so need a new semantics version. There are none for dates and times,
// which are written alike in every language; see [Style].
func wordsOf(language string) *unitWords {
	tag, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch tag {
	case "en":
		return words("and", oneIs1, "week weeks", "day days", "hour hours", "minute minutes", "second seconds")
	case "es":
		return words("y", oneIs1, "semana semanas", "día días", "hora horas", "minuto minutos", "segundo segundos")
	case "ca":
		return words("i", oneIs1, "setmana setmanes", "dia dies", "hora hores", "minut minuts", "segon segons")
	case "gl":
		return words("e", oneIs1, "semana semanas", "día días", "hora horas", "minuto minutos", "segundo segundos")
	case "pt":
		return words("e", oneTo1, "semana semanas", "dia dias", "hora horas", "minuto minutos", "segundo segundos")
	case "fr":
		return words("et", oneTo1, "semaine semaines", "jour jours", "heure heures", "minute minutes", "seconde secondes")
	case "it":
		return words("e", oneIs1, "settimana settimane", "giorno giorni", "ora ore", "minuto minuti", "secondo secondi")
	case "de":
		return words("und", oneIs1, "Woche Wochen", "Tag Tage", "Stunde Stunden", "Minute Minuten", "Sekunde Sekunden")
	case "nl":
		return words("en", oneIs1, "week weken", "dag dagen", "uur uur", "minuut minuten", "seconde seconden")
	case "da":
		return words("og", oneIs1, "uge uger", "dag dage", "time timer", "minut minutter", "sekund sekunder")
	case "sv":
		return words("och", oneIs1, "vecka veckor", "dag dagar", "timme timmar", "minut minuter", "sekund sekunder")
	case "nb", "no":
		return words("og", oneIs1, "uke uker", "dag dager", "time timer", "minutt minutter", "sekund sekunder")
	case "pl":
		return words("i", polish, "tydzień tygodnie tygodni", "dzień dni dni", "godzina godziny godzin", "minuta minuty minut", "sekunda sekundy sekund")
	}
	return nil
}

func words(and string, plural func(uint64) int, units ...string) *unitWords {
	w := &unitWords{and: " " + and + " ", plural: plural}
	for i := range w.units {
		w.units[i] = strings.Fields(units[i])
	}
	return w
}

func oneIs1(n uint64) int {
	if n == 1 {
		return 0
	}
	return 1
}

// oneTo1 takes 0 for a singular too.
func oneTo1(n uint64) int { return int(min(n, 2)) / 2 }

func polish(n uint64) int {
	switch tens := n % 100; {
	case n == 1:
		return 0
	case n%10 >= 2 && n%10 <= 4 && (tens < 12 || tens > 14):
		return 1
	}
	return 2
}

package value_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

func TestDurationsInWords(t *testing.T) {
	long := 3*24*time.Hour + 8*time.Hour
	for _, c := range []struct {
		language string
		d        time.Duration
		want     string
	}{
		{"en", long, "3 days and 8 hours"}, {"en-GB", time.Hour, "1 hour"}, {"EN", -time.Minute, "-1 minute"}, {"en", 0, "0 seconds"},
		{"es", long, "3 días y 8 horas"}, {"es-MX", 24*time.Hour + time.Hour, "1 día y 1 hora"}, {"es", 15 * 24 * time.Hour, "2 semanas y 1 día"},
		{"fr", 0, "0 seconde"}, {"fr", 2 * time.Second, "2 secondes"}, {"pt-BR", 0, "0 segundo"}, {"it", long, "3 giorni e 8 ore"},
		{"de", long, "3 Tage und 8 Stunden"}, {"de-AT", time.Hour + 5*time.Second, "1 Stunde und 5 Sekunden"}, {"nl", 2 * time.Hour, "2 uur"},
		{"ca", long, "3 dies i 8 hores"}, {"gl", time.Hour, "1 hora"}, {"sv", long, "3 dagar och 8 timmar"}, {"da", long, "3 dage og 8 timer"}, {"nb", long, "3 dager og 8 timer"},
		{"pl", long, "3 dni i 8 godzin"}, {"pl", 2 * time.Hour, "2 godziny"}, {"pl", 12 * time.Minute, "12 minut"}, {"pl", 22 * time.Minute, "22 minuty"}, {"pl", time.Hour, "1 godzina"},
		{"", long, "3 d 8 h"}, {"ja", long, "3 d 8 h"}, {"english", long, "3 d 8 h"},
	} {
		if got := (value.Style{Language: c.language}).Text(c.d); got != c.want {
			t.Errorf("%s in %q: %q, want %q", c.d, c.language, got, c.want)
		}
	}
}

package cli

import (
	"time"

	"github.com/servicerecovery/amends/recovery/internal/term"
)

// meter shows on a person's terminal how much of something has been read.
type meter struct {
	out   *term.Writer
	tick  *time.Ticker
	what  string
	shown bool
}

// newMeter shows nothing when results are written to the same terminal meanwhile.
func newMeter(h Host, what string, writes bool) *meter {
	m := &meter{what: what}
	if h.Stderr.Terminal() && !(writes && h.Stdout.Terminal()) {
		m.out, m.tick = h.Stderr, time.NewTicker(time.Second)
	}
	return m
}

func (m *meter) progress(done, total int64) {
	if m.out == nil {
		return
	}
	select {
	case <-m.tick.C:
		const mega = 1e6
		m.out.Status("%3d%% of %.0f MB %s", 100*done/max(total, 1), float64(total)/mega, m.what)
		m.shown = true
	default:
	}
}

// end wipes the line, so that what follows stands by itself.
func (m *meter) end() {
	if m.tick != nil {
		m.tick.Stop()
	}
	if m.shown {
		m.out.EndStatus(true)
	}
}

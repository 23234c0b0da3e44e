package cli

import (
	"fmt"
	"io"
	"time"
)

// meter shows on a person's terminal how much of something has been read.
type meter struct {
	out   io.Writer
	tick  *time.Ticker
	what  string
	shown bool
}

// newMeter shows nothing when results are written to the same terminal meanwhile.
func newMeter(h Host, what string, writes bool) *meter {
	m := &meter{what: what}
	if h.Terminal(h.Stderr) && !(writes && h.Terminal(h.Stdout)) {
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
		fmt.Fprintf(m.out, "\r%3d%% of %.0f MB %s", 100*done/max(total, 1), float64(total)/mega, m.what)
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
		fmt.Fprint(m.out, "\r\x1b[K")
	}
}

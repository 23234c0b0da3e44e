package term

import "time"

// Progress shows on a person's terminal how much of something has been read.
type Progress struct {
	out   *Writer
	tick  *time.Ticker
	what  string
	shown bool
}

// NewProgress shows how much of what was read. It shows nothing where nobody looks, or where results
// are written to the same terminal meanwhile; results is nil where none are.
func NewProgress(out, results *Writer, what string) *Progress {
	p := &Progress{what: what}
	if out.Terminal() && (results == nil || !results.Terminal()) {
		p.out, p.tick = out, time.NewTicker(time.Second)
	}
	return p
}

// Show shows how much was done, at most once a second.
func (p *Progress) Show(done, total int64) {
	if p.out == nil {
		return
	}
	select {
	case <-p.tick.C:
		const mega = 1e6
		p.out.Status("%3d%% of %.0f MB %s", 100*done/max(total, 1), float64(total)/mega, p.what)
		p.shown = true
	default:
	}
}

// End wipes the line, so that what follows stands by itself.
func (p *Progress) End() {
	if p.tick != nil {
		p.tick.Stop()
	}
	if p.shown {
		p.out.EndStatus(true)
	}
}

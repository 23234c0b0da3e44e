package recovery

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/recovery/internal/intake"
)

// workspace is the memory that a decision is made in. The next decision uses it
// again. Nothing that leaves the engine, be it a decision, a record or a query, may
// point into it; what it hands out as room for a decision is new each time.
type workspace struct {
	incident   Incident // a copy, so that the caller's stays on its stack
	intake     *intake.Intake
	subject    subject
	conclusion conclusion
	// record is the canonical JSON of the incident; text is what is being hashed.
	record, text []byte
	drafts       []draft  // the latest slab
	list         []*draft // behind the conclusion's
	slots        []int    // of facts
	today        day      // in which decisions are made, in the zone last asked for

	room room
}

// room is what a decision is made of: lists that are handed out piece by piece.
type room struct {
	params []Param
	plays  []string
	ids    strings.Builder
}

// workspace returns one for a decision. It goes back with release.
func (r *ruleset) workspace() *workspace {
	w, _ := r.workspaces.Get().(*workspace)
	if w == nil {
		w = &workspace{intake: intake.New(r.layout)}
	}
	return w
}

// What a workspace keeps after one unusual decision is bounded.
const (
	mostDrafts = 256
	mostText   = 64 << 10
)

func (r *ruleset) release(w *workspace) {
	if w.subject.input != nil {
		w.subject.input.Release()
	}
	w.intake.Clear()
	if w.conclusion.drafts != nil {
		w.list = w.conclusion.drafts
	}
	clear(w.list[:cap(w.list)])
	clear(w.drafts)
	w.drafts, w.list, w.slots = w.drafts[:0], w.list[:0], w.slots[:0]
	w.record, w.text = w.record[:0], w.text[:0]
	if cap(w.drafts) > mostDrafts || cap(w.list) > mostDrafts {
		w.drafts, w.list = nil, nil
	}
	if cap(w.record) > mostText || cap(w.text) > mostText {
		w.record, w.text = nil, nil
	}
	w.incident, w.subject, w.conclusion, w.room = Incident{}, subject{}, conclusion{}, room{}
	r.workspaces.Put(w)
}

// draft returns room for an action in the making. Those handed out before stay
// where they are.
func (w *workspace) draft() *draft {
	if len(w.drafts) == cap(w.drafts) {
		w.drafts = make([]draft, 0, max(8, 2*cap(w.drafts)))
	}
	w.drafts = w.drafts[:len(w.drafts)+1]
	return &w.drafts[len(w.drafts)-1]
}

// slabSize is for how many actions room is made at a time.
const slabSize = 8

// reserve makes room for so many actions with so many parameters, in one piece.
func (r *room) reserve(actions, params int) {
	r.plays, r.params = make([]string, 0, actions), make([]Param, 0, params)
	r.ids.Grow(idSize * (actions + 1))
}

// listOf returns a list of one play.
func (r *room) listOf(play string) []string {
	if len(r.plays) == cap(r.plays) {
		r.plays = make([]string, 0, slabSize)
	}
	r.plays = append(r.plays, play)
	return slices.Clip(r.plays[len(r.plays)-1:])
}

// paramList returns an empty list for so many parameters.
func (r *room) paramList(n int) []Param {
	if n == 0 {
		return nil
	}
	if cap(r.params)-len(r.params) < n {
		r.params = make([]Param, 0, max(n, slabSize))
	}
	from := len(r.params)
	r.params = r.params[:from+n]
	return r.params[from : from : from+n]
}

// id is [hashID] for a text that is written already.
func (r *room) id(prefix string, text []byte) string {
	var id [idSize]byte
	from := r.ids.Len()
	r.ids.Write(appendID(id[:0], prefix, text))
	return r.ids.String()[from:]
}

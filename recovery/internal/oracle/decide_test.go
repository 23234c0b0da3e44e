package oracle

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oAct is an action of a decision, with what is needed to go on with it.
type oAct struct {
	key        string // what its id is made from
	merge      string // what it merges by; empty: not merged
	typ        string
	plays      []string
	book       *oBook
	owned      oOwner // the item whose own it is
	src        *oAction
	asks       []*oAsk // what each play asks for: a promise of its own
	amount     *recovery.Money
	already    *recovery.Money
	params     map[string]string
	every      time.Duration
	owner      string
	note       string
	message    *oMessage
	speaker    *oPlay // whose message it is
	notBefore  time.Time
	due        time.Time
	given      time.Time
	done       time.Time
	step       bool // of if_late or remind
	unheard    bool // the host was never given it, and need not be
	ifLate     []*oAct
	remind     []*oAct
	change     string
	seen       oActionView // how it is shown, but for what compares it with the decision before
	units      int64       // of a substitute
	partner    string      // of a substitute
	direction  string
	reservedAt time.Time
}

type oWithheld struct {
	act    *oAct
	reason string
	amount *recovery.Money
}

// oWarning is what a decision warns of. about tells apart what is said of several things.
type oWarning struct{ code, play, about string }

type oMatch struct {
	play    *oPlay
	kase    *oCase
	items   []*oPlayItem // of a play with each
	because []oRead
}

type oDecision struct {
	raw, in  *oIncident // as it came, and as validated
	set      *oSet
	at       time.Time
	again    bool // it supersedes another
	resolved bool // the incident was resolved then
	matches  []oMatch
	acts     []*oAct
	asks     []*oAsk         // of the actions that it gives
	gives    map[string]bool // the plays that gave something
	left     map[string]bool // the plays whose asks a resolved incident leaves out
	ended    []oEnded        // promises of the decision before that it does not give
	choices  []*oChoice
	withheld []oWithheld
	passed   [][3]string // partner, play, reason
	facts    []oRead
	missed   []oMissed
	warnings []oWarning
	took     map[string]time.Time // actions that choices made on it have cancelled
	view     *oView
}

// oRefusal says why there is no decision: its kind, and what it names.
type oRefusal struct {
	kind  string // invalid, evaluation, ambiguous
	names []string
}

func (r *oRefusal) Error() string { return r.kind }

// oRun is one decision in the making.
type oRun struct {
	world    *oWorld
	set      *oSet
	raw      *oIncident
	in       *oIncident
	now      time.Time
	life     *oLife
	again    bool // nothing was told: time has passed
	made     []*oMade
	choosing bool // somebody chooses
	// looksBack is set while what was promised before is judged: what has reopened the incident since
	// takes nothing back that was kept.
	looksBack bool
	out       *oDecision
	owner     oOwner           // the item for which actions are expanded
	item      *oItem           // and its fields
	proposals []*oMade         // that await a second person
	used      map[string]int64 // units used by earlier plays
	play      *oPlay           // the one being worked on, for refusals
	broken    []string         // what `missed` holds in conditions
	naught    bool             // an answer was asked for, and the incident is resolved
	strange   []*oFact         // facts without a key that were warned of
	limited   []*oFact         // facts that the limits in use count
	pools     []*oPool         // what the caps leave
	gone      []*oAct          // of choices that no longer stand
}

// match is the first steps of SEMANTICS.md: which plays match, and in which playbooks that is asked.
func (w *oWorld) match(in *oIncident, now time.Time) (*oRun, []*oBook, *oRefusal) {
	r := &oRun{world: w, set: w.set, raw: in, in: in, now: now, used: map[string]int64{}, life: w.life(in.text("id"))}
	r.made = slices.Clone(r.life.made)
	books, refusal := r.validate()
	if refusal != nil {
		return nil, nil, refusal
	}
	_, resolved := r.resolvedAt()
	r.out = &oDecision{raw: in, in: r.in, set: w.set, at: now, again: len(r.life.past) > 0, resolved: resolved,
		gives: map[string]bool{}, left: map[string]bool{}, took: map[string]time.Time{}}
	r.broken = r.conditionMissed()
	if refusal := r.find(books); refusal != nil {
		return nil, nil, refusal
	}
	return r, books, nil
}

// run decides what was told.
func (w *oWorld) run(in *oIncident, now time.Time) (*oRun, *oRefusal) {
	return w.decide(in, now, false)
}

// decide goes through all the steps.
func (w *oWorld) decide(in *oIncident, now time.Time, again bool) (*oRun, *oRefusal) {
	r, books, refusal := w.match(in, now)
	if refusal != nil {
		return nil, refusal
	}
	r.again = again
	for _, m := range r.out.matches {
		r.play = m.play
		if err := r.apply(m); err != nil {
			return nil, &oRefusal{"evaluation", []string{m.play.name()}}
		}
	}
	r.out.acts, r.naught = r.leaveOut(r.out.acts)
	r.keepMade()
	r.proposals = r.stillProposed()
	r.play = nil
	r.dropZero()
	r.out.acts = merge(r.out.acts)
	if err := r.limit(books); err != nil {
		return nil, &oRefusal{"evaluation", nil}
	}
	r.finish(r.out.acts)
	r.remember()
	r.compare()
	r.listFacts(books)
	r.listMissed()
	r.warnings()
	r.out.view = r.oracleView()
	return r, nil
}

// remember lists what the decision gives, for those that come after it.
func (r *oRun) remember() {
	for _, a := range r.out.acts {
		for _, k := range a.asks {
			r.out.asks = append(r.out.asks, k)
			r.out.gives[k.play.name()] = true
		}
	}
	for _, c := range r.out.choices {
		r.out.gives[c.play.name()] = true
	}
	for _, m := range r.made {
		if m.stands {
			r.out.gives[m.play.name()] = true
		}
	}
	for _, m := range r.proposals {
		r.out.gives[m.play.name()] = true
	}
}

// validate is step 1. It returns the playbooks that are in force and apply.
func (r *oRun) validate() ([]*oBook, *oRefusal) {
	var declared []*oField
	if r.set.shared != nil {
		declared = append(declared, r.set.shared.fields...)
	}
	in, wrongAlready := r.raw.withDefaults(declared)
	for _, path := range wrongAlready { // nobody knows what it is
		delete(in.fields, path)
	}
	r.in = in
	var books []*oBook
	occurred, _ := r.raw.time("occurred_at")
	for _, b := range r.set.books {
		if !b.inForce.holds(b.day(occurred)) {
			continue
		}
		if b.applies != nil {
			ok, err := b.applies.eval(r.env(b))
			if err != nil {
				if len(wrongAlready) > 0 {
					continue // it cannot be told whether it applies
				}
				return nil, &oRefusal{"evaluation", []string{""}} // it belongs to no play
			}
			if !ok.(bool) {
				continue
			}
		}
		books = append(books, b)
		declared = append(declared, b.fields...)
	}
	full, wrong := r.raw.withDefaults(declared)
	if len(wrong) > 0 {
		sort.Strings(wrong)
		return nil, &oRefusal{"invalid", slices.Compact(wrong)}
	}
	r.in = full
	return books, nil
}

func (r *oRun) env(b *oBook) *oEnv {
	return &oEnv{book: b, in: r.in, now: r.now, broken: r.broken, facts: func(f *oFact) any { v, _ := r.fact(f); return v }}
}

// inOrder are the plays of some playbooks: by priority, playbook, place.
func inOrder(books []*oBook) []*oPlay {
	var plays []*oPlay
	for _, b := range books {
		plays = append(plays, b.plays...)
	}
	sort.SliceStable(plays, func(i, j int) bool {
		if plays[i].priority != plays[j].priority {
			return plays[i].priority > plays[j].priority
		}
		return plays[i].book.id < plays[j].book.id
	})
	return plays
}

// find is steps 2 and 3.
func (r *oRun) find(books []*oBook) *oRefusal {
	order := inOrder(books)
	matched := map[*oPlay]oMatch{}
	done := map[*oBook]*oPlay{} // the first answer of a playbook
	for _, fallbacks := range []bool{false, true} {
		for _, p := range order {
			if p.fallback != fallbacks || p.book.matches == "first" && done[p.book] != nil && !p.aside {
				continue
			}
			if fallbacks && r.purposeMet(matched, p) {
				continue
			}
			r.play = p
			m, ok, err := r.matches(p)
			if err != nil {
				return &oRefusal{"evaluation", []string{p.name()}}
			}
			if !ok {
				continue
			}
			if first := done[p.book]; first != nil && p.book.matches == "one" && !p.aside {
				return &oRefusal{"ambiguous", []string{first.name(), p.name()}}
			}
			if err := r.findCase(&m); err != nil {
				return &oRefusal{"evaluation", []string{p.name()}}
			}
			if done[p.book] == nil && !p.aside {
				done[p.book] = p
			}
			matched[p] = m
		}
	}
	for _, p := range order {
		if m, ok := matched[p]; ok {
			r.out.matches = append(r.out.matches, m)
		}
	}
	return nil
}

// purposeMet says that another play of the playbook with the fallback's purpose
// answers.
func (r *oRun) purposeMet(matched map[*oPlay]oMatch, fallback *oPlay) bool {
	for p := range matched {
		if p.book == fallback.book && p.preventive() == fallback.preventive() && !p.aside {
			return true
		}
	}
	return false
}

func (r *oRun) matches(p *oPlay) (m oMatch, ok bool, err error) {
	occurred, _ := r.in.time("occurred_at")
	phase, provider := p.phase, p.provider
	if phase == "" {
		phase = "failure"
		if p.preventive() {
			phase = "signal"
		}
	}
	if provider == "" {
		provider = "us"
	}
	ours := r.in.text("provider") == ""
	if !p.inForce.holds(p.book.day(occurred)) || phase != "any" && phase != r.in.text("phase") ||
		provider == "us" && !ours || provider == "partner" && ours {
		return m, false, nil
	}
	m.play = p
	env := r.env(p.book)
	env.reads = &m.because
	holds, err := p.when.eval(env)
	if err != nil || !holds.(bool) || p.each == "" {
		return m, err == nil && holds.(bool), err
	}
	err = r.pass(&m)
	return m, err == nil && len(m.items) > 0, err
}

// findCase finds the first case that holds.
func (r *oRun) findCase(m *oMatch) error {
	if m.play.each != "" {
		return r.findCases(m)
	}
	env := r.env(m.play.book)
	for _, c := range m.play.cases {
		var reads []oRead
		env.reads = &reads
		if c.when != nil {
			holds, err := c.when.eval(env)
			if err != nil {
				return err
			}
			if !holds.(bool) {
				continue
			}
		}
		m.kase = c
		for _, read := range reads {
			if !slices.Contains(m.because, read) {
				m.because = append(m.because, read)
			}
		}
		break
	}
	return nil
}

// warn adds a warning, once.
func (r *oRun) warn(code string, p *oPlay, about ...any) {
	w := oWarning{code: code, about: fmt.Sprint(about...)}
	if p != nil {
		w.play = p.name()
	}
	if !slices.Contains(r.out.warnings, w) {
		r.out.warnings = append(r.out.warnings, w)
	}
}

// warningOrder is that of time.md.
var warningOrder = []string{"unanswered", "stale", "too-late", "no-expected-time", "late-when-given", "in-the-future", "no-partner", "fact-without-key", "invalid-field", "language"}

// warnings is the last step.
func (r *oRun) warnings() {
	given := slices.ContainsFunc(r.out.acts, func(a *oAct) bool { return a.change != "cancelled" && r.answers(a) })
	given = given || slices.ContainsFunc(r.made, func(m *oMade) bool { return m.stands && !m.play.aside })
	given = given || slices.ContainsFunc(r.proposals, func(m *oMade) bool { return !m.play.aside })
	given = given || slices.ContainsFunc(r.out.choices, func(c *oChoice) bool { return !c.play.aside })
	if !given && !r.naught {
		r.warn("unanswered", nil)
	}
	for _, m := range r.out.matches {
		review := m.play.reviewBy
		if review == "" {
			review = m.play.book.reviewBy
		}
		if m.play.approach == "standardised-response" && m.play.book.day(r.now) > review {
			r.warn("stale", m.play, review)
		}
		for _, f := range m.play.readFacts() {
			r.warnStrange(f, m.play)
		}
	}
	for _, f := range r.limited {
		r.warnStrange(f, nil)
	}
	r.warnLate()
	r.warnFuture()
	for _, a := range r.out.acts {
		if a.change != "cancelled" {
			r.warnLanguage(a)
		}
	}
	sort.SliceStable(r.out.warnings, func(i, j int) bool {
		return slices.Index(warningOrder, r.out.warnings[i].code) < slices.Index(warningOrder, r.out.warnings[j].code)
	})
}

// warnLanguage warns of an action whose message has no text in a language that is wanted, and of its
// steps, once a play and message.
func (r *oRun) warnLanguage(a *oAct) {
	if a.message != nil {
		play := a.plays[0]
		if a.speaker != nil {
			play = a.speaker.name()
		}
		if _, _, missed := r.words(a.message); missed {
			w := oWarning{"language", play, a.message.id + " " + r.in.text("language") + " " + r.in.text("customer.language")}
			if !slices.Contains(r.out.warnings, w) {
				r.out.warnings = append(r.out.warnings, w)
			}
		}
	}
	for _, step := range append(slices.Clone(a.ifLate), a.remind...) {
		r.warnLanguage(step)
	}
}

// warnLate is rule 3: a deadline that is past in the decision that first gives it, or shortens it.
func (r *oRun) warnLate() {
	for _, k := range r.out.asks {
		if k.due.IsZero() || !k.due.Before(r.now) || !k.done.IsZero() {
			continue
		}
		if old, ok := r.stoodBefore(k); !ok || earlier(k.due, old) {
			r.warn("late-when-given", k.play, k.typ, k.due)
		}
	}
}

// stoodBefore is the deadline that a promise had when it was last given.
func (r *oRun) stoodBefore(k *oAsk) (due time.Time, ok bool) {
	for _, d := range r.life.past {
		for _, o := range d.asks {
			if o.same(k) {
				due, ok = o.due, true
			}
		}
	}
	return due, ok
}

// warnFuture is rule 11: what lies ahead has not happened yet.
func (r *oRun) warnFuture() {
	for _, path := range []string{"reported_at", "responded_at", "informed_at", "resolved_at", "updated_at"} {
		if t, _ := r.in.time(path); t.After(r.now) {
			r.warn("in-the-future", nil, path, t)
		}
	}
	for _, p := range r.life.reports {
		if p.at.After(r.now) {
			r.warn("in-the-future", nil, p.key, p.at)
		}
	}
}

// answers says that an action is given by a play that counts as an answer.
func (r *oRun) answers(a *oAct) bool {
	return slices.ContainsFunc(r.out.matches, func(m oMatch) bool { return !m.play.aside && slices.Contains(a.plays, m.play.name()) })
}

// warnStrange warns of a fact that has no key, once, for the first that reads it.
func (r *oRun) warnStrange(f *oFact, p *oPlay) {
	if _, known := r.fact(f); known || slices.Contains(r.strange, f) {
		return
	}
	r.strange = append(r.strange, f)
	missing := ""
	for _, path := range f.same {
		if r.in.key(path) == "" && missing == "" {
			missing = path
		}
	}
	r.warn("fact-without-key", p, f.name, missing)
}

var errNegative = errors.New("a negative amount")

package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// EqualOptions say which cases are equal, and what to compare them across.
type EqualOptions struct {
	// Same are the fields that make cases equal, such as service and failure:
	// two cases are equal when all these fields have the same texts. A field that
	// was renamed is found under all its names, and may be given by each. At
	// least one field is required.
	Same []string
	// Across are fields that should make no difference, such as region.
	Across []string
	// Level is how often chance alone may give a finding in the whole of the audit; 0 is 0.05.
	Level float64
	// ShareOf is a field of money, or a number: amounts are compared as a share of it too.
	ShareOf string
	// Changed names the plays that mean something else in one set than in another, as playbook/play;
	// playbook/* is all of a playbook, and /* all plays.
	// Decisions of sets in which the plays that answered mean the same are compared with each other.
	// When it is nil, every set is compared with itself alone.
	Changed func(old, new fs.FS) ([]string, error)
	// Kept says of an incident whether a promise of it was due, and whether all that were due were kept.
	// When it is nil, promises are not compared.
	Kept func(incident string) (due, kept bool)
	// Scope says which incidents are compared, by when they were reported, else by when they occurred,
	// and by the set of their latest decision. Choices that deviate count by when they were made.
	Scope Scope
	// Progress is told how many bytes of how many have been read.
	Progress func(done, total int64)
}

// Treatment is how equal cases were treated.
type Treatment struct {
	Cases int64 // incidents that were looked at
	// Alone counts the incidents without an equal one, which cannot be compared.
	Alone int64
	// Erased counts the incidents that were erased, and are missing.
	Erased int64
	// Findings are the differences between the members of fields in Across: rules first, then the
	// largest.
	Findings []Finding
	// TooFew are the comparisons that could not have found anything, however the cases were treated.
	TooFew []Comparison
	// Unequal are the groups of equal cases whose redress differed, sorted.
	Unequal []Group
	// Deviations are the choices whose amount left the median of its precedents,
	// in the order in which they were made.
	Deviations []Deviation
}

// Group is cases that are equal.
type Group struct {
	Same []recovery.Key
	// Between is set when the redress differs between values of the fields in
	// Across. Otherwise it differs only among cases that have the same values in
	// those fields too.
	Between  bool
	Outcomes []Outcome // the most frequent first
}

// Outcome is the redress that some cases of a group got.
type Outcome struct {
	Across    []recovery.Key
	Redress   []Redress
	Plays     []string
	Choosers  []string
	Count     int64
	Incidents []string // a few of them
}

// Redress is one thing that a customer gets; Amount is unset where it has none. A substitute has no
// amount, because a partner is paid and not the customer.
type Redress struct {
	Type   string
	Amount recovery.Money
}

// String writes the redress as "refund 5.00 EUR".
func (r Redress) String() string {
	if !r.Amount.IsSet() {
		return r.Type
	}
	return r.Type + " " + r.Amount.String()
}

// Deviation is a choice that left the median of its precedents.
type Deviation struct {
	Seq       int64
	Incident  string
	Decision  string
	Play      string
	By        string
	Reason    string
	Deviation string // such as 25%
	Chosen    []Redress
}

// Equal groups the incidents of a ledger by what makes them equal and finds those groups in which
// customers did not get the same. Of each incident, the latest decision counts, with the choices
// made on it. Memory grows with the number of different outcomes and of deviations, and not with
// the ledger. The error may be a *[FieldError].
func Equal(ctx context.Context, dir string, options EqualOptions) (*Treatment, error) {
	return equal(ctx, log.Directory(dir), options)
}

func equal(ctx context.Context, dir log.Files, options EqualOptions) (*Treatment, error) {
	if len(options.Same) == 0 {
		return nil, errors.New("cases are equal by fields, and none was named")
	}
	from, err := openLog(dir, step)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	var total int64
	if options.Progress != nil {
		if total, err = from.Bytes(); err != nil {
			return nil, err
		}
	}
	names := namesOf(slices.Concat(options.Same, options.Across))
	for _, path := range []string{"customer.id", options.ShareOf} {
		if path != "" && names[path] == nil {
			names[path] = []string{path}
		}
	}
	e, err := walkEqual(ctx, from, options, names, total)
	for errors.Is(err, errRenamed) {
		e, err = walkEqual(ctx, from, options, names, total)
	}
	if err != nil {
		return nil, err
	}
	if err := e.checkFields(); err != nil {
		return nil, err
	}
	e.finish()
	if len(options.Across) == 0 {
		return e.out, nil
	}
	return e.out, e.find(ctx, dir)
}

// walkEqual reads the whole ledger once. It returns errRenamed, and has added to names, when a set
// calls a field by another name: decisions were read without that name then.
func walkEqual(ctx context.Context, from *log.Log, options EqualOptions, names fieldNames, total int64) (*equaliser, error) {
	e := &equaliser{log: from, options: options, names: names, wanted: names.all(), had: map[string]bool{}, out: &Treatment{}, groups: map[string]map[string]*outcome{}, tallies: newTallies(), values: map[fieldOf][]any{}}
	e.wanted[reportedAt] = true
	w := &log.Walk{Scanner: log.Scanner{Log: from}, Work: e.parse, Visit: e.visit}
	if options.Progress != nil {
		w.Progress = func(done int64) { options.Progress(done, max(total, done)) }
	}
	return e, w.Run(ctx)
}

type equaliser struct {
	log     *log.Log
	options EqualOptions
	names   fieldNames      // of the fields of both
	wanted  map[string]bool // all these names
	had     map[string]bool // those that an incident had
	sets    []int64         // the records of archived sets
	out     *Treatment
	groups  map[string]map[string]*outcome // by what is the same, then by everything
	tallies *tallies
	values  map[fieldOf][]any // of cases whose fields are tried on others
}

// outcome is an Outcome in the making.
type outcome struct {
	Outcome
	same []recovery.Key
	seqs []int64 // the records of Incidents
}

// fewIncidents is how many incidents of an outcome are named. More are kept, since those that are
// decided again may leave it.
const (
	fewIncidents  = 3
	keptIncidents = 12
)

func (e *equaliser) parse(t *log.Item) {
	if t.Body != log.BodyWhole || t.Head.Kind != KindDecision {
		return
	}
	r, err := parseTreated(t.Head.Seq, t.Payload, e.wanted)
	if err != nil {
		t.Made = err
		return
	}
	t.Made = r
}

// visit counts an incident as it stands after a record, and no longer as it stood before. The record
// names the records that stood before.
func (e *equaliser) visit(t *log.Item) error {
	switch {
	case t.Body == log.BodyChanged:
		return e.log.Damaged(&t.Frame, t.Head.Seq, "its payload was changed")
	case t.Head.Kind == KindErasure:
		x, err := parseErasure(t.Payload)
		if err != nil {
			return fmt.Errorf("record %d: %w", t.Head.Seq, err)
		}
		e.out.Erased += x.incidents
	}
	if t.Head.Kind == KindSet && t.Body == log.BodyWhole {
		e.sets = append(e.sets, t.Head.Seq)
		if err := e.names.learn(t.Payload); err != nil {
			return fmt.Errorf("record %d: %w", t.Head.Seq, err)
		}
	}
	switch made := t.Made.(type) {
	case error:
		return fmt.Errorf("record %d: %w", t.Head.Seq, made)
	case *treated:
		for _, k := range made.Some {
			e.had[k.Path] = true
		}
		return e.add(made)
	}
	return nil
}

func (e *equaliser) add(r *treated) error {
	before, err := e.before(r)
	if err != nil {
		return err
	}
	if before != nil {
		e.count(before, -1)
	}
	after := &aCase{}
	if r.Choice != nil {
		e.deviation(r)
		if before != nil {
			*after = *before
		}
		after.made = append(slices.Clip(after.made), r)
	} else {
		after.latest = r
		if before != nil {
			for _, m := range before.made {
				if slices.Contains(r.Keeps, m.ID) {
					after.made = append(after.made, m)
				}
			}
		}
	}
	if after.latest != nil {
		e.count(after, 1)
	}
	return nil
}

// aCase is an incident with what counts of it.
type aCase struct {
	latest *treated
	made   []*treated
}

// before returns the incident as it stood before a record. It is nil when the incident is new, or
// when its earlier records were erased.
func (e *equaliser) before(r *treated) (*aCase, error) {
	if r.previous < 0 {
		return nil, nil
	}
	c := &aCase{}
	var err error
	if c.latest, err = e.read(r.previous); errors.Is(err, ErrErased) {
		return nil, nil
	}
	for _, seq := range r.stood {
		m, madeErr := e.read(seq)
		err = errors.Join(err, madeErr)
		c.made = append(c.made, m)
	}
	return c, err
}

func (e *equaliser) read(seq int64) (*treated, error) {
	t, err := whole(e.log, seq)
	if err != nil {
		return nil, err
	}
	return parseTreated(seq, t.Payload, e.wanted)
}

// count adds a case to the outcomes, or takes it away.
func (e *equaliser) count(c *aCase, by int64) {
	if !e.options.Scope.hasIncident(c.latest.Decision) {
		return
	}
	o := e.outcomeOf(c)
	same := textsOf(o.same)
	all := o.text()
	if e.groups[same] == nil {
		e.groups[same] = map[string]*outcome{}
	}
	known := e.groups[same][all]
	if known == nil {
		known = o
		e.groups[same][all] = o
	}
	known.Count += by
	e.out.Cases += by
	if len(e.options.Across) > 0 { // else nothing is compared
		e.tally(o, c, by)
	}
	incident := c.latest.Incident
	if by < 0 {
		if i := slices.Index(known.Incidents, incident); i >= 0 {
			known.Incidents, known.seqs = slices.Delete(known.Incidents, i, i+1), slices.Delete(known.seqs, i, i+1)
		}
		if known.Count == 0 {
			delete(e.groups[same], all)
		}
	} else if len(known.Incidents) < keptIncidents {
		known.Incidents, known.seqs = append(known.Incidents, incident), append(known.seqs, c.latest.Number)
	}
}

func (e *equaliser) outcomeOf(c *aCase) *outcome {
	stands := store.Standing{Latest: c.latest.Decision}
	for _, m := range c.made {
		stands.Made = append(stands.Made, m.Decision)
	}
	gone := stands.Withdrawn()
	o := &outcome{same: e.names.keysOf(c.latest, e.options.Same)}
	o.Across = e.names.keysOf(c.latest, e.options.Across)
	add := func(r *treated) {
		for i, a := range r.Actions {
			if a.Cancelled || gone[a.ID] || !r.given[i].redress {
				continue
			}
			what := Redress{a.Type, a.Amount}
			if a.Type == policy.ActionSubstitute {
				what.Amount = recovery.Money{}
			}
			o.Redress = append(o.Redress, what)
			o.Plays = append(o.Plays, r.given[i].plays...)
		}
		if r.Choice != nil {
			o.Choosers = append(o.Choosers, r.by)
		}
	}
	add(c.latest)
	for _, m := range c.made {
		add(m)
	}
	slices.SortFunc(o.Redress, compareRedress)
	o.Plays, o.Choosers = sortedOnce(o.Plays), sortedOnce(o.Choosers)
	return o
}

// text is the same for two outcomes exactly when they are equal, apart from the fields that make
// cases equal.
func (o *outcome) text() string {
	out := store.AppendTexts(nil, textsOf(o.Across), o.gave())
	out = store.AppendTexts(out, o.Plays...)
	return string(store.AppendTexts(append(out, ';'), o.Choosers...))
}

// gave is what was given, as a text.
func (o *Outcome) gave() string {
	var out []byte
	for _, r := range o.Redress {
		out = store.AppendTexts(out, r.Type)
		if r.Amount.IsSet() {
			out = append(append(r.Amount.AppendDecimal(out), ' '), r.Amount.Currency()...)
		}
	}
	return string(out)
}

func compareRedress(a, b Redress) int {
	if n := cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Amount.Currency(), b.Amount.Currency())); n != 0 || !a.Amount.IsSet() {
		return n
	}
	return a.Amount.Compare(b.Amount)
}

func compareOutcomes(a, b Outcome) int {
	byText := func(x, y recovery.Key) int { return cmp.Compare(x.Text, y.Text) }
	return cmp.Or(cmp.Compare(b.Count, a.Count), slices.CompareFunc(a.Across, b.Across, byText), slices.CompareFunc(a.Redress, b.Redress, compareRedress))
}

func sortedOnce(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func textsOf(keys []recovery.Key) string {
	var texts []string
	for _, k := range keys {
		texts = append(texts, k.Text)
	}
	return string(store.AppendTexts(nil, texts...))
}

func (e *equaliser) deviation(r *treated) {
	if r.deviation == "" || r.deviation == "0%" || !e.options.Scope.hasDecision(r.Decision) {
		return
	}
	d := Deviation{Seq: r.Number, Incident: r.Incident, Decision: r.Choice.Chosen.Decision, Play: r.play, By: r.by, Reason: r.Choice.Chosen.Reason, Deviation: r.deviation}
	for _, a := range r.Actions {
		if !a.Cancelled {
			d.Chosen = append(d.Chosen, Redress{a.Type, a.Amount})
		}
	}
	e.out.Deviations = append(e.out.Deviations, d)
}

// finish keeps the groups in which not all got the same.
func (e *equaliser) finish() {
	for _, key := range slices.Sorted(maps.Keys(e.groups)) {
		var g Group
		redress := map[string]bool{}
		across := map[string]map[string]bool{}
		cases := int64(0)
		for _, all := range slices.Sorted(maps.Keys(e.groups[key])) {
			o := e.groups[key][all]
			g.Same = o.same
			cases += o.Count
			shown := o.Outcome
			shown.Incidents = shown.Incidents[:min(len(shown.Incidents), fewIncidents)]
			g.Outcomes = append(g.Outcomes, shown)
			what, where := o.gave(), textsOf(o.Across)
			redress[what] = true
			if across[where] == nil {
				across[where] = map[string]bool{}
			}
			across[where][what] = true
		}
		if cases == 1 {
			e.out.Alone++
		}
		if len(redress) < 2 {
			continue
		}
		sets := map[string]bool{}
		for _, whats := range across {
			sets[strings.Join(slices.Sorted(maps.Keys(whats)), "\x00")] = true
		}
		g.Between = len(sets) > 1
		slices.SortStableFunc(g.Outcomes, compareOutcomes)
		e.out.Unequal = append(e.out.Unequal, g)
	}
}

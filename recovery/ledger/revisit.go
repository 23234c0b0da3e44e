package ledger

import (
	"context"
	"fmt"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// RevisitOptions say what to do with the cases of a ledger.
type RevisitOptions struct {
	// Decide decides a case by playbooks of its choice, with [recovery.Engine.Replay] and
	// [Case.Given]. It is called on any core, and for some cases twice: then Given has failed the
	// first time, and Decide returns that error. The function that it returns, which may be nil, is
	// called in the order of the ledger. An error of either ends the revisit.
	Decide func(*Case) (then func() error, err error)
	// Scope says which incidents are revisited, by when they were reported, else by when they
	// occurred, and by the set of their latest decision.
	Scope Scope
	// Progress is told how many bytes of how many have been read. Everything is read
	// twice, and counts by halves.
	Progress func(done, total int64)
}

// Revisited counts the records that a revisit met.
type Revisited struct {
	Cases     int64 // decisions that were decided anew
	Earlier   int64 // decisions that a later one of their incident has superseded
	Outside   int64 // latest decisions outside the scope
	Choices   int64 // that people made
	Refusals  int64
	Erased    int64 // decisions, choices and refusals whose payload was erased
	Forgotten int64 // cases with a precedent that was erased since; they are decided without it
}

// Case is an incident with its latest decision, to be decided again.
type Case struct {
	Seq int64 // the record's number
	// Record has the incident, and the id, the time and the set of the decision. The outcome of the
	// decision is left out.
	Record *recovery.Record

	of   *replayer
	task *task
}

// Given answers the queries of a set. Values that were read when the decision
// was made are answered as they were then: facts, the use of partners,
// precedents, the previous decision, choices and reports. Anything else is
// answered as the ledger stood just before the decision.
func (c *Case) Given(q recovery.Query) (recovery.Given, error) {
	return c.of.answer(c.task, c.Record, q)
}

// Revisit goes to the latest decision of each incident of a ledger, to have it decided again by
// other playbooks, from the values that were known then. Choices are not decided again, because
// people made them. Memory grows by a bit for each record and with the choices. When a set needs
// values that were not read, memory grows with the incidents too.
func Revisit(ctx context.Context, dir string, options RevisitOptions) (*Revisited, error) {
	return revisit(ctx, log.Directory(dir), options)
}

func revisit(ctx context.Context, dir log.Files, options RevisitOptions) (*Revisited, error) {
	from, err := openLog(dir, step)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	r := &revisitor{replayer: newReplayer(ctx, from), options: options, out: &Revisited{}}
	r.past, r.anew, r.tell = newPast(from), r.decideAnew, r.told
	r.wanted = map[string]bool{reportedAt: true}
	total, err := from.Bytes()
	if err != nil {
		return nil, err
	}
	// Records that are written meanwhile are left alone, because they could supersede any of these.
	first := &log.Walk{Scanner: log.Scanner{Log: from}, Work: r.look, Visit: r.mark, Progress: r.progress(0, total)}
	if err := first.Run(ctx); err != nil || first.Seq == 0 {
		return r.out, err
	}
	second := &log.Walk{Scanner: log.Scanner{Log: from, Until: first.Seq}, Work: r.parse, Visit: r.visit, Progress: r.progress(total, total)}
	if err := second.Run(ctx); err != nil {
		return nil, err
	}
	if err := r.decide(); err != nil {
		return nil, err
	}
	r.out.Erased = r.replayer.out.Erased
	return r.out, nil
}

func (r *revisitor) progress(before, total int64) func(int64) {
	if r.options.Progress == nil {
		return nil
	}
	return func(done int64) { r.options.Progress((before+done)/2, max(total, (before+done)/2)) }
}

// revisitor decides the latest decisions anew.
type revisitor struct {
	*replayer
	options RevisitOptions
	out     *Revisited
	// superseded has a bit for each record that a later one has superseded.
	superseded seqSet
}

// look finds out which decision a decision supersedes.
func (r *revisitor) look(t *log.Item) {
	if t.Body != log.BodyWhole || t.Head.Kind != KindDecision {
		return
	}
	previous, err := superseded(t.Payload)
	if err != nil {
		t.Made = err
		return
	}
	t.Made = previous
}

func (r *revisitor) mark(t *log.Item) error {
	if t.Body == log.BodyChanged {
		return r.changed(t)
	}
	switch made := t.Made.(type) {
	case error:
		return fmt.Errorf("record %d: %w", t.Head.Seq, made)
	case int64:
		if made >= 0 {
			r.superseded.set(made)
		}
	}
	return nil
}

// superseded returns the number of the record that a decision supersedes. It is -1 when there is
// none, and for a choice, which hangs on the earlier decision and does not supersede it.
func superseded(payload []byte) (seq int64, err error) {
	seq = -1
	choice := false
	c := readingAgain(payload)
	c.Members(func(key []byte) {
		switch string(key) {
		case "given":
			c.Members(func(key []byte) {
				if string(key) == "previous" {
					seq = c.Int()
				}
			})
		case "record":
			c.Members(func(key []byte) {
				if string(key) == "on" {
					choice = c.Text() != ""
				}
			})
		}
	})
	if choice {
		seq = -1
	}
	return seq, c.end()
}

// visit counts a record and collects it. Records that are not decided are collected too, because
// they are part of the past of later ones.
func (r *revisitor) visit(t *log.Item) error {
	if x, ok := t.Made.(*task); ok {
		switch {
		case x.refusal != nil:
			r.out.Refusals++
			return nil
		case x.summary.Choice != nil:
			r.out.Choices++
			x.passed = true
		case r.superseded.has(x.seq):
			r.out.Earlier++
			x.passed = true
		case !r.options.Scope.hasIncident(x.summary):
			r.out.Outside++
			x.passed = true
		}
	}
	return r.replayer.visit(t)
}

func (r *revisitor) decideAnew(x *task) error {
	was, err := r.was(x)
	if err != nil {
		return err
	}
	if !x.inTime {
		if x.forgotten, err = r.forget(x.given, nameOf(was.Decision)); err != nil {
			return err
		}
	}
	x.then, err = r.options.Decide(&Case{Seq: x.seq, Record: was, of: r.replayer, task: x})
	return err
}

func (r *revisitor) told(x *task) error {
	r.out.Cases++
	if x.forgotten > 0 {
		r.out.Forgotten++
	}
	if x.then == nil {
		return nil
	}
	return x.then()
}

// seqSet is a set of records, a bit for each.
type seqSet []uint64

func (b *seqSet) set(n int64) {
	for int64(len(*b)) <= n/64 {
		*b = append(*b, 0)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

func (b seqSet) has(n int64) bool { return n/64 < int64(len(b)) && b[n/64]&(1<<(n%64)) != 0 }

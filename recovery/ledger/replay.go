package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"sync"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// ReplayOptions say how to decide again. The zero value takes the archived sets
// and keeps no differences.
type ReplayOptions struct {
	// Playbooks is another set to decide by. Digest, revision and ids are not
	// compared then. A query of the set that the decision did not read is
	// answered as the ledger stood just before the decision.
	Playbooks fs.FS
	// Scope says which decisions and refusals are decided again, by when they were made.
	Scope Scope
	// Differs is told of each decision that came out differently, in order. An error
	// ends the replay.
	Differs func(Difference) error
	// Progress is told how many bytes of how many have been read.
	Progress func(done, total int64)
}

// Replayed is the result of deciding again.
type Replayed struct {
	Same      int64 // decided again, and equal
	Different int64
	Erased    int64 // cannot be decided again
	// Skipped counts, by reason, the decisions and refusals that could not be compared.
	Skipped map[string]int64
}

// Difference is a decision that came out differently.
type Difference struct {
	Seq      int64 // the record's number
	Incident string
	Decision string // its id; empty for a refusal
	Changes  []Change
	// Error is set where deciding again failed.
	Error error
}

// Change is one field.
type Change struct {
	Path string // such as actions[0].amount.value
	Was  string // JSON; empty where there was nothing
	Is   string
}

// Why a record is skipped.
const (
	skipSet       = "its set is not archived"
	skipSemantics = "it was decided under another version of the semantics"
	skipErased    = "what it was made from was erased"
	skipRefusal   = "it was refused for a reason that depends on what was not recorded"
)

// Replay decides every record of a ledger again, from the values that were read
// when it was decided, and compares. With the archived sets nothing differs, on
// any machine and at any time. Memory does not grow with the ledger, but with
// the choices in it. When other playbooks need values that were not read, memory
// grows with the incidents too.
func Replay(ctx context.Context, dir string, options ReplayOptions) (*Replayed, error) {
	return replay(ctx, log.Directory(dir), options)
}

func replay(ctx context.Context, dir log.Files, options ReplayOptions) (*Replayed, error) {
	from, err := openLog(dir, step)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	r := newReplayer(ctx, from)
	r.options, r.anew, r.tell = options, r.again, r.told
	if options.Playbooks != nil {
		r.other, err = recovery.Load(options.Playbooks)
		if err != nil {
			return nil, err
		}
		r.past = newPast(from)
	}
	w := &log.Walk{Scanner: log.Scanner{Log: from}, Work: r.parse, Visit: r.visit}
	if options.Progress != nil {
		total, err := from.Bytes()
		if err != nil {
			return nil, err
		}
		w.Progress = func(done int64) { options.Progress(done, max(total, done)) }
	}
	if err = w.Run(ctx); ctx.Err() != nil {
		return nil, err
	}
	if err = cmp.Or(r.decide(), err); err != nil { // what stands before damage is decided
		return nil, err
	}
	return r.out, nil
}

func newReplayer(ctx context.Context, from *log.Log) *replayer {
	return &replayer{
		ctx: ctx, log: from, out: &Replayed{Skipped: map[string]int64{}},
		sets: map[string]*archived{}, calendars: map[string]int64{}, read: map[string]*worktime.Calendar{},
		choices: newHistory(nil),
	}
}

type replayer struct {
	ctx     context.Context // of the one call that the replayer is for
	log     *log.Log
	options ReplayOptions
	out     *Replayed
	other   *recovery.Engine // decides in place of the archived sets
	past    *past            // answers the queries that were not read when the decision was made
	// anew decides a record, on any core. When it returns errAsksPast, the record is decided once
	// more after the past was built up to it. tell gets the results in the order of the ledger.
	anew, tell func(*task) error

	sets      map[string]*archived
	calendars map[string]int64
	choices   *history
	wanted    map[string]bool // fields of incidents that have to be known
	tasks     []*task

	mu   sync.Mutex
	read map[string]*worktime.Calendar
}

// archived is a set in the ledger; it is compiled when it is needed.
type archived struct {
	seq    int64
	once   sync.Once
	engine *recovery.Engine
	err    error
}

// task is a record to be decided again.
type task struct {
	seq     int64
	given   *Read
	text    []byte // of the record
	summary *store.Decision
	refusal *recovery.Refusal
	payload []byte // set when the past has to take the record in
	inTime  bool   // the past was built up to this record, and can be asked
	passed  bool   // it is not decided, and is part of the past of later records

	skip      string
	differ    *Difference
	forgotten int          // precedents that were erased since
	then      func() error // what [RevisitOptions.Decide] gave
	err       error
}

// parse reads the payload of one record. It is called on any core, in any order.
func (r *replayer) parse(t *log.Item) {
	if t.Body != log.BodyWhole {
		return
	}
	var err error
	x := &task{seq: t.Head.Seq}
	switch t.Head.Kind {
	case KindDecision:
		if x.given, err = parseGiven(t.Payload); err == nil {
			x.text, err = recordText(t.Payload)
		}
		if err == nil {
			x.summary, err = parseSummary(x.seq, t.Payload, r.wanted)
		}
		t.Made = x
	case KindRefusal:
		x.refusal, err = parseRefusal(t.Payload)
		t.Made = x
	}
	if err != nil {
		t.Made = err
	}
}

func (r *replayer) visit(t *log.Item) error {
	seq := t.Head.Seq
	switch {
	case t.Body == log.BodyErased && t.Head.Kind != KindReport && t.Head.Kind != KindMark && t.Head.Kind != KindStream:
		r.out.Erased++
	case t.Body == log.BodyChanged:
		return r.changed(t)
	case t.Body == log.BodyErased:
		return nil
	case t.Head.Kind == KindSet:
		digest, _, err := parseSet(t.Payload)
		if err != nil {
			return err
		}
		r.sets[digest] = &archived{seq: seq}
	case t.Head.Kind == KindCalendar:
		name, _, err := parseCalendar(t.Payload)
		if err != nil {
			return err
		}
		r.calendars[name] = seq
	}
	switch made := t.Made.(type) {
	case error:
		return fmt.Errorf("record %d: %w", seq, made)
	case *task:
		return r.take(t, made)
	}
	return nil
}

func (r *replayer) changed(t *log.Item) error {
	return r.log.Damaged(&t.Frame, t.Head.Seq, "its payload was changed")
}

// take collects records, and decides many of them at once on all cores.
func (r *replayer) take(t *log.Item, x *task) error {
	const many = 512
	switch scope := r.options.Scope; {
	case x.refusal != nil:
		if !scope.in(x.refusal.Namespace) || !scope.Has(x.refusal.At, x.refusal.Set.Digest) {
			return nil
		}
	case !scope.hasDecision(x.summary):
		x.passed = true
	}
	if x.refusal == nil {
		if err := r.choices.follow(x.summary); err != nil {
			return err
		}
		if r.past != nil {
			x.payload = t.Payload
		}
	}
	if r.tasks = append(r.tasks, x); len(r.tasks) < many {
		return nil
	}
	return r.decide()
}

// inTime decides a record that asks for more than was read then. The past is built up to the record
// and answers as the ledger stood before it.
func (r *replayer) inTime(x *task) error {
	if r.past == nil {
		return nil
	}
	if errors.Is(x.err, errAsksPast) {
		x.inTime = true
		x.err = r.anew(x)
	}
	if x.payload == nil {
		return nil
	}
	return r.past.add(x.seq, x.payload)
}

func (r *replayer) decide() error {
	var work sync.WaitGroup
	next := make(chan *task)
	for range min(runtime.GOMAXPROCS(0), len(r.tasks)) {
		work.Go(func() {
			for x := range next {
				if !x.passed {
					x.err = r.anew(x)
				}
			}
		})
	}
	for _, x := range r.tasks {
		next <- x
	}
	close(next)
	work.Wait()
	tasks := r.tasks
	r.tasks = r.tasks[:0]
	for _, x := range tasks {
		if err := r.inTime(x); err != nil {
			return err
		}
		if x.err != nil {
			return fmt.Errorf("record %d: %w", x.seq, x.err)
		}
		if x.passed {
			continue
		}
		if err := r.tell(x); err != nil {
			return err
		}
	}
	return nil
}

// told counts the result of deciding a record.
func (r *replayer) told(x *task) error {
	switch {
	case x.skip != "":
		r.out.Skipped[x.skip]++
	case x.differ == nil:
		r.out.Same++
	default:
		r.out.Different++
		if r.options.Differs != nil {
			return r.options.Differs(*x.differ)
		}
	}
	return nil
}

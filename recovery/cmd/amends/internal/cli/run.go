package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/input"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/due"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func runCommand() command.Command {
	c := command.Command{
		Name: "run", Args: "--playbooks DIR --store STORE [FILE…] [flags]",
		Summary: "handles incidents as they come, and hands out what is to be done when its time comes; until it is ended",
		Example: term.Own("amends run --playbooks playbooks --store sqlite:amends.db --deliver https://desk.example.com/hooks/amends --secret webhook.secret"),
		Notes: term.Own("Incidents come in as JSON Lines on standard input, or in FILE; with --map, payloads or the rows of a table. What is to be done goes out as JSON Lines:\n" +
			"key, do, incident, decision, action (or choice). A line that is written counts as done, except for respond and\n" +
			"resolve: the incident says later that these were done, by responded_at and resolved_at.\n" +
			"--deliver posts each to URL in place of that, signed by the scheme of Standard Webhooks with the secret in\n" +
			"FILE (whsec_ and base64; chmod 600). An answer 2xx counts as a line that is written. 202 means that it will be\n" +
			"reported later (amends done), and 409 to what takes something back, that it cannot be undone. Anything else is\n" +
			"tried again, later each time and not before a Retry-After, for most of a day; then it is a dead letter on the\n" +
			"agenda. The id of a webhook is the key of the delivery, and the same each time.\n" +
			"Several processes may run on one PostgreSQL, on any number of machines, and on one file of SQLite, on one\n" +
			"machine. A ledger serves one process. SIGTERM and SIGINT end it: what has begun is finished.\n" +
			"A line that is no incident, or one that does not fit, is reported, and the run goes on."),
	}
	c.Run = func(h command.Host, args []string) int { return run(c, h, args) }
	return c
}

// server handles incidents and hands out deliveries.
type server struct {
	host   command.Host
	engine *recovery.Engine
	store  stores.Stream
	by     *input.Mapping // nil: the input holds incidents
	tally  *input.Tally
	post   *poster // nil: deliveries are written out
	wake   chan struct{}
	quit   context.CancelCauseFunc

	saying   sync.Mutex
	handling sync.Mutex // an incident is in work
	refused  bool
}

func run(c command.Command, h command.Host, args []string) int {
	f := command.NewFlags(c)
	playbooks := f.String("playbooks", "", "`DIR` with the playbooks")
	place := f.String("store", "", "the `STORE`: "+stores.Created)
	url := f.String("deliver", "", "post deliveries to `URL` in place of writing them out")
	secret := f.String("secret", "", "`FILE` with the secret by which posts are signed")
	once := f.Bool("once", false, "end when the input has ended and nothing is left to be handed out now")
	now := f.Now("with --once: do it as if it were `TIME` (RFC 3339)")
	namespace := ledgers.Namespace(f)
	revision := f.String("revision", "", "`REVISION` of the playbooks, written on decisions")
	strict := f.Bool("strict", false, "refuse incidents with fields that the playbooks do not declare")
	mapName := f.String("map", "", mapHelp)
	files, err := f.Parse(h, args)
	if errors.Is(err, command.ErrHelp) {
		return command.ExitOK
	}
	switch {
	case err != nil:
	case *playbooks == "":
		err = errors.New("run needs the directory of the playbooks: --playbooks DIR")
	case *place == "":
		err = errors.New("run needs the store: --store sqlite:FILE")
	case (*url == "") != (*secret == ""):
		err = errors.New("--deliver URL and --secret FILE go together: posts are signed")
	case f.IsSet("now") && !*once:
		err = errors.New("--now goes with --once: time stands still then")
	}
	if err != nil {
		return h.Trouble("%s", err)
	}
	s := &server{host: h, wake: make(chan struct{}, 1)}
	if *url != "" {
		if s.post, err = newPoster(*url, *secret); err != nil {
			return h.Trouble("%s", err)
		}
	}
	options := []recovery.Option{recovery.WithNamespace(*namespace), recovery.WithRevision(*revision)}
	if *strict {
		options = append(options, recovery.Strict())
	}
	if f.IsSet("now") {
		at := now.Or(time.Time{})
		options = append(options, recovery.WithClock(func() time.Time { return at }))
	}
	engine, known, status := loadEngine(h, *playbooks, "", options)
	if engine == nil {
		return status
	}
	s.engine = engine
	if s.by, err = input.NewMapping(h, engine, known.set, *mapName); err != nil {
		return h.Trouble("%s", err)
	}
	s.tally = input.NewTally(s.by)
	if s.store, err = stores.OpenStream(*place); err != nil {
		return h.Trouble("%s", err)
	}
	if err = s.store.Prepare(context.Background(), known.set, known.kinds); err == nil {
		err = s.serve(files, *once)
	}
	if closed := s.store.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return h.Trouble("%s: %s", stores.Shown(*place), err)
	}
	s.tally.Say(h)
	if s.refused && *once {
		return command.ExitFound
	}
	return command.ExitOK
}

// serve works until a signal comes, or with once until nothing is left. The error is why it ended early.
func (s *server) serve(files []string, once bool) error {
	signalled, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, quit := context.WithCancelCause(signalled)
	defer quit(nil)
	s.quit = quit
	read := make(chan struct{})
	go func() {
		defer close(read)
		if err := s.take(ctx, files); err != nil {
			quit(err)
		}
	}()
	r := due.Runner{
		Engine: s.engine, Store: s.store, Deliver: s.write, Wake: s.wake, Failed: s.failed, Grace: time.Minute,
	}
	if s.post != nil {
		r.Deliver, r.Parallel = s.post.deliver, 8
	}
	if once {
		select {
		case <-read:
		case <-ctx.Done():
		}
		if err := r.Drain(ctx); err != nil && ctx.Err() == nil {
			quit(err)
		}
	} else {
		_ = r.Run(ctx) // it ends because the context does
	}
	quit(nil)
	s.handling.Lock() // nobody writes into the store any more: what is read from now on is left alone
	defer s.handling.Unlock()
	if why := context.Cause(ctx); signalled.Err() == nil && !errors.Is(why, context.Canceled) {
		return why
	}
	return nil
}

// take handles the incidents of files, or of standard input, until the context ends.
func (s *server) take(ctx context.Context, files []string) error {
	if len(files) == 0 {
		files = []string{"-"}
	}
	for _, name := range files {
		in, end, err := input.Open(s.host, name)
		if err != nil {
			return err
		}
		err = s.by.Read(input.Name(name), in, func(it input.Item) bool { return s.handle(ctx, it) })
		end()
		if err != nil {
			return err
		}
	}
	return nil
}

// handle handles one incident. What is wrong with it is said, and the next one comes.
func (s *server) handle(ctx context.Context, it input.Item) bool {
	s.handling.Lock()
	defer s.handling.Unlock()
	if ctx.Err() != nil {
		return false
	}
	in, err := it.Incident()
	switch {
	case s.by != nil && in.ID != "" && it.Err == nil: // what it says of an incident, which is remembered also when it does not fit
		_, err = s.engine.Told(context.WithoutCancel(ctx), s.by.Name, it.Payload(), recovery.In(s.store))
	case err == nil:
		_, err = s.engine.Handle(context.WithoutCancel(ctx), in, recovery.In(s.store))
	}
	s.tally.Add(it.Line, err)
	if err != nil && !errors.Is(err, recovery.ErrNotMeant) {
		s.refused = true
		var placed *input.PlaceError
		if !errors.As(err, &placed) {
			err = &input.PlaceError{At: it.Place(), Err: err}
		}
		s.say("%s", err)
	}
	select {
	case s.wake <- struct{}{}:
	default: // it is awake
	}
	return true
}

func (s *server) say(format string, args ...any) {
	s.saying.Lock()
	defer s.saying.Unlock()
	s.host.Trouble(format, args...)
}

// write writes a delivery out. Where nobody reads any more, the run ends.
func (s *server) write(_ context.Context, d recovery.Delivery) error {
	line, err := deliveryLine(&d)
	if err == nil {
		err = s.host.Stdout.Data(term.JSON, command.BytesOf(append(line, '\n')))
	}
	if err != nil {
		s.quit(fmt.Errorf("a delivery could not be written: %w", err))
		return err
	}
	return handedOver(&d)
}

// handedOver is what it means that somebody else has a delivery: it is done, unless people have to do it and the
// incident will say so.
func handedOver(d *recovery.Delivery) error {
	if d.Do == recovery.ToDo && (d.Action.Type == recovery.ActionRespond || d.Action.Type == recovery.ActionResolve) {
		return due.ErrTaken
	}
	return nil
}

// failed says what did not work, and when it is tried again.
func (s *server) failed(f due.Failure) {
	what := "the store"
	switch {
	case f.Delivery != nil:
		what = fmt.Sprintf("%s: %s %s", f.Incident, f.Delivery.Do, f.Delivery.Key)
	case f.Incident != "":
		what = f.Incident + ": what fell due could not be decided"
	}
	again := "it is dead until somebody deals with it"
	if !f.Again.IsZero() {
		again = "again at " + value.FormatTimestamp(f.Again.Truncate(time.Second).UTC())
	}
	s.say("%s, attempt %d: %s; %s", what, f.Attempt, f.Err, again)
}

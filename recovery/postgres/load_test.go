package postgres_test

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/due"
	"github.com/servicerecovery/amends/recovery/postgres"
)

const capped = `
amends: v1
playbook: parcels
owner: care
review_by: 2027-06-30
applies: incident.service == "parcel"
facts:
  credited: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}
limits:
  - {of: compensate, at_most: 50 EUR, counting: credited}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{compensate: {amount: 5 EUR}}, {notify: {to: lead}}]
`

// hasty is capped, with an answer that is due within seconds, and never comes.
const hasty = capped + `  - id: answer
    approach: standardised-response
    when: true
    do: [{respond: {within: 4s, if_late: [{escalate: {to: lead}}]}}]
`

func engine(t testing.TB, s recovery.Store) *recovery.Engine {
	t.Helper()
	e, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(capped)}}, recovery.WithStore(s))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func late(id, customer string) recovery.Incident {
	return recovery.Incident{ID: id, Service: "parcel", Failure: "late", Severity: 2, OccurredAt: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), Customer: recovery.Customer{ID: customer}}
}

// The load: so many incidents of three customers, handled by so many goroutines of each of two processes.
const (
	loaded    = 150
	customers = 3
	handlers  = 32
)

func loadedIncident(i int, at time.Time) recovery.Incident {
	in := late(fmt.Sprint("T-", i), fmt.Sprint("C-", i%customers))
	in.OccurredAt, in.ReportedAt = at, at
	return in
}

// happened is the variable that has the time at which everything has happened.
const happened = "AMENDS_TEST_BEGIN"

// worker is the variable that makes the test one of the processes: it names the schema.
const worker = "AMENDS_TEST_WORKER"

// TestWorker is a process of [TestTwoProcesses]: it handles every incident, and has a runner decide what falls due and hand out
// deliveries. It says so line by line. It tries again whatever fails because somebody was killed.
func TestWorker(t *testing.T) {
	name := os.Getenv(worker)
	if name == "" {
		t.Skip("this is a process of TestTwoProcesses")
	}
	p, ctx := pool(t), t.Context()
	began, err := time.Parse(time.RFC3339, os.Getenv(happened))
	if err != nil {
		t.Fatal(err)
	}
	again := func(do func() error) {
		for ctx.Err() == nil {
			err := do()
			if err == nil {
				return
			}
			if errors.Is(err, recovery.ErrConflict) {
				say("given up %v", err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	var s *postgres.Store
	again(func() (err error) {
		s, err = postgres.Open(ctx, p, postgres.Options{Schema: name})
		return err
	})
	var e *recovery.Engine
	again(func() (err error) {
		e, err = recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(hasty)}}, recovery.WithStore(s))
		return err
	})
	var handling sync.WaitGroup
	work := make(chan int)
	for range handlers {
		handling.Go(func() {
			for i := range work {
				again(func() error {
					d, err := e.Handle(ctx, loadedIncident(i, began))
					if err == nil {
						say("decided %s %s", d.Incident, d.ID)
					}
					return err
				})
			}
		})
	}
	stop := make(chan struct{})
	var claiming sync.WaitGroup
	claiming.Go(func() { deliver(ctx, e, s, stop) })
	for _, i := range rand.Perm(loaded) {
		work <- i
	}
	close(work)
	handling.Wait()
	say("handled")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // until the other one has handled all
	close(stop)
	claiming.Wait()
	say("ended")
}

var saying sync.Mutex

func say(format string, args ...any) {
	saying.Lock()
	defer saying.Unlock()
	fmt.Printf("WORKER "+format+"\n", args...)
}

// deliver runs a runner until it is told to stop and nothing is left.
func deliver(ctx context.Context, e *recovery.Engine, s *postgres.Store, stop chan struct{}) {
	r := due.Runner{Engine: e, Store: s, Name: fmt.Sprint(os.Getpid()), Lease: time.Second, Poll: 20 * time.Millisecond, Parallel: 4}
	r.Backoff = func(int) time.Duration { return 50 * time.Millisecond }
	r.Deliver = func(_ context.Context, d recovery.Delivery) error {
		say("does %s %d %s %d", d.Incident, d.Seq, d.Key, time.Now().UnixNano())
		if d.Action.Type == recovery.ActionRespond {
			return due.ErrTaken // nobody ever does
		}
		return nil
	}
	running, end := context.WithCancel(ctx)
	go func() {
		<-stop
		for ctx.Err() == nil {
			if next, err := s.Next(ctx, "", time.Now()); err == nil && next.IsZero() {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		end()
	}()
	_ = r.Run(running)
}

// seen is what the processes have said.
type seen struct {
	t       *testing.T
	mu      sync.Mutex
	lines   int
	began   time.Time
	decided map[string]map[string]bool // ids of decisions, by incident
	did     map[string][]begun         // by incident, each key once
	bad     []string
}

// begun is a delivery, and when it was first begun. Lines of two processes are not heard in the order in which they were said.
type begun struct {
	seq, at int64
	key     string
}

func (v *seen) begun(f []string) {
	b := begun{key: f[3]}
	_, err := fmt.Sscan(f[2]+" "+f[4], &b.seq, &b.at)
	if err != nil {
		v.bad = append(v.bad, strings.Join(f, " "))
	}
	list := v.did[f[1]]
	if i := slices.IndexFunc(list, func(o begun) bool { return o.key == b.key }); i >= 0 {
		list[i].at = min(list[i].at, b.at)
		return
	}
	v.did[f[1]] = append(list, b)
}

func (v *seen) hear(line string) (last bool) {
	rest, ok := strings.CutPrefix(line, "WORKER ")
	if !ok {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.lines++
	f := strings.Fields(rest)
	switch f[0] {
	case "decided":
		if v.decided[f[1]] == nil {
			v.decided[f[1]] = map[string]bool{}
		}
		v.decided[f[1]][f[2]] = true
	case "does":
		v.begun(f)
	case "given":
		v.bad = append(v.bad, rest)
	case "handled", "ended":
		return true
	}
	return false
}

// process is a process that works, and is started anew when it was killed.
type process struct {
	cmd   *exec.Cmd
	stdin interface{ Write([]byte) (int, error) }
	ended chan struct{}
	whole chan struct{} // closed once it has handled all
}

func (v *seen) start(schema string) *process {
	cmd := exec.Command(os.Args[0], "-test.run", "^TestWorker$", "-test.v")
	cmd.Env = append(os.Environ(), worker+"="+schema, happened+"="+v.began.Format(time.RFC3339))
	out, err := cmd.StdoutPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	p := &process{cmd, in, make(chan struct{}), make(chan struct{})}
	go func() {
		lines := bufio.NewScanner(out)
		told := false
		for lines.Scan() {
			if v.hear(lines.Text()) && !told {
				told = true
				close(p.whole)
			}
		}
		_ = cmd.Wait()
		close(p.ended)
	}()
	return p
}

func (v *seen) until(lines int) {
	for {
		v.mu.Lock()
		n := v.lines
		v.mu.Unlock()
		if n >= lines {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestTwoProcesses lets two processes share one PostgreSQL under load, kills one of them again and again, and the server too.
// Each has a runner. What was confirmed is there, nothing is there twice, no cap is passed, each delivery is handed out, in order, and
// what is late is escalated once.
func TestTwoProcesses(t *testing.T) {
	p := pool(t)
	if testing.Short() {
		t.Skip("processes are killed, which takes a while")
	}
	o := schema(t, p)
	s := at(t, p, o)
	engine(t, s) // counts what the set reads
	v := &seen{t: t, began: time.Now().UTC().Truncate(time.Second), decided: map[string]map[string]bool{}, did: map[string][]begun{}}
	one, two := v.start(o.Schema), v.start(o.Schema)
	defer func() { _ = one.cmd.Process.Kill(); _ = two.cmd.Process.Kill() }()
	for kills := range 4 {
		v.until(40 + 60*kills)
		_ = one.cmd.Process.Kill()
		<-one.ended
		if kills == 1 {
			killServer(t, s)
		}
		one = v.start(o.Schema)
	}
	for _, x := range []*process{one, two} {
		select {
		case <-x.whole:
		case <-x.ended:
			t.Fatal("a process ended early")
		}
	}
	for _, x := range []*process{one, two} {
		_, _ = x.stdin.Write([]byte("\n"))
		<-x.ended
	}
	v.check(s)
}

// killServer kills a process of the server, which then ends all others and recovers as after a crash.
func killServer(t *testing.T, s *postgres.Store) {
	t.Helper()
	var pid int
	_, _ = poolOf(s).Exec(context.Background(), "CHECKPOINT") // what other tests have written need not be recovered
	if err := poolOf(s).QueryRow(context.Background(), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(pid)
	if err == nil {
		err = process.Kill()
	}
	if err != nil {
		t.Logf("the server is not killed: %v", err)
		return
	}
	for range 3000 { // on a machine with other work
		time.Sleep(20 * time.Millisecond)
		if poolOf(s).QueryRow(context.Background(), "SELECT 1").Scan(&pid) == nil {
			return
		}
	}
	t.Fatal("the server did not recover")
}

func (v *seen) check(s *postgres.Store) {
	t, ctx := v.t, context.Background()
	if len(v.bad) > 0 {
		t.Errorf("%d calls were given up, such as: %s", len(v.bad), v.bad[0])
	}
	given := map[string]int64{}
	for i := range loaded {
		in := loadedIncident(i, v.began)
		got, _, err := s.Read(ctx, recovery.Query{Incident: in.ID})
		if err != nil || got.Previous == nil {
			t.Fatalf("%s is lost: %v", in.ID, err)
		}
		d := got.Previous.Decision
		for id := range v.decided[in.ID] {
			if id != d.ID && id != d.Supersedes {
				t.Errorf("%s was decided as %s, and %s stands in the place of %s", in.ID, id, d.ID, d.Supersedes)
			}
		}
		if len(v.decided[in.ID]) == 0 || len(d.Missed) != 1 {
			t.Errorf("%s was decided as %v, and has missed %v", in.ID, v.decided[in.ID], d.Missed)
		}
		if len(got.Stream.Open) > 0 || !got.Stream.NextDue.IsZero() {
			t.Errorf("deliveries of %s are left: %+v", in.ID, got.Stream.Open)
		}
		slices.SortFunc(v.did[in.ID], func(a, b begun) int { return cmp.Compare(a.at, b.at) })
		if !slices.IsSortedFunc(v.did[in.ID], func(a, b begun) int { return cmp.Compare(a.seq, b.seq) }) {
			t.Errorf("%s was worked off as %v", in.ID, v.did[in.ID])
		}
		if want := len(d.Actions) + 1; len(v.did[in.ID]) != want { // and what is late is escalated
			t.Errorf("%s gave %d effects, and %d were handed out", in.ID, want, len(v.did[in.ID]))
		}
		for _, a := range d.Actions {
			if a.Type == "compensate" {
				given[in.Customer.ID] += a.Amount.Units()
			}
		}
	}
	for c := range customers {
		id := fmt.Sprint("C-", c)
		q := recovery.Query{Incident: "someone", Facts: []recovery.FactQuery{{Name: "credited", Sum: "compensate", Currency: "EUR", Same: []recovery.Key{{Path: "customer.id", Text: id}}}}}
		got, _, err := s.Read(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		if given[id] != 5000 || got.Facts[0] != recovery.MustMoney("50 EUR") {
			t.Errorf("%s got %d cents, and the sum says %v; want 50 EUR", id, given[id], got.Facts[0])
		}
	}
}

package recoverytest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// A second process is the test's own program, started once more for the test that has called [TestStore]. These
// variables of its environment name the test, and the place of the store.
const (
	processTest  = "AMENDS_KIT_TEST"
	processPlace = "AMENDS_KIT_PLACE"
)

// What the second process says on a line of its own, and what it waits for.
const (
	saysReady   = "the second process is ready"
	saysClaimed = "the second process has claimed "
	saysDone    = "the second process is done"
	toldToGo    = "go\n"
)

// isSecond reports whether this is the second process, and of which place.
func isSecond(t *testing.T) (place string, second bool) {
	return os.Getenv(processPlace), os.Getenv(processTest) == t.Name()
}

// process is a second process that runs.
type process struct {
	*exec.Cmd
	tell  io.WriteCloser
	lines *bufio.Scanner
	said  bytes.Buffer // all that it has written
	wrong bytes.Buffer // all that it has written as errors
}

// inSecondProcess starts the test's program again, for the store of the kit.
func (k *kit) inSecondProcess() *process {
	k.Helper()
	if k.At == nil || k.Place == nil {
		k.Skip("the store has one handle")
	}
	program, err := os.Executable()
	if err != nil {
		k.Skipf("no second process can be started here: %v", err)
	}
	names := strings.Split(k.test, "/")
	for i, name := range names {
		names[i] = "^" + regexp.QuoteMeta(name) + "$"
	}
	args := []string{"-test.run=" + strings.Join(names, "/"), "-test.count=1", "-test.timeout=2m"}
	if testing.Short() {
		args = append(args, "-test.short")
	}
	p := &process{Cmd: exec.CommandContext(k.Context(), program, args...)}
	p.Env = append(os.Environ(), processTest+"="+k.test, processPlace+"="+k.Place(k.T, k.store))
	out, err := p.StdoutPipe()
	if err == nil {
		p.tell, err = p.StdinPipe()
	}
	p.Stderr = &p.wrong
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		k.Fatalf("starting a second process failed: %v", err)
	}
	p.lines = bufio.NewScanner(out)
	return p
}

// until returns what the process says until it says something, or ends.
func (p *process) until(what string) (lines []string, said bool) {
	for p.lines.Scan() {
		line := p.lines.Text()
		fmt.Fprintln(&p.said, line)
		if strings.HasSuffix(line, what) {
			return lines, true
		}
		lines = append(lines, line)
	}
	return lines, false
}

// processes shares a store with a second process: what one has committed the other reads, neither takes what the other
// has taken, and a delivery is handed out to one of them.
func processes(k *kit) {
	k.history()
	s, streams := k.store.(recovery.Stream)
	given, _ := k.read(recovery.Query{Incident: "A"})
	streams = streams && given.Stream != nil
	p := k.inSecondProcess()
	var claimed []string
	fails := func(what string) {
		k.Helper()
		_ = p.tell.Close()
		err := p.Wait()
		k.Fatalf("the second process %s (%v):\n%s", what, err, p.said.String()+p.wrong.String())
	}
	if _, ok := p.until(saysReady); !ok {
		fails("fails")
	}
	k.wantPrevious("A", "dec_9")
	k.wantFact(money("1 EUR"), sum("refund", "EUR"))
	var put []string
	for i := range rounds {
		if streams {
			key := fmt.Sprint("e-", i)
			put = append(put, key)
			k.put(decided("dec_s"+key, "S-"+key), time.Time{}, task(key, ""))
		}
	}
	if _, err := io.WriteString(p.tell, toldToGo); err != nil {
		fails("cannot be told to go on")
	}
	k.raceAs("first")
	if streams {
		claimed = k.claimAs(s, "first")
	}
	lines, ok := p.until(saysDone)
	if !ok {
		fails("fails")
	}
	_, _ = p.until("\x00") // its end
	if err := p.Wait(); err != nil {
		k.Fatalf("the second process fails, %v:\n%s", err, p.said.String()+p.wrong.String())
	}
	for _, line := range lines {
		if _, key, ok := strings.Cut(line, saysClaimed); ok {
			claimed = append(claimed, key)
		}
	}
	for round := range rounds {
		q := raceOf(round)
		given, _ := k.read(recovery.Query{Incident: "X", Facts: q.Facts, Use: q.Use})
		if given.Facts[0] != money("1 EUR") || given.Use[0] != 1 {
			k.Errorf("round %d: two processes gave %v and took %d of what there was one of", round, given.Facts[0], given.Use[0])
		}
	}
	slices.Sort(claimed)
	slices.Sort(put)
	if !slices.Equal(claimed, put) {
		k.Errorf("two processes claimed %v, want each of %v once", claimed, put)
	}
}

// second is what the second process does.
func second(k *kit) {
	k.wantHistory()
	k.commit(decided("dec_9", "A", supersedes("dec_2"), keeps("dec_3"), gives("refund", "1 EUR")))
	if k.Failed() {
		return
	}
	fmt.Println("\n" + saysReady)
	if line, err := bufio.NewReader(os.Stdin).ReadString('\n'); line != toldToGo {
		k.Fatalf("waiting for the first process failed: %v", err)
	}
	k.raceAs("second")
	if s, ok := k.store.(recovery.Stream); ok {
		if given, _ := k.read(recovery.Query{Incident: "A"}); given.Stream != nil {
			for _, key := range k.claimAs(s, "second") {
				fmt.Println("\n" + saysClaimed + key)
			}
		}
	}
	if !k.Failed() {
		fmt.Println("\n" + saysDone)
	}
}

// raceOf asks for what there is one of in a round.
func raceOf(round int) recovery.Query {
	return recovery.Query{
		Facts: []recovery.FactQuery{matters(sum("compensate", "EUR", same("customer.id", fmt.Sprint("C-", round))))},
		Use:   []recovery.UseQuery{today(fmt.Sprint("bike-", round), "outbound")},
	}
}

// raceAs takes what there is one of in each round, where nobody has taken it.
func (k *kit) raceAs(name string) {
	k.Helper()
	for round := range rounds {
		race(func(racer int) {
			incident := fmt.Sprintf("T-%s-%d-%d", name, round, racer)
			q := raceOf(round)
			q.Incident = incident
			k.handle(q, func(given recovery.Given) *recovery.Record {
				if given.Facts[0].(recovery.Money).Sign() > 0 || given.Use[0] > 0 {
					return nil
				}
				return decided("dec_"+incident, incident, key("customer.id", fmt.Sprint("C-", round)), gives("compensate", "1 EUR"), reserves(fmt.Sprint("bike-", round), "outbound", 1, noon()))
			})
		})
	}
}

// claimAs claims deliveries one by one until there is none.
func (k *kit) claimAs(s recovery.Stream, name string) (keys []string) {
	k.Helper()
	for {
		list, err := s.Claim(k.Context(), recovery.Claim{By: name, Now: minuteOf(1), Until: minuteOf(60), Most: 1, Each: 1})
		if err != nil {
			k.Fatalf("claiming failed: %v", err)
		}
		if len(list) == 0 {
			return keys
		}
		for _, d := range list {
			keys = append(keys, d.Key)
		}
	}
}

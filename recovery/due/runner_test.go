package due_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/due"
)

// TestOnTime hands out what a decision gives at once, and each step when it falls due.
func TestOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		end := d.begin(d.runner())
		time.Sleep(time.Minute + time.Second)
		d.tell("A", "slow")
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		end()
		d.want("2m0s A do respond") // when the runner polls
		d.wantFailures()
		if got := d.reports("A"); got != "done" {
			t.Errorf("reported were %q", got)
		}
	})
}

// unanswered is a host that carries out everything but answers, which it leaves to a person.
func unanswered(d *desk) func(context.Context, recovery.Delivery) error {
	return func(ctx context.Context, x recovery.Delivery) error {
		if x.Action != nil && x.Action.Type == "respond" {
			return due.ErrTaken
		}
		return nil
	}
}

// TestSteps hands out steps at their times, each once, and none once the promise is kept.
func TestSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.carry = unanswered(d)
		d.tell("A", "late")
		end := d.begin(d.runner())
		time.Sleep(4*time.Hour + 30*time.Minute)
		d.tell("A", "late", func(in *recovery.Incident) { in.RespondedAt = time.Now() })
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		end()
		d.want("0s A do compensate 5.00 EUR", "0s A say compensate 5.00 EUR", "1h30m0s A do notify", "2h0m0s A do escalate")
		d.wantFailures()
		if got := d.owed("A"); got != "" {
			t.Errorf("owed are %s", got)
		}
	})
}

// TestTakesBack reports undone for what was taken back, and nothing where it cannot be.
func TestTakesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.tell("A", "gone")
		d.during(time.Second, d.runner())
		d.carry = func(_ context.Context, x recovery.Delivery) error {
			if x.Do == recovery.ToCancel && x.Action.Type == "callback" {
				return fmt.Errorf("they were called: %w", due.ErrNotUndone)
			}
			return nil
		}
		d.tell("A", "none")
		d.during(time.Second, d.runner())
		d.want("0s A do refund 20.00 EUR", "0s A do callback", "1s A cancel refund -20.00 EUR")
		if got := d.reports("A"); got != "done done undone" {
			t.Errorf("reported were %q", got)
		}
		d.tell("A", "gone")
		if got := d.given("A").Previous.Decision.Actions[0].Already; !got.IsZero() {
			t.Errorf("%s of what was taken back is given already", got)
		}
		d.wantFailures()
	})
}

// TestAmountFalls reports undone for an amount that was lowered, so that raising it again gives the difference.
func TestAmountFalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.carry = unanswered(d)
		for _, by := range []time.Duration{72 * time.Hour, 0, 72 * time.Hour} {
			d.tell("A", "late", delayed(by))
			d.during(time.Second, d.runner())
		}
		d.want("0s A do compensate 10.00 EUR", "0s A say compensate 10.00 EUR", "1s A change compensate -5.00 EUR",
			"1s A say compensate -5.00 EUR", "2s A change compensate 5.00 EUR", "2s A say compensate 5.00 EUR")
	})
}

// TestReportsOfTheHost leaves the host's own report alone, as of a part of an amount.
func TestReportsOfTheHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.carry = func(ctx context.Context, x recovery.Delivery) error {
			if x.Action.Type != "refund" {
				return nil
			}
			return d.Report(ctx, recovery.Report{Incident: x.Incident, Key: x.Key, Amount: recovery.MustMoney("3 EUR")})
		}
		d.tell("A", "gone")
		d.during(time.Second, d.runner())
		if r := d.given("A").Reports; len(r) != 2 || r[0].Amount != recovery.MustMoney("3 EUR") {
			t.Errorf("reported were %+v", r)
		}
		if got := d.owed("A"); got != "due refund" {
			t.Errorf("owed are %s", got)
		}
	})
}

// TestRetries tries what fails again, later each time, and gives it up: the agenda has it, later money
// waits, and the rest goes on.
func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.carry = func(_ context.Context, x recovery.Delivery) error {
			if x.Do == recovery.ToDo && x.Action.Type == "compensate" {
				return errors.New("the bank is closed")
			}
			return unanswered(d)(context.Background(), x)
		}
		r := d.runner()
		r.Attempts = 3
		r.Backoff = func(attempt int) time.Duration { return time.Duration(attempt) * time.Minute }
		d.tell("A", "late")
		d.tell("B", "gone")
		d.during(10*time.Minute, r)
		d.mu.Lock()
		if len(d.failures) != 3 || !strings.HasPrefix(d.failures[0], "0s A do compensate 5.00 EUR: the bank is closed (1), again 1m") || !strings.HasSuffix(d.failures[2], "(3), again never") {
			t.Errorf("failures: %v", strings.Join(d.failures, "\n"))
		}
		d.failures = nil
		if len(d.done) != 3 || d.done[0] != "0s B do refund 20.00 EUR" || d.done[1] != "0s B do callback" || !strings.HasSuffix(d.done[2], " A say compensate 5.00 EUR") {
			t.Errorf("carried out: %v", strings.Join(d.done, "\n"))
		}
		d.done = nil
		d.mu.Unlock()
		if got := d.owed("A"); !strings.HasPrefix(got, "dead compensate, ") {
			t.Errorf("owed are %s", got)
		}

		// More money waits behind what is dead, until a person says what came of it.
		d.tell("A", "late", delayed(72*time.Hour))
		d.during(time.Minute, r)
		if x := d.given("A").Previous.Decision.Actions[0]; x.Already != recovery.MustMoney("5 EUR") {
			t.Errorf("already %s of 5 EUR that may have been paid", x.Already)
		}
		d.want("10m0s A say compensate 5.00 EUR")
		dead := d.given("A").Stream.Open[0]
		if err := d.Report(context.Background(), recovery.Report{Incident: "A", Key: dead.Key}); err != nil {
			t.Fatal(err)
		}
		d.during(time.Minute, r)
		d.want("11m0s A change compensate 5.00 EUR")
	})
}

// TestRevived tries a dead letter again once a person has put it back.
func TestRevived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.carry = func(context.Context, recovery.Delivery) error { return errors.New("closed") }
		r := d.runner()
		r.Attempts = 1
		d.tell("A", "gone")
		d.during(time.Minute, r)
		if got := d.owed("A"); got != "dead refund, dead callback, due refund, due callback" {
			t.Errorf("owed are %s", got)
		}
		d.carry = nil
		for _, o := range d.given("A").Stream.Open {
			if err := d.store.Revive(context.Background(), o.Key); err != nil {
				t.Fatal(err)
			}
		}
		d.during(time.Minute, r)
		d.want("1m0s A do refund 20.00 EUR", "1m0s A do callback")
		if got := d.owed("A"); got != "" {
			t.Errorf("owed are %s", got)
		}
	})
}

// TestPanic takes a panic of the host for a failure.
func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.carry = func(_ context.Context, x recovery.Delivery) error {
			if x.Attempt == 1 {
				panic("no bank")
			}
			return nil
		}
		d.tell("A", "slow")
		d.during(time.Minute, d.runner())
		d.want("2s A do respond")
		d.wantFailures("0s A do respond: delivering panicked: no bank (1), again 2s")
	})
}

// TestStuck tries an incident again that the set does not fit any more, and lists it; others go on.
func TestStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.carry = unanswered(d)
		d.tell("A", "slow")
		d.tell("B", "slow", delayed(time.Hour))
		stricter := strings.Replace(playbook, "delay: {type: duration, default: 0s}", "delay: {type: duration}", 1)
		if err := d.Reload(files(stricter)); err != nil {
			t.Fatal(err)
		}
		d.during(3*time.Hour, d.runner())
		d.want("2h0m0s B do escalate")
		d.mu.Lock()
		if n := len(d.failures); n < 8 || n > 12 || !strings.Contains(d.failures[0], "2h0m0s A: ") || !strings.Contains(d.failures[0], "delay") {
			t.Errorf("%d failures: %s", n, strings.Join(d.failures, "\n"))
		}
		d.failures = nil
		d.mu.Unlock()
		if got := d.owed("A"); !strings.HasPrefix(got, "stuck again, overdue respond") {
			t.Errorf("owed are %s", got)
		}
		if err := d.Reload(files(playbook)); err != nil {
			t.Fatal(err)
		}
		d.during(2*time.Hour, d.runner())
		d.mu.Lock()
		if len(d.done) != 1 || !strings.HasSuffix(d.done[0], " A do escalate") {
			t.Errorf("carried out: %v", d.done)
		}
		d.mu.Unlock()
		if got := d.owed("A"); strings.Contains(got, "stuck") {
			t.Errorf("owed are %s", got)
		}
	})
}

// TestDowntime catches up with a day: in the order of time, what fell due several times once, and nothing that
// is over.
func TestDowntime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.carry = unanswered(d)
		for i, id := range []string{"D", "C", "B", "A"} {
			d.tell(id, "late")
			d.during(time.Duration(4-i)*10*time.Minute, d.runner())
		}
		d.tell("E", "slow")
		d.during(time.Second, d.runner())
		d.want("0s D do compensate 5.00 EUR", "0s D say compensate 5.00 EUR", "40m0s C do compensate 5.00 EUR", "40m0s C say compensate 5.00 EUR",
			"1h10m0s B do compensate 5.00 EUR", "1h10m0s B say compensate 5.00 EUR", "1h30m0s D do notify",
			"1h30m0s A do compensate 5.00 EUR", "1h30m0s A say compensate 5.00 EUR")
		time.Sleep(24*time.Hour - 100*time.Minute - time.Second)
		d.tell("B", "late", func(in *recovery.Incident) { in.RespondedAt = time.Now().Add(-23 * time.Hour) })
		d.during(time.Second, d.runner())
		// C's hours are at 40 minutes past, D's at 0, E's at 3:40 and A's at 30 past.
		d.want("24h0m0s C do notify", "24h0m0s A do notify", "24h0m0s E do escalate", "24h0m0s A do escalate", "24h0m0s C do escalate", "24h0m0s D do escalate")
	})
}

// TestMissing says which field of a runner is missing.
func TestMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		for want, spoil := range map[string]func(*due.Runner){
			"a runner wants an engine that has playbooks":     func(r *due.Runner) { r.Engine = nil },
			"a runner wants a store that keeps deliveries":    func(r *due.Runner) { r.Store = nil },
			"a runner wants a function that delivers":         func(r *due.Runner) { r.Deliver = nil },
			"a runner wants an engine that has playbooks ":    func(r *due.Runner) { r.Engine = &recovery.Engine{} },
			"the store keeps no deliveries; make it with ...": func(r *due.Runner) { r.Store = recovery.NewMemoryStore() },
		} {
			r := d.runner()
			spoil(&r)
			if strings.HasPrefix(want, "the store") {
				d.during(time.Second, r) // it may be repaired meanwhile
				d.mu.Lock()
				if len(d.failures) == 0 || !strings.Contains(d.failures[0], "KeepDeliveries") {
					t.Errorf("failures: %v", d.failures)
				}
				d.mu.Unlock()
				continue
			}
			if err := r.Run(context.Background()); err == nil || err.Error() != strings.TrimSpace(want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
	})
}

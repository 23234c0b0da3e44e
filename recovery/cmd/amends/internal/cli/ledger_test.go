package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/cli"
	"github.com/servicerecovery/amends/recovery/ledger"
)

const shop = `amends: v1
playbook: shop
review_by: 2027-06-30
facts:
  repeats: {count: incidents, same: [customer.id], last: 90d}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late" && facts.repeats >= 0
    do: [{compensate: {amount: 5 EUR}}]
  - id: gift
    approach: case-by-case
    when: incident.severity >= 4
    discretion:
      decider: boss
      within: 1d
      comparable: [service]
      tolerance: 25%
      options: [{compensate: {amount: {from: 0 EUR, to: 50 EUR}, as: [cash]}}]
`

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// inShop makes a directory with the playbooks of the shop, and goes there.
func inShop(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("playbooks", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("playbooks", "shop.yaml"), []byte(shop), 0o644); err != nil {
		t.Fatal(err)
	}
}

// amends runs the command.
func amends(in io.Reader, out io.Writer, args ...string) (status int, stderr string) {
	var errs bytes.Buffer
	status = cli.Run(args, cli.Process{
		Stdin: in, Stdout: out, Stderr: &errs, Env: func(string) string { return "" }, Terminal: func(io.Writer) bool { return false },
	})
	return status, errs.String()
}

func lateOne(n int) string {
	return fmt.Sprintf(`{"id":"T-%d","service":"shop","failure":"late","occurred_at":"2026-03-01T12:00:00Z","customer":{"id":"C-%d"}}`, n, n%7) + "\n"
}

// TestStoreSeesTheOnesBefore holds that many incidents, handled while the disk is
// still busy with those before, get what they get one after another in memory.
func TestStoreSeesTheOnesBefore(t *testing.T) {
	inShop(t)
	engine, err := recovery.Load(os.DirFS("playbooks"), recovery.WithClock(func() time.Time { return noon }))
	if err != nil {
		t.Fatal(err)
	}
	var lines, want bytes.Buffer
	for i := range 3000 {
		line := lateOne(i * 31 % 2000) // some come again
		lines.WriteString(line)
		var in recovery.Incident
		if err := in.UnmarshalJSON([]byte(line)); err != nil {
			t.Fatal(err)
		}
		d, err := engine.Handle(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		want.Write(append(d.AppendJSON(nil), '\n'))
	}
	var got bytes.Buffer
	if status, errs := amends(&lines, &got, "decide", "--playbooks", "playbooks", "--store", "ledger", "--now", noon.Format(time.RFC3339)); status != 0 {
		t.Fatal(status, errs)
	}
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Error("the decisions differ from those of the store in memory")
	}
	if v, err := ledger.Verify(context.Background(), "ledger", ledger.VerifyOptions{}); err != nil || v.Kinds[ledger.KindDecision] != 2000 {
		t.Error(v, err)
	}
}

// TestStoreWritesOutWhatIsConfirmed holds that each decision comes out while more
// input is awaited, and is on disk by then.
func TestStoreWritesOutWhatIsConfirmed(t *testing.T) {
	inShop(t)
	in, feed := io.Pipe()
	out, drain := io.Pipe()
	ended := make(chan string, 1)
	go func() {
		status, errs := amends(in, drain, "decide", "--playbooks", "playbooks", "--store", "ledger", "--now", noon.Format(time.RFC3339))
		drain.Close()
		ended <- fmt.Sprint(status, errs)
	}()
	lines := bufio.NewReader(out)
	for i := range 5 {
		if _, err := io.WriteString(feed, lateOne(i)); err != nil {
			t.Fatal(err)
		}
		line, err := lines.ReadString('\n')
		if err != nil || !strings.Contains(line, fmt.Sprintf(`"T-%d"`, i)) {
			t.Fatal(line, err)
		}
		v, err := ledger.Verify(context.Background(), "ledger", ledger.VerifyOptions{})
		if err != nil || v.Kinds[ledger.KindDecision] != int64(i+1) || v.Torn != 0 {
			t.Fatalf("after %d: %+v, %v", i, v, err)
		}
		if i == 2 { // there is one writer at a time
			status, errs := amends(strings.NewReader(lateOne(9)), io.Discard, "decide", "--playbooks", "playbooks", "--store", "ledger")
			if status != 2 || !strings.Contains(errs, "is being written") {
				t.Error(status, errs)
			}
		}
	}
	feed.Close()
	if got := <-ended; got != "0" {
		t.Error(got)
	}
}

// TestStoreThatBreaks holds that the command ends when its output does, though
// input is still awaited.
func TestStoreThatBreaks(t *testing.T) {
	inShop(t)
	in, feed := io.Pipe()
	defer feed.Close()
	go func() { _, _ = io.WriteString(feed, lateOne(1)) }() // the test ends it
	status, errs := amends(in, failing{}, "decide", "--playbooks", "playbooks", "--store", "ledger", "--now", noon.Format(time.RFC3339))
	if status != 2 || !strings.Contains(errs, "nobody reads") {
		t.Error(status, errs)
	}
	if v, err := ledger.Verify(context.Background(), "ledger", ledger.VerifyOptions{}); err != nil || v.Kinds[ledger.KindDecision] != 1 {
		t.Error(v, err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, fmt.Errorf("nobody reads") }

// TestEqualNamesChoosers holds what the command says of choices, which are made
// by programs.
func TestEqualNamesChoosers(t *testing.T) {
	inShop(t)
	l, err := ledger.Open("ledger")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := recovery.Load(os.DirFS("playbooks"), recovery.WithStore(l), recovery.WithClock(func() time.Time { return noon }))
	if err != nil {
		t.Fatal(err)
	}
	for i, by := range []string{"Eva", "Eva", "Ada"} {
		d, err := engine.Handle(context.Background(), recovery.Incident{
			ID: fmt.Sprintf("T-%d", i), Service: "shop", Failure: "rude", Severity: 4, OccurredAt: noon, Region: []string{"MAD", "MAD", "BCN"}[i],
		})
		if err != nil {
			t.Fatal(err)
		}
		amount := recovery.MustMoney([]string{"10 EUR", "10 EUR", "40 EUR"}[i])
		_, err = engine.Choose(context.Background(), recovery.Selection{
			Incident: d.Incident, Choice: d.Choices[0].ID, By: by, Reason: []string{"", "", "she cried"}[i],
			Options: []recovery.Selected{{Type: "compensate", Amount: amount, Params: map[string]any{"as": "cash"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	const want = `3 cases, equal by service, failure, severity: 1 group in which not all got the same redress

too few cases to tell: 2 comparisons

service shop, failure rude, severity 4
  differs by region
  2 cases: compensate 10.00 EUR, where region MAD, by shop/gift, chosen by Eva (T-0, T-1)
  1 case: compensate 40.00 EUR, where region BCN, by shop/gift, chosen by Ada (T-2)

choices that left the median of their precedents
  T-2, record 6: compensate 40.00 EUR by Ada, 300% from the median (shop/gift): she cried
`
	var got bytes.Buffer
	if status, errs := amends(nil, &got, "ledger", "equal", "ledger", "--same", "service,failure,severity", "--across", "region"); status != 0 || got.String() != want {
		t.Errorf("%d %s\n%s", status, errs, got.String())
	}
	got.Reset()
	amends(nil, &got, "ledger", "equal", "ledger", "--same", "service", "--format", "json")
	for _, want := range []string{`"by": "Ada"`, `"deviation": "300%"`, `"reason": "she cried"`, `"choosers": [`} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("%s is not in\n%s", want, got.String())
		}
	}
}

// TestSecretKeysAreSecret holds that nobody else may read a key that was made.
func TestSecretKeysAreSecret(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes mean little there")
	}
	inShop(t)
	if status, errs := amends(strings.NewReader(lateOne(1)), io.Discard, "decide", "--playbooks", "playbooks", "--store", "ledger"); status != 0 {
		t.Fatal(errs)
	}
	if status, errs := amends(nil, io.Discard, "ledger", "checkpoint", "ledger", "--new-key", "k"); status != 0 {
		t.Fatal(errs)
	}
	info, err := os.Stat("k")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	public, err := os.ReadFile("k.pub")
	if err != nil || !strings.HasPrefix(string(public), "amends/ledger+") {
		t.Error(string(public), err)
	}
}

// TestSecretKeysThatOthersCanRead holds that nobody signs with a key that others on
// the machine can read or change, and that the remedy which is named helps.
func TestSecretKeysThatOthersCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes mean little there")
	}
	inShop(t)
	if status, errs := amends(strings.NewReader(lateOne(1)), io.Discard, "decide", "--playbooks", "playbooks", "--store", "ledger"); status != 0 {
		t.Fatal(errs)
	}
	if status, errs := amends(nil, io.Discard, "ledger", "checkpoint", "ledger", "--new-key", "k"); status != 0 {
		t.Fatal(errs)
	}
	if err := os.Symlink("k", "link"); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"checkpoint", "ledger", "--key", "k"}, {"prove", "ledger", "T-1", "--key", "k"}, {"checkpoint", "ledger", "--key", "link"}} {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o660, 0o666, 0o610, 0o620, 0o777, 0o400, 0o600, 0o700} {
			if err := os.Chmod("k", mode); err != nil {
				t.Fatal(err)
			}
			status, errs := amends(nil, io.Discard, append([]string{"ledger"}, args...)...)
			if open := mode&0o077 != 0; open != (status == 2) || open && !strings.Contains(errs, "chmod 600 "+args[len(args)-1]) {
				t.Errorf("%v, mode %o: %d %s", args, mode, status, errs)
			}
		}
	}
}

// TestKeysThatAreNoFiles holds that nobody waits for a key or a checkpoint.
func TestKeysThatAreNoFiles(t *testing.T) {
	inShop(t)
	if status, errs := amends(strings.NewReader(lateOne(1)), io.Discard, "decide", "--playbooks", "playbooks", "--store", "ledger"); status != 0 {
		t.Fatal(errs)
	}
	for _, file := range []string{"playbooks", os.DevNull} {
		for _, args := range [][]string{
			{"checkpoint", "ledger", "--key", file}, {"checkpoint", "ledger", "--after", file}, {"verify", "ledger", "--checkpoint", file},
			{"prove", "ledger", "T-1", "--key", file}, {"prove", "ledger", "--since", file},
		} {
			if status, errs := amends(nil, io.Discard, append([]string{"ledger"}, args...)...); status != 2 || !strings.Contains(errs, "no plain file") {
				t.Errorf("%v: %d %s", args, status, errs)
			}
		}
	}
}

// TestExamplesReplay holds that what the examples decide is decided the same again,
// by what the ledger has archived and by the playbooks themselves.
func TestExamplesReplay(t *testing.T) {
	root, err := filepath.Abs("../../../../../examples")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "*", "incidents.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	t.Chdir(t.TempDir())
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		playbooks := filepath.Join(filepath.Dir(file), "playbooks")
		var out bytes.Buffer
		if status, errs := amends(nil, &out, "decide", "--playbooks", playbooks, "--store", name, file, "--now", noon.Format(time.RFC3339)); status == 2 {
			t.Fatal(name, errs)
		}
		want := fmt.Sprintf("%d the same, 0 different\n", bytes.Count(out.Bytes(), []byte("\n")))
		for _, args := range [][]string{{}, {"--playbooks", playbooks}} {
			out.Reset()
			status, errs := amends(nil, &out, append([]string{"ledger", "replay", name}, args...)...)
			if status != 0 || !strings.Contains(out.String(), want) {
				t.Errorf("%s %v: %d %s%s, wanted %s", name, args, status, errs, out.String(), want)
			}
		}
		if status, errs := amends(nil, io.Discard, "ledger", "verify", name); status != 0 {
			t.Error(name, errs)
		}
	}
}

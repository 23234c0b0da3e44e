package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

const want = `Mon 09:00  Ana writes
           → do acknowledge
           → mail: We have your message, Ana. You hear from us within two hours.
Mon 11:05  nobody replies
           → call the team-lead
Mon 11:30  an agent replies
Tue 09:05  a day is over
Tue 12:00  it is resolved, late
           → do compensate 10.00 EUR
           → mail: This took us too long. We take 10.00 EUR off your next bill.
Thu 12:05  two days later
           → do survey
Thu 12:00  a week later
`

// stores are those that the story is told in: their URLs.
func stores(t *testing.T, each func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) { each(t, "") })
	t.Run("PostgreSQL", func(t *testing.T) {
		url := os.Getenv("DATABASE_URL")
		if url == "" {
			url = os.Getenv("AMENDS_TEST_POSTGRES")
		}
		if url == "" {
			t.Skip("neither DATABASE_URL nor AMENDS_TEST_POSTGRES names a PostgreSQL")
		}
		each(t, url)
	})
}

// TestStory tells the story to its end.
func TestStory(t *testing.T) {
	stores(t, func(t *testing.T, url string) {
		var out bytes.Buffer
		if err := tell(context.Background(), &out, url, filepath.Join(t.TempDir(), name(t, 0))); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
		}
	})
}

// name is one that no other story in the same database has.
func name(t *testing.T, n int) string {
	return fmt.Sprintf("%s-%d-%d-%d", strings.ToLower(filepath.Base(t.Name())), os.Getpid(), time.Now().UnixNano(), n)
}

// mortal is a store in a process that is killed before one of the things that it is asked, or that the outbox does.
type mortal struct {
	recovery.Stream
	left *atomic.Int64
}

func (m mortal) lives() {
	if m.left.Add(-1) == 0 {
		p, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			os.Exit(3)
		}
		select {} // until it has died
	}
}

func (m mortal) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	m.lives()
	return m.Stream.Read(ctx, q)
}

func (m mortal) Commit(ctx context.Context, c recovery.Commit) error {
	m.lives()
	return m.Stream.Commit(ctx, c)
}

func (m mortal) Claim(ctx context.Context, c recovery.Claim) ([]recovery.Delivery, error) {
	m.lives()
	return m.Stream.Claim(ctx, c)
}

func (m mortal) FallenDue(ctx context.Context, c recovery.Claim) ([]recovery.FallenDue, error) {
	m.lives()
	return m.Stream.FallenDue(ctx, c)
}

func (m mortal) Settle(ctx context.Context, key string) error {
	m.lives()
	return m.Stream.Settle(ctx, key)
}

// TestProcess is run by TestKilled: it tells the story in a file, and dies before a step of it.
func TestProcess(t *testing.T) {
	file := os.Getenv("EMBED_FILE")
	if file == "" {
		t.Skip("no file is named")
	}
	dies, err := strconv.ParseInt(os.Getenv("EMBED_DIES"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	m := mortal{left: &atomic.Int64{}}
	m.left.Store(dies)
	teller := teller{
		options: []recovery.Option{recovery.WithNamespace(filepath.Base(file))},
		keeping: func(s recovery.Stream) recovery.Stream { m.Stream = s; return m },
		about:   m.lives,
	}
	if dies == 0 { // the one before was killed: what it had claimed is free by then
		teller.lateness = 2 * time.Minute
	}
	if err := teller.tell(context.Background(), io.Discard, os.Getenv("EMBED_URL"), file); err != nil {
		t.Fatal(err)
	}
}

// TestKilled kills the process at every step: before each thing that the store is asked, and before and after each
// that is done for Ana. Another process goes on from there. Nothing is lost, nothing comes twice, and all is in order.
func TestKilled(t *testing.T) {
	stores(t, func(t *testing.T, url string) {
		var whole []string
		for _, line := range strings.Split(want, "\n") {
			if _, what, ok := strings.Cut(line, "→ "); ok {
				whole = append(whole, what)
			}
		}
		dir, steps, by := t.TempDir(), 0, 1
		if testing.Short() {
			by = 9
		}
		for n := 1; ; n += by {
			file := filepath.Join(dir, name(t, n))
			if !runs(t, url, file, n) {
				steps++
				if !runs(t, url, file, 0) {
					t.Fatalf("the process after the one that was killed at step %d does not end", n)
				}
			} else if n = -1; steps < 5 {
				t.Fatalf("the story has only %d steps", steps)
			}
			sent, err := openOutbox(file + ".sent")
			if err != nil {
				t.Fatal(err)
			}
			lines, err := sent.lines()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, line := range lines {
				_, what, _ := strings.Cut(line, " ")
				got = append(got, what)
			}
			if len(lines) != len(sent.done) || !slices.Equal(got, whole) {
				t.Errorf("killed at step %d, this was done:\n  %s", n, strings.Join(lines, "\n  "))
			}
			if n < 0 {
				t.Logf("killed at %d steps", steps)
				return
			}
		}
	})
}

// runs tells the story in a process, and reports whether that lived to its end.
func runs(t *testing.T, url, file string, dies int) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestProcess$")
	cmd.Env = append(os.Environ(), "EMBED_FILE="+file, "EMBED_URL="+url, fmt.Sprintf("EMBED_DIES=%d", dies))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || len(out) > 0 && bytes.Contains(out, []byte("FAIL"))) {
		t.Fatalf("%v: %s", err, out)
	}
	return err == nil
}

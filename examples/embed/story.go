package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// step is something that happens in the story, at a time. Without a change, time passes.
type step struct {
	what   string
	at     time.Time
	change func(*recovery.Incident) error
}

func day(d, hour, minute int) time.Time { return time.Date(2026, 3, d, hour, minute, 0, 0, time.UTC) }

func story() []step {
	return []step{
		{"Ana writes", day(2, 9, 0), func(in *recovery.Incident) error {
			in.Service, in.Failure, in.OccurredAt, in.Language = "support", "question", day(2, 9, 0), "en"
			in.Customer = recovery.Customer{ID: "C-7", Name: "Ana"}
			return nil
		}},
		{"nobody replies", day(2, 11, 5), nil},
		{"an agent replies", day(2, 11, 30), func(in *recovery.Incident) error { in.RespondedAt = day(2, 11, 30); return nil }},
		{"a day is over", day(3, 9, 5), nil},
		{"it is resolved, late", day(3, 12, 0), func(in *recovery.Incident) error { in.ResolvedAt = day(3, 12, 0); return nil }},
		{"two days later", day(5, 12, 5), nil},
		{"a week later", day(12, 12, 0), nil},
	}
}

// teller tells the story in a folder. It can be told again from where it was left, after whatever end.
type teller struct {
	options  []recovery.Option
	keeping  func(recovery.Stream) recovery.Stream // what the test puts around the store; nil: nothing
	about    func()                                // see outbox
	lateness time.Duration                         // how much later this process works: leases of one before have ended
}

// tell tells the story with a store in a file, or where a URL leads.
func tell(ctx context.Context, w io.Writer, url, file string) error {
	name := recovery.WithNamespace(filepath.Base(file)) // each story is told to a tenant of its own
	return teller{options: []recovery.Option{name}}.tell(ctx, w, url, file)
}

func (t teller) tell(ctx context.Context, w io.Writer, url, file string) error {
	store, end, err := open(ctx, url, file)
	if err != nil {
		return err
	}
	defer end()
	if t.keeping != nil {
		store = t.keeping(store)
	}
	sent, err := openOutbox(file + ".sent")
	if err != nil {
		return err
	}
	sent.about = t.about
	var now atomic.Int64
	clock := recovery.WithClock(func() time.Time { return time.UnixMicro(now.Load()).UTC() })
	h, err := newHelpdesk(store, sent, append(t.options, clock)...)
	if err != nil {
		return err
	}
	told, err := progress(file + ".told")
	if err != nil {
		return err
	}
	for i, s := range story() {
		if i < told {
			continue
		}
		now.Store(s.at.Add(t.lateness).UnixMicro())
		before := len(sent.done)
		if s.change != nil {
			if err := h.changed(ctx, "T-1", s.change); err != nil {
				return err
			}
		}
		if err := h.work(ctx); err != nil {
			return err
		}
		if err := os.WriteFile(file+".told", []byte(strconv.Itoa(i+1)), 0o600); err != nil {
			return err
		}
		lines, err := sent.lines()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s  %s\n", s.at.Format("Mon 15:04"), s.what)
		for _, line := range lines[before:] {
			_, what, _ := strings.Cut(line, " ")
			fmt.Fprintf(w, "           → %s\n", what)
		}
	}
	return nil
}

// progress is how many steps were told.
func progress(file string) (int, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || len(text) == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// work runs the runner until there is nothing to do by now. A program that serves runs it until it ends.
func (h *helpdesk) work(ctx context.Context) error {
	return h.runner().Drain(ctx)
}

package recoverytest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/recoverytest"
	"github.com/servicerecovery/amends/recovery/store"
)

// bug is what a store does wrong. A nil function does nothing.
type bug struct {
	query     func(q *recovery.Query)                   // before a read
	given     func(g *recovery.Given)                   // after it
	summary   func(p *store.Precedents)                 // after reading precedents
	commit    func(c *recovery.Commit) (skip bool)      // before a commit
	committed func(c *recovery.Commit, err error) error // after it
	deaf      bool                                      // to the context
	claim     func(c *recovery.Claim)                   // before a claim
	claimed   func(list []recovery.Delivery)
	lastWins  bool // a conflict is committed all the same
	late      bool // reports that came in between are taken for known
	backlog   func(s *recovery.MemoryStore, b *recovery.Backlog)

	reopened, other func(s *buggy) // a store that was opened again, another handle
	begun           func(s *buggy, tx *recoverytest.Transaction)
	erase           func(ctx context.Context, s *buggy, e store.Erasure) ([]recovery.Delivery, error)
	due             func(c *recovery.Claim) // before what has fallen due is claimed
	neverAnew       bool
	nextOfAll       bool
	deafStream      bool
	noRenewal       bool
	inOneProcess    bool // it is found by two processes, which the others are not tried by
}

type buggy struct {
	*disk
	bug
	place  string
	cached map[string]recovery.Given
	silent bool   // nothing is handed out
	never  bool   // nothing falls due
	ahead  *buggy // has deliveries at once
	reads  *disk  // answers in place of the own one
}

func (s *buggy) heard(ctx context.Context) context.Context {
	if s.deaf {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (s *buggy) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	q.Facts, q.Use = slices.Clone(q.Facts), slices.Clone(q.Use)
	if s.query != nil {
		s.query(&q)
	}
	if g, ok := s.cached[q.Namespace+"/"+q.Incident]; ok && len(q.Facts)+len(q.Use) == 0 {
		return g, "0", nil
	}
	from := s.disk
	if s.reads != nil {
		from = s.reads
	}
	g, v, err := from.Read(s.heard(ctx), q)
	if s.cached != nil {
		s.cached[q.Namespace+"/"+q.Incident] = g
	}
	if g.Previous != nil {
		r := *g.Previous
		g.Previous = &r
	}
	if s.given != nil && err == nil {
		s.given(&g)
	}
	return g, v, err
}

func (s *buggy) Precedents(ctx context.Context, q recovery.Query) ([]store.Precedents, error) {
	q.Precedents = slices.Clone(q.Precedents)
	if s.query != nil {
		s.query(&q)
	}
	list, err := s.MemoryStore.Precedents(s.heard(ctx), q)
	for i := range list {
		if s.summary != nil {
			s.summary(&list[i])
		}
	}
	return list, err
}

func (s *buggy) Claim(ctx context.Context, c recovery.Claim) ([]recovery.Delivery, error) {
	if s.claim != nil {
		s.claim(&c)
	}
	if s.silent {
		return nil, nil
	}
	if s.deafStream {
		ctx = context.WithoutCancel(ctx)
	}
	list, err := s.MemoryStore.Claim(ctx, c)
	if s.claimed != nil {
		s.claimed(list)
	}
	return list, err
}

func (s *buggy) FallenDue(ctx context.Context, c recovery.Claim) ([]recovery.FallenDue, error) {
	if s.due != nil {
		s.due(&c)
	}
	if s.never {
		return nil, nil
	}
	return s.MemoryStore.FallenDue(ctx, c)
}

func (s *buggy) Next(ctx context.Context, namespace string, now time.Time) (time.Time, error) {
	if s.nextOfAll {
		namespace = ""
	}
	return s.MemoryStore.Next(ctx, namespace, now)
}

func (s *buggy) Renew(ctx context.Context, by string, keys []string, until time.Time) error {
	if s.noRenewal {
		return ctx.Err()
	}
	return s.MemoryStore.Renew(ctx, by, keys, until)
}

func (s *buggy) Backlog(ctx context.Context, namespace string) (recovery.Backlog, error) {
	b, err := s.MemoryStore.Backlog(ctx, namespace)
	if s.backlog != nil {
		s.backlog(s.MemoryStore, &b)
	}
	return b, err
}

func (s *buggy) Commit(ctx context.Context, c recovery.Commit) error {
	c.Reads.Facts, c.Reports = slices.Clone(c.Reads.Facts), slices.Clone(c.Reports)
	if c.Record != nil {
		r, d := *c.Record, *c.Record.Decision
		r.Decision, c.Record = &d, &r
	}
	if s.commit != nil && s.commit(&c) {
		return nil
	}
	if s.late {
		fresh, _, _ := s.MemoryStore.Read(ctx, recovery.Query{Namespace: c.Reads.Namespace, Incident: c.Reads.Incident})
		c.Given.Reports = fresh.Reports
	}
	if s.ahead != nil && len(c.Outbox) > 0 {
		_ = s.ahead.Commit(ctx, c)
	}
	err := s.disk.Commit(s.heard(ctx), c)
	if s.lastWins && errors.Is(err, recovery.ErrConflict) {
		fresh, version, _ := s.MemoryStore.Read(ctx, recovery.Query{Namespace: c.Reads.Namespace, Incident: c.Reads.Incident})
		c.Reads.Facts, c.Reads.Use, c.Reads.Precedents = nil, nil, nil
		c.Given, c.Version = fresh, version
		c.Given.Facts, c.Given.Use = nil, nil
		err = s.disk.Commit(ctx, c)
	}
	if s.committed != nil {
		err = s.committed(&c, err)
	}
	return err
}

func previous(change func(r *recovery.Record)) func(g *recovery.Given) {
	return func(g *recovery.Given) {
		if g.Previous != nil {
			change(g.Previous)
		}
	}
}

// record changes what is kept of a decision.
func record(change func(r *recovery.Record)) func(c *recovery.Commit) bool {
	return func(c *recovery.Commit) bool {
		if c.Record != nil {
			change(c.Record)
		}
		return false
	}
}

func facts(change func(q *recovery.FactQuery)) func(q *recovery.Query) {
	return func(q *recovery.Query) {
		for i := range q.Facts {
			change(&q.Facts[i])
		}
	}
}

// bugs are made by people who write stores in earnest.
func bugs() map[string]bug {
	reports := 0
	return map[string]bug{
		"none of the choices is read":  {given: func(g *recovery.Given) { g.Made = nil }},
		"only the last choice is read": {given: func(g *recovery.Given) { g.Made = g.Made[max(0, len(g.Made)-1):] }},
		"choices come newest first":    {given: func(g *recovery.Given) { g.Made = slices.Clone(g.Made); slices.Reverse(g.Made) }},
		"reports are lost":             {given: func(g *recovery.Given) { g.Reports = nil }},
		"reports come newest first":    {given: func(g *recovery.Given) { slices.Reverse(g.Reports) }},
		"every report is kept, however equal": {commit: func(c *recovery.Commit) bool {
			for i := range c.Reports {
				reports++
				c.Reports[i].Note += fmt.Sprint(reports)
			}
			return false
		}},
		"the keys of reports are lost": {commit: func(c *recovery.Commit) bool {
			for i := range c.Reports {
				c.Reports[i].Key = ""
			}
			return false
		}},
		"updated_at is that of the decision": {given: func(g *recovery.Given) {
			if g.Previous != nil {
				g.UpdatedAt = g.Previous.UpdatedAt
			}
		}},
		"updated_at is lost": {given: func(g *recovery.Given) { g.UpdatedAt = time.Time{} }},
		"marks are ignored":  {commit: func(c *recovery.Commit) bool { return c.Mark != nil }},
		"what a mark tells is lost": {commit: func(c *recovery.Commit) bool {
			if c.Mark != nil {
				m := *c.Mark
				m.Told, c.Mark = nil, &m
			}
			return false
		}},
		"what was refused is not told":         {given: func(g *recovery.Given) { g.Told = nil }},
		"refusals are not kept":                {commit: func(c *recovery.Commit) bool { return c.Refusal != nil }},
		"no set is older":                      {given: func(g *recovery.Given) { g.SetIsOlder = false }},
		"every set is older":                   {given: func(g *recovery.Given) { g.SetIsOlder = g.Previous != nil }},
		"a set is never made the newest":       {commit: record(func(r *recovery.Record) { r.Newest = false })},
		"windows begin after from":             {query: facts(func(q *recovery.FactQuery) { q.From = q.From.Add(1) })},
		"windows have no beginning":            {query: facts(func(q *recovery.FactQuery) { q.From = time.Time{} })},
		"facts go by when something was given": {query: facts(func(q *recovery.FactQuery) { q.Occurred = false })},
		"facts go by when incidents occurred":  {query: facts(func(q *recovery.FactQuery) { q.Occurred = true })},
		"only the first key tells apart":       {query: facts(func(q *recovery.FactQuery) { q.Same = q.Same[:min(1, len(q.Same))] })},
		"no key tells apart":                   {query: facts(func(q *recovery.FactQuery) { q.Same = nil })},
		"a fact without a key is zero": {given: func(g *recovery.Given) {
			for i := range g.Facts {
				if g.Facts[i] == nil {
					g.Facts[i] = int64(0)
				}
			}
		}},
		"an incident counts itself": {query: func(q *recovery.Query) {
			if len(q.Facts)+len(q.Use) > 0 {
				q.Incident = ""
			}
		}},
		"use ends after until": {query: func(q *recovery.Query) {
			for i := range q.Use {
				q.Use[i].Until = q.Use[i].Until.Add(1)
			}
		}},
		"all directions are one": {query: func(q *recovery.Query) {
			for i := range q.Use {
				q.Use[i].Direction = "outbound"
			}
		}},
		"a choice is a precedent for itself": {query: func(q *recovery.Query) {
			if len(q.Precedents) > 0 {
				q.Incident = ""
			}
		}},
		"comparable fields are not compared": {query: func(q *recovery.Query) {
			for i := range q.Precedents {
				q.Precedents[i].Comparable = nil
			}
		}},
		"precedents are not told one by one": {summary: func(p *store.Precedents) { p.Recent = nil }},
		"precedents come oldest first":       {summary: func(p *store.Precedents) { slices.Reverse(p.Recent) }},
		"the median is the lower one": {summary: func(p *store.Precedents) {
			for i := range p.Amounts {
				p.Amounts[i].Upper = p.Amounts[i].Lower
			}
		}},
		"a proposal is not found by its choice": {query: func(q *recovery.Query) { q.Choice = "" }},
		"namespaces are ignored in reading":     {query: func(q *recovery.Query) { q.Namespace = "" }},
		"namespaces are ignored in counting":    {query: facts(func(q *recovery.FactQuery) { q.Namespace = "" })},
		"namespaces are ignored in committing":  {commit: record(func(r *recovery.Record) { r.Decision.Namespace = "" })},
		"the context is not heeded":             {deaf: true},
		"the last commit wins":                  {lastWins: true},
		"facts are not compared": {commit: func(c *recovery.Commit) bool {
			for i := range c.Reads.Facts {
				c.Reads.Facts[i].Matters = false
			}
			return false
		}},
		"use is not compared":                         {commit: func(c *recovery.Commit) bool { c.Reads.Use, c.Given.Use = nil, nil; return false }},
		"precedents are not compared":                 {commit: func(c *recovery.Commit) bool { c.Reads.Precedents, c.Given.Precedents = nil, nil; return false }},
		"choices that stand are forgotten":            {commit: record(func(r *recovery.Record) { r.Keeps = nil })},
		"what a choice settles is forgotten":          {commit: record(func(r *recovery.Record) { r.Settles = "" })},
		"reserves are forgotten":                      {commit: record(func(r *recovery.Record) { r.Reserves = nil })},
		"what is told is not told apart":              {commit: record(func(r *recovery.Record) { r.Again = false })},
		"fields are lost":                             {given: previous(func(r *recovery.Record) { r.Keys = nil })},
		"promises are lost":                           {given: previous(func(r *recovery.Record) { r.Promises = nil })},
		"what was handed out is lost":                 {given: previous(func(r *recovery.Record) { r.Handed = nil })},
		"times are kept to the second":                {given: previous(func(r *recovery.Record) { r.OccurredAt = r.OccurredAt.Truncate(time.Second) })},
		"what the first decision counts from is lost": {given: previous(func(r *recovery.Record) { r.Base = time.Time{} })},
		"a lease never ends":                          {claim: func(c *recovery.Claim) { c.Until = c.Until.AddDate(100, 0, 0) }},
		"a lease ends at once":                        {claim: func(c *recovery.Claim) { c.Until = c.Now }},
		"claims ignore tenants":                       {claim: func(c *recovery.Claim) { c.Namespace = "" }},
		"everything is handed out at once":            {claim: func(c *recovery.Claim) { c.Now = c.Now.AddDate(100, 0, 0) }},
		"all of an incident is handed out at once":    {claim: func(c *recovery.Claim) { c.Each = 0 }},
		"who claims is forgotten":                     {claim: func(c *recovery.Claim) { c.By = "" }},
		"attempts are not counted": {claimed: func(list []recovery.Delivery) {
			for i := range list {
				list[i].Attempt = 1
			}
		}},
		"an old report says what falls due": {commit: func(c *recovery.Commit) bool {
			if len(c.Reports) > 0 && c.Given.Previous != nil {
				c.Reads.Incident = ""
			}
			return false
		}},
		"what could not be decided is forgotten": {given: func(g *recovery.Given) {
			if g.Stream != nil {
				g.Stream.Stuck = nil
			}
		}},
		"deliveries come newest first":          {claimed: func(list []recovery.Delivery) { slices.Reverse(list) }},
		"what is withdrawn is handed out":       {commit: func(c *recovery.Commit) bool { c.Withdrawn = nil; return false }},
		"what falls due is forgotten":           {commit: func(c *recovery.Commit) bool { c.NextDue = time.Time{}; return false }},
		"what has fallen due is not handed out": {commit: func(c *recovery.Commit) bool { c.Fell = nil; return false }},
		"claims in between are not compared": {commit: func(c *recovery.Commit) bool {
			if c.Record != nil && len(c.Withdrawn) > 0 {
				c.Given.Stream = nil
			}
			return false
		}},
		"reports do not reach the stream": {commit: func(c *recovery.Commit) bool {
			for i := range c.Reports {
				c.Reports[i].Key = "eff_0"
			}
			return false
		}},
		"reports in between are not compared": {late: true},
		"a backlog counts all tenants": {backlog: func(s *recovery.MemoryStore, b *recovery.Backlog) {
			other, _ := s.Backlog(context.Background(), "acme")
			b.Waiting += other.Waiting
		}},
		"a backlog names nobody": {backlog: func(_ *recovery.MemoryStore, b *recovery.Backlog) { b.Troubled = nil }},
		"an error hides that it is there already": {committed: func(c *recovery.Commit, err error) error {
			if errors.Is(err, recovery.ErrConflict) {
				return nil
			}
			return err
		}},
	}
}

// allBugs are those of answers and commits, and those of sharedBugs.
func allBugs() map[string]bug {
	all := bugs()
	maps.Copy(all, sharedBugs())
	return all
}

// noBug is the name under which TestBuggyStore tries the store without a bug.
const noBug = "none"

// TestBuggyStore is run by TestTheKitFindsBugs, with the name of a bug.
func TestBuggyStore(t *testing.T) {
	name := os.Getenv("AMENDS_STORE_BUG")
	b, ok := allBugs()[name]
	if !ok && name != noBug {
		t.Skip("no bug is named")
	}
	recoverytest.TestStore(t, buggyHarness(b))
}

// tryBug runs the kit on a store with a bug in a process of its own. The disks of the bugs are in one process, so
// that two cannot share them: that part is left out, except where it is to find the bug.
func tryBug(name string, inOneProcess bool) ([]byte, error) {
	args := []string{"-test.run=^TestBuggyStore$", "-test.skip=^TestBuggyStore$/handles/two_processes", "-test.failfast", "-test.timeout=60s"}
	if inOneProcess {
		args[0], args[1] = "-test.run=^TestBuggyStore$/handles/two_processes", "-test.short"
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "AMENDS_STORE_BUG="+name)
	return cmd.CombinedOutput()
}

// TestTheKitFindsBugs holds that each bug makes the kit fail.
func TestTheKitFindsBugs(t *testing.T) {
	all := allBugs()
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if testing.Short() && i%8 != 0 {
			continue
		}
		out, err := tryBug(name, all[name].inOneProcess)
		var failed *exec.ExitError
		switch {
		case err == nil:
			t.Errorf("the kit does not find that %s", name)
		case !errors.As(err, &failed):
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
}

// TestStoreWithoutBugs holds that the kit finds nothing where nothing is wrong.
func TestStoreWithoutBugs(t *testing.T) {
	if out, err := tryBug(noBug, false); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

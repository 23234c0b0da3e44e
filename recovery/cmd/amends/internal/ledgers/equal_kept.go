package ledgers

import (
	"context"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
	"github.com/servicerecovery/amends/recovery/ledger"
	"github.com/servicerecovery/amends/recovery/store"
)

// keptPromises says of each incident whether promises of it were due by a time, and all of them kept.
func keptPromises(dir string, scope ledger.Scope, now time.Time) (func(incident string) (due, kept bool), error) {
	all := map[store.ID]bool{}
	o := account.Options{Now: now, Scope: ledger.Scope{Namespace: scope.Namespace, Set: scope.Set}}
	err := account.Walk(context.Background(), dir, o, account.Rows{Promise: func(p *account.Promise) error {
		if p.Is.DueAt.After(now) {
			return nil
		}
		id := store.IDOf(p.Incident)
		switch p.Is.Outcome {
		case recovery.PromiseKept:
			if _, known := all[id]; !known {
				all[id] = true
			}
		case recovery.PromiseLate, recovery.PromiseBroken:
			all[id] = false
		}
		return nil
	}})
	return func(incident string) (due, kept bool) {
		kept, due = all[store.IDOf(incident)]
		return due, kept
	}, err
}

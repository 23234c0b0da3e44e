package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// BenchmarkIdle asks a file with many open promises for work, as a runner does each time it polls.
func BenchmarkIdle(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "amends.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	ctx, has, now := context.Background(), 0, time.Now()
	for _, many := range []int{1_000, 1_000_000} {
		_, err := s.db.ExecContext(ctx, `WITH RECURSIVE n(n) AS (SELECT ?1 + 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
			INSERT INTO incidents (tenant, id, next_due, looks_at) SELECT '', 'T-' || n, ?3, ?3 FROM n`, has, many, microseconds(now.Add(time.Hour)))
		if err != nil {
			b.Fatal(err)
		}
		has = many
		b.Run(fmt.Sprint(many), func(b *testing.B) {
			c := recovery.Claim{By: "r", Now: now, Until: now.Add(time.Minute), Most: 64}
			for b.Loop() {
				due, err := s.FallenDue(ctx, c)
				list, err2 := s.Claim(ctx, c)
				next, err3 := s.Next(ctx, "", now)
				if err := errors.Join(err, err2, err3); err != nil || len(due)+len(list) > 0 || !next.After(now) {
					b.Fatal(due, list, next, err)
				}
			}
		})
	}
}

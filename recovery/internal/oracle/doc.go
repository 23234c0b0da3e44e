// Package oracle holds tests alone: they compare the engine with the reference evaluator, which is
// a second reading of recovery/SEMANTICS.md. The evaluator was written from that text, step by step
// and without regard for speed, and uses the public API of package recovery only.
//
//   - gen*_test.go make up sets and incidents from a seed; yaml_test.go writes the sets as files.
//   - model_test.go says what a set is; expr_test.go, time_test.go, clock_test.go and facts_test.go
//     evaluate it; decide_test.go and its neighbours decide, each file one section of SEMANTICS.md.
//   - gen_items_test.go adds items, ratios, rounding, sums of fields and authority to the sets of
//     TestOracleItems; items_test.go, ratio_test.go, facts_sum_test.go and propose_test.go read them.
//   - life_test.go keeps all that ever happened on an incident; promise_test.go, missed_test.go and
//     agenda_test.go work out from it what is promised, broken and owed.
//   - oracle_test.go runs a story through both sides; ops_test.go does each thing in both: incidents,
//     choices, reports, the passing of time, changes of the set. shrink_test.go tells a story in which
//     they differ with as little as shows it.
//   - *_rules_test.go have a case on each side of a rule; life_turns_test.go has lives in which rules meet.
//   - property*_test.go state what holds in every story, without the evaluator.
//   - process*_test.go decide everything once more in a second process.
//
// A change of SEMANTICS.md is made here and in the engine. To repeat a failure:
//
//	go test ./recovery/internal/oracle -run TestOracle -oracle.seed=N
//
// To look longer: -oracle.n=20000, and -oracle.from=321 to begin elsewhere.
package oracle

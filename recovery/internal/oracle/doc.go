// Package oracle holds tests alone: they compare the engine with the reference evaluator, which is
// a second reading of recovery/SEMANTICS.md. The evaluator was written from that text, step by step
// and without regard for speed, and uses the public API of package recovery only.
//
//   - gen*_test.go make up sets and incidents from a seed; yaml_test.go writes the sets as files.
//   - model_test.go says what a set is; expr_test.go, time_test.go and facts_test.go evaluate it;
//     decide_test.go and its neighbours decide, each file one section of SEMANTICS.md.
//   - oracle_test.go runs a story, a sequence of incidents and choices, through both sides.
//   - property*_test.go state what holds in every story, without the evaluator.
//   - process*_test.go decide everything once more in a second process.
//
// A change of SEMANTICS.md is made here and in the engine. To repeat a failure:
//
//	go test ./recovery/internal/oracle -run TestOracle -oracle.seed=N
//
// To look longer: -oracle.n=20000.
package oracle

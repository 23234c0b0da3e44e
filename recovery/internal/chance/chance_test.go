package chance

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestFisher compares with figures that are published, or that R's fisher.test gives.
func TestFisher(t *testing.T) {
	for _, x := range []struct {
		table Table
		want  float64
	}{
		{Table{3, 1, 1, 3}, 0.48571428571428565}, // the lady tasting tea
		{Table{8, 2, 1, 5}, 0.03496503496503495},
		{Table{1, 9, 11, 3}, 0.002759456185220083},
		{Table{0, 5, 5, 0}, 0.007936507936507936},
		{Table{10, 10, 10, 10}, 1},
		{Table{0, 0, 3, 4}, 1},
		{Table{0, 10, 0, 4}, 1},
	} {
		if got := Fisher(x.table); math.Abs(got-x.want) > 1e-9*x.want {
			t.Errorf("%v: got %v, want %v", x.table, got, x.want)
		}
	}
	if got := Fisher(Table{137, 4926, 1366, 1895}); got < 0 || got > 1e-200 {
		t.Errorf("2.7 %% of 5,063 against 41.9 %% of 3,261: %v", got)
	}
}

// exact adds up hypergeometric probabilities as fractions.
func exact(strata ...Table) float64 {
	pmf := map[int64]*big.Rat{0: big.NewRat(1, 1)}
	seen := int64(0)
	for _, t := range strata {
		seen += t.Has
		group, has, all := t.Has+t.HasNot, t.Has+t.RestHas, t.Has+t.HasNot+t.RestHas+t.RestHasNot
		next := map[int64]*big.Rat{}
		for k := max(0, group+has-all); k <= min(group, has); k++ {
			ways := new(big.Int).Mul(new(big.Int).Binomial(has, k), new(big.Int).Binomial(all-has, group-k))
			p := new(big.Rat).SetFrac(ways, new(big.Int).Binomial(all, group))
			for at, q := range pmf {
				if next[at+k] == nil {
					next[at+k] = new(big.Rat)
				}
				next[at+k].Add(next[at+k], new(big.Rat).Mul(p, q))
			}
		}
		pmf = next
	}
	out := new(big.Rat)
	for _, p := range pmf {
		if p.Cmp(pmf[seen]) <= 0 {
			out.Add(out, p)
		}
	}
	f, _ := out.Float64()
	return f
}

// TestFisherAgainstFractions compares random tables, alone and as strata, with exact fractions.
func TestFisherAgainstFractions(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	rounds := 2000
	if testing.Short() {
		rounds = 150
	}
	for range rounds {
		strata := make([]Table, 1+r.IntN(3))
		for i := range strata {
			n := []int64{4, 20, 60}[r.IntN(3)]
			strata[i] = Table{r.Int64N(n), r.Int64N(n), r.Int64N(n), r.Int64N(n)}
		}
		want := exact(strata...)
		if got := Fisher(strata...); math.Abs(got-want) > 1e-9*want+1e-20 {
			t.Fatalf("%v: got %v, want %v", strata, got, want)
		}
		if least := Least(strata...); least > want*(1+1e-9) {
			t.Fatalf("%v: the least is %v, and %v came out", strata, least, want)
		}
	}
}

func TestHolm(t *testing.T) {
	got := Holm([]float64{0.01, 0.04, 0.03, 0.005, 0.9})
	for i, want := range []float64{0.04, 0.09, 0.09, 0.025, 0.9} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("%d: got %v, want %v", i, got[i], want)
		}
	}
	if len(Holm(nil)) != 0 {
		t.Error("of nothing something came out")
	}
}

// TestPermutationOfShuffles deals customers at random: a result of at most 5 % comes up in about one
// of twenty deals, in one stratum as in several.
func TestPermutationOfShuffles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	found := 0
	const deals = 400
	for seed := range uint64(deals) {
		var units []Unit
		for range 80 {
			stratum := r.IntN(1 + int(seed%3))
			// Strata differ in their means and in how many of their units are in the group.
			in := r.IntN(4) <= stratum
			units = append(units, Unit{Cases: 1 + r.Int64N(3), Sum: float64(stratum*100) + float64(r.IntN(50)), Group: number(in), Stratum: stratum})
		}
		if Permutation(units, []bool{false, true}, 0.05)[1] <= 0.05 {
			found++
		}
	}
	if found > deals/20+deals/40 {
		t.Errorf("%d of %d deals were remarkable", found, deals)
	}
}

// TestPermutationFindsDifferences compares customers with a planted difference.
func number(in bool) int {
	if in {
		return 1
	}
	return 0
}

// What is dealt to all groups at once has to give each of them what it would get alone.
func TestPermutationOfManyGroups(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	found := 0
	for range 5 {
		groups := 2 + r.IntN(6)
		var units []Unit
		for range 120 {
			u := Unit{Cases: 1 + r.Int64N(3), Stratum: r.IntN(2), Group: r.IntN(groups)}
			u.Sum = float64(u.Cases*r.Int64N(100)) + float64(u.Stratum*50)
			if u.Group == 1 {
				u.Sum += 25
			}
			units = append(units, u)
		}
		all := make([]bool, groups)
		for i := range all {
			all[i] = true
		}
		together := Permutation(units, all, 0.9)
		for i := range groups {
			asked := make([]bool, groups)
			asked[i] = true
			alone := Permutation(units, asked, 0.9)
			if math.Abs(alone[i]-together[i]) > 0.03 {
				t.Errorf("group %d of %d: %v alone, %v together", i, groups, alone[i], together[i])
			}
			for j, p := range alone {
				if j != i && p != 1 {
					t.Errorf("group %d was not asked for, and got %v", j, p)
				}
			}
			if together[i] <= 0.05 {
				found++
			}
		}
	}
	if found == 0 {
		t.Error("no difference was found, and one was planted")
	}
}

func TestPermutationFindsDifferences(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var units []Unit
	for i := range 100 {
		u := Unit{Cases: 1, Sum: float64(r.IntN(10)), Group: number(i%3 == 0)}
		if u.Group == 1 {
			u.Sum += 6
		}
		units = append(units, u)
	}
	got := Permutation(units, []bool{false, true}, 0.05)[1]
	if got > 0.001 {
		t.Errorf("got %v", got)
	}
	if again := Permutation(units, []bool{false, true}, 0.05)[1]; again != got {
		t.Errorf("the same units gave %v and %v", got, again)
	}
}

// TestBelowDrawsAsTheLibraryDoes keeps what is dealt as it was: findings must not change with a faster draw.
func TestBelowDrawsAsTheLibraryDoes(t *testing.T) {
	ours, theirs := rand.NewPCG(3, 5), rand.New(rand.NewPCG(3, 5))
	sizes := []uint64{1, 2, 3, 7, 64, 1000, 28_031, 1 << 40, 1<<63 + 1, 1<<64 - 1} // large ones draw again often
	for i := range 20_000 {
		n := sizes[i%len(sizes)]
		if got, want := below(ours, n), theirs.Uint64N(n); got != want {
			t.Fatalf("draw %d below %d: got %d, want %d", i, n, got, want)
		}
	}
}

package suite

import (
	"github.com/servicerecovery/amends/playbook"
)

// assign gives each wanted action one of the actions that came, each to one. It returns
// the wanted actions that got none, and which of the actions that came were given.
func (s *Set) assign(wanted []*playbook.WantedAction, came []thing, where kindOfList) (missing []*playbook.WantedAction, taken []bool) {
	fits := make([][]bool, len(wanted))
	for i, w := range wanted {
		fits[i] = make([]bool, len(came))
		for j, x := range came {
			_, fits[i][j] = s.ask(w, x, where)
		}
	}
	owner := matching(fits, len(came))
	has := make([]bool, len(wanted))
	taken = make([]bool, len(came))
	for j, i := range owner {
		if i >= 0 {
			has[i], taken[j] = true, true
		}
	}
	for i, w := range wanted {
		if !has[i] {
			missing = append(missing, w)
		}
	}
	return missing, taken
}

// matching gives as many rows as it can a column that fits, each column to one
// row at most, the first rows first. It returns each column's row, or -1.
func matching(fits [][]bool, columns int) []int {
	owner := make([]int, columns)
	for j := range owner {
		owner[j] = -1
	}
	var place func(i int, seen []bool) bool
	place = func(i int, seen []bool) bool {
		for j := range owner {
			if !fits[i][j] || seen[j] {
				continue
			}
			seen[j] = true
			if owner[j] < 0 || place(owner[j], seen) {
				owner[j] = i
				return true
			}
		}
		return false
	}
	for i := range fits {
		place(i, make([]bool, columns))
	}
	return owner
}

// nearest is the thing of the wanted type that answers most questions as wanted,
// the first of several. It is -1 when no thing has the type. Those that are
// taken by others come last.
func (s *Set) nearest(w *playbook.WantedAction, came []thing, taken []bool, where kindOfList) int {
	best, most := -1, -1
	for j, x := range came {
		if x.kind != w.Type.Value {
			continue
		}
		answers, _ := s.ask(w, x, where)
		n := 0
		for _, a := range answers {
			if a.ok {
				n += 2
			}
		}
		if !taken[j] {
			n += 2*len(w.Asked) + 1
		}
		if n > most {
			best, most = j, n
		}
	}
	return best
}

package suite

// Line is a line of a difference.
type Line struct {
	Sign byte // '-' wanted and not there, '+' there and not wanted, ' ' both
	Text string
}

func (l Line) String() string { return string(l.Sign) + " " + l.Text }

// difference compares two lists, in order: a shortest list of lines that turns
// what was wanted into what came. A wanted line and one that came are the same
// if equal says so.
func difference(wanted, came []string, equal func(i, j int) bool) []Line {
	var out []Line
	for _, p := range aligned(len(wanted), len(came), func(i, j int) int {
		if equal(i, j) {
			return 1
		}
		return 0
	}) {
		switch {
		case p.came < 0:
			out = append(out, Line{'-', wanted[p.wanted]})
		case p.wanted < 0:
			out = append(out, Line{'+', came[p.came]})
		default:
			out = append(out, Line{' ', came[p.came]})
		}
	}
	return out
}

// together is the index of a wanted member of a list, and that of the member that came in
// its place. -1 stands for none.
type together struct{ wanted, came int }

// aligned sets two lists side by side. Both keep their order, and the sum of alike over
// the pairs is as high as it can be. Two members for which alike is 0 never form a pair.
func aligned(n, m int, alike func(i, j int) int) (out []together) {
	// best[i][j] is how much alike the rests from i and j can be.
	best := make([][]int, n+1)
	for i := range best {
		best[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if a := alike(i, j); a > 0 {
				best[i][j] = max(best[i][j], best[i+1][j+1]+a)
			}
		}
	}
	i, j := 0, 0
	for i < n || j < m {
		a := 0
		if i < n && j < m {
			a = alike(i, j)
		}
		switch {
		case a > 0 && best[i][j] == best[i+1][j+1]+a:
			out = append(out, together{i, j})
			i, j = i+1, j+1
		case i < n && (j == m || best[i+1][j] >= best[i][j+1]):
			out = append(out, together{i, -1})
			i++
		default:
			out = append(out, together{-1, j})
			j++
		}
	}
	return out
}

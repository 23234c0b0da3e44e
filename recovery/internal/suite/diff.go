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
	n, m := len(wanted), len(came)
	// common[i][j] is how much the rests from i and j have in common.
	common := make([][]int, n+1)
	for i := range common {
		common[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if equal(i, j) {
				common[i][j] = max(common[i][j], common[i+1][j+1]+1)
			}
		}
	}
	var out []Line
	i, j := 0, 0
	for i < n || j < m {
		switch {
		case i < n && j < m && equal(i, j) && common[i][j] == common[i+1][j+1]+1:
			out = append(out, Line{' ', came[j]})
			i, j = i+1, j+1
		case i < n && (j == m || common[i+1][j] >= common[i][j+1]):
			out = append(out, Line{'-', wanted[i]})
			i++
		default:
			out = append(out, Line{'+', came[j]})
			j++
		}
	}
	return out
}

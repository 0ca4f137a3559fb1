package accesslog

// nearest returns the candidate that a typing error or two turn into word, and "" where none is that near: one error in a
// word of up to nine bytes, two in a longer one.
func nearest(word string, candidates []string) string {
	limit := 1
	if len(word) >= 10 {
		limit = 2
	}
	found := ""
	for _, c := range candidates {
		if d := distance(word, c, limit); d <= limit {
			found, limit = c, d-1
		}
	}
	return found
}

// distance returns how many insertions, deletions, replacements and swaps of neighbours turn a into b, or more than limit
// where it is more than that (optimal string alignment).
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}

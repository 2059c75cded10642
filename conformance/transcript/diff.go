package transcript

import (
	"fmt"
	"strings"
)

// text lays an answer out in lines, so that all three parts show in one diff.
func (a Answer) text() string {
	return fmt.Sprintf("exit %d\nstdout:\n%s\nstderr:\n%s", a.Exit, a.Stdout, a.Stderr)
}

// Unified is a line diff of two texts, want first, with three lines of context. It is empty if they are equal.
func Unified(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	const most = 2000 // the table below is quadratic; longer answers only show their beginning
	if len(a) > most {
		a = a[:most]
	}
	if len(b) > most {
		b = b[:most]
	}
	lines := script(a, b)
	var out strings.Builder
	const context = 3
	shown := -1 // last line printed
	for i, l := range lines {
		if l[0] == ' ' {
			continue
		}
		from := max(i-context, shown+1)
		if from > shown+1 {
			out.WriteString("@@\n")
		}
		for j := from; j < min(i+context+1, len(lines)); j++ {
			if j > i && lines[j][0] != ' ' {
				break
			}
			out.WriteString(lines[j] + "\n")
			shown = j
		}
	}
	return out.String()
}

// script is the shortest edit script from a to b; each line carries ' ', '-' or '+' in front.
func script(a, b []string) []string {
	common := make([][]int32, len(a)+1) // longest common subsequence of a[i:] and b[j:]
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var lines []string
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			lines, i, j = append(lines, " "+a[i]), i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			lines, i = append(lines, "-"+a[i]), i+1
		default:
			lines, j = append(lines, "+"+b[j]), j+1
		}
	}
	return lines
}

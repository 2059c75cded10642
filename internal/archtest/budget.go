package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// The budget of hand-written files that are no tests, in lines.
const (
	MaxLines  = 800
	MaxMedian = 150 // the aim is 100
)

// tables may be longer: they are nothing but a table.
var tables = []string{}

// CheckBudget lists the files that are too long, and the median if that is.
func CheckBudget(files []File) []string {
	var broken []string
	var lengths []int
	for _, f := range files {
		if f.Test || f.Generated {
			continue
		}
		lengths = append(lengths, f.Lines)
		if f.Lines > MaxLines && !slices.Contains(tables, f.Path) {
			broken = append(broken, fmt.Sprintf("%s has %d lines, more than %d: split it by concept", f.Path, f.Lines, MaxLines))
		}
	}
	if median := Median(lengths); median > MaxMedian {
		broken = append(broken, fmt.Sprintf("the median file has %d lines, more than %d", median, MaxMedian))
	}
	return broken
}

// Median is the middle one of the numbers, or 0 without any.
func Median(numbers []int) int {
	if len(numbers) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(numbers))
	return sorted[len(sorted)/2]
}

// CheckGenerated lists files whose name and whose first line disagree about being generated: the name says it to people,
// the line to tools.
func CheckGenerated(files []File) []string {
	var broken []string
	for _, f := range files {
		named := strings.HasSuffix(f.Path, ".gen.go")
		marked := strings.HasPrefix(f.First, "// Code generated ") && strings.HasSuffix(f.First, " DO NOT EDIT.")
		switch {
		case named && !marked:
			broken = append(broken, fmt.Sprintf("%s: the first line is %q and not the mark of generated code", f.Path, f.First))
		case !named && f.Generated && !strings.HasSuffix(path.Base(f.Path), "_string.go"):
			broken = append(broken, fmt.Sprintf("%s is generated, but its name does not end in .gen.go", f.Path))
		}
	}
	return broken
}

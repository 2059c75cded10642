package transcript

import (
	"fmt"
	"strings"
)

// Report collects the results of one suite: one client (or other source of cases) and one source of wanted answers.
type Report struct {
	Suite   string
	Results []Result
}

// Count is the number of results of a group ("" for all groups) with a verdict.
func (r *Report) Count(group string, v Verdict) int {
	n := 0
	for _, one := range r.Results {
		if (group == "" || one.Group == group) && one.Verdict == v {
			n++
		}
	}
	return n
}

// Table is the count per group.
func (r *Report) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-34s %6s %10s %8s %10s %9s\n", r.Suite, "equal", "different", "not yet", "live only", "superset")
	row := func(title, group string) {
		fmt.Fprintf(&b, "  %-32s %6d %10d %8d %10d %9d\n", title,
			r.Count(group, Equal), r.Count(group, Different), r.Count(group, NotYet), r.Count(group, LiveOnly), r.Count(group, Superset))
	}
	for _, g := range Groups {
		for _, one := range r.Results {
			if one.Group == g {
				row(g, g)
				break
			}
		}
	}
	row("all", "")
	return b.String()
}

// Failures are the results that should make a test fail, readable, at most max of them in full: entries that differ
// and are not expected to, and entries that are expected to differ and do not.
func (r *Report) Failures(expected Expected, max int) []string {
	var all []string
	for _, one := range r.Results {
		name := fmt.Sprintf("%s %d", r.Suite, one.N)
		reason, known := expected.find(r.Suite, one.N)
		switch {
		case one.Verdict == Different && !known:
			all = append(all, fmt.Sprintf("%s: %s (%s)\n%s", name, one.Title, one.Group, indent(one.Diff)))
		case one.Verdict != Different && known:
			all = append(all, fmt.Sprintf("%s: %s is %s now, but stands in the file of expected failures (%s): remove it there",
				name, one.Title, one.Verdict, reason))
		}
	}
	if len(all) > max {
		rest := len(all) - max
		all = append(all[:max:max], fmt.Sprintf("... and %d more", rest))
	}
	return all
}

// NotYets lists the procedures that the "not yet" entries wait for, with the number of entries.
func (r *Report) NotYets() map[string]int {
	waiting := map[string]int{}
	for _, one := range r.Results {
		if one.Verdict == NotYet {
			waiting[one.Why]++
		}
	}
	return waiting
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}

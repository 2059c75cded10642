package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
)

// value is what a workload is judged by, as a number of which less is better.
func (w Workload) value(s Sample) float64 {
	switch w.Compare {
	case "p50":
		return float64(s.P50)
	case "p99":
		return float64(s.P99)
	case "memory":
		return float64(s.Memory)
	}
	return float64(s.Elapsed) / float64(max(s.Ops, 1))
}

// median sorts samples by what the workload is judged by; spread is how far the ends are apart, of the median.
func (w Workload) median(list []Sample) (m Sample, spread float64) {
	list = slices.SortedFunc(slices.Values(list), func(a, b Sample) int { return cmp.Compare(w.value(a), w.value(b)) })
	m = list[len(list)/2]
	return m, (w.value(list[len(list)-1]) - w.value(list[0])) / max(w.value(m), 1)
}

// Show is a sample as people read it.
func (w Workload) Show(s Sample) string {
	switch w.Compare {
	case "memory":
		return fmt.Sprintf("%.1f KiB", float64(s.Memory)/1024)
	case "p50":
		return "p50 " + s.P50.Round(time.Microsecond).String()
	case "p99":
		return "p99 " + s.P99.Round(time.Microsecond).String()
	}
	return fmt.Sprintf("%.0f/s", s.Rate())
}

// Row writes one line of the table of a comparison: the samples of the reference, and ours.
func (w Workload) Row(out io.Writer, reference, ours []Sample) {
	a, spreadA := w.median(reference)
	b, spreadB := w.median(ours)
	ratio, cpu := w.value(a)/max(w.value(b), 1), "-"
	if w.Compare != "memory" && b.CPU > 0 {
		cpu = fmt.Sprintf("%.1fx", float64(a.CPUPerOp())/float64(max(b.CPUPerOp(), 1)))
	}
	met := "met"
	if ratio < w.Target {
		met = "**not met**"
	}
	fmt.Fprintf(out, "| %s | %s ±%.0f%% | %s ±%.0f%% | %v | %v | %s | %.1fx | %gx | %s |\n", w.About, w.Show(a), 50*spreadA, w.Show(b), 50*spreadB,
		a.CPUPerOp().Round(100*time.Nanosecond), b.CPUPerOp().Round(100*time.Nanosecond), cpu, ratio, w.Target, met)
}

// Head is the head of that table.
const Head = "| workload | reference | govirtd | CPU per op, reference | govirtd | CPU ratio | ratio | target | |\n|---|---|---|---|---|---|---|---|---|\n"

package bench

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Result is what a workload gave at the reference, at govirtd, and at the
// floor where there is one.
type Result struct {
	Workload
	Reference, Ours, Floor []Sample
	// Missing says why there is nothing.
	Missing string
}

// value is what a workload is judged by, as a number of which less is better.
func (w Workload) value(s Sample) float64 {
	switch w.By {
	case P50:
		return float64(s.P50)
	case P99:
		return float64(s.P99)
	case Memory:
		return float64(s.Memory)
	}
	return float64(s.Elapsed) / float64(max(s.Ops, 1))
}

// median sorts samples by what the workload is judged by; spread is how far the ends are apart, of the median.
func (w Workload) median(list []Sample) (m Sample, spread float64) {
	list = slices.SortedFunc(slices.Values(list), func(a, b Sample) int { return cmp.Compare(w.value(a), w.value(b)) })
	m = list[len(list)/2]
	return m, (w.value(list[len(list)-1]) - w.value(list[0])) / max(w.value(m), 1e-9)
}

// cpu is the median of the CPU time per operation.
func (w Workload) cpu(list []Sample) time.Duration {
	var all []time.Duration
	for _, s := range list {
		all = append(all, w.CPUPerOp(s))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// Show is a sample as people read it.
func (w Workload) Show(s Sample) string {
	switch w.By {
	case Memory:
		if s.Memory >= 1<<20 {
			return fmt.Sprintf("%.1f MiB", float64(s.Memory)/(1<<20))
		}
		return fmt.Sprintf("%.1f KiB", float64(s.Memory)/(1<<10))
	case P50:
		return "p50 " + short(s.P50)
	case P99:
		return "p99 " + short(s.P99)
	case Bytes:
		return fmt.Sprintf("%.2f GiB/s", s.Rate()/(1<<30))
	}
	return fmt.Sprintf("%.0f/s", s.Rate())
}

// short is a time with three digits.
func short(d time.Duration) string {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit).String()
}

// ratio is how many times better the second is.
func (w Workload) ratio(reference, ours []Sample) float64 {
	a, _ := w.median(reference)
	b, _ := w.median(ours)
	return w.value(a) / max(w.value(b), 1e-9)
}

// wants says what is wanted of the workload in words, and whether all of it was reached. serial is govirtd's small call
// without idle connections, 0 if that was not measured.
func (r Result) wants(serial time.Duration) (text string, met bool) {
	var parts []string
	met = true
	want := func(ok bool, format string, args ...any) {
		parts = append(parts, fmt.Sprintf(format, args...))
		met = met && ok
	}
	ours, _ := r.median(r.Ours)
	if r.Target > 0 {
		want(r.ratio(r.Reference, r.Ours) >= r.Target, "%gx", r.Target)
	}
	if r.CPU > 0 {
		want(float64(r.cpu(r.Reference)) >= r.CPU*float64(r.cpu(r.Ours)), "CPU %gx", r.CPU)
	}
	if r.Limit > 0 {
		limit := Sample{P50: time.Duration(r.Limit), P99: time.Duration(r.Limit), Memory: int64(r.Limit)}
		want(r.value(ours) <= r.Limit, "at most %s", strings.TrimPrefix(strings.TrimPrefix(r.Show(limit), "p50 "), "p99 "))
	}
	if r.Slow > 0 && serial > 0 {
		want(float64(ours.P50) <= r.Slow*float64(serial), "at most %gx that without (%s)", r.Slow, short(serial))
	}
	return strings.Join(parts, ", "), met
}

// Head is the head of the table.
func Head(reference string) string {
	return fmt.Sprintf("| workload | %s | govirtd | ratio | wanted | | CPU/op %s | govirtd | ratio | floor |\n|---|---|---|---|---|---|---|---|---|---|\n", reference, reference)
}

// Row writes one line of the table.
func (r Result) Row(out io.Writer, serial time.Duration) {
	if r.Missing != "" {
		fmt.Fprintf(out, "| `%s` %s | - | - | - | %gx | %s | | | | |\n", r.Name, r.About, r.Target, r.Missing)
		return
	}
	a, spreadA := r.median(r.Reference)
	b, spreadB := r.median(r.Ours)
	wanted, met := r.wants(serial)
	verdict := "met"
	switch {
	case wanted == "":
		verdict = ""
	case !met:
		verdict = "**not met**"
	}
	fmt.Fprintf(out, "| `%s` %s | %s ±%.0f%% | %s ±%.0f%% | %.1fx | %s | %s |", r.Name, r.About,
		r.Show(a), 50*spreadA, r.Show(b), 50*spreadB, r.ratio(r.Reference, r.Ours), wanted, verdict)
	if cpuA, cpuB := r.cpu(r.Reference), r.cpu(r.Ours); cpuA > 0 && cpuB > 0 {
		fmt.Fprintf(out, " %s | %s | %.1fx |", short(cpuA), short(cpuB), float64(cpuA)/float64(cpuB))
	} else {
		fmt.Fprint(out, " | | |")
	}
	floor := ""
	if len(r.Floor) > 0 {
		m, _ := r.median(r.Floor)
		floor = r.Show(m)
	}
	fmt.Fprintf(out, " %s |\n", floor)
}

// Serial is the p50 of govirtd's small call in these results, 0 if it is not there.
func Serial(results []Result) time.Duration {
	for _, r := range results {
		if r.Name == "call-serial" && len(r.Ours) > 0 {
			var all []time.Duration
			for _, s := range r.Ours {
				all = append(all, s.P50)
			}
			slices.Sort(all)
			return all[len(all)/2]
		}
	}
	return 0
}

// keep is the line of a report behind which everything stays as it is.
const keep = "<!-- by hand from here on: make bench keeps it -->"

// Report writes the table with what belongs to it into a file. What stands there behind the line keep stays.
func Report(path, reference, how string, results []Result) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Performance

Written by %s. Machine: %s; %s.

Both daemons are measured in turn with everything else the same; what counts is the ratio. Each figure is the median, ± half
the distance of the ends. *CPU/op* is the daemon's CPU time per operation (per GiB for volumes; median). The *floor* is a
process that answers with recorded replies and does no work: it shows what the load generator itself can reach. Single
workloads run alone with %s; any daemon that speaks the protocol can be measured.

`, "`make bench`", machine(), runtime.Version(), "`bin/govirt-bench -run NAME`")
	fmt.Fprintf(&b, "%s\n\n%s", how, Head(reference))
	met, all := 0, 0
	for _, r := range results {
		r.Row(&b, Serial(results))
		if r.Missing != "" {
			continue
		}
		if wanted, ok := r.wants(Serial(results)); wanted != "" {
			all++
			if ok {
				met++
			}
		}
	}
	fmt.Fprintf(&b, "\n%d of %d met.\n\n%s\n", met, all, keep)
	if old, err := os.ReadFile(path); err == nil {
		if _, rest, ok := strings.Cut(string(old), keep+"\n"); ok {
			b.WriteString(rest)
		}
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

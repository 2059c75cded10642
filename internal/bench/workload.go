package bench

import (
	"slices"
	"time"
)

// Measure is what a workload is judged by.
type Measure string

// The measures: operations or bytes per second, a latency, resident memory.
const (
	Rate   Measure = "rate"
	Bytes  Measure = "bytes"
	P50    Measure = "p50"
	P99    Measure = "p99"
	Memory Measure = "memory"
)

// Workload is one row of the table.
type Workload struct {
	Name, About string
	By          Measure
	// Target is the ratio that we want of the reference to govirtd, CPU that
	// of the CPU time per operation, Limit the most that govirtd may have of
	// what it is judged by (nanoseconds or bytes). 0 is none.
	Target, CPU, Limit float64
	// Slow is how many times the p50 of call-serial govirtd's p50 may be.
	Slow float64
	// Group is the family; the daemons are started anew where it changes, if
	// they can be. Fresh wants that for every repetition.
	Group string
	Fresh bool
	// Heavy workloads take long to prepare at the reference.
	Heavy bool
	// Most is the most repetitions that make sense, 0 for no bound.
	Most int
	// Prepare makes the target ready; what is to be undone, it leaves to
	// Target.later.
	Prepare func(t *Target) (Run, error)
}

// Run measures for about d.
type Run func(d time.Duration) (Sample, error)

// groups are all workloads, in the order in which they should run.
var groups = []struct {
	name string
	list []Workload
}{
	{"calls", smallCalls},
	{"connections", connects},
	{"documents", documents},
	{"events", events},
	{"lists", lists},
	{"memory", memory},
	{"volumes", volumes},
	{"guests", guests},
	{"start", starts},
}

// Workloads is every workload.
func Workloads() (all []Workload) {
	for _, g := range groups {
		for _, w := range g.list {
			w.Group = g.name
			all = append(all, w)
		}
	}
	return all
}

// Sample is one measurement of a workload.
type Sample struct {
	Ops     int           `json:"ops"` // bytes, where these are counted
	Elapsed time.Duration `json:"elapsed"`
	CPU     time.Duration `json:"cpu"` // the daemon's
	P50     time.Duration `json:"p50,omitempty"`
	P99     time.Duration `json:"p99,omitempty"`
	Memory  int64         `json:"memory,omitempty"` // bytes, of workloads about memory
}

// Rate is operations per second.
func (s Sample) Rate() float64 { return float64(s.Ops) / s.Elapsed.Seconds() }

// CPUPerOp is the daemon's CPU time per operation, or per GiB.
func (w Workload) CPUPerOp(s Sample) time.Duration {
	switch {
	case s.Ops == 0 || w.By == Memory:
		return 0
	case w.By == Bytes:
		return time.Duration(float64(s.CPU) / float64(s.Ops) * (1 << 30))
	}
	return s.CPU / time.Duration(s.Ops)
}

// summary is the sample of these latencies, which it sorts.
func summary(all []time.Duration) Sample {
	if len(all) == 0 {
		return Sample{}
	}
	slices.Sort(all)
	return Sample{Ops: len(all), P50: all[len(all)/2], P99: all[len(all)*99/100]}
}

// HasFloor reports whether a process that does no work can play the workload.
func (w Workload) HasFloor() bool {
	return w.By != Memory && w.By != Bytes && w.Group != "start" && w.Group != "guests"
}

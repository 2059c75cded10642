package bench

import "time"

// Target is a daemon to measure.
type Target struct {
	Socket, URI string
	PID         int // 0: CPU time and memory are not measured

	domains int   // that grow has defined
	hold    *conn // keeps the host alive: libvirtd forgets a simulated one with its last connection
}

// Sample is one measurement of a workload.
type Sample struct {
	Ops      int           `json:"ops"`
	Elapsed  time.Duration `json:"elapsed"`
	CPU      time.Duration `json:"cpu"` // the daemon's
	P50      time.Duration `json:"p50,omitempty"`
	P99      time.Duration `json:"p99,omitempty"`
	Memory   int64         `json:"memory,omitempty"` // bytes, of workloads about memory
	OnlyOnce bool          `json:"-"`
}

// Rate is operations per second.
func (s Sample) Rate() float64 { return float64(s.Ops) / s.Elapsed.Seconds() }

// CPUPerOp is the daemon's CPU time per operation.
func (s Sample) CPUPerOp() time.Duration {
	if s.Ops == 0 {
		return 0
	}
	return s.CPU / time.Duration(s.Ops)
}

// Workload is one row of the table. Run measures for about d.
type Workload struct {
	Name, About string
	// Compare says what the ratio is about: "rate", "p50", "p99", "memory".
	Compare string
	Target  float64 // the ratio reference to govirtd that we want
	Run     func(t *Target, d time.Duration) (Sample, error)
}

// Workloads is every workload, in the order in which they should run: those
// with many domains at the end.
func Workloads() []Workload {
	var all []Workload
	for _, group := range [][]Workload{smallCalls, connects, documents, events, memory, lists} {
		all = append(all, group...)
	}
	return all
}

// measure adds time and the daemon's CPU time to what f did.
func (t *Target) measure(f func() (Sample, error)) (Sample, error) {
	cpu, began := cpuTime(t.PID), time.Now()
	s, err := f()
	s.Elapsed, s.CPU = time.Since(began), cpuTime(t.PID)-cpu
	return s, err
}

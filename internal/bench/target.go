package bench

import (
	"errors"
	"time"
)

// Target is a daemon to measure.
type Target struct {
	Name        string
	Socket, URI string
	PID         int // 0: CPU time and memory are not measured
	// Reference says that it is the one that govirtd is compared with; some
	// workloads are smaller there.
	Reference bool
	// Command starts the daemon, with {} for a folder that is its own: it
	// opens libvirt-sock there, or s/libvirt-sock. nil: it runs already.
	Command []string

	running *process
	hold    *conn   // keeps the host alive: libvirtd forgets a simulated one with its last connection
	domains int     // that grow has defined
	idle    []*conn // that crowd has opened
	undo    []func()
}

// later has f run when the workload is over.
func (t *Target) later(f func()) { t.undo = append(t.undo, f) }

// tidy undoes what the workload has left to later.
func (t *Target) tidy() {
	for i := len(t.undo) - 1; i >= 0; i-- {
		t.undo[i]()
	}
	t.undo = nil
}

// Measure prepares the targets and measures them in turn, reps times for
// about d each. each hears of every sample.
func (w Workload) Measure(targets []*Target, d time.Duration, reps int, each func(*Target, Sample)) ([][]Sample, error) {
	samples := make([][]Sample, len(targets))
	runs := make([]Run, len(targets))
	if w.Most > 0 {
		reps = min(reps, w.Most)
	}
	defer func() {
		for _, t := range targets {
			t.tidy()
		}
	}()
	for rep := range reps {
		for i, t := range targets {
			if rep == 0 || w.Fresh {
				var err error
				t.tidy()
				if w.Fresh && t.Command != nil {
					err = t.Start()
				}
				if err == nil {
					runs[i], err = w.Prepare(t)
				}
				if err != nil {
					return nil, t.wrap(err)
				}
			}
			s, err := runs[i](d)
			if err != nil {
				return nil, t.wrap(err)
			}
			samples[i] = append(samples[i], s)
			if each != nil {
				each(t, s)
			}
		}
	}
	return samples, nil
}

func (t *Target) wrap(err error) error {
	if errors.As(err, new(*Cannot)) {
		return err
	}
	return errors.Join(errors.New("at "+t.Name), err)
}

// Cannot says why a workload is not for a target.
type Cannot struct{ Why string }

func (e *Cannot) Error() string { return e.Why }

// measure adds time and the daemon's CPU time to what f did.
func (t *Target) measure(f func() (Sample, error)) (Sample, error) {
	cpu, began := cpuTime(t.PID), time.Now()
	s, err := f()
	s.Elapsed, s.CPU = time.Since(began), cpuTime(t.PID)-cpu
	return s, err
}

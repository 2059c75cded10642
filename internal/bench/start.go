package bench

import "time"

var starts = []Workload{
	{Name: "start", About: "from exec to the first answer", By: P50, Target: 5, Prepare: starting},
}

// starting starts the daemon once per measurement.
func starting(t *Target) (Run, error) {
	if t.Command == nil {
		return nil, &Cannot{"the daemon runs already"}
	}
	return func(time.Duration) (Sample, error) {
		took, err := t.start()
		return Sample{Ops: 1, Elapsed: took, CPU: cpuTime(t.PID), P50: took, P99: took}, err
	}, nil
}

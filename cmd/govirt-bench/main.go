// Command govirt-bench measures a libvirt daemon, or govirtd beside a
// reference. The workloads are in internal/bench.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/govirtd/govirtd/internal/bench"
)

const usage = `govirt-bench measures a libvirt daemon over its unix socket.

  govirt-bench -socket PATH -pid PID            every workload, govirtd or libvirtd
  govirt-bench -socket OURS -pid N -beside REFERENCE -beside-pid M
                                                both in turn, as a table of ratios

  -socket PATH       the daemon's read-write socket
  -pid PID           the daemon, for its CPU time and memory
  -beside PATH       the socket of a reference to compare with: each repetition
                     measures the reference, then the daemon
  -beside-pid PID    the reference
  -uri URI           what to open (default test:///default). Domains whose names
                     begin with "bench-" are made and removed there.
  -run REGEXP        only workloads with such a name
  -time DURATION     of one measurement (default 2s)
  -reps N            measurements of each workload (default 5); the median counts
  -json              one line of JSON per measurement
  -list              print the workloads and end

Latencies and rates move with whatever else the machine does; the daemon's CPU
time per operation and ratios measured in turn move less. Volumes and real
guests are not measured: they come with real storage and guests.

Exit codes: 0 measured, 1 a workload failed, 2 bad usage.
`

func main() { os.Exit(run()) }

func run() int {
	var ours, reference bench.Target
	flag.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flag.StringVar(&ours.Socket, "socket", "", "")
	flag.IntVar(&ours.PID, "pid", 0, "")
	flag.StringVar(&reference.Socket, "beside", "", "")
	flag.IntVar(&reference.PID, "beside-pid", 0, "")
	flag.StringVar(&ours.URI, "uri", "test:///default", "")
	pattern := flag.String("run", "", "")
	length := flag.Duration("time", 2*time.Second, "")
	reps := flag.Int("reps", 5, "")
	asJSON := flag.Bool("json", false, "")
	list := flag.Bool("list", false, "")
	flag.Parse()
	reference.URI = ours.URI
	match, err := regexp.Compile(*pattern)
	if err != nil || flag.NArg() > 0 || *reps < 1 || ours.Socket == "" && !*list {
		fmt.Fprint(os.Stderr, "govirt-bench: -socket is needed, see --help\n")
		return 2
	}
	targets := []*bench.Target{&ours}
	if reference.Socket != "" {
		targets = []*bench.Target{&reference, &ours}
		if !*asJSON && !*list {
			fmt.Print(bench.Head)
		}
	}
	code := 0
	for _, w := range bench.Workloads() {
		if !match.MatchString(w.Name) {
			continue
		}
		if *list {
			fmt.Printf("%-16s %s\n", w.Name, w.About)
			continue
		}
		samples, err := measure(w, targets, *length, *reps, *asJSON)
		switch {
		case err != nil:
			fmt.Fprintf(os.Stderr, "govirt-bench: %s: %v\n", w.Name, err)
			code = 1
		case *asJSON:
		case len(targets) == 2:
			w.Row(os.Stdout, samples[0], samples[1])
		default:
			for _, s := range samples[0] {
				fmt.Printf("%-16s %14s  p50 %-10v p99 %-10v CPU per op %v\n", w.Name, w.Show(s), s.P50, s.P99, s.CPUPerOp())
			}
		}
	}
	return code
}

// measure measures the targets in turn.
func measure(w bench.Workload, targets []*bench.Target, d time.Duration, reps int, asJSON bool) ([][]bench.Sample, error) {
	samples := make([][]bench.Sample, len(targets))
	once := false
	for rep := 0; rep < reps && !once; rep++ {
		for i, t := range targets {
			s, err := w.Run(t, d)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.Socket, err)
			}
			once = s.OnlyOnce
			samples[i] = append(samples[i], s)
			if asJSON {
				line, err := json.Marshal(map[string]any{"workload": w.Name, "socket": t.Socket, "sample": s})
				if err != nil {
					return nil, err
				}
				fmt.Println(string(line))
			}
		}
	}
	return samples, nil
}

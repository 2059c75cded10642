// Command govirt-bench measures a libvirt daemon, or govirtd beside a
// reference. The workloads are in internal/bench.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/govirtd/govirtd/internal/bench"
)

const usage = `govirt-bench measures a libvirt daemon over its unix socket.

  govirt-bench -socket PATH                     every workload, govirtd or libvirtd
  govirt-bench -socket OURS -beside REFERENCE   both in turn, as a table of ratios
  govirt-bench -exec 'bin/govirtd --sock-dir {}' -beside-exec 'conformance/oracle/daemon / {}'
                                                the same with daemons of its own

  -socket PATH       the daemon's read-write socket
  -exec COMMAND      a command that runs the daemon, instead of a socket; {} is
                     a folder where it is to make libvirt-sock or s/libvirt-sock
  -pid PID           the daemon, for its CPU time and memory (default: whoever
                     listens on the socket)
  -beside PATH       the socket of a reference to compare with: each repetition
                     measures the reference, then the daemon
  -beside-exec COMMAND, -beside-pid PID
  -uri URI           what to open (default test:///default). Domains whose names
                     begin with "bench-" are made and removed there.
  -run REGEXP        only workloads with such a name
  -light             without those that take long to prepare at a libvirtd
  -time DURATION     of one measurement (default 2s)
  -reps N            measurements of each workload (default 5); the median counts
  -json              one line of JSON per measurement
  -o FILE            write the table into FILE with a head about the machine
  -plots DIR         instead: measure how costs grow with connections, domains
                     and listeners, and draw them into SVG files
  -list              print the workloads and end

Latencies and rates move with whatever else the machine does; the daemon's CPU
time per operation and ratios measured in turn move less. Workloads about memory
and the start need -exec.

Exit codes: 0 measured, 1 a workload failed, 2 bad usage.
`

func main() { os.Exit(run()) }

// options are the command line.
type options struct {
	match  *regexp.Regexp
	light  bool
	time   time.Duration
	reps   int
	json   bool
	report string
	plots  string
}

func run() int {
	ours := &bench.Target{Name: "govirtd"}
	reference := &bench.Target{Name: "libvirtd", Reference: true}
	var o options
	flag.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flag.StringVar(&ours.Socket, "socket", "", "")
	flag.IntVar(&ours.PID, "pid", 0, "")
	flag.StringVar(&reference.Socket, "beside", "", "")
	flag.IntVar(&reference.PID, "beside-pid", 0, "")
	flag.Func("exec", "", command(ours))
	flag.Func("beside-exec", "", command(reference))
	flag.StringVar(&ours.URI, "uri", "test:///default", "")
	pattern := flag.String("run", "", "")
	flag.BoolVar(&o.light, "light", false, "")
	flag.DurationVar(&o.time, "time", 2*time.Second, "")
	flag.IntVar(&o.reps, "reps", 5, "")
	flag.BoolVar(&o.json, "json", false, "")
	flag.StringVar(&o.report, "o", "", "")
	flag.StringVar(&o.plots, "plots", "", "")
	list := flag.Bool("list", false, "")
	replay := flag.String("replay", "", "") // for ourselves: be the floor
	flag.Parse()
	reference.URI = ours.URI
	var err error
	o.match, err = regexp.Compile(*pattern)
	if err != nil || flag.NArg() > 0 || o.reps < 1 {
		fmt.Fprint(os.Stderr, "govirt-bench: bad arguments, see --help\n")
		return 2
	}
	if *list {
		for _, w := range bench.Workloads() {
			fmt.Printf("%-16s %s\n", w.Name, w.About)
		}
		return 0
	}
	if ours.Socket == "" && ours.Command == nil {
		fmt.Fprint(os.Stderr, "govirt-bench: -socket or -exec is needed, see --help\n")
		return 2
	}
	switch {
	case *replay != "":
		err = beFloor(*replay, ours)
	case reference.Socket == "" && reference.Command == nil:
		defer ours.Stop()
		if o.plots != "" {
			err = o.plot(ours)
		} else {
			err = o.measure(ours)
		}
	default:
		defer ours.Stop()
		defer reference.Stop()
		if o.plots != "" {
			err = o.plot(reference, ours)
		} else {
			err = o.compare(ours, reference)
		}
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "govirt-bench: %v\n", err)
		return 1
	}
	return 0
}

func command(t *bench.Target) func(string) error {
	return func(s string) error {
		t.Command = strings.Fields(s)
		return nil
	}
}

// beFloor answers at a socket as the daemon does, and does no work.
func beFloor(path string, like *bench.Target) error {
	r, err := bench.NewReplay(like)
	if err != nil {
		return err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	r.Serve(l)
	return nil
}

// workloads calls f for the workloads that are wanted, with fresh daemons for
// each group of them. What fails is reported and does not keep the others.
func (o *options) workloads(targets []*bench.Target, f func(bench.Workload) error) error {
	var failed []error
	group := ""
	for _, w := range bench.Workloads() {
		if !o.match.MatchString(w.Name) || w.Heavy && o.light {
			continue
		}
		for _, t := range targets {
			if t.Command != nil && group != w.Group {
				if err := t.Start(); err != nil {
					return err
				}
			}
		}
		group = w.Group
		if err := f(w); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", w.Name, err))
		}
	}
	return errors.Join(failed...)
}

// each prints samples as JSON, if that is wanted.
func (o *options) each(w bench.Workload) func(*bench.Target, bench.Sample) {
	if !o.json {
		return nil
	}
	return func(t *bench.Target, s bench.Sample) {
		line, err := json.Marshal(map[string]any{"workload": w.Name, "daemon": t.Name, "sample": s})
		if err != nil {
			panic(err) // numbers and words
		}
		fmt.Println(string(line))
	}
}

// measure measures one daemon.
func (o *options) measure(t *bench.Target) error {
	return o.workloads([]*bench.Target{t}, func(w bench.Workload) error {
		samples, err := w.Measure([]*bench.Target{t}, o.time, o.reps, o.each(w))
		if cannot := (*bench.Cannot)(nil); errors.As(err, &cannot) {
			fmt.Fprintf(os.Stderr, "%-16s %s\n", w.Name, cannot.Why)
			return nil
		}
		if err == nil && !o.json {
			for _, s := range samples[0] {
				fmt.Printf("%-16s %14s  p50 %-10v p99 %-10v CPU per op %v\n", w.Name, w.Show(s), s.P50, s.P99, w.CPUPerOp(s))
			}
		}
		return err
	})
}

// compare measures both in turn, and the floor.
func (o *options) compare(ours, reference *bench.Target) error {
	began := time.Now()
	var results []bench.Result
	err := o.workloads([]*bench.Target{reference, ours}, func(w bench.Workload) error {
		if len(results) == 0 {
			version, err := reference.Version()
			if err != nil {
				return err
			}
			reference.Name = "libvirtd " + version
			if !o.json {
				fmt.Print(bench.Head(reference.Name))
			}
		}
		r := bench.Result{Workload: w}
		samples, err := w.Measure([]*bench.Target{reference, ours}, o.time, o.reps, o.each(w))
		if cannot := (*bench.Cannot)(nil); errors.As(err, &cannot) {
			r.Missing = cannot.Why
		} else if err != nil {
			return err
		} else {
			r.Reference, r.Ours = samples[0], samples[1]
			if w.HasFloor() {
				if r.Floor, err = o.floor(w, ours); err != nil {
					return err
				}
			}
		}
		results = append(results, r)
		if !o.json {
			r.Row(os.Stdout, bench.Serial(results))
		}
		return nil
	})
	if o.report != "" {
		how := fmt.Sprintf("%d repetitions of %v per workload; %s, %v in all.", o.reps, o.time, began.Format("2006-01-02"), time.Since(began).Round(time.Second))
		err = errors.Join(err, bench.Report(o.report, reference.Name, how, results))
	}
	return err
}

// plot draws how costs grow.
func (o *options) plot(targets ...*bench.Target) error {
	if err := os.MkdirAll(o.plots, 0o755); err != nil {
		return err
	}
	return bench.Plots(targets, o.time, o.reps, o.plots, func(line string) { fmt.Println(line) })
}

// floor measures the generator itself, in less time.
func (o *options) floor(w bench.Workload, like *bench.Target) ([]bench.Sample, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	t := &bench.Target{
		Name: "floor", URI: like.URI,
		Command: []string{self, "-replay", "{}/libvirt-sock", "-socket", like.Socket, "-uri", like.URI},
	}
	if err := t.Start(); err != nil {
		return nil, err
	}
	defer t.Stop()
	samples, err := w.Measure([]*bench.Target{t}, o.time/2, 1, o.each(w))
	if err != nil {
		return nil, err
	}
	return samples[0], nil
}

package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/govirtd/govirtd/internal/plot"
)

// sweep is a workload whose size grows.
type sweep struct {
	name, title, axis string
	at                []int
	lines             []sweepLine
}

// sweepLine is one kind of call in it; by says which latency is drawn.
type sweepLine struct {
	name    string
	by      Measure
	prepare func(n int) func(*Target) (Run, error)
}

var sweeps = []sweep{
	{
		"connections", "a small call beside idle connections", "idle connections",
		[]int{0, 125, 250, 500, 1000, 2000, 4000, 8000},
		[]sweepLine{{"", P50, beside}},
	},
	{
		"domains", "a call about all domains", "domains",
		[]int{1, 4, 16, 64, 256, 1024, 4096, 16384},
		[]sweepLine{
			{"list", P50, func(n int) func(*Target) (Run, error) { return listing(n, listAll) }},
			{"state", P50, func(n int) func(*Target) (Run, error) { return listing(n, statsAll) }},
		},
	},
	{
		"listeners", "from a call to its event, p99", "listeners",
		[]int{1, 3, 10, 30, 100, 300, 1000, 2000},
		[]sweepLine{{"", P99, func(n int) func(*Target) (Run, error) { return listening(n, 10) }}},
	},
}

// Plots measures how the costs of the targets grow and draws latency and CPU
// time into files in a folder.
func Plots(targets []*Target, d time.Duration, reps int, dir string, say func(string)) error {
	for _, s := range sweeps {
		if err := s.draw(targets, d, reps, dir, say); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (s *sweep) draw(targets []*Target, d time.Duration, reps int, dir string, say func(string)) error {
	latency := plot.Plot{Title: "Latency of " + s.title, X: s.axis, Y: duration}
	cpu := plot.Plot{Title: "CPU time of " + s.title, X: s.axis, Y: duration}
	if s.name == "listeners" {
		latency.Title, cpu.Title = "Latency: "+s.title, "CPU time per event and listener"
	}
	for _, t := range targets {
		if t.Command != nil {
			if err := t.Start(); err != nil {
				return err
			}
		}
		for _, l := range s.lines {
			name := t.Name
			if l.name != "" {
				name += ", " + l.name
			}
			a, b := plot.Line{Name: name}, plot.Line{Name: name}
			for _, n := range s.at {
				w := Workload{Name: s.name, By: l.by, Prepare: l.prepare(n)}
				samples, err := w.Measure([]*Target{t}, d, reps, nil)
				if err != nil {
					return err
				}
				m, _ := w.median(samples[0])
				a.Points = append(a.Points, plot.Point{X: float64(n), Y: w.value(m)})
				b.Points = append(b.Points, plot.Point{X: float64(n), Y: float64(w.cpu(samples[0]))})
				say(fmt.Sprintf("%-12s %-24s %6d  %-14s CPU per op %s", s.name, name, n, w.Show(m), short(w.cpu(samples[0]))))
			}
			latency.Lines, cpu.Lines = append(latency.Lines, a), append(cpu.Lines, b)
		}
		t.Stop()
	}
	for name, p := range map[string]*plot.Plot{s.name + "-latency.svg": &latency, s.name + "-cpu.svg": &cpu} {
		if err := os.WriteFile(filepath.Join(dir, name), p.SVG(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// duration is the label of a number of nanoseconds.
func duration(ns float64) string { return time.Duration(ns).String() }

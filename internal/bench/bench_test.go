package bench

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/proc"
)

// TestGenerator runs small calls and connections against a replay: the generator counts what was answered, and is fast.
func TestGenerator(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	target := &Target{Socket: l.Addr().String(), URI: "test:///default"}
	r := newReplay(target)
	r.remember(smallCall, &proc.Void{})
	go r.Serve(l)
	for _, w := range append(smallCalls[:3:3], connects...) {
		samples, err := w.Measure([]*Target{target}, 50*time.Millisecond, 2, nil)
		if err != nil {
			t.Fatal(w.Name, err)
		}
		for _, s := range samples[0] {
			if s.Ops == 0 || s.Elapsed == 0 {
				t.Errorf("%s: %+v", w.Name, s)
			}
			t.Logf("%s: %s", w.Name, w.Show(s))
		}
	}
}

// TestMedian: the middle one by what counts, whatever the order.
func TestMedian(t *testing.T) {
	w := Workload{By: P99}
	m, spread := w.median([]Sample{{P99: 30}, {P99: 10}, {P99: 20}})
	if m.P99 != 20 || spread != 1 {
		t.Errorf("%v, spread %v", m.P99, spread)
	}
}

// TestWants: every kind of target is judged.
func TestWants(t *testing.T) {
	sample := func(p99, cpu time.Duration, memory int64) []Sample {
		return []Sample{{Ops: 1, Elapsed: p99, P50: p99, P99: p99, CPU: cpu, Memory: memory}}
	}
	for _, c := range []struct {
		w           Workload
		theirs, our []Sample
		met         bool
	}{
		{Workload{By: Rate, Target: 5}, sample(50, 0, 0), sample(10, 0, 0), true},
		{Workload{By: Rate, Target: 5}, sample(49, 0, 0), sample(10, 0, 0), false},
		{Workload{By: Rate, Target: 5, CPU: 2}, sample(50, 20, 0), sample(10, 10, 0), true},
		{Workload{By: Rate, Target: 5, CPU: 2}, sample(50, 19, 0), sample(10, 10, 0), false},
		{Workload{By: P99, Limit: 10}, sample(1, 0, 0), sample(10, 0, 0), true},
		{Workload{By: P99, Limit: 10}, sample(100, 0, 0), sample(11, 0, 0), false},
		{Workload{By: Memory, Limit: 10}, sample(1, 1, 0), sample(1, 1, 10), true},
		{Workload{By: Memory, Target: 2}, sample(1, 1, 19), sample(1, 1, 10), false},
		{Workload{By: P50, Slow: 1.2}, sample(1, 1, 0), sample(12, 1, 0), true},
		{Workload{By: P50, Slow: 1.2}, sample(1, 1, 0), sample(13, 1, 0), false},
	} {
		r := Result{Workload: c.w, Reference: c.theirs, Ours: c.our}
		if text, met := r.wants(10); met != c.met {
			t.Errorf("%+v: %s: met %v", c.w, text, met)
		}
	}
}

// TestReport: what was written by hand outlives the next run.
func TestReport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "performance.md")
	results := []Result{
		{Workload: Workload{Name: "one", By: Rate, Target: 2}, Reference: []Sample{{Ops: 1, Elapsed: 30}}, Ours: []Sample{{Ops: 1, Elapsed: 10}}},
		{Workload: Workload{Name: "two", Target: 2}, Missing: "later"},
	}
	for range 2 {
		if err := Report(path, "libvirtd", "how", results); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "because"); n > 1 || !strings.Contains(string(b), "| 3.0x | 2x | met |") || !strings.Contains(string(b), "1 of 1 met") {
			t.Errorf("%s", b)
		}
		if err := os.WriteFile(path, append(b, "because\n"...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

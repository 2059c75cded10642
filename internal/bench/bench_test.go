package bench

import (
	"net"
	"path/filepath"
	"testing"
	"time"
)

// TestGenerator runs the small calls against the echo server: the generator counts what was answered, and is fast.
func TestGenerator(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go EchoServer(l)
	target := &Target{Socket: l.Addr().String(), URI: "test:///default"}
	for _, w := range append(smallCalls[:3:3], connects...) {
		s, err := w.Run(target, 50*time.Millisecond)
		if err != nil || s.Ops == 0 || s.Elapsed == 0 {
			t.Errorf("%s: %+v, %v", w.Name, s, err)
		}
		t.Logf("%s: %s", w.Name, w.Show(s))
	}
}

// TestMedian: the middle one by what counts, whatever the order.
func TestMedian(t *testing.T) {
	w := Workload{Compare: "p99"}
	m, spread := w.median([]Sample{{P99: 30}, {P99: 10}, {P99: 20}})
	if m.P99 != 20 || spread != 1 {
		t.Errorf("%v, spread %v", m.P99, spread)
	}
}

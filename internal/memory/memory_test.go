package memory

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, mostPart}, {1 << 20, mostPart}, {4 << 20, 400}, {16 << 20, 100}, {32 << 20, 50}, {100 << 20, share},
	} {
		if got := percent(c.live); got != c.want {
			t.Errorf("%d alive: %d%%, want %d%%", c.live, got, c.want)
		}
	}
}

// TestTune grows the heap and wants the percentage to follow.
func TestTune(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	Tune()
	held := make([][]byte, 0, 100)
	for range 100 {
		held = append(held, make([]byte, 1<<20))
	}
	for range 200 {
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
		if p := debug.SetGCPercent(-1); p == share {
			debug.SetGCPercent(p)
			runtime.KeepAlive(held)
			return
		} else {
			debug.SetGCPercent(p)
		}
	}
	t.Error("the percentage stays")
}

//go:build unix

package main

import (
	"encoding/json"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/govirtd/govirtd/internal/daemon"
)

// watchStats prints the process's counts on SIGUSR1, after a collection, so
// that a test can see whether anything grows.
func watchStats(d *daemon.Daemon, w io.Writer) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	go func() {
		for range c {
			runtime.GC()
			runtime.GC() // finalizers of the first run have freed what they hold
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			s := d.Stats()
			line, _ := json.Marshal(map[string]any{
				"goroutines": runtime.NumGoroutine(),
				"heap":       m.HeapAlloc,
				"fds":        openFiles(),
				"clients":    s.Clients,
				"accepted":   s.Accepted,
				"calls":      s.Calls,
			})
			w.Write(append(line, '\n'))
		}
	}()
}

// openFiles counts the process's descriptors, -1 where that cannot be known.
func openFiles() int {
	dir, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(dir) - 1 // the one that reads the folder
}

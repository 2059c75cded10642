//go:build unix

package main

import (
	"syscall"
	"testing"
)

// stop sends the signal that ends the daemon to this process, where it runs.
func stop(t *testing.T) {
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

//go:build !unix

package main

import "testing"

// stop cannot signal the own process here.
func stop(t *testing.T) { t.Skip("this system has no SIGTERM") }

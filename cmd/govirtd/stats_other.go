//go:build !unix

package main

import (
	"io"

	"github.com/govirtd/govirtd/internal/daemon"
)

// watchStats needs a signal that this system does not have.
func watchStats(*daemon.Daemon, io.Writer) {}

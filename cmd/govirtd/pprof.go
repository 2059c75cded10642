package main

import (
	"context"
	"net"

	"github.com/govirtd/govirtd/internal/profile"
	"github.com/govirtd/govirtd/remote"
)

// servePprof serves the profiles of the process at a path, to its user only.
// The path may be empty.
func servePprof(ctx context.Context, path string) (net.Listener, error) {
	if path == "" {
		return nil, nil
	}
	l, err := remote.Listen(ctx, path, 0o600)
	if err != nil {
		return nil, err
	}
	go profile.Serve(l)
	return l, nil
}

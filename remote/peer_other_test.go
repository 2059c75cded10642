//go:build unix && !linux

package remote_test

import (
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
)

func wantPeer(t *testing.T, id proc.Identity) {
	if want := (proc.Identity{Transport: "unix", UID: -1, GID: -1}); id != want {
		t.Errorf("got %+v, want %+v", id, want)
	}
}

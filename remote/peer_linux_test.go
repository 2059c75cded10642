package remote_test

import (
	"os"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
)

func wantPeer(t *testing.T, id proc.Identity) {
	want := proc.Identity{Transport: "unix", PID: int32(os.Getpid()), UID: int64(os.Getuid()), GID: int64(os.Getgid())}
	if id != want {
		t.Errorf("got %+v, want %+v", id, want)
	}
}

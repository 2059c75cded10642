package daemon

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"testing"

	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote/client"
)

// TestSimulated: with simulated guests there is qemu:///system for every user,
// and it is what clients get who name nothing.
func TestSimulated(t *testing.T) {
	dir := t.TempDir()
	cfg := Config{SockDir: dir, Root: dir, QEMU: QEMUSimulated, Log: slog.New(slog.DiscardHandler)}
	d, err := Listen(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- d.Serve(ctx) }()
	for asked, want := range map[string]string{"": "qemu:///system", "qemu:///session": "qemu:///session", "test:///default": "test:///default"} {
		socket, err := net.Dial("unix", filepath.Join(dir, "libvirt-sock"))
		if err != nil {
			t.Fatal(err)
		}
		c := client.New(socket, client.Options{})
		if err := client.Open(t.Context(), c, asked, false); err != nil {
			t.Fatal(err)
		}
		ret, err := client.Call(t.Context(), c, remoteproto.ConnectGetURI, nil)
		if err != nil || ret.URI != want {
			t.Errorf("%q is %v, %v", asked, ret, err)
		}
		c.Close()
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	// Nothing of a host is looked for or written down.
	if files, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(files) > 0 {
		t.Errorf("%v are left, %v", files, err)
	}
}

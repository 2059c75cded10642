package qemupersonality

import (
	"context"
	"net/url"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Driver serves qemu:/// URIs: qemu:///system and qemu:///session, which are
// the same host for one daemon, as in the reference.
type Driver struct {
	// Host makes the host. It is called for every connection and gives the same
	// parts each time; Key and URI are filled in here.
	Host func(ctx context.Context) (*drivers.Host, error)
	// Session says that the daemon is a user's, which has no qemu:///system.
	Session bool
}

// HostKey is the key of the host.
const HostKey = "qemu"

var _ drivers.Driver = Driver{}

// Scheme is qemu.
func (Driver) Scheme() string { return "qemu" }

// Open knows the paths /system and /session.
func (d Driver) Open(ctx context.Context, uri *url.URL) (*drivers.Host, error) {
	right := "qemu:///system"
	if d.Session {
		right = "qemu:///session"
	}
	if uri.Path != "/session" && (uri.Path != "/system" || d.Session) {
		return nil, vir.Errorf(vir.FromQEMU, vir.ErrInternalError, "unexpected qemu URI path '%s', try %s", uri.Path, right)
	}
	h, err := d.Host(ctx)
	if err != nil {
		return nil, err
	}
	host := *h
	host.Key, host.URI = HostKey, "qemu://"+uri.Path
	return &host, nil
}

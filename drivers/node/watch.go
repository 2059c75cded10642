//go:build linux

package node

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Groups of the kernel's messages about devices: its own, and those that udev
// sends on when it has looked at the device, too.
const (
	ueventKernel = 1 << 0
	ueventUdev   = 1 << 1
)

// settled is how long nothing is heard of devices before a change counts as
// one: they come in swarms.
const settled = 200 * time.Millisecond

// WatchNodeDevices listens to the kernel, or to udev where that is at work.
func (h *Host) WatchNodeDevices(ctx context.Context, changed func()) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		return err
	}
	groups := uint32(ueventKernel)
	if h.exists("run/udev/control") {
		groups = ueventUdev
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		unix.Close(fd)
		return err
	}
	f := os.NewFile(uintptr(fd), "uevents")
	defer f.Close()
	stop := context.AfterFunc(ctx, func() { f.Close() })
	defer stop()
	return tellWhenSettled(ctx, func() error {
		// A message that is lost or cut off says as much as a whole one.
		_, err := f.Read(make([]byte, 1))
		return err
	}, changed)
}

// tellWhenSettled calls changed when there has been a message, and then none
// for a while; next waits for one.
func tellWhenSettled(ctx context.Context, next func() error, changed func()) error {
	messages, failed := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		for {
			if err := next(); err != nil && !lost(err) {
				failed <- err
				return
			}
			select {
			case messages <- struct{}{}:
			default:
			}
		}
	}()
	var timer <-chan time.Time
	for {
		select {
		case <-messages:
			timer = time.After(settled)
		case <-timer:
			timer = nil
			changed()
		case err := <-failed:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		}
	}
}

// lost says that there have been more messages than we could take.
func lost(err error) bool {
	pe, ok := err.(*os.PathError)
	return ok && pe.Err == unix.ENOBUFS
}

// CreateVPort makes none: that is for hosts in a fabric.
func (h *Host) CreateVPort(_ context.Context, _, parent *domxml.NodeDevice, _ func(string) *domxml.NodeDevice) (*domxml.NodeDevice, error) {
	return nil, vir.Errorf(vir.FromNodedev, vir.ErrOperationUnsupported, "this daemon makes no virtual ports on '%s' yet", parent.Name)
}

// DestroyDevice ends none of those that are there by themselves.
func (h *Host) DestroyDevice(context.Context, *domxml.NodeDevice) error {
	return vir.Errorf(vir.FromNodedev, vir.ErrConfigUnsupported, "Unsupported device type")
}

//go:build linux

package qemu

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/protocol/vir"
)

// maxQueues bounds those of one interface, as the kernel does.
const maxQueues = 256

// devices opens what the host has for interfaces. A device is gone when the
// last descriptor of it is closed.
func (s *start) devices(context.Context) error {
	s.opts.NetFDs = map[string]argv.NetFDs{}
	for i := range s.d.Devices.Interfaces {
		n := &s.d.Devices.Interfaces[i]
		var bridge string
		switch n.Type {
		case "bridge":
			if n.Source != nil {
				bridge = n.Source.Bridge
			}
		case "ethernet":
		case "network":
			return vir.Errorf(vir.FromQEMU, vir.ErrOperationUnsupported, "interface '%s' needs a running network, and networks cannot be started yet", alias(n.Alias))
		case "direct":
			return vir.Errorf(vir.FromQEMU, vir.ErrOperationUnsupported, "interfaces of type 'direct' cannot be started yet")
		default:
			continue // the emulator sees to it
		}
		if err := s.tap(n, bridge); err != nil {
			return err
		}
	}
	return nil
}

// tap opens a tap device for an interface, and plugs it into a bridge.
func (s *start) tap(n *domxml.Interface, bridge string) error {
	mtu := 0
	var master netlink.Link
	if bridge != "" {
		var err error
		if master, err = netlink.LinkByName(bridge); err != nil {
			return errSystem(vir.FromNone, asErrno(err), "Cannot get interface MTU on '%s'", bridge)
		}
		mtu = master.Attrs().MTU
	}
	if n.MTU != nil && n.MTU.Size > 0 {
		mtu = int(n.MTU.Size)
	}
	name := "vnet%d"
	if n.Target != nil && n.Target.Dev != "" {
		name = n.Target.Dev
	}
	queues := 1
	if n.Driver != nil && n.Driver.Queues > 1 {
		queues = min(int(n.Driver.Queues), maxQueues)
	}
	virtio := n.Model != nil && strings.HasPrefix(n.Model.Type, "virtio")
	var fds argv.NetFDs
	for range queues {
		f, got, err := openTap(name, queues > 1, virtio)
		if err != nil {
			return errSystem(vir.FromNone, err, "Unable to create tap device %s", name)
		}
		name = got // the kernel has put a number into it
		fds.Tap = append(fds.Tap, s.hand(f))
	}
	if n.Target == nil {
		n.Target = &domxml.InterfaceTarget{}
	}
	n.Target.Dev = name
	s.opts.NetFDs[alias(n.Alias)] = fds
	if n.Type == "ethernet" && n.Target.Managed == domxml.No {
		return nil
	}
	link, err := netlink.LinkByName(name)
	if err != nil {
		return errSystem(vir.FromNone, asErrno(err), "Unable to get index for interface %s", name)
	}
	if n.MAC != nil && n.Type != "ethernet" {
		// A bridge takes the lowest address of its ports for its own; this one
		// is never the lowest.
		mac := net.HardwareAddr(n.MAC.Address[:])
		hw := append(net.HardwareAddr{0xfe}, mac[1:]...)
		if err := netlink.LinkSetHardwareAddr(link, hw); err != nil {
			return errSystem(vir.FromNone, asErrno(err), "Cannot set interface MAC to %s on '%s'", hw, name)
		}
	}
	if mtu > 0 {
		if err := netlink.LinkSetMTU(link, mtu); err != nil {
			return errSystem(vir.FromNone, asErrno(err), "Cannot set interface MTU on '%s'", name)
		}
	}
	if master != nil {
		if err := netlink.LinkSetMaster(link, master); err != nil {
			return errSystem(vir.FromNone, asErrno(err), "Unable to add bridge %s port %s", bridge, name)
		}
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return errSystem(vir.FromNone, asErrno(err), "Cannot set interface flags on '%s'", name)
	}
	return nil
}

// openTap opens a queue of a tap device, and makes the device if it is not
// there. A name may have %d for a number.
func openTap(name string, many, virtio bool) (*os.File, string, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, "", err
	}
	f := os.NewFile(uintptr(fd), "/dev/net/tun")
	ifr, err := unix.NewIfreq(name)
	if err == nil {
		flags := uint16(unix.IFF_TAP | unix.IFF_NO_PI)
		if many {
			flags |= unix.IFF_MULTI_QUEUE
		}
		if virtio {
			flags |= unix.IFF_VNET_HDR
		}
		ifr.SetUint16(flags)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr)
	}
	if err != nil {
		f.Close()
		return nil, "", err
	}
	return f, ifr.Name(), nil
}

// asErrno makes the kernel's number of the library's own error.
func asErrno(err error) error {
	var gone netlink.LinkNotFoundError
	if errors.As(err, &gone) {
		return unix.ENODEV
	}
	return err
}

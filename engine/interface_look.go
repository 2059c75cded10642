package engine

import (
	"context"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/vir"
)

// onInterfaces binds a procedure that reads interfaces. Those of a host that is
// looked at (drivers.InterfaceLister) are looked at each time.
func onInterfaces[A, R any](b *binder, p *proc.Proc[A, R], fn func(*call, *A) (*R, error)) setup[A] {
	s := onConn(b, p, func(c *call, a *A) (*R, error) {
		if err := c.host.lookAtInterfaces(c); err != nil {
			return nil, err
		}
		return fn(c, a)
	})
	return orNeeding[drivers.InterfaceLister](needing[drivers.InterfaceSwitcher](s))
}

func (h *Host) lookAtInterfaces(ctx context.Context) error {
	l, ok := h.backend.(drivers.InterfaceLister)
	if !ok {
		return nil
	}
	done, err := h.interfaces.lock(ctx, "a look at the interfaces of the host")
	if err != nil {
		return err
	}
	defer done()
	found, err := l.Interfaces(ctx)
	if err != nil {
		return err
	}
	var list []*hostInterface
	for _, f := range found {
		i, err := newHostInterface(f.Document)
		if err != nil {
			return err
		}
		i.active, i.hidden, i.address = f.Active, f.Hidden, f.MAC
		list = append(list, i)
	}
	h.interfaces.replace(list)
	return nil
}

// errNoInterfaceNamed and errNoInterfaceWith are in the words of the reference's
// test driver, or in those of the driver that looks at the host.
func (h *Host) errNoInterfaceNamed(name string) error {
	if h.hasDriver(vir.FromInterface) {
		return vir.Errorf(vir.FromInterface, vir.ErrNoInterface, "couldn't find interface named '%s'", name)
	}
	return h.errorf(vir.ErrNoInterface, "no interface with matching name '%s'", name)
}

func (h *Host) errNoInterfaceWith(mac string) error {
	if h.hasDriver(vir.FromInterface) {
		return vir.Errorf(vir.FromInterface, vir.ErrNoInterface, "couldn't find interface with MAC address '%s'", mac)
	}
	return h.errorf(vir.ErrNoInterface, "no interface with matching mac '%s'", mac)
}

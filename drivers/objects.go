package drivers

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
)

// The abilities of a Backend concerning objects of the host beside domains.
// A backend without one answers VIR_ERR_NO_SUPPORT for the procedures that
// need it. The engine never changes a document that it has passed on.

// HostInterface is a network interface of the host as it is.
type HostInterface struct {
	Document *domxml.HostInterface
	MAC      string // of those whose documents have none, too
	Active   bool
	// Hidden ones are found by their names, and in no list.
	Hidden bool
}

// InterfaceLister looks at the network interfaces of the host. A Backend with
// it changes none: the procedures that would are those of InterfaceSwitcher.
type InterfaceLister interface {
	Interfaces(ctx context.Context) ([]HostInterface, error)
}

// InterfaceSwitcher brings network interfaces of the host up and down
// (virInterfaceCreate, virInterfaceDestroy).
type InterfaceSwitcher interface {
	StartInterface(ctx context.Context, i *domxml.HostInterface) error
	StopInterface(ctx context.Context, i *domxml.HostInterface) error
}

// NodeDeviceLister looks at the devices of the host. The documents are not
// changed by anybody afterwards. A Backend without it has those of its World.
type NodeDeviceLister interface {
	NodeDevices(ctx context.Context) ([]*domxml.NodeDevice, error)
}

// NodeDeviceWatcher is a NodeDeviceLister that hears of changes.
type NodeDeviceWatcher interface {
	// WatchNodeDevices calls changed when there may be something to look at
	// again, until ctx is done.
	WatchNodeDevices(ctx context.Context, changed func()) error
}

// NodeDevicer knows the devices of the host and makes virtual host adapters
// (virNodeDeviceCreateXML).
type NodeDevicer interface {
	// CreateVPort makes a virtual port with the names of d on parent and
	// returns the device that has come of it. find looks a present device up
	// and gives nil where there is none.
	CreateVPort(ctx context.Context, d, parent *domxml.NodeDevice, find func(name string) *domxml.NodeDevice) (*domxml.NodeDevice, error)
	// DestroyDevice removes a device.
	DestroyDevice(ctx context.Context, d *domxml.NodeDevice) error
}

// PacketFilter puts network filters to work at ports of the host
// (virNWFilterBindingCreateXML).
type PacketFilter interface {
	// BindFilter is about all filters that the binding needs, the one that it
	// names first. It is called again when one of them has changed.
	BindFilter(ctx context.Context, b *domxml.NWFilterBinding, filters []*domxml.NWFilter) error
	UnbindFilter(ctx context.Context, b *domxml.NWFilterBinding) error
}

package sim

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.InterfaceSwitcher = (*Backend)(nil)
	_ drivers.NodeDevicer       = (*Backend)(nil)
	_ drivers.PacketFilter      = (*Backend)(nil)
)

// StartInterface and StopInterface have nothing to switch.
func (*Backend) StartInterface(context.Context, *domxml.HostInterface) error { return nil }

// StopInterface has nothing to switch.
func (*Backend) StopInterface(context.Context, *domxml.HostInterface) error { return nil }

const (
	// vportModel is the device that every virtual port is a copy of.
	vportModel = "scsi_host11"
	// vportName is the name of every virtual port.
	vportName = "scsi_host12"
)

// CreateVPort copies a device, whatever the parent: the copy has the names
// that were asked for.
func (*Backend) CreateVPort(_ context.Context, d, _ *domxml.NodeDevice, find func(string) *domxml.NodeDevice) (*domxml.NodeDevice, error) {
	model := find(vportModel)
	if model == nil {
		return nil, vir.ErrorWithoutCause()
	}
	text, err := domxml.FormatNodeDevice(model, 0)
	if err != nil {
		return nil, err
	}
	made, err := domxml.ParseNodeDevice(text)
	if err != nil {
		return nil, err
	}
	made.Name, made.Path = vportName, ""
	for i := range made.Capabilities {
		c := &made.Capabilities[i]
		if c.Type != domxml.CapSCSIHost {
			continue
		}
		if fc, want := c.FCHost(), d.FCHost(); fc != nil {
			fc.WWNN, fc.WWPN = want.WWNN, want.WWPN
		} else {
			*c.Host++
			if c.UniqueID == nil {
				c.UniqueID = new(uint)
			}
			*c.UniqueID++
		}
	}
	return made, nil
}

// DestroyDevice lets any device go.
func (*Backend) DestroyDevice(context.Context, *domxml.NodeDevice) error { return nil }

// BindFilter lets every packet pass.
func (*Backend) BindFilter(context.Context, *domxml.NWFilterBinding, []*domxml.NWFilter) error {
	return nil
}

// UnbindFilter lets every packet pass.
func (*Backend) UnbindFilter(context.Context, *domxml.NWFilterBinding) error { return nil }

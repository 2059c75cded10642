package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// afterFact is the document of a running guest after a fact that shows in it.
// A guest that gives no document of its own does not have it changed either.
func (d *Domain) afterFact(r *record, f drivers.Fact) *definition {
	if _, ok := r.guest.(drivers.LiveDocument); !ok {
		return r.live
	}
	var change func(*domxml.Domain)
	switch f := f.(type) {
	case drivers.ChannelChanged:
		change = func(t *domxml.Domain) { setChannelState(t, f) }
	case drivers.TrayMoved:
		change = func(t *domxml.Domain) { setTray(t, f) }
	case drivers.BalloonChanged:
		change = func(t *domxml.Domain) { t.SetMemoryKiB(f.Actual) }
	case drivers.MACChanged:
		change = func(t *domxml.Domain) { setCurrentMAC(t, f) }
	default:
		return r.live
	}
	live, err := r.live.edit(func(t *domxml.Domain) error {
		change(t)
		return nil
	})
	if err != nil {
		d.host.engine.log.Error("the guest's document cannot follow it", "domain", r.name, "error", err)
		return r.live
	}
	return live
}

func setChannelState(t *domxml.Domain, f drivers.ChannelChanged) {
	for i := range t.Devices.Channels {
		c := &t.Devices.Channels[i]
		if c.Alias == nil || c.Alias.Name != f.Alias || c.Target == nil {
			continue
		}
		c.Target.State = "disconnected"
		if f.Connected {
			c.Target.State = "connected"
		}
	}
}

func setTray(t *domxml.Domain, f drivers.TrayMoved) {
	for i := range t.Devices.Disks {
		if k := &t.Devices.Disks[i]; k.Alias != nil && k.Alias.Name == f.Alias {
			k.Target.Tray = ""
			if f.Reason == vir.DomainEventTrayChangeOpen {
				k.Target.Tray = "open"
			}
		}
	}
}

func setCurrentMAC(t *domxml.Domain, f drivers.MACChanged) {
	mac, ok := domxml.ParseMAC(f.New)
	if !ok {
		return
	}
	for i := range t.Devices.Interfaces {
		if c := &t.Devices.Interfaces[i]; c.Alias != nil && c.Alias.Name == f.Alias && c.MAC != nil {
			c.MAC.Current = &mac
		}
	}
}

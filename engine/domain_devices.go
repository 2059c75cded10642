package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainDevices(b *binder) {
	needsGuest[drivers.DevicePlugger](change(b, remoteproto.DomainAttachDevice, func(c *call, d *Domain, a *remoteproto.DomainAttachDeviceArgs) (*proc.Void, error) {
		return nil, d.attachDevice(c, a.XML, presentImpact(d))
	}))
	needsGuest[drivers.DevicePlugger](change(b, remoteproto.DomainAttachDeviceFlags, func(c *call, d *Domain, a *remoteproto.DomainAttachDeviceFlagsArgs) (*proc.Void, error) {
		return nil, d.attachDevice(c, a.XML, a.Flags)
	})).knows(affectLive | affectConfig).flagsLater()
	needsGuest[drivers.DevicePlugger](change(b, remoteproto.DomainDetachDevice, func(c *call, d *Domain, a *remoteproto.DomainDetachDeviceArgs) (*proc.Void, error) {
		return nil, d.detachDevice(c, a.XML, presentImpact(d))
	}))
	needsGuest[drivers.DevicePlugger](change(b, remoteproto.DomainDetachDeviceFlags, func(c *call, d *Domain, a *remoteproto.DomainDetachDeviceFlagsArgs) (*proc.Void, error) {
		return nil, d.detachDevice(c, a.XML, a.Flags)
	})).knows(affectLive | affectConfig)
	needsGuest[drivers.DevicePlugger](change(b, remoteproto.DomainDetachDeviceAlias, func(c *call, d *Domain, a *remoteproto.DomainDetachDeviceAliasArgs) (*proc.Void, error) {
		return nil, d.detachDeviceAlias(c, a.Alias, a.Flags)
	})).knows(affectLive | affectConfig).flagsLater()
	needsGuest[drivers.DevicePlugger](change(b, remoteproto.DomainUpdateDeviceFlags, func(c *call, d *Domain, a *remoteproto.DomainUpdateDeviceFlagsArgs) (*proc.Void, error) {
		return nil, d.updateDevice(c, a.XML, a.Flags)
	})).knows(affectLive | affectConfig | uint32(vir.DomainDeviceModifyForce))
}

// presentImpact are the flags that the calls without flags stand for.
func presentImpact(d *Domain) uint32 {
	if d.load().active() {
		return affectLive
	}
	return affectConfig
}

// deviceImpact resolves the flags of a verb that judges them behind the
// domain's state, and by what they come to.
func (d *Domain) deviceImpact(c *call, p *proc.Info, flags uint32) (impact, error) {
	i, err := impactOf(d.load(), flags)
	if err != nil {
		return i, err
	}
	flags &^= affectLive | affectConfig
	if i.live {
		flags |= affectLive
	}
	if i.config {
		flags |= affectConfig
	}
	return i, c.host.checkFlags(p, flags)
}

// refuser is the personality as one that refuses devices: of a strict host.
func (h *Host) refuser() drivers.HotplugRefuser {
	if !h.engine.cfg.Strict {
		return nil
	}
	r, _ := h.personality.(drivers.HotplugRefuser)
	return r
}

// attachDevice adds a device to the running guest, the definition or both.
func (d *Domain) attachDevice(c *call, doc string, flags uint32) error {
	i, err := d.deviceImpact(c, remoteproto.DomainAttachDeviceFlags.Info, flags)
	if err != nil {
		return err
	}
	parsed, err := domxml.ParseDevice([]byte(doc))
	if err != nil {
		return err
	}
	var plugged *domxml.Device
	medium := false // only another one in a drive
	err = d.editDevices(c, i, func(t *domxml.Domain, live bool) error {
		dev := parsed.Clone()
		if err := t.CompleteDevice(dev); err != nil {
			return err
		}
		if err := t.CheckDevice(dev, true); err != nil {
			return err
		}
		if live {
			plugged = dev
		}
		if k := dev.Disk(); k != nil {
			if drive := t.DiskByTarget(k.Target.Dev); drive != nil && (k.Device == "cdrom" || k.Device == "floppy") {
				drive.ChangeMedium(k)
				medium = true
				return nil
			}
			if err := t.CheckTarget(k); err != nil {
				return err
			}
		}
		if r := c.host.refuser(); r != nil {
			if err := r.RefuseAttach(dev); err != nil {
				return err
			}
		}
		if live {
			t.AssignAlias(dev)
		}
		if !t.AddDevice(dev) {
			return vir.Errorf(vir.FromDomain, vir.ErrOperationInvalid, "domain already has a %s device", dev.Kind)
		}
		return c.host.settle(t)
	}, func(g drivers.DevicePlugger, doc *domxml.Domain) error { return g.PlugDevice(c, plugged, doc) })
	if err == nil && plugged != nil && !medium {
		d.update(c.Call, func(r *record) []*event {
			return d.deviceFactEvents(r, drivers.DeviceAdded{Alias: plugged.Alias()})
		})
	}
	return err
}

// settle completes a document that has got another device, and judges it. The
// strict mode leaves it as it is: the reference adds nothing that guests see.
func (h *Host) settle(t *domxml.Domain) error {
	if _, ok := h.personality.(drivers.DomainStepper); ok {
		return h.complete(t)
	}
	if h.engine.cfg.Strict {
		return nil
	}
	if err := t.Complete(); err != nil {
		return err
	}
	return t.Validate()
}

// detachDevice takes out the device that a document means.
func (d *Domain) detachDevice(c *call, doc string, flags uint32) error {
	i, err := d.deviceImpact(c, remoteproto.DomainDetachDeviceFlags.Info, flags)
	if err != nil {
		return err
	}
	dev, err := domxml.ParseDevice([]byte(doc), domxml.Live())
	if err != nil {
		return err
	}
	return d.unplug(c, i, func(t *domxml.Domain) (*domxml.Device, error) {
		if found := t.MatchDevice(dev); found != nil {
			return found, nil
		}
		return nil, vir.Errorf(vir.FromDomain, vir.ErrDeviceMissing, "no matching %s device in the domain", dev.Kind)
	})
}

// detachDeviceAlias takes out the device of that name.
func (d *Domain) detachDeviceAlias(c *call, alias string, flags uint32) error {
	i, err := d.deviceImpact(c, remoteproto.DomainDetachDeviceAlias.Info, flags)
	if err != nil {
		return err
	}
	return d.unplug(c, i, func(t *domxml.Domain) (*domxml.Device, error) {
		found := t.DeviceByAlias(alias)
		if found == nil {
			return nil, vir.Errorf(vir.FromDomain, vir.ErrInternalError, "no device found with alias %s", alias)
		}
		// Of two entries of one device of the host the first goes.
		if found.Hostdev() != nil {
			bare := found.Clone()
			bare.SetAlias("")
			found = t.MatchDevice(bare)
		}
		return found, nil
	})
}

// unplug takes out what find finds in each definition, and tells.
func (d *Domain) unplug(c *call, i impact, find func(*domxml.Domain) (*domxml.Device, error)) error {
	var gone *domxml.Device
	err := d.editDevices(c, i, func(t *domxml.Domain, live bool) error {
		dev, err := find(t)
		if err != nil {
			return err
		}
		if r := c.host.refuser(); r != nil {
			if err := r.RefuseDetach(dev); err != nil {
				return err
			}
		}
		if live {
			gone = dev.Clone()
		}
		t.RemoveDevice(dev)
		return nil
	}, func(g drivers.DevicePlugger, doc *domxml.Domain) error { return g.UnplugDevice(c, gone, doc) })
	if err == nil && gone != nil {
		d.update(c.Call, func(r *record) []*event {
			return d.deviceFactEvents(r, drivers.DeviceRemoved{Alias: gone.Alias()})
		})
	}
	return err
}

// updateDevice replaces a device by another form of it.
func (d *Domain) updateDevice(c *call, doc string, flags uint32) error {
	i, err := impactOf(d.load(), flags)
	if err != nil {
		return err
	}
	parsed, err := domxml.ParseDevice([]byte(doc))
	if err != nil {
		return err
	}
	var changed *domxml.Device
	return d.editDevicesOf(c, i, func(t *domxml.Domain, live bool) error {
		if live && d.onlyLink(parsed) {
			return d.changeLink(t, parsed)
		}
		dev := parsed.Clone()
		if err := t.CompleteDevice(dev); err != nil {
			return err
		}
		if r := c.host.refuser(); r != nil {
			if err := r.RefuseUpdate(dev); err != nil {
				return err
			}
		}
		if err := t.CheckDevice(dev, false); err != nil {
			return err
		}
		if live {
			changed = dev
		}
		if k := dev.Disk(); k != nil {
			old := t.DiskByTarget(k.Target.Dev)
			if old == nil {
				return c.host.errorf(vir.ErrInvalidArg, "target %s doesn't exist.", k.Target.Dev)
			}
			*old = *k
			return nil
		}
		old := t.MatchDevice(dev)
		if old == nil {
			return vir.Errorf(vir.FromDomain, vir.ErrDeviceMissing, "no matching %s device in the domain", dev.Kind)
		}
		dev.SetAlias(old.Alias())
		if card := dev.Interface(); card != nil && card.Address == nil && c.host.tunesGuests() {
			card.Address = old.Interface().Address
		}
		old.Replace(dev)
		return c.host.settle(t)
	}, func(r *record, doc *domxml.Domain) error {
		if l, ok := r.guest.(drivers.LinkSetter); ok && d.onlyLink(parsed) {
			card := doc.MatchDevice(parsed).Interface()
			return l.SetLink(c, card, card.Link == nil || card.Link.State != "down")
		}
		g, err := guestOf[drivers.DevicePlugger](c, r)
		if err != nil {
			return err
		}
		return g.ChangeDevice(c, changed, doc)
	})
}

// editDevices changes documents and tells the guest in between. A changed
// definition counts as an update of it.
func (d *Domain) editDevices(c *call, i impact, change func(t *domxml.Domain, live bool) error, tell func(g drivers.DevicePlugger, doc *domxml.Domain) error) error {
	return d.editDevicesOf(c, i, change, func(r *record, doc *domxml.Domain) error {
		g, err := guestOf[drivers.DevicePlugger](c, r)
		if err != nil {
			return err
		}
		return tell(g, doc)
	})
}

// editDevicesOf is editDevices for guests that are told otherwise.
func (d *Domain) editDevicesOf(c *call, i impact, change func(t *domxml.Domain, live bool) error, tell func(r *record, doc *domxml.Domain) error) error {
	if err := d.editTelling(c, i, change, tell); err != nil {
		return d.host.own(err)
	}
	if i.config {
		d.update(c.Call, func(r *record) []*event {
			return []*event{d.lifecycleEvent(r, int32(vir.DomainEventDefined), int32(vir.DomainEventDefinedUpdated))}
		})
	}
	return nil
}

package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// onlyLink says whether a device is a card of which only the cable can be
// pulled out while the guest runs.
func (d *Domain) onlyLink(dev *domxml.Device) bool {
	_, ok := d.load().guest.(drivers.LinkSetter)
	return ok && dev.Interface() != nil
}

// changeLink takes the state of a card's cable from a document that says
// nothing else that is new.
func (d *Domain) changeLink(t *domxml.Domain, parsed *domxml.Device) error {
	dev := parsed.Clone()
	card := dev.Interface()
	if err := t.CompleteDevice(dev); err != nil {
		return err
	}
	if err := t.CheckDevice(dev, false); err != nil {
		return err
	}
	old := t.MatchDevice(dev)
	if old == nil {
		mac := "(<null>)"
		if card.MAC != nil {
			mac = card.MAC.Address.String()
		}
		return vir.Errorf(vir.FromDomain, vir.ErrDeviceMissing,
			"no device found at address '(<null>)' matching MAC address '%s' and alias '(<null>)'", mac)
	}
	after := old.Clone()
	after.Interface().Link = card.Link
	// What the document leaves open stays as it is.
	if card.Address == nil {
		card.Address = old.Interface().Address
	}
	if card.Target == nil {
		card.Target = old.Interface().Target
	}
	dev.SetAlias(old.Alias())
	text := func(dev *domxml.Device) string { return string(domxml.FormatDevice(dev, domxml.FormatInactive)) }
	if text(dev) != text(after) {
		return d.host.errorf(vir.ErrOperationUnsupported, "of a running guest's interface only the link's state can be changed yet")
	}
	old.Replace(after)
	return nil
}

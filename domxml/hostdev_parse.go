package domxml

import (
	"slices"
	"strings"
)

// The types of host devices by mode.
var (
	hostdevTypes     = []string{"usb", "pci", "scsi", "scsi_host", "mdev"}
	hostdevCapsTypes = []string{"storage", "misc", "net"}
)

func (h *Hostdev) parseNode(d *decoder, n node) error {
	if h.Mode, _ = n.Attr("mode"); h.Mode == "" {
		h.Mode = "subsystem"
	}
	if h.Mode != "subsystem" && h.Mode != "capabilities" {
		return errValue("mode", n.Name(), h.Mode, "")
	}
	types := hostdevTypes
	if h.Mode == "capabilities" {
		types = hostdevCapsTypes
	}
	kind, ok := n.Attr("type")
	if !ok {
		return errMissing("type", n.Name())
	}
	if !slices.Contains(types, kind) {
		return errValue("type", n.Name(), kind, "")
	}
	mode := h.Mode
	if err := d.plain(n, h); err != nil {
		return err
	}
	h.Mode, h.Type = mode, kind
	if !n.Child("source").Valid() {
		return errXML("Missing <source> element in hostdev device")
	}
	return h.parsedParts(n)
}

func (h *Hostdev) parsedParts(n node) error {
	if h.Mode == "capabilities" {
		h.Managed = ""
		s := HostdevSource{Block: h.Source.Block, Char: h.Source.Char, Interface: h.Source.Interface}
		h.Source = &s
		return nil
	}
	h.Source.Block, h.Source.Char, h.Source.Interface = "", "", ""
	h.IPs, h.Routes = nil, nil
	if h.Managed == "" {
		h.Managed = No
	}
	if h.Type != "mdev" && h.Type != "scsi_host" {
		h.Model = ""
	}
	if h.Type != "mdev" && h.Type != "pci" {
		h.Display, h.RAMFB = "", ""
	}
	if h.Type != "scsi" {
		if h.RawIO != "" || h.SGIO != "" {
			return errUnsupported("rawio/sgio is only supported for scsi host device")
		}
		h.Readonly, h.Shareable = false, false
	}
	if h.SGIO == "unfiltered" {
		return errUnsupported("unfiltered sgio is no longer supported")
	}
	return h.parsedSource(n)
}

func (h *Hostdev) parsedSource(n node) error {
	s := h.Source
	keep := HostdevSource{StartupPolicy: s.StartupPolicy}
	if keep.StartupPolicy == "default" {
		keep.StartupPolicy = ""
	}
	switch h.Type {
	case "usb":
		keep.Vendor, keep.Product, keep.GuestReset = s.Vendor, s.Product, s.GuestReset
		a, err := parsedUSB(s.Vendor, s.Product, s.Address)
		if err != nil {
			return err
		}
		if keep.Address = a; a != nil {
			a.Type = ""
		}
	case "pci":
		a := s.Address
		if a == nil {
			a = &HostdevAddress{}
		}
		keep.WriteFiltering = s.WriteFiltering
		keep.Address = &HostdevAddress{Domain: orZero(a.Domain), Bus: orZero(a.Bus), Slot: orZero(a.Slot), Function: orZero(a.Function)}
	case "scsi":
		if s.Protocol == "iscsi" {
			keep.Protocol, keep.Hosts, keep.Initiator, keep.Auth = s.Protocol, s.Hosts, s.Initiator, s.Auth
			if s.Name == "" {
				return errXML("missing iSCSI hostdev source path name")
			}
			if len(s.Hosts) == 0 {
				return errXML("missing the host address for the iSCSI hostdev")
			}
			if keep.Name = s.Name; !strings.Contains(s.Name, "/") {
				keep.Name += "/0"
			}
			break
		}
		if s.Protocol != "" && s.Protocol != "adapter" {
			return errValue("protocol", "source", s.Protocol, "")
		}
		a := s.Address
		switch {
		case a == nil:
			return errXML("'address' must be specified for scsi hostdev source")
		case a.Bus == nil:
			return errMissing("bus", "address")
		case a.Target == nil:
			return errMissing("target", "address")
		case a.Unit == nil:
			return errMissing("unit", "address")
		case s.Adapter == nil || s.Adapter.Name == "":
			return errXML("'adapter' name must be specified for scsi hostdev source")
		}
		keep.Adapter = s.Adapter
		keep.Address = &HostdevAddress{Bus: a.Bus, Target: a.Target, Unit: a.Unit}
	case "scsi_host":
		keep.Protocol, keep.WWPN = s.Protocol, s.WWPN
		if s.Protocol == "" {
			return errMissing("protocol", "source")
		}
		switch {
		case s.Protocol != "vhost":
			return errValue("protocol", "source", s.Protocol, "")
		case s.WWPN == "":
			return errXML("missing vhost-scsi hostdev source wwpn")
		case h.Model != "" && !slices.Contains([]string{"virtio", "virtio-transitional", "virtio-non-transitional"}, h.Model):
			return errValue("model", n.Name(), h.Model, "")
		}
		if w, ok := strings.CutPrefix(s.WWPN, "naa."); s.Protocol == "vhost" && (!ok || !validWWN(w)) {
			return errXML("malformed 'wwpn' value")
		}
	case "mdev":
		if h.Model == "" {
			return errMissing("model", n.Name())
		}
		if !slices.Contains([]string{"vfio-pci", "vfio-ccw", "vfio-ap"}, h.Model) {
			return errValue("model", n.Name(), h.Model, "")
		}
		if s.Address == nil {
			return errUnsupported("Missing <address> element")
		}
		if s.Address.UUID == nil {
			return errUnsupported("Missing 'uuid' attribute for element <address>")
		}
		keep.Address = &HostdevAddress{UUID: s.Address.UUID}
	}
	h.Source = &keep
	return nil
}

func orZero(p *uint) *uint {
	if p == nil {
		return new(uint)
	}
	return p
}

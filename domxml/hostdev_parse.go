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
			if keep.Name = s.Name; !strings.Contains(s.Name, "/") {
				keep.Name += "/0"
			}
			break
		}
		keep.Adapter = s.Adapter
		if a := s.Address; a != nil {
			keep.Address = &HostdevAddress{Bus: a.Bus, Target: a.Target, Unit: a.Unit}
		}
	case "scsi_host":
		keep.Protocol, keep.WWPN = s.Protocol, s.WWPN
		if s.Protocol == "" {
			return errMissing("protocol", "source")
		}
		if w, ok := strings.CutPrefix(s.WWPN, "naa."); s.Protocol == "vhost" && (!ok || !validWWN(w)) {
			return errXML("malformed 'wwpn' value")
		}
	case "mdev":
		if h.Model == "" {
			return errMissing("model", n.Name())
		}
		if s.Address == nil {
			return errUnsupported("Missing <address> element")
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

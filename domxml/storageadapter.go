package domxml

import (
	"strconv"

	"github.com/govirtd/govirtd/protocol/vir"
)

// StorageAdapter is a SCSI host adapter of the host, or a virtual one on a
// Fibre Channel adapter.
type StorageAdapter struct {
	Type            string `xml:"type,attr,omitempty" vir:"enum=scsi_host|fc_host"`
	Name            string `xml:"name,attr,omitempty"`
	Parent          string `xml:"parent,attr,omitempty"`
	Managed         YesNo  `xml:"managed,attr,omitempty"`
	ParentWWNN      string `xml:"parent_wwnn,attr,omitempty"`
	ParentWWPN      string `xml:"parent_wwpn,attr,omitempty"`
	ParentFabricWWN string `xml:"parent_fabric_wwn,attr,omitempty"`
	WWNN            string `xml:"wwnn,attr,omitempty"`
	WWPN            string `xml:"wwpn,attr,omitempty"`

	ParentAddr *StorageParentAddr `xml:"parentaddr"`
}

// StorageParentAddr finds an adapter whatever its name is after a reboot.
type StorageParentAddr struct {
	UniqueID uint            `xml:"unique_id,attr" vir:"always"`
	Address  *HostPCIAddress `xml:"address"`
}

// HostPCIAddress is a place on the host's PCI bus.
type HostPCIAddress struct {
	Domain   uint `xml:"domain,attr" vir:"always hex=6"`
	Bus      uint `xml:"bus,attr" vir:"always hex=4"`
	Slot     uint `xml:"slot,attr" vir:"always hex=4"`
	Function uint `xml:"function,attr" vir:"always hex=3"`
}

func (h *HostPCIAddress) parseNode(d *decoder, n node) error {
	var a Address
	err := a.parsePCI(d, n)
	*h = HostPCIAddress{Domain: a.Domain, Bus: a.Bus, Slot: a.Slot, Function: a.Function}
	return err
}

func (a *StorageAdapter) parseNode(d *decoder, n node) error {
	if err := d.attrs(n, a); err != nil {
		return err
	}
	addr := n.Child("parentaddr")
	switch a.Type {
	case "fc_host":
		a.Name = ""
	case "scsi_host":
		*a = StorageAdapter{Type: a.Type, Name: a.Name}
		if addr.Valid() {
			return a.parseParent(d, addr)
		}
	default:
		if a.WWNN != "" || a.WWPN != "" || a.Parent != "" {
			return errStorage("Use of 'wwnn', 'wwpn', and 'parent' attributes requires use of the adapter 'type'")
		}
		if addr.Valid() {
			return errStorage("Use of 'parentaddr' element requires use of the adapter 'type'")
		}
		*a = StorageAdapter{Name: a.Name}
		if a.Name != "" {
			a.Type = "scsi_host"
		}
	}
	return nil
}

func (a *StorageAdapter) parseParent(d *decoder, n node) error {
	c := n.Child("address")
	if !c.Valid() {
		return errStorage("Missing scsi_host PCI address element")
	}
	p := &StorageParentAddr{Address: &HostPCIAddress{}}
	if err := p.Address.parseNode(d, c); err != nil {
		return err
	}
	id, err := strconv.ParseUint(attrOf(n, "unique_id"), 10, 32)
	if err != nil {
		return errStorage("Missing or invalid scsi adapter 'unique_id' value")
	}
	p.UniqueID, a.ParentAddr = uint(id), p
	return nil
}

func (a *StorageAdapter) validate() error {
	if a.Type != "fc_host" {
		if a.Name == "" && a.ParentAddr == nil {
			return errStorage("Either 'name' or 'parent' must be specified for the 'scsi_host' adapter")
		}
		return nil
	}
	if a.WWNN == "" || a.WWPN == "" {
		return errStorage("'wwnn' and 'wwpn' must be specified for adapter type 'fchost'")
	}
	if err := checkWWNs(a.WWNN, a.WWPN); err != nil {
		return err
	}
	switch {
	case a.ParentWWNN != "" && a.ParentWWPN == "":
		return errStorage("when providing parent_wwnn='%s', the parent_wwpn must also be provided", a.ParentWWNN)
	case a.ParentWWNN == "" && a.ParentWWPN != "":
		return errStorage("when providing parent_wwpn='%s', the parent_wwnn must also be provided", a.ParentWWPN)
	}
	return checkWWNs(a.ParentWWNN, a.ParentWWPN, a.ParentFabricWWN)
}

// checkWWNs judges world wide names; empty ones are absent.
func checkWWNs(names ...string) error {
	for _, s := range names {
		if s != "" && !validWWN(s) {
			return vir.Errorf(vir.FromNone, vir.ErrInternalError, "Malformed wwn: %s", s)
		}
	}
	return nil
}

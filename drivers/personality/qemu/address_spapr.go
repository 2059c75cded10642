package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// Where the devices of a pSeries machine's virtual bus begin, by kind.
const (
	spaprLAN     = 0x1000
	spaprSCSI    = 0x2000
	spaprNVRAM   = 0x3000
	spaprSerial  = 0x30000000
	spaprSpacing = 0x1000
)

// spaprClient is a device of that bus.
type spaprClient struct {
	address **domxml.Address
	first   uint64
}

func (d *definition) spaprClients() []spaprClient {
	var out []spaprClient
	v := &d.Devices
	for i := range v.Interfaces {
		if n := &v.Interfaces[i]; n.Model != nil && n.Model.Type == "spapr-vlan" {
			out = append(out, spaprClient{&n.Address, spaprLAN})
		}
	}
	for i := range v.Controllers {
		if c := &v.Controllers[i]; c.Type == domxml.ControllerSCSI && c.Model == "ibmvscsi" {
			out = append(out, spaprClient{&c.Address, spaprSCSI})
		}
	}
	for i := range v.Serials {
		if s := &v.Serials[i]; s.Target.Type == "spapr-vio-serial" {
			out = append(out, spaprClient{&s.Address, spaprSerial})
		}
	}
	if v.NVRAM != nil {
		out = append(out, spaprClient{&v.NVRAM.Address, spaprNVRAM})
	}
	return out
}

// assignSpapr gives the devices places that nobody else has.
func (d *definition) assignSpapr() error {
	clients := d.spaprClients()
	used := map[uint64]bool{}
	for _, c := range clients {
		a := *c.address
		if a == nil || a.Type != domxml.AddressSpaprVIO || a.Reg == nil {
			continue
		}
		if used[*a.Reg] {
			return errXML("spapr-vio address %#x already in use", *a.Reg)
		}
		used[*a.Reg] = true
	}
	for _, c := range clients {
		a := *c.address
		if a != nil && (a.Type != domxml.AddressSpaprVIO || a.Reg != nil) {
			continue
		}
		reg := c.first
		for used[reg] {
			reg += spaprSpacing
		}
		used[reg] = true
		*c.address = &domxml.Address{Type: domxml.AddressSpaprVIO, Reg: &reg}
	}
	return nil
}

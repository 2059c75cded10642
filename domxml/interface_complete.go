package domxml

import (
	"crypto/sha256"
	"encoding/binary"
)

// completeInterfaces gives cards without an address one.
func (d *Domain) completeInterfaces() {
	used := map[MAC]bool{}
	list := d.Devices.Interfaces
	for i := range list {
		if m := list[i].MAC; m != nil {
			used[m.Address] = true
		}
	}
	for i := range list {
		c := &list[i]
		d.completeVirtualPort(c.VirtualPort, uint64(i))
		if c.MAC == nil {
			c.MAC = &InterfaceMAC{}
		}
		for n := uint64(i); c.MAC.Address == (MAC{}); n += 1 << 16 {
			if m := d.deriveMAC(n); !used[m] {
				c.MAC.Address, used[m] = m, true
			}
		}
	}
}

// deriveMAC makes an address of the range that libvirt uses, 52:54:00. It
// follows from the domain's identifier: the same document gets the same one.
func (d *Domain) deriveMAC(n uint64) MAC {
	h := d.derive("mac", n)
	return MAC{0x52, 0x54, 0x00, h[0], h[1], h[2]}
}

// completeVirtualPort gives a port of a switch the identifiers that it needs.
func (d *Domain) completeVirtualPort(v *VirtualPort, n uint64) {
	if v == nil || v.Type != "" && v.Type != "openvswitch" {
		return
	}
	if v.Parameters == nil {
		v.Parameters = &VirtualPortParams{}
	}
	p := v.Parameters
	if p.InterfaceID == nil {
		p.InterfaceID = new(d.deriveUUID("interfaceid", n))
	}
	if p.InstanceID == nil && v.Type == "" {
		p.InstanceID = new(d.deriveUUID("instanceid", n))
	}
}

// deriveUUID makes an identifier that looks like a random one.
func (d *Domain) deriveUUID(what string, n uint64) UUID {
	h := d.derive(what, n)
	u := UUID(h[:16])
	u.SetVersion4()
	return u
}

// derive makes bytes that nobody else has from the domain's identifier.
func (d *Domain) derive(what string, n uint64) [sha256.Size]byte {
	b := append([]byte(what), d.UUID[:]...)
	return sha256.Sum256(binary.BigEndian.AppendUint64(b, n))
}

package domxml

// parseNode reads a binding, of which nearly everything is required.
func (b *NWFilterBinding) parseNode(d *decoder, n node) error {
	b.PortDev.Name = childAttr(n, "portdev", "name")
	if b.PortDev.Name == "" {
		return errFilter("filter binding has no port dev name")
	}
	if n.Child("linkdev").Valid() {
		b.LinkDev = &FilterDevice{Name: childAttr(n, "linkdev", "name")}
		if b.LinkDev.Name == "" {
			return errFilter("filter binding has no link dev name")
		}
	}
	owner := n.Child("owner")
	if owner.Valid() {
		b.Owner.Name = childText(owner, "name")
	}
	if b.Owner.Name == "" {
		return errFilter("filter binding has no owner name")
	}
	id := childText(owner, "uuid")
	if id == "" {
		return errFilter("filter binding has no owner UUID")
	}
	var ok bool
	if b.Owner.UUID, ok = ParseUUID(id); !ok {
		return errFilter("Unable to parse UUID '%s'", id)
	}
	mac := childAttr(n, "mac", "address")
	if mac == "" {
		return errFilter("filter binding has no MAC address")
	}
	if b.MAC.Address, ok = ParseMAC(mac); !ok {
		return errFilter("Unable to parse MAC '%s'", mac)
	}
	if childAttr(n, "filterref", "filter") == "" {
		return errFilter("filter binding has no filter reference")
	}
	return d.decode(n.Child("filterref"), &b.FilterRef)
}

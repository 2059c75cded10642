package qemupersonality

// assignAddresses gives each device its place, bus by bus.
func (d *definition) assignAddresses() error {
	return inOrder(
		d.assignVirtioSerial,
		d.assignPCI,
		d.assignUSB,
	)
}

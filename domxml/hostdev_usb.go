package domxml

// parsedUSB keeps what finds a USB device on the host: what it is, or where.
// An address of zeros is none.
func parsedUSB(vendor, product *USBID, a *HostdevAddress) (*HostdevAddress, error) {
	switch {
	case vendor != nil && vendor.ID == 0:
		return nil, errZero("id", "vendor")
	case vendor != nil && product == nil:
		return nil, errInternal("missing product")
	case vendor == nil && product != nil:
		return nil, errInternal("missing vendor")
	case a == nil:
		return nil, nil
	case a.Bus == nil:
		return nil, errMissing("bus", "address")
	case a.Device == nil:
		return nil, errMissing("device", "address")
	case *a.Bus == 0 && *a.Device == 0:
		return nil, nil
	}
	return &HostdevAddress{Type: a.Type, Bus: a.Bus, Device: a.Device}, nil
}

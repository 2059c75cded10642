package domxml

// Hub is a USB hub.
type Hub struct {
	Type string `xml:"type,attr" vir:"enum=usb"`
	DeviceInfo
}

func (h *Hub) parsed(*decoder, node) error {
	if h.Type == "" {
		return errInternal("missing hub device type")
	}
	return nil
}

package qemupersonality

// Firmware is one kind of firmware of the host.
type Firmware struct{}

func (d *definition) completeFirmware() error { return nil }

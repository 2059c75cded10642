package domxml

// NVRAMDevice is the memory of a pSeries machine's settings.
type NVRAMDevice struct {
	DeviceInfo
}

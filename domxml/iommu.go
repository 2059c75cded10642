package domxml

// IOMMU translates the addresses that devices use.
type IOMMU struct {
	Model  string       `xml:"model,attr" vir:"required enum=intel|smmuv3|virtio"`
	Driver *IOMMUDriver `xml:"driver"`
	DeviceInfo
}

// IOMMUDriver are settings of the Intel kind.
type IOMMUDriver struct {
	IntRemap       OnOff `xml:"intremap,attr,omitempty"`
	CachingMode    OnOff `xml:"caching_mode,attr,omitempty"`
	EIM            OnOff `xml:"eim,attr,omitempty"`
	IOTLB          OnOff `xml:"iotlb,attr,omitempty"`
	AWBits         uint  `xml:"aw_bits,attr,omitempty"`
	DMATranslation OnOff `xml:"dma_translation,attr,omitempty"`
}

package domxml

// Crypto is an accelerator of cryptography.
type Crypto struct {
	Model   string         `xml:"model,attr" vir:"required enum=virtio"`
	Type    string         `xml:"type,attr" vir:"required enum=qemu"`
	Backend *CryptoBackend `xml:"backend"`
	Driver  *VirtioDriver  `xml:"driver"`
	DeviceInfo
}

func (c *Crypto) parsed(*decoder, node) error {
	if c.Backend == nil {
		return errXML("only one crypto backend is supported")
	}
	return nil
}

// CryptoBackend does the work.
type CryptoBackend struct {
	Model  string `xml:"model,attr" vir:"required enum=builtin|lkcf"`
	Queues uint   `xml:"queues,attr,omitempty"`
}

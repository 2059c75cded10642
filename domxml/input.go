package domxml

// Input is a keyboard, mouse or tablet.
type Input struct {
	Type   string        `xml:"type,attr" vir:"required enum=mouse|tablet|keyboard|passthrough|evdev"`
	Bus    string        `xml:"bus,attr,omitempty" vir:"enum=default|ps2|usb|xen|parallels|virtio|none"`
	Model  string        `xml:"model,attr,omitempty" vir:"enum=virtio|virtio-transitional|virtio-non-transitional"`
	Driver *VirtioDriver `xml:"driver"`
	Source *InputSource  `xml:"source"`
	DeviceInfo
}

// InputSource is a device of the host.
type InputSource struct {
	Dev        string `xml:"dev,attr,omitempty"`
	EvDev      string `xml:"evdev,attr,omitempty"`
	Grab       string `xml:"grab,attr,omitempty" vir:"enum=all"`
	GrabToggle string `xml:"grabToggle,attr,omitempty" vir:"enum=ctrl-ctrl|alt-alt|shift-shift|meta-meta|scrolllock|ctrl-scrolllock"`
	Repeat     OnOff  `xml:"repeat,attr,omitempty"`
}

package domxml

// Video is a graphics card.
type Video struct {
	Driver *VideoDriver `xml:"driver"`
	Model  *VideoModel  `xml:"model"`
	DeviceInfo
}

// VideoDriver says how the emulator handles a card.
type VideoDriver struct {
	VirtioOptions
	VGAConf string `xml:"vgaconf,attr,omitempty" vir:"enum=io|on|off"`
	Name    string `xml:"name,attr,omitempty" vir:"enum=default|qemu|vhostuser"`
}

// VideoModel is the kind of a card. Memory sizes are in KiB.
type VideoModel struct {
	Type   string `xml:"type,attr,omitempty" vir:"enum=default|vga|cirrus|vmvga|xen|vbox|qxl|parallels|virtio|gop|none|bochs|ramfb"`
	RAM    uint   `xml:"ram,attr,omitempty"`
	VRAM   uint   `xml:"vram,attr,omitempty"`
	VRAM64 uint   `xml:"vram64,attr,omitempty"`
	VGAMem uint   `xml:"vgamem,attr,omitempty"`
	// Heads is how many screens there are: 1 unless the document says otherwise.
	Heads        uint               `xml:"heads,attr,omitempty"`
	Primary      YesNo              `xml:"primary,attr,omitempty"`
	Blob         OnOff              `xml:"blob,attr,omitempty"`
	Acceleration *VideoAcceleration `xml:"acceleration"`
	Resolution   *VideoResolution   `xml:"resolution"`
}

// VideoAcceleration says what the host's hardware does.
type VideoAcceleration struct {
	Accel3D    YesNo  `xml:"accel3d,attr,omitempty"`
	Accel2D    YesNo  `xml:"accel2d,attr,omitempty"`
	RenderNode string `xml:"rendernode,attr,omitempty"`
}

// VideoResolution is that of the first picture.
type VideoResolution struct {
	X uint `xml:"x,attr" vir:"required nonzero"`
	Y uint `xml:"y,attr" vir:"required nonzero"`
}

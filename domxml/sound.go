package domxml

// Sound is a sound card.
type Sound struct {
	Model        string `xml:"model,attr" vir:"required enum=sb16|es1370|pcspk|ac97|ich6|ich9|usb|ich7|virtio"`
	MultiChannel YesNo  `xml:"multichannel,attr,omitempty"`
	Streams      uint   `xml:"streams,attr,omitempty" vir:"nonzero"`

	Codecs []SoundCodec `xml:"codec"`
	Audio  *DeviceAudio `xml:"audio"`
	DeviceInfo
	Driver *VirtioDriver `xml:"driver"`
}

// SoundCodec is a converter on a card.
type SoundCodec struct {
	Type string `xml:"type,attr" vir:"required enum=duplex|micro|output"`
}

// Audio is what plays the sound on the host.
type Audio struct {
	ID          uint         `xml:"id,attr" vir:"required nonzero"`
	Type        string       `xml:"type,attr" vir:"required enum=none|alsa|coreaudio|dbus|jack|oss|pulseaudio|sdl|spice|file|pipewire"`
	TimerPeriod uint         `xml:"timerPeriod,attr,omitempty" vir:"nonzero"`
	Driver      string       `xml:"driver,attr,omitempty"`
	Path        string       `xml:"path,attr,omitempty"`
	ServerName  string       `xml:"serverName,attr,omitempty"`
	RuntimeDir  string       `xml:"runtimeDir,attr,omitempty"`
	TryMMap     YesNo        `xml:"tryMMap,attr,omitempty"`
	Exclusive   YesNo        `xml:"exclusive,attr,omitempty"`
	DSPPolicy   *int         `xml:"dspPolicy,attr,omitempty"`
	Input       *AudioStream `xml:"input"`
	Output      *AudioStream `xml:"output"`
}

// AudioStream is one direction. Which fields count depends on the type.
type AudioStream struct {
	MixingEngine  YesNo          `xml:"mixingEngine,attr,omitempty"`
	FixedSettings YesNo          `xml:"fixedSettings,attr,omitempty"`
	Voices        uint           `xml:"voices,attr,omitempty" vir:"nonzero"`
	BufferLength  uint           `xml:"bufferLength,attr,omitempty" vir:"nonzero"`
	Dev           string         `xml:"dev,attr,omitempty"`
	BufferCount   uint           `xml:"bufferCount,attr,omitempty" vir:"nonzero"`
	ServerName    string         `xml:"serverName,attr,omitempty"`
	ClientName    string         `xml:"clientName,attr,omitempty"`
	ConnectPorts  string         `xml:"connectPorts,attr,omitempty"`
	ExactName     YesNo          `xml:"exactName,attr,omitempty"`
	TryPoll       YesNo          `xml:"tryPoll,attr,omitempty"`
	Name          string         `xml:"name,attr,omitempty"`
	StreamName    string         `xml:"streamName,attr,omitempty"`
	Latency       uint           `xml:"latency,attr,omitempty" vir:"nonzero"`
	Settings      *AudioSettings `xml:"settings"`
}

// AudioSettings are those of the sound itself.
type AudioSettings struct {
	Frequency uint   `xml:"frequency,attr,omitempty" vir:"nonzero"`
	Channels  uint   `xml:"channels,attr,omitempty" vir:"nonzero"`
	Format    string `xml:"format,attr,omitempty" vir:"enum=s8|u8|s16|u16|s32|u32|f32"`
}

func (s *Sound) parsed(*decoder, node) error {
	if s.Model == "virtio" && s.Streams == 0 {
		s.Streams = 2
	}
	if s.Model != "virtio" {
		s.Streams = 0
	}
	if s.Model != "usb" {
		s.MultiChannel = ""
	}
	if s.Model != "ich6" && s.Model != "ich9" {
		s.Codecs = nil
	}
	return nil
}

func (c *SoundCodec) parseNode(_ *decoder, n node) error {
	switch c.Type, _ = n.Attr("type"); c.Type {
	case "duplex", "micro", "output":
		return nil
	case "":
		return errUnsupported("unknown codec type '(null)'")
	}
	return errUnsupported("unknown codec type '%s'", c.Type)
}

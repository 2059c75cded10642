package domxml

// RNG is a source of random numbers.
type RNG struct {
	Model   string        `xml:"model,attr" vir:"required enum=virtio|virtio-transitional|virtio-non-transitional"`
	Rate    *RNGRate      `xml:"rate"`
	Backend *RNGBackend   `xml:"backend"`
	Driver  *VirtioDriver `xml:"driver"`
	DeviceInfo
}

// RNGRate bounds it to a number of bytes per number of milliseconds.
type RNGRate struct {
	Bytes  uint `xml:"bytes,attr" vir:"nonzero"`
	Period uint `xml:"period,attr,omitempty" vir:"nonzero"`
}

// RNGBackend is the source on the host: a file, or a daemon behind a
// character device.
type RNGBackend struct {
	Model    string           `xml:"model,attr" vir:"required enum=random|egd|builtin"`
	Type     string           `xml:"type,attr,omitempty"`
	Path     string           `xml:",chardata"`
	Sources  []ChardevSource  `xml:"source"`
	Protocol *ChardevProtocol `xml:"protocol"`
	Log      *ChardevLog      `xml:"log"`
}

func (r *RNG) parsed(*decoder, node) error {
	if r.Backend == nil {
		return errXML("only one RNG backend is supported")
	}
	return nil
}

func (r *RNGRate) hidden(FormatFlags) bool { return r.Bytes == 0 }

func (b *RNGBackend) parsed(*decoder, node) error {
	switch b.Model {
	case "random":
		*b = RNGBackend{Model: b.Model, Path: b.Path}
		if b.Path == "" {
			b.Path = "/dev/random"
		}
	case "egd":
		b.Path = ""
		if b.Type == "" {
			return errXML("missing EGD backend type")
		}
		return chardevEnd{b.Type, &b.Sources, &b.Protocol, false}.parsed()
	default:
		*b = RNGBackend{Model: b.Model}
	}
	return nil
}

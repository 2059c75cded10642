package domxml

// Chardev is a serial or parallel port, console or channel.
type Chardev struct {
	Type string `xml:"type,attr"`
	TTY  string `xml:"tty,attr,omitempty" vir:"live"`
	// Sources is one, or two where a UDP socket receives and sends.
	Sources  []ChardevSource  `xml:"source"`
	Protocol *ChardevProtocol `xml:"protocol"`
	Log      *ChardevLog      `xml:"log"`
	Target   *ChardevTarget   `xml:"target"`
	DeviceInfo

	// Reconnects says that the document had a word about it, even where its
	// source names nothing and is dropped.
	Reconnects bool `xml:"-"`
}

// chardevTypes are what may be at the other end.
var chardevTypes = []string{
	"null", "vc", "pty", "dev", "file", "pipe", "stdio", "udp", "tcp", "unix", "spicevmc", "spiceport", "nmdm", "qemu-vdagent",
	"dbus",
}

// ChardevSource is the other end. Which fields count depends on the type of
// the device.
type ChardevSource struct {
	Mode    string `xml:"mode,attr,omitempty" vir:"enum=connect|bind"`
	Channel string `xml:"channel,attr,omitempty"`
	// Chosen says that the host has chosen the path for a running guest.
	Chosen    bool             `xml:"-"`
	Path      string           `xml:"path,attr,omitempty"`
	Host      string           `xml:"host,attr,omitempty"`
	Service   string           `xml:"service,attr,omitempty"`
	TLS       YesNo            `xml:"tls,attr,omitempty"`
	Master    string           `xml:"master,attr,omitempty"`
	Slave     string           `xml:"slave,attr,omitempty"`
	Append    OnOff            `xml:"append,attr,omitempty"`
	Clipboard *Clipboard       `xml:"clipboard"`
	Mouse     *GraphicsMouse   `xml:"mouse"`
	SecLabels []DeviceSecLabel `xml:"seclabel"`
	Reconnect *Reconnect       `xml:"reconnect"`
}

// ChardevProtocol is what is spoken on a TCP connection.
type ChardevProtocol struct {
	Type string `xml:"type,attr,omitempty" vir:"enum=raw|telnet|telnets|tls"`
}

// ChardevLog is a file that receives a copy.
type ChardevLog struct {
	File   string `xml:"file,attr,omitempty"`
	Append OnOff  `xml:"append,attr,omitempty"`
}

// hidden leaves out what is chosen anew at the next start.
func (s *ChardevSource) hidden(f FormatFlags) bool { return s.Chosen && f&FormatInactive != 0 }

// ChardevTarget is what the guest sees.
type ChardevTarget struct {
	Type    string              `xml:"type,attr,omitempty"`
	Address string              `xml:"address,attr,omitempty"`
	Name    string              `xml:"name,attr,omitempty"`
	Port    *int                `xml:"port,attr,omitempty" bad:"Invalid port number: %s"`
	State   string              `xml:"state,attr,omitempty" vir:"live"`
	Model   *ChardevTargetModel `xml:"model"`
}

// ChardevTargetModel is the kind of a port.
type ChardevTargetModel struct {
	Name string `xml:"name,attr" vir:"enum=isa-serial|usb-serial|pci-serial|spapr-vty|pl011|sclpconsole|sclplmconsole|16550a|isa-debugcon"`
}

// Smartcard is a reader with a card.
type Smartcard struct {
	Mode         string           `xml:"mode,attr" vir:"required enum=host|host-certificates|passthrough"`
	Type         string           `xml:"type,attr,omitempty"`
	Sources      []ChardevSource  `xml:"source"`
	Certificates []string         `xml:"certificate"`
	Database     string           `xml:"database,omitempty"`
	Protocol     *ChardevProtocol `xml:"protocol"`
	Log          *ChardevLog      `xml:"log"`
	DeviceInfo
}

// RedirDev is a USB device that a client passes in.
type RedirDev struct {
	Bus      string           `xml:"bus,attr,omitempty" vir:"enum=usb"`
	Type     string           `xml:"type,attr"`
	Sources  []ChardevSource  `xml:"source"`
	Protocol *ChardevProtocol `xml:"protocol"`
	Log      *ChardevLog      `xml:"log"`
	BootInfo
}

// RedirFilter says which USB devices may be passed in.
type RedirFilter struct {
	USBDevs []RedirFilterDev `xml:"usbdev"`
}

// RedirFilterDev is one rule; -1 or nothing fits all.
type RedirFilterDev struct {
	Class   string `xml:"class,attr,omitempty"`
	Vendor  string `xml:"vendor,attr,omitempty"`
	Product string `xml:"product,attr,omitempty"`
	Version string `xml:"version,attr,omitempty"`
	Allow   YesNo  `xml:"allow,attr" vir:"required"`
}

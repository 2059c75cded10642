package domxml

// ForwardMode is how the traffic of a network gets out.
type ForwardMode string

// The modes. In the first three libvirt makes a bridge of its own, as it does
// for isolated networks.
const (
	ForwardNAT         ForwardMode = "nat"
	ForwardRoute       ForwardMode = "route"
	ForwardOpen        ForwardMode = "open"
	ForwardBridge      ForwardMode = "bridge"
	ForwardPrivate     ForwardMode = "private"
	ForwardVEPA        ForwardMode = "vepa"
	ForwardPassthrough ForwardMode = "passthrough"
	ForwardHostdev     ForwardMode = "hostdev"
)

func (ForwardMode) values() []string {
	return []string{"nat", "route", "open", "bridge", "private", "vepa", "passthrough", "hostdev"}
}

// NetworkForward is the way out of a network: devices of the host, of which
// there are Interfaces, or Addresses, or a PF, whose virtual functions count.
type NetworkForward struct {
	// Dev is the first of the interfaces.
	Dev     string      `xml:"dev,attr,omitempty"`
	Mode    ForwardMode `xml:"mode,attr,omitempty"`
	Managed YesNo       `xml:"managed,attr,omitempty"` // mode hostdev only

	Driver     *HostdevDriver     `xml:"driver"`
	PF         *ForwardPF         `xml:"pf"`
	NAT        *NetworkNAT        `xml:"nat"`
	Interfaces []ForwardInterface `xml:"interface"`
	Addresses  []ForwardAddress   `xml:"address"`
}

// NetworkNAT limits what addresses and ports translation uses.
type NetworkNAT struct {
	IPv6    YesNo         `xml:"ipv6,attr,omitempty"`
	Address *NATAddresses `xml:"address"`
	Port    *NATPorts     `xml:"port"`
}

// NATAddresses are IPv4 addresses.
type NATAddresses struct {
	Start string `xml:"start,attr"`
	End   string `xml:"end,attr"`
}

// NATPorts are ports, 0 to 65535.
type NATPorts struct {
	Start uint `xml:"start,attr" vir:"always"`
	End   uint `xml:"end,attr" vir:"always"`
}

// ForwardPF is the physical function whose virtual functions guests get.
type ForwardPF struct {
	Dev string `xml:"dev,attr" vir:"always"`
}

// ForwardInterface is a network card of the host.
type ForwardInterface struct {
	Dev         string `xml:"dev,attr" vir:"always"`
	Connections uint   `xml:"connections,attr,omitempty" vir:"live"`
}

// ForwardAddress is a PCI device of the host.
type ForwardAddress struct {
	Type        string `xml:"type,attr" vir:"always"`
	Domain      uint   `xml:"domain,attr" vir:"hex=6 always"`
	Bus         uint   `xml:"bus,attr" vir:"hex=4 always"`
	Slot        uint   `xml:"slot,attr" vir:"hex=4 always"`
	Function    uint   `xml:"function,attr" vir:"hex=3 always"`
	Connections uint   `xml:"connections,attr,omitempty" vir:"live"`
}

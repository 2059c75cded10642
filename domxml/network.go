package domxml

// Network is the document of a virtual network.
type Network struct {
	XMLName struct{} `xml:"network"`

	// Connections counts the interfaces of domains in an active network.
	Connections uint `xml:"connections,attr,omitempty" vir:"live"`
	// IPv6 lets guests use IPv6 among themselves where the host has no address.
	IPv6                YesNo `xml:"ipv6,attr,omitempty"`
	TrustGuestRXFilters YesNo `xml:"trustGuestRxFilters,attr,omitempty"`

	Name string `xml:"name"`
	UUID UUID   `xml:"uuid" vir:"always"`
	// UUIDSet says that the document had an identifier, which may be all zero.
	UUIDSet     bool      `xml:"-"`
	Title       string    `xml:"title,omitempty"`
	Description string    `xml:"description,omitempty"`
	Metadata    *Metadata `xml:"metadata"`

	// Forward is the way out; nil isolates the network.
	Forward *NetworkForward `xml:"forward"`
	Bridge  *NetworkBridge  `xml:"bridge"`
	MTU     *MTU            `xml:"mtu"`
	MAC     *NetworkMAC     `xml:"mac"`
	Domain  *NetworkDomain  `xml:"domain"`
	DNS     *NetworkDNS     `xml:"dns"`
	VLAN    *VLAN           `xml:"vlan"`

	Bandwidth   *QoS           `xml:"bandwidth" vir:"pair"`
	Port        *InterfacePort `xml:"port"`
	IPs         []NetworkIP    `xml:"ip" vir:"pair"`
	Routes      []Route        `xml:"route"`
	VirtualPort *VirtualPort   `xml:"virtualport"`
	PortGroups  []PortGroup    `xml:"portgroup" vir:"pair"`

	// DNSMasq are options for the dnsmasq that serves the network, in the
	// namespace of DNSMasqNamespace.
	DNSMasq []string `xml:"-"`
}

// DNSMasqNamespace is that of the element options with its option elements.
const DNSMasqNamespace = "http://libvirt.org/schemas/network/dnsmasq/1.0"

// NetworkMAC is the address of the bridge.
type NetworkMAC struct {
	Address MAC `xml:"address,attr" vir:"always"`
}

// NetworkBridge is the device on the host that guests are connected to.
type NetworkBridge struct {
	Name string `xml:"name,attr,omitempty"`
	Zone string `xml:"zone,attr,omitempty"` // of the firewall
	// STP is the spanning tree protocol; on by default where libvirt makes the bridge.
	STP OnOff `xml:"stp,attr,omitempty"`
	// Delay is that of forwarding, in seconds; nil where libvirt makes no bridge.
	Delay           *uint64         `xml:"delay,attr,omitempty"`
	MACTableManager MACTableManager `xml:"macTableManager,attr,omitempty"`
}

// MACTableManager is who keeps the forwarding table of a bridge.
type MACTableManager string

// The managers of a MAC table.
const (
	MACTableKernel  MACTableManager = "kernel"
	MACTableLibvirt MACTableManager = "libvirt"
)

func (MACTableManager) values() []string { return []string{"kernel", "libvirt"} }

// NetworkDomain is the DNS domain of the guests.
type NetworkDomain struct {
	Name      string `xml:"name,attr" vir:"always"`
	LocalOnly YesNo  `xml:"localOnly,attr,omitempty"`
	// Register tells systemd-resolved of the domain; needs LocalOnly.
	Register YesNo `xml:"register,attr,omitempty"`
}

// PortGroup is a class of connections to a network.
type PortGroup struct {
	Name                string       `xml:"name,attr" vir:"always"`
	Default             YesNo        `xml:"default,attr,omitempty"`
	TrustGuestRXFilters YesNo        `xml:"trustGuestRxFilters,attr,omitempty"`
	VLAN                *VLAN        `xml:"vlan"`
	VirtualPort         *VirtualPort `xml:"virtualport"`
	Bandwidth           *QoS         `xml:"bandwidth" vir:"pair"`
}

package domxml

// HostInterface is a network interface of the host: the <interface> document
// of virInterfaceDefineXML. What a bridge or a bond is made of are such
// documents too, with fewer elements.
type HostInterface struct {
	XMLName struct{} `xml:"interface"`

	Type HostInterfaceType `xml:"type,attr"`
	Name string            `xml:"name,attr" vir:"always"`

	// Start, MTU and Protocols are those of an interface that stands alone.
	Start     *HostInterfaceStart     `xml:"start"`
	MTU       *MTU                    `xml:"mtu"`
	Protocols []HostInterfaceProtocol `xml:"protocol" vir:"pair"`
	// Link is the state of the cable; a bridge has none.
	Link   *HostLink         `xml:"link"`
	Bond   *HostBond         `xml:"bond" vir:"pair"`
	Bridge *HostBridge       `xml:"bridge" vir:"pair"`
	VLAN   *HostVLAN         `xml:"vlan" vir:"pair"`
	MAC    *HostInterfaceMAC `xml:"mac"`
}

// HostInterfaceType is what an interface of the host is.
type HostInterfaceType string

// The types of interfaces.
const (
	HostInterfaceEthernet HostInterfaceType = "ethernet"
	HostInterfaceBridge   HostInterfaceType = "bridge"
	HostInterfaceBond     HostInterfaceType = "bond"
	HostInterfaceVLAN     HostInterfaceType = "vlan"
)

func (HostInterfaceType) values() []string { return []string{"ethernet", "bridge", "bond", "vlan"} }

// HostInterfaceStart says when an interface comes up.
type HostInterfaceStart struct {
	Mode HostInterfaceStartMode `xml:"mode,attr,omitempty"`
}

// HostInterfaceStartMode is a moment to come up.
type HostInterfaceStartMode string

// The moments.
const (
	StartNone    HostInterfaceStartMode = "none"
	StartOnBoot  HostInterfaceStartMode = "onboot"
	StartHotplug HostInterfaceStartMode = "hotplug"
)

func (HostInterfaceStartMode) values() []string { return []string{"none", "onboot", "hotplug"} }

// HostInterfaceMAC is an address as the document has it; nothing checks it.
type HostInterfaceMAC struct {
	Address string `xml:"address,attr" vir:"always"`
}

// HostLink is what an interface says of its cable.
type HostLink struct {
	Speed uint      `xml:"speed,attr,omitempty"` // Mbit/s
	State LinkState `xml:"state,attr,omitempty"`
}

// LinkState is an operational state.
type LinkState string

// The states, as RFC 2863 names them.
const (
	LinkUnknown        LinkState = "unknown"
	LinkNotPresent     LinkState = "notpresent"
	LinkDown           LinkState = "down"
	LinkLowerLayerDown LinkState = "lowerlayerdown"
	LinkTesting        LinkState = "testing"
	LinkDormant        LinkState = "dormant"
	LinkUp             LinkState = "up"
)

func (LinkState) values() []string {
	return []string{"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"}
}

// HostInterfaceProtocol is the configuration of one family of addresses.
type HostInterfaceProtocol struct {
	Family   string             `xml:"family,attr" vir:"enum=ipv4|ipv6"`
	AutoConf Flag               `xml:"autoconf,omitempty"`
	DHCP     *HostInterfaceDHCP `xml:"dhcp" vir:"always"`
	IPs      []HostInterfaceIP  `xml:"ip"`
	Route    *HostRoute         `xml:"route"`
}

// HostInterfaceDHCP asks a server for addresses.
type HostInterfaceDHCP struct {
	// PeerDNS says whether the server's name servers are used.
	PeerDNS YesNo `xml:"peerdns,attr,omitempty"`
}

// HostInterfaceIP is one address; Prefix 0 is unknown.
type HostInterfaceIP struct {
	Address string `xml:"address,attr"`
	Prefix  int    `xml:"prefix,attr,omitempty"`
}

// HostRoute is the way out.
type HostRoute struct {
	Gateway string `xml:"gateway,attr"`
}

// HostBridge joins interfaces.
type HostBridge struct {
	STP OnOff `xml:"stp,attr,omitempty"`
	// Delay is the forwarding delay in seconds, as the document has it.
	Delay      *string         `xml:"delay,attr,omitempty"`
	Interfaces []HostInterface `xml:"interface" vir:"pair"`
}

// HostBond bundles interfaces.
type HostBond struct {
	Mode       BondMode        `xml:"mode,attr,omitempty"`
	MIIMon     *BondMIIMon     `xml:"miimon"`
	ARPMon     *BondARPMon     `xml:"arpmon"`
	Interfaces []HostInterface `xml:"interface" vir:"pair"`
}

// BondMode is how the parts of a bond share the work.
type BondMode string

// The modes of bonds.
const (
	BondBalanceRR    BondMode = "balance-rr"
	BondActiveBackup BondMode = "active-backup"
	BondBalanceXOR   BondMode = "balance-xor"
	BondBroadcast    BondMode = "broadcast"
	Bond8023AD       BondMode = "802.3ad"
	BondBalanceTLB   BondMode = "balance-tlb"
	BondBalanceALB   BondMode = "balance-alb"
)

func (BondMode) values() []string {
	return []string{"balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"}
}

// BondMIIMon watches the parts of a bond by their links; times are in
// milliseconds.
type BondMIIMon struct {
	Freq      int    `xml:"freq,attr" vir:"always"`
	DownDelay int    `xml:"downdelay,attr,omitempty"`
	UpDelay   int    `xml:"updelay,attr,omitempty"`
	Carrier   string `xml:"carrier,attr,omitempty" vir:"enum=ioctl|netif"`
}

// BondARPMon watches the parts of a bond by asking for an address.
type BondARPMon struct {
	Interval int    `xml:"interval,attr" vir:"always"` // milliseconds
	Target   string `xml:"target,attr"`
	Validate string `xml:"validate,attr,omitempty" vir:"enum=none|active|backup|all"`
}

// HostVLAN is a virtual network on top of another interface.
type HostVLAN struct {
	Tag       string            `xml:"tag,attr" vir:"always"`
	Interface HostVLANInterface `xml:"interface" vir:"always"`
}

// HostVLANInterface names the interface below.
type HostVLANInterface struct {
	Name string `xml:"name,attr" vir:"always"`
}

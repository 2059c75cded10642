package domxml

// Interface is a network card of the guest.
type Interface struct {
	Type                string        `xml:"type,attr"`
	Managed             YesNo         `xml:"managed,attr,omitempty"`
	TrustGuestRXFilters YesNo         `xml:"trustGuestRxFilters,attr,omitempty"`
	MAC                 *InterfaceMAC `xml:"mac"`

	Source        *InterfaceSource  `xml:"source"`
	VLAN          *VLAN             `xml:"vlan"`
	VirtualPort   *VirtualPort      `xml:"virtualport"`
	Bandwidth     *QoS              `xml:"bandwidth" vir:"pair"`
	Port          *InterfacePort    `xml:"port"`
	IPs           []IPAddress       `xml:"ip"`
	Routes        []Route           `xml:"route"`
	PortForwards  []PortForward     `xml:"portForward"`
	Script        *Script           `xml:"script"`
	DownScript    *Script           `xml:"downscript"`
	BackendDomain *BackendDomain    `xml:"backenddomain"`
	Target        *InterfaceTarget  `xml:"target"`
	Guest         *InterfaceGuest   `xml:"guest"`
	Model         *InterfaceModel   `xml:"model"`
	Driver        *InterfaceDriver  `xml:"driver"`
	Backend       *InterfaceBackend `xml:"backend"`
	FilterRef     *FilterRef        `xml:"filterref"`
	Tune          *InterfaceTune    `xml:"tune"`
	Teaming       *Teaming          `xml:"teaming"`
	Link          *Link             `xml:"link"`
	MTU           *MTU              `xml:"mtu"`
	Coalesce      *Coalesce         `xml:"coalesce"`
	BootInfo
}

// interfaceTypes are what a card may be connected to.
var interfaceTypes = []string{
	"user", "ethernet", "vhostuser", "server", "client", "mcast", "network", "bridge", "internal", "direct", "hostdev", "udp",
	"vdpa", "null", "vds",
}

// InterfaceMAC is the card's address.
type InterfaceMAC struct {
	Address MAC    `xml:"address,attr"`
	Type    string `xml:"type,attr,omitempty" vir:"enum=generated|static"`
	Check   YesNo  `xml:"check,attr,omitempty"`
	Current *MAC   `xml:"currentAddress,attr,omitempty" vir:"live"`
}

// InterfaceSource is the other end of the cable. Which fields count depends on
// the type of the interface.
type InterfaceSource struct {
	Network       string          `xml:"network,attr,omitempty"`
	PortGroup     string          `xml:"portgroup,attr,omitempty"`
	Bridge        string          `xml:"bridge,attr,omitempty"`
	MACTable      string          `xml:"macTableManager,attr,omitempty" vir:"live"`
	SwitchID      *UUID           `xml:"switchid,attr,omitempty"`
	PortID        string          `xml:"portid,attr,omitempty"`
	PortGroupID   string          `xml:"portgroupid,attr,omitempty"`
	ConnectionID  string          `xml:"connectionid,attr,omitempty"`
	Name          string          `xml:"name,attr,omitempty"`
	Type          string          `xml:"type,attr,omitempty"`
	Dev           string          `xml:"dev,attr,omitempty"`
	Path          string          `xml:"path,attr,omitempty"`
	Address       string          `xml:"address,attr,omitempty"`
	Port          string          `xml:"port,attr,omitempty"`
	Mode          string          `xml:"mode,attr,omitempty"`
	StartupPolicy string          `xml:"startupPolicy,attr,omitempty"`
	GuestReset    string          `xml:"guestReset,attr,omitempty" vir:"enum=off|uninitialized|on"`
	Missing       YesNo           `xml:"missing,attr,omitempty" vir:"live"`
	Reconnect     *Reconnect      `xml:"reconnect"`
	Local         *LocalAddress   `xml:"local"`
	Vendor        *USBID          `xml:"vendor"`
	Product       *USBID          `xml:"product"`
	Host          *HostdevAddress `xml:"address"`
	IPs           []IPAddress     `xml:"ip"`
	Routes        []Route         `xml:"route"`
}

// LocalAddress is our end of a UDP tunnel.
type LocalAddress struct {
	Address string `xml:"address,attr,omitempty"`
	Port    uint   `xml:"port,attr,omitempty"`
}

// VLAN are the virtual networks that a card takes part in.
type VLAN struct {
	Trunk YesNo     `xml:"trunk,attr,omitempty"`
	Tags  []VLANTag `xml:"tag"`
}

// VLANTag is the number of one.
type VLANTag struct {
	ID         uint   `xml:"id,attr" vir:"required always"`
	NativeMode string `xml:"nativeMode,attr,omitempty" vir:"enum=tagged|untagged"`
}

// VirtualPort configures a switch.
type VirtualPort struct {
	Type       string             `xml:"type,attr,omitempty"`
	Parameters *VirtualPortParams `xml:"parameters" vir:"always"`
}

// VirtualPortParams depend on the type.
type VirtualPortParams struct {
	ManagerID     *uint  `xml:"managerid,attr,omitempty" vir:"base0"`
	TypeID        *uint  `xml:"typeid,attr,omitempty" vir:"base0"`
	TypeIDVersion *uint  `xml:"typeidversion,attr,omitempty" vir:"base0"`
	InstanceID    *UUID  `xml:"instanceid,attr,omitempty"`
	InterfaceID   *UUID  `xml:"interfaceid,attr,omitempty"`
	ProfileID     string `xml:"profileid,attr,omitempty"`
}

// IPAddress is an address of a card.
type IPAddress struct {
	Address string `xml:"address,attr,omitempty"`
	Family  string `xml:"family,attr,omitempty"`
	Prefix  string `xml:"prefix,attr,omitempty"`
	Peer    string `xml:"peer,attr,omitempty"`
}

// Route is a route of the guest.
type Route struct {
	Family  string `xml:"family,attr,omitempty"`
	Address string `xml:"address,attr,omitempty"`
	Netmask string `xml:"netmask,attr,omitempty"`
	Prefix  string `xml:"prefix,attr,omitempty"`
	Gateway string `xml:"gateway,attr,omitempty"`
	Metric  uint   `xml:"metric,attr,omitempty"`
}

// PortForward leads ports of the host to the guest.
type PortForward struct {
	Proto   string             `xml:"proto,attr" vir:"required enum=tcp|udp"`
	Address string             `xml:"address,attr,omitempty"`
	Dev     string             `xml:"dev,attr,omitempty"`
	Ranges  []PortForwardRange `xml:"range"`
}

// PortForwardRange are some ports.
type PortForwardRange struct {
	Start   uint  `xml:"start,attr" vir:"required nonzero"`
	End     uint  `xml:"end,attr,omitempty" vir:"nonzero"`
	To      uint  `xml:"to,attr,omitempty" vir:"nonzero"`
	Exclude YesNo `xml:"exclude,attr,omitempty"`
}

// Script is run when a card comes up, or goes down.
type Script struct {
	Path string `xml:"path,attr"`
}

// InterfaceTarget is the device on the host.
type InterfaceTarget struct {
	Dev     string `xml:"dev,attr,omitempty"`
	Managed YesNo  `xml:"managed,attr,omitempty"`
}

// InterfaceGuest is the name in a container.
type InterfaceGuest struct {
	Dev    string `xml:"dev,attr,omitempty"`
	Actual string `xml:"actual,attr,omitempty" vir:"live"`
}

// InterfaceModel is the kind of card.
type InterfaceModel struct {
	Type string `xml:"type,attr"`
}

// InterfaceDriver says how the emulator handles a card.
type InterfaceDriver struct {
	Name          string `xml:"name,attr,omitempty"`
	TXMode        string `xml:"txmode,attr,omitempty" vir:"enum=iothread|timer"`
	IOEventFD     OnOff  `xml:"ioeventfd,attr,omitempty"`
	EventIdx      OnOff  `xml:"event_idx,attr,omitempty"`
	Queues        uint   `xml:"queues,attr,omitempty"`
	RXQueueSize   uint   `xml:"rx_queue_size,attr,omitempty"`
	TXQueueSize   uint   `xml:"tx_queue_size,attr,omitempty"`
	RSS           OnOff  `xml:"rss,attr,omitempty"`
	RSSHashReport OnOff  `xml:"rss_hash_report,attr,omitempty"`
	VirtioOptions
	Model string        `xml:"model,attr,omitempty"`
	Host  *HostOffload  `xml:"host"`
	Guest *GuestOffload `xml:"guest"`
}

// HostOffload is work that the host does for the guest.
type HostOffload struct {
	CSum     OnOff `xml:"csum,attr,omitempty"`
	GSO      OnOff `xml:"gso,attr,omitempty"`
	TSO4     OnOff `xml:"tso4,attr,omitempty"`
	TSO6     OnOff `xml:"tso6,attr,omitempty"`
	ECN      OnOff `xml:"ecn,attr,omitempty"`
	UFO      OnOff `xml:"ufo,attr,omitempty"`
	MrgRXBuf OnOff `xml:"mrg_rxbuf,attr,omitempty"`
}

// GuestOffload is work that the guest leaves undone.
type GuestOffload struct {
	CSum OnOff `xml:"csum,attr,omitempty"`
	TSO4 OnOff `xml:"tso4,attr,omitempty"`
	TSO6 OnOff `xml:"tso6,attr,omitempty"`
	ECN  OnOff `xml:"ecn,attr,omitempty"`
	UFO  OnOff `xml:"ufo,attr,omitempty"`
}

// InterfaceBackend is what carries the packets.
type InterfaceBackend struct {
	Type    string `xml:"type,attr,omitempty" vir:"enum=default|passt"`
	Tap     string `xml:"tap,attr,omitempty"`
	Vhost   string `xml:"vhost,attr,omitempty"`
	LogFile string `xml:"logFile,attr,omitempty"`
}

// FilterRef puts a card under a network filter.
type FilterRef struct {
	Filter     string            `xml:"filter,attr" vir:"always"`
	Parameters []FilterParameter `xml:"parameter"`
	// nameless says that the document named no filter.
	nameless bool
}

// FilterParameter is a variable of a filter.
type FilterParameter struct {
	Name  string `xml:"name,attr" vir:"always"`
	Value string `xml:"value,attr" vir:"always"`
}

// QoS bounds the traffic of a card.
type QoS struct {
	ClassID  uint     `xml:"classID,attr,omitempty" vir:"live"`
	Inbound  *QoSRate `xml:"inbound"`
	Outbound *QoSRate `xml:"outbound"`
	// Kept says that the element stays although both rates have been taken out.
	Kept bool `xml:"-"`
}

func (q *QoS) parsed(d *decoder, _ node) error {
	q.Kept = d.stored
	return nil
}

func (q *QoS) hidden(f FormatFlags) bool {
	empty := func(r *QoSRate) bool { return r == nil || *r == QoSRate{} }
	return !q.Kept && empty(q.Inbound) && empty(q.Outbound) && (q.ClassID == 0 || f&FormatInactive != 0)
}

// QoSRate is in KiB per second, bursts in KiB.
type QoSRate struct {
	Average uint64 `xml:"average,attr,omitempty"`
	Peak    uint64 `xml:"peak,attr,omitempty"`
	Floor   uint64 `xml:"floor,attr,omitempty"`
	Burst   uint64 `xml:"burst,attr,omitempty"`
}

// InterfaceTune are settings of a tap device.
type InterfaceTune struct {
	SndBuf *uint64 `xml:"sndbuf,omitempty"`
}

// Teaming joins two cards.
type Teaming struct {
	Type       string `xml:"type,attr" vir:"enum=persistent|transient"`
	Persistent string `xml:"persistent,attr,omitempty"`
}

// InterfacePort keeps a card from its neighbours.
type InterfacePort struct {
	Isolated YesNo `xml:"isolated,attr,omitempty"`
}

// Link is whether the cable is plugged in.
type Link struct {
	State string `xml:"state,attr,omitempty" vir:"enum=up|down"`
}

// MTU is the largest packet.
type MTU struct {
	Size uint `xml:"size,attr,omitempty"`
}

// Coalesce bundles interrupts.
type Coalesce struct {
	RX *CoalesceRX `xml:"rx"`
}

// CoalesceRX is for what comes in.
type CoalesceRX struct {
	Frames *CoalesceFrames `xml:"frames"`
}

// CoalesceFrames is a number of packets.
type CoalesceFrames struct {
	Max uint `xml:"max,attr,omitempty"`
}

package domxml

// NetworkIP is an address of the host in a network, and what it serves there.
// A network may have addresses of both families but DHCP for one of each.
type NetworkIP struct {
	// Family is ipv4, ipv6, or empty for ipv4.
	Family  string `xml:"family,attr,omitempty"`
	Address string `xml:"address,attr,omitempty"`
	// Netmask or Prefix says how large the network is; by default the class of
	// the address does.
	Netmask string `xml:"netmask,attr,omitempty"`
	Prefix  uint   `xml:"prefix,attr,omitempty"`
	// LocalPtr keeps reverse look-ups of the network to itself.
	LocalPtr YesNo        `xml:"localPtr,attr,omitempty"`
	TFTP     *NetworkTFTP `xml:"tftp"`
	DHCP     *NetworkDHCP `xml:"dhcp"`
}

// NetworkTFTP serves files.
type NetworkTFTP struct {
	Root string `xml:"root,attr"`
}

// NetworkDHCP gives addresses to guests.
type NetworkDHCP struct {
	Ranges []DHCPRange `xml:"range"`
	Hosts  []DHCPHost  `xml:"host"`
	BootP  *BootP      `xml:"bootp"`
}

// DHCPRange are addresses to give out, both ends included.
type DHCPRange struct {
	Start string     `xml:"start,attr"`
	End   string     `xml:"end,attr"`
	Lease *DHCPLease `xml:"lease"`
}

// DHCPHost is a guest whose address is fixed. MAC and Name are as they were
// given.
type DHCPHost struct {
	MAC   string     `xml:"mac,attr,omitempty"`
	ID    *string    `xml:"id,attr,omitempty"` // the DUID, IPv6 only
	Name  string     `xml:"name,attr,omitempty"`
	IP    string     `xml:"ip,attr,omitempty"`
	Lease *DHCPLease `xml:"lease"`
}

// DHCPLease is how long an address stays given: Expiry in Unit, 0 for ever.
type DHCPLease struct {
	Expiry uint64    `xml:"expiry,attr" vir:"always"`
	Unit   LeaseUnit `xml:"unit,attr,omitempty"`
}

// LeaseUnit is a unit of time.
type LeaseUnit string

// The units of leases; minutes are the default.
const (
	LeaseSeconds LeaseUnit = "seconds"
	LeaseMinutes LeaseUnit = "minutes"
	LeaseHours   LeaseUnit = "hours"
)

func (LeaseUnit) values() []string { return []string{"seconds", "minutes", "hours"} }

// BootP is what guests boot from, IPv4 only.
type BootP struct {
	File   string `xml:"file,attr" vir:"required always"`
	Server string `xml:"server,attr,omitempty"`
}

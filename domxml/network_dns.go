package domxml

// NetworkDNS is the name server of a network.
type NetworkDNS struct {
	Enable YesNo `xml:"enable,attr,omitempty"`
	// ForwardPlainNames no keeps names without a dot in the network.
	ForwardPlainNames YesNo          `xml:"forwardPlainNames,attr,omitempty"`
	Forwarders        []DNSForwarder `xml:"forwarder"`
	TXTs              []DNSTXT       `xml:"txt"`
	SRVs              []DNSSRV       `xml:"srv"`
	Hosts             []DNSHost      `xml:"host"`
}

// DNSForwarder is a server that answers for others: for a domain, for all
// names, or (without an address) that a domain is not forwarded elsewhere.
type DNSForwarder struct {
	Domain *string `xml:"domain,attr,omitempty"`
	Addr   string  `xml:"addr,attr,omitempty"`
}

// DNSTXT is a TXT record. Value is nil only in what an update looks for.
type DNSTXT struct {
	Name  string  `xml:"name,attr" vir:"always"`
	Value *string `xml:"value,attr"`
}

// DNSSRV is a SRV record. Service and Protocol are nil only in what an update
// looks for.
type DNSSRV struct {
	Service  *string `xml:"service,attr"`
	Protocol *string `xml:"protocol,attr"`
	Domain   *string `xml:"domain,attr,omitempty"`
	Target   *string `xml:"target,attr,omitempty"`
	Port     uint    `xml:"port,attr,omitempty"`
	Priority uint    `xml:"priority,attr,omitempty"`
	Weight   uint    `xml:"weight,attr,omitempty"`
}

// DNSHost gives names to an address.
type DNSHost struct {
	IP        string   `xml:"ip,attr,omitempty"`
	Hostnames []string `xml:"hostname"`
}

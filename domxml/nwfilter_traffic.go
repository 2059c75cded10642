package domxml

import (
	"reflect"
	"slices"
	"strings"
)

// NWFilterTraffic is the kind of packets that a rule is about. A rule has one
// protocol. Its conditions are in two elements at most: what packets must
// have, and with match='no' what they must not have.
type NWFilterTraffic struct {
	MAC         []FilterMAC    `xml:"mac"`
	VLAN        []FilterVLAN   `xml:"vlan"`
	STP         []FilterSTP    `xml:"stp"`
	ARP         []FilterARP    `xml:"arp"`
	RARP        []FilterARP    `xml:"rarp"`
	IP          []FilterIP     `xml:"ip"`
	IPv6        []FilterIPv6   `xml:"ipv6"`
	TCP         []FilterTCP    `xml:"tcp"`
	UDP         []FilterPort   `xml:"udp"`
	SCTP        []FilterPort   `xml:"sctp"`
	ICMP        []FilterICMP   `xml:"icmp"`
	IGMP        []FilterPlain  `xml:"igmp"`
	All         []FilterPlain  `xml:"all"`
	ESP         []FilterPlain  `xml:"esp"`
	AH          []FilterPlain  `xml:"ah"`
	UDPLite     []FilterPlain  `xml:"udplite"`
	TCPIPv6     []FilterPort6  `xml:"tcp-ipv6"`
	UDPIPv6     []FilterPort6  `xml:"udp-ipv6"`
	SCTPIPv6    []FilterPort6  `xml:"sctp-ipv6"`
	ICMPv6      []FilterICMPv6 `xml:"icmpv6"`
	AllIPv6     []FilterPlain6 `xml:"all-ipv6"`
	ESPIPv6     []FilterPlain6 `xml:"esp-ipv6"`
	AHIPv6      []FilterPlain6 `xml:"ah-ipv6"`
	UDPLiteIPv6 []FilterPlain6 `xml:"udplite-ipv6"`
}

// Every value of a condition is text: what the document may say there, or a
// variable such as $IP or $IP[@1]. Empty is no condition; where an empty text
// is one, the field is a pointer.

// FilterMatch is No where packets must not have what the element says.
type FilterMatch struct {
	Match YesNo `xml:"match,attr,omitempty"`
}

// FilterEthernet are the addresses of a frame.
type FilterEthernet struct {
	SrcMACAddr FilterMACAddr `xml:"srcmacaddr,attr,omitempty"`
	SrcMACMask FilterMACMask `xml:"srcmacmask,attr,omitempty"`
	DstMACAddr FilterMACAddr `xml:"dstmacaddr,attr,omitempty"`
	DstMACMask FilterMACMask `xml:"dstmacmask,attr,omitempty"`
}

// FilterComment explains the rule.
type FilterComment struct {
	Comment *FilterText `xml:"comment,attr,omitempty"`
}

// FilterMAC is about frames.
type FilterMAC struct {
	FilterMatch
	FilterEthernet
	ProtocolID FilterProtocolID `xml:"protocolid,attr,omitempty"`
	FilterComment
}

// FilterVLAN is about frames of a virtual network.
type FilterVLAN struct {
	FilterMatch
	FilterEthernet
	VLANID        FilterVLANID        `xml:"vlanid,attr,omitempty"`
	EncapProtocol FilterEncapProtocol `xml:"encap-protocol,attr,omitempty"`
	FilterComment
}

// FilterSTP is about the talk of bridges.
type FilterSTP struct {
	FilterMatch
	SrcMACAddr        FilterMACAddr `xml:"srcmacaddr,attr,omitempty"`
	SrcMACMask        FilterMACMask `xml:"srcmacmask,attr,omitempty"`
	Type              FilterUint8   `xml:"type,attr,omitempty"`
	Flags             FilterUint8   `xml:"flags,attr,omitempty"`
	RootPriority      FilterUint16  `xml:"root-priority,attr,omitempty"`
	RootPriorityHi    FilterUint16  `xml:"root-priority-hi,attr,omitempty"`
	RootAddress       FilterMACAddr `xml:"root-address,attr,omitempty"`
	RootAddressMask   FilterMACMask `xml:"root-address-mask,attr,omitempty"`
	RootCost          FilterUint32  `xml:"root-cost,attr,omitempty"`
	RootCostHi        FilterUint32  `xml:"root-cost-hi,attr,omitempty"`
	SenderPriority    FilterUint16  `xml:"sender-priority,attr,omitempty"`
	SenderPriorityHi  FilterUint16  `xml:"sender-priority-hi,attr,omitempty"`
	SenderAddress     FilterMACAddr `xml:"sender-address,attr,omitempty"`
	SenderAddressMask FilterMACMask `xml:"sender-address-mask,attr,omitempty"`
	Port              FilterUint16  `xml:"port,attr,omitempty"`
	PortHi            FilterUint16  `xml:"port-hi,attr,omitempty"`
	Age               FilterUint16  `xml:"age,attr,omitempty"`
	AgeHi             FilterUint16  `xml:"age-hi,attr,omitempty"`
	MaxAge            FilterUint16  `xml:"max-age,attr,omitempty"`
	MaxAgeHi          FilterUint16  `xml:"max-age-hi,attr,omitempty"`
	HelloTime         FilterUint16  `xml:"hello-time,attr,omitempty"`
	HelloTimeHi       FilterUint16  `xml:"hello-time-hi,attr,omitempty"`
	ForwardDelay      FilterUint16  `xml:"forward-delay,attr,omitempty"`
	ForwardDelayHi    FilterUint16  `xml:"forward-delay-hi,attr,omitempty"`
	FilterComment
}

// FilterARP is about questions for addresses.
type FilterARP struct {
	FilterMatch
	FilterEthernet
	HWType        FilterUint16  `xml:"hwtype,attr,omitempty"`
	ProtocolType  FilterUint16  `xml:"protocoltype,attr,omitempty"`
	Opcode        FilterOpcode  `xml:"opcode,attr,omitempty"`
	ARPSrcMACAddr FilterMACAddr `xml:"arpsrcmacaddr,attr,omitempty"`
	ARPDstMACAddr FilterMACAddr `xml:"arpdstmacaddr,attr,omitempty"`
	ARPSrcIPAddr  FilterIPv4    `xml:"arpsrcipaddr,attr,omitempty"`
	ARPDstIPAddr  FilterIPv4    `xml:"arpdstipaddr,attr,omitempty"`
	Gratuitous    FilterBool    `xml:"gratuitous,attr,omitempty"`
	FilterComment
}

// FilterPorts are ranges of ports.
type FilterPorts struct {
	SrcPortStart FilterUint16 `xml:"srcportstart,attr,omitempty"`
	SrcPortEnd   FilterUint16 `xml:"srcportend,attr,omitempty"`
	DstPortStart FilterUint16 `xml:"dstportstart,attr,omitempty"`
	DstPortEnd   FilterUint16 `xml:"dstportend,attr,omitempty"`
}

// FilterIP is about IPv4 in frames.
type FilterIP struct {
	FilterMatch
	FilterEthernet
	SrcIPAddr FilterIPv4       `xml:"srcipaddr,attr,omitempty"`
	SrcIPMask FilterIPv4Mask   `xml:"srcipmask,attr,omitempty"`
	DstIPAddr FilterIPv4       `xml:"dstipaddr,attr,omitempty"`
	DstIPMask FilterIPv4Mask   `xml:"dstipmask,attr,omitempty"`
	Protocol  FilterIPProtocol `xml:"protocol,attr,omitempty"`
	FilterPorts
	DSCP FilterDSCP `xml:"dscp,attr,omitempty"`
	FilterComment
}

// FilterIPv6 is about IPv6 in frames.
type FilterIPv6 struct {
	FilterMatch
	FilterEthernet
	SrcIPAddr FilterIPv6Addr   `xml:"srcipaddr,attr,omitempty"`
	SrcIPMask FilterIPv6Mask   `xml:"srcipmask,attr,omitempty"`
	DstIPAddr FilterIPv6Addr   `xml:"dstipaddr,attr,omitempty"`
	DstIPMask FilterIPv6Mask   `xml:"dstipmask,attr,omitempty"`
	Protocol  FilterIPProtocol `xml:"protocol,attr,omitempty"`
	FilterPorts
	Type    FilterUint8 `xml:"type,attr,omitempty"`
	TypeEnd FilterUint8 `xml:"typeend,attr,omitempty"`
	Code    FilterUint8 `xml:"code,attr,omitempty"`
	CodeEnd FilterUint8 `xml:"codeend,attr,omitempty"`
	FilterComment
}

// FilterHosts are what all rules about IPv4 can ask for.
type FilterHosts struct {
	SrcMACAddr FilterMACAddr  `xml:"srcmacaddr,attr,omitempty"`
	SrcIPAddr  FilterIPv4     `xml:"srcipaddr,attr,omitempty"`
	SrcIPMask  FilterIPv4Mask `xml:"srcipmask,attr,omitempty"`
	DstIPAddr  FilterIPv4     `xml:"dstipaddr,attr,omitempty"`
	DstIPMask  FilterIPv4Mask `xml:"dstipmask,attr,omitempty"`
	SrcIPFrom  FilterIPv4     `xml:"srcipfrom,attr,omitempty"`
	SrcIPTo    FilterIPv4     `xml:"srcipto,attr,omitempty"`
	DstIPFrom  FilterIPv4     `xml:"dstipfrom,attr,omitempty"`
	DstIPTo    FilterIPv4     `xml:"dstipto,attr,omitempty"`
	DSCP       FilterDSCP     `xml:"dscp,attr,omitempty"`
	// ConnLimitAbove is a number of connections.
	ConnLimitAbove FilterConnLimit  `xml:"connlimit-above,attr,omitempty"`
	State          *FilterState     `xml:"state,attr,omitempty"`
	IPSet          *FilterIPSet     `xml:"ipset,attr,omitempty"`
	IPSetFlags     FilterIPSetFlags `xml:"ipsetflags,attr,omitempty"`
}

// FilterHosts6 are what all rules about IPv6 can ask for. DstIPTo is one of
// IPv4 in the reference, whatever that is good for.
type FilterHosts6 struct {
	SrcMACAddr FilterMACAddr  `xml:"srcmacaddr,attr,omitempty"`
	SrcIPAddr  FilterIPv6Addr `xml:"srcipaddr,attr,omitempty"`
	SrcIPMask  FilterIPv6Mask `xml:"srcipmask,attr,omitempty"`
	DstIPAddr  FilterIPv6Addr `xml:"dstipaddr,attr,omitempty"`
	DstIPMask  FilterIPv6Mask `xml:"dstipmask,attr,omitempty"`
	SrcIPFrom  FilterIPv6Addr `xml:"srcipfrom,attr,omitempty"`
	SrcIPTo    FilterIPv6Addr `xml:"srcipto,attr,omitempty"`
	DstIPFrom  FilterIPv6Addr `xml:"dstipfrom,attr,omitempty"`
	DstIPTo    FilterIPv4     `xml:"dstipto,attr,omitempty"`
	DSCP       FilterDSCP     `xml:"dscp,attr,omitempty"`
}

// FilterTCP is about TCP.
type FilterTCP struct {
	FilterMatch
	FilterHosts
	FilterPorts
	Flags FilterTCPFlags `xml:"flags,attr,omitempty"`
	FilterComment
}

// FilterPort is about UDP and SCTP.
type FilterPort struct {
	FilterMatch
	FilterHosts
	FilterPorts
	FilterComment
}

// FilterICMP is about ICMP.
type FilterICMP struct {
	FilterMatch
	FilterHosts
	Type FilterUint8 `xml:"type,attr,omitempty"`
	Code FilterUint8 `xml:"code,attr,omitempty"`
	FilterComment
}

// FilterPlain is about protocols without ports.
type FilterPlain struct {
	FilterMatch
	FilterHosts
	FilterComment
}

// FilterPort6 is about TCP, UDP and SCTP over IPv6.
type FilterPort6 struct {
	FilterMatch
	FilterHosts6
	FilterPorts
	FilterComment
}

// FilterICMPv6 is about ICMP over IPv6.
type FilterICMPv6 struct {
	FilterMatch
	FilterHosts6
	Type FilterUint8 `xml:"type,attr,omitempty"`
	Code FilterUint8 `xml:"code,attr,omitempty"`
	FilterComment
}

// FilterPlain6 is about other protocols over IPv6.
type FilterPlain6 struct {
	FilterMatch
	FilterHosts6
	FilterComment
}

// leader is the attribute that another one goes with: it has no match of its
// own, but is where the leader is, or would be. Empty for one of its own.
func leader(protocol, attr string) string {
	switch protocol {
	case "arp", "rarp":
		return ""
	case "mac", "vlan", "stp":
		switch {
		case attr == "srcmacmask", attr == "dstmacmask":
			return strings.TrimSuffix(attr, "mask") + "addr"
		case strings.HasSuffix(attr, "-mask"), strings.HasSuffix(attr, "-hi"):
			return attr[:strings.LastIndexByte(attr, '-')]
		}
		return ""
	}
	switch attr {
	case "srcipmask", "dstipmask":
		return strings.TrimSuffix(attr, "mask") + "addr"
	case "typeend", "code", "codeend":
		return "type"
	}
	if protocol == "ip" || protocol == "ipv6" {
		return ""
	}
	switch attr {
	case "srcipto", "dstipto":
		return strings.TrimSuffix(attr, "to") + "from"
	case "srcportend", "dstportstart", "dstportend":
		return "srcportstart"
	}
	return ""
}

// conditions are the two elements of a rule in the making.
type conditions struct {
	plan     *plan
	yes, not reflect.Value
}

func (c *conditions) field(name string) *field {
	for i := range c.plan.attrs {
		if c.plan.attrs[i].name == name {
			return &c.plan.attrs[i]
		}
	}
	return nil
}

// move puts an attribute into one element and out of the other.
func (c *conditions) move(f *field, from, to reflect.Value) {
	if v := at(from, f); !v.IsZero() {
		at(to, f).Set(v)
		v.SetZero()
	}
}

// read takes the conditions of a rule: all elements with the name of the
// first protocol.
func (t *NWFilterTraffic) read(n node) error {
	traffic := reflect.ValueOf(t).Elem()
	p := planOf(traffic.Type())
	var protocol *field
	var c conditions
	for e := n.First(); e.Valid(); e = e.Next() {
		if protocol == nil {
			for i := range p.elems {
				if p.elems[i].match(e) {
					protocol = &p.elems[i]
					c = conditions{protocol.plan.ready(), reflect.New(protocol.plan.typ).Elem(), reflect.New(protocol.plan.typ).Elem()}
				}
			}
		}
		if protocol == nil || !protocol.match(e) {
			continue
		}
		if err := c.add(e); err != nil {
			return err
		}
	}
	if protocol == nil {
		return nil
	}
	if err := c.checkPorts(protocol.name); err != nil {
		return err
	}
	c.settle(protocol.name)
	list := at(traffic, protocol)
	if !c.yes.IsZero() || c.not.IsZero() {
		list.Set(reflect.Append(list, c.yes))
	}
	if !c.not.IsZero() {
		c.not.FieldByName("Match").SetString(string(No))
		list.Set(reflect.Append(list, c.not))
	}
	return nil
}

// add takes one element. The reference goes on after a bad value, so that
// clients hear of the last one.
func (c *conditions) add(e node) (bad error) {
	to, from := c.yes, c.not
	if m, _ := e.Attr("match"); m == "no" {
		to, from = from, to
	}
	for i := range c.plan.attrs {
		f := &c.plan.attrs[i]
		s, ok := e.Attr(f.name)
		if !ok || f.name == "match" {
			continue
		}
		at(from, f).SetZero()
		if f.set(at(to, f), s) != nil {
			bad = errFilter("%s has illegal value %s", f.name, s)
		}
	}
	return bad
}

// checkPorts refuses ports in frames without a protocol that has ports.
func (c *conditions) checkPorts(protocol string) error {
	word := map[string]string{"ip": "IP", "ipv6": "IPv6"}[protocol]
	if word == "" {
		return nil
	}
	ports := false
	for _, name := range []string{"srcportstart", "srcportend", "dstportstart", "dstportend"} {
		f := c.field(name)
		ports = ports || !at(c.yes, f).IsZero() || !at(c.not, f).IsZero()
	}
	f := c.field("protocol")
	switch at(c.yes, f).String() + at(c.not, f).String() {
	case "tcp", "udp", "sctp", "33", "0x21":
		return nil
	}
	if !ports {
		return nil
	}
	return errFilter("%s rule with port specification requires protocol specification with protocol to be either one of "+
		"tcp(6), udp(17), dccp(33), or sctp(132)", word)
}

// settle joins what belongs together.
func (c *conditions) settle(protocol string) {
	for i := range c.plan.attrs {
		f := &c.plan.attrs[i]
		l := c.field(leader(protocol, f.name))
		switch {
		case l == nil:
		case at(c.not, l).IsZero():
			c.move(f, c.not, c.yes)
		default:
			c.move(f, c.yes, c.not)
		}
	}
	set, flags := c.field("ipset"), c.field("ipsetflags")
	if set == nil || protocol == "all" {
		return
	}
	// The reference forgets a set together with its flags, and gives flags to
	// a set without them; only "all" keeps what the document says.
	has := !at(c.yes, flags).IsZero() || !at(c.not, flags).IsZero()
	for _, v := range []reflect.Value{c.yes, c.not} {
		if has {
			at(v, set).SetZero()
			at(v, flags).SetZero()
		} else if !at(v, set).IsZero() {
			at(c.yes, flags).SetString("src")
		}
	}
}

// Variables are the names of the variables that a rule uses.
func (r *NWFilterRule) Variables() (names []string) {
	traffic := reflect.ValueOf(&r.NWFilterTraffic).Elem()
	for _, p := range planOf(traffic.Type()).elems {
		list := at(traffic, &p)
		for i := range list.Len() {
			for j := range p.plan.ready().attrs {
				v := reflect.Indirect(at(list.Index(i), &p.plan.attrs[j]))
				if !v.IsValid() {
					continue
				}
				name, ok := strings.CutPrefix(v.String(), "$")
				if !ok {
					continue
				}
				name, _, _ = strings.Cut(name, "[")
				if !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestDifference12NetworkNextDefinition: a network that stops comes to the
// definition that was stored while it ran.
func TestDifference12NetworkNextDefinition(t *testing.T) {
	for _, strict := range []bool{true, false} {
		s := connect(t, newEngine(strict), "test:///default")
		n := defineNet(t, s, "n", "<bridge name='one'/>")
		must(t, s, remoteproto.NetworkCreate, &remoteproto.NetworkCreateArgs{Net: n})
		defineNet(t, s, "n", "<bridge name='two'/>")
		must(t, s, remoteproto.NetworkUpdate, addTXT(n, "live", 1))
		must(t, s, remoteproto.NetworkUpdate, addTXT(n, "config", 2))
		if doc := netDoc(t, s, n, 0); !strings.Contains(doc, "'one'") || !strings.Contains(doc, "'live'") {
			t.Errorf("strict %v: running\n%s", strict, doc)
		}
		must(t, s, remoteproto.NetworkDestroy, &remoteproto.NetworkDestroyArgs{Net: n})
		bridge, record := "'two'", "'config'"
		if strict {
			bridge, record = "'one'", "'live'"
		}
		if doc := netDoc(t, s, n, 0); !strings.Contains(doc, bridge) || !strings.Contains(doc, record) {
			t.Errorf("strict %v: stopped\n%s", strict, doc)
		}

		// A document that the network was started from ends with it.
		defineNet(t, s, "n", "<bridge name='stored'/>")
		must(t, s, remoteproto.NetworkCreateXML, &remoteproto.NetworkCreateXMLArgs{XML: netXML("n", "<bridge name='started'/>")})
		must(t, s, remoteproto.NetworkDestroy, &remoteproto.NetworkDestroyArgs{Net: n})
		if doc := netDoc(t, s, n, 0); strings.Contains(doc, "'stored'") == strict {
			t.Errorf("strict %v: stopped\n%s", strict, doc)
		}
	}
}

// TestDifference13NetworkInactiveDocument: VIR_NETWORK_XML_INACTIVE.
func TestDifference13NetworkInactiveDocument(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	fails(t, s, remoteproto.NetworkGetXMLDesc, &remoteproto.NetworkGetXMLDescArgs{Net: lookupNet(t, s, "default"), Flags: 1},
		vir.ErrInvalidArg, "unsupported flags (0x1) in function testNetworkGetXMLDesc")
	s = connect(t, newEngine(false), "test:///default")
	n := lookupNet(t, s, "default")
	must(t, s, remoteproto.NetworkUpdate, addTXT(n, "config", 2))
	if netDoc(t, s, n, 0) == netDoc(t, s, n, 1) {
		t.Error("the definition is that of the running network")
	}
}

// TestDifference14NetworkStoredMetadata: the definition of an active network has
// metadata even if nobody has changed it.
func TestDifference14NetworkStoredMetadata(t *testing.T) {
	for strict, want := range map[bool]string{
		true:  "An error occurred, but the cause is unknown",
		false: "metadata not found: Requested metadata element is not present",
	} {
		s := connect(t, newEngine(strict), "test:///default")
		_, err := do(s, remoteproto.NetworkGetMetadata, &remoteproto.NetworkGetMetadataArgs{Network: lookupNet(t, s, "default"), Flags: 2})
		if err == nil || err.Error() != want {
			t.Errorf("strict %v: %v", strict, err)
		}
	}
}

const portXML = `<networkport><uuid>5d744f21-ba4a-4d6e-bdb2-30a35ff3207d</uuid><owner><name>guest</name>
<uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner><mac address='52:54:00:7b:35:93'/>`

// TestDifference15NetworkPorts: ports, as the reference's qemu daemon has them.
func TestDifference15NetworkPorts(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	fails(t, s, remoteproto.NetworkListAllPorts, &remoteproto.NetworkListAllPortsArgs{Network: lookupNet(t, s, "default")},
		vir.ErrNoSupport, "this function is not supported by the connection driver: virNetworkListAllPorts")

	s = connect(t, newEngine(false), "test:///default")
	n := lookupNet(t, s, "default")
	create := func(body string, flags uint32) (*remoteproto.NetworkPortCreateXMLRet, error) {
		return do(s, remoteproto.NetworkPortCreateXML, &remoteproto.NetworkPortCreateXMLArgs{Network: n, XML: portXML + body + "</networkport>", Flags: flags})
	}
	r, err := create("<bandwidth><inbound average='5'/><outbound average='6'/></bandwidth>", 0)
	if err != nil {
		t.Fatal(err)
	}
	doc := must(t, s, remoteproto.NetworkPortGetXMLDesc, &remoteproto.NetworkPortGetXMLDescArgs{Port: r.Port}).XML
	if !strings.Contains(doc, "<plug type='network' bridge='virbr0'/>") {
		t.Errorf("the port is\n%s", doc)
	}
	for _, c := range []struct {
		body  string
		flags uint32
		err   string
	}{
		{"", 0, "network port Network port with UUID 5d744f21-ba4a-4d6e-bdb2-30a35ff3207d already exists exists already"},
		{"<foo/>", 2, "XML document failed to validate against schema: Unable to validate doc against /usr/share/libvirt/schemas/networkport.rng\nElement networkport has extra content: foo\n"},
	} {
		if _, err := create(c.body, c.flags); err == nil || err.Error() != c.err {
			t.Errorf("%s: %v, want %s", c.body, err, c.err)
		}
	}
	if !strings.HasPrefix(netDoc(t, s, n, 0), "<network connections='1'>") || !strings.HasPrefix(netDoc(t, s, n, 1), "<network>") {
		t.Error("the number of connections is wrong")
	}
	if l := must(t, s, remoteproto.NetworkListAllPorts, &remoteproto.NetworkListAllPortsArgs{Network: n, NeedResults: 1}); l.Ret != 1 || l.Ports[0] != r.Port {
		t.Errorf("ports %v", l)
	}
	get := func() (out string) {
		l := must(t, s, remoteproto.NetworkPortGetParameters, &remoteproto.NetworkPortGetParametersArgs{Port: r.Port, Nparams: 16})
		for _, p := range l.Params {
			out += " " + p.Field
		}
		return strings.TrimSpace(out)
	}
	const in = "inbound.average inbound.peak inbound.floor inbound.burst"
	if got := get(); got != in+" outbound.average outbound.peak outbound.burst" {
		t.Errorf("parameters %s", got)
	}
	must(t, s, remoteproto.NetworkPortSetParameters, &remoteproto.NetworkPortSetParametersArgs{Port: r.Port, Params: []remoteproto.TypedParam{
		{Field: "inbound.average", Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamUint), Ui: 100}}}})
	if got := get(); got != in {
		t.Errorf("parameters %s", got)
	}
	must(t, s, remoteproto.NetworkPortDelete, &remoteproto.NetworkPortDeleteArgs{Port: r.Port})
	fails(t, s, remoteproto.NetworkPortGetXMLDesc, &remoteproto.NetworkPortGetXMLDescArgs{Port: r.Port}, vir.ErrNoNetworkPort,
		"network port not found: Network port with UUID 5d744f21-ba4a-4d6e-bdb2-30a35ff3207d does not exist")
	must(t, s, remoteproto.NetworkDestroy, &remoteproto.NetworkDestroyArgs{Net: n})
	if _, err := create("", 0); err == nil || err.Error() != "Requested operation is not valid: network 'default' is not active" {
		t.Errorf("off: %v", err)
	}
}

// TestNetworkPlugs: what the kinds of networks choose, and refuse.
func TestNetworkPlugs(t *testing.T) {
	for _, c := range []struct{ net, body, plug, err string }{
		{"<forward mode='bridge'/><bridge name='b'/>", "", "<plug type='bridge' bridge='b'/>", ""},
		{"<forward mode='private'><interface dev='e'/></forward>", "", "<plug type='direct' dev='e' mode='private'/>", ""},
		{"<bridge name='b'/>", "<group>g</group>", "<plug type='network' bridge='b'/>", ""},
		{
			"<forward mode='hostdev' managed='yes'><address type='pci' bus='1'/></forward>", "",
			"<plug type='hostdev-pci' managed='yes'>\n    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>", "",
		},
		{"<bridge name='b'/>", "<plug type='network' bridge='b'/>", "", "invalid argument: Port reclaim not requested but plug type is not none"},
		{
			"<forward mode='bridge'/><bridge name='b'/>", "<bandwidth><inbound floor='2'/></bandwidth>", "",
			"Operation not supported: Invalid use of 'floor' on interface with MAC address 52:54:00:7b:35:93 - 'floor' is only supported for interface type 'network' with forward type 'nat', 'route', 'open' or none",
		},
		{
			"<forward mode='bridge'/><bridge name='b'/>", "<virtualport type='802.1Qbg'><parameters managerid='11'/></virtualport>", "",
			"unsupported configuration: <virtualport type='802.1Qbg'> not supported for network 'n' which uses a bridge device",
		},
		{"<forward mode='bridge'/><bridge name='b'/>", "<virtualport type='openvswitch'/>", "<parameters interfaceid=", ""},
	} {
		s := connect(t, newEngine(false), "test:///default")
		n := must(t, s, remoteproto.NetworkCreateXML, &remoteproto.NetworkCreateXMLArgs{XML: netXML("n", c.net)}).Net
		r, err := do(s, remoteproto.NetworkPortCreateXML, &remoteproto.NetworkPortCreateXMLArgs{Network: n, XML: portXML + c.body + "</networkport>"})
		if err != nil {
			if err.Error() != c.err {
				t.Errorf("%s, %s: %v", c.net, c.body, err)
			}
		} else {
			doc := must(t, s, remoteproto.NetworkPortGetXMLDesc, &remoteproto.NetworkPortGetXMLDescArgs{Port: r.Port}).XML
			if c.err != "" || !strings.Contains(doc, c.plug) {
				t.Errorf("%s, %s: the port is\n%s", c.net, c.body, doc)
			}
		}
		must(t, s, remoteproto.NetworkDestroy, &remoteproto.NetworkDestroyArgs{Net: n})
		s.end()
	}
}

// TestDifference16NetworkLeases: the simulated network gives ports addresses.
func TestDifference16NetworkLeases(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	fails(t, s, remoteproto.NetworkGetDHCPLeases, &remoteproto.NetworkGetDHCPLeasesArgs{Net: lookupNet(t, s, "default")},
		vir.ErrNoSupport, "this function is not supported by the connection driver: virNetworkGetDHCPLeases")
	s = connect(t, newEngine(false), "test:///default")
	n := lookupNet(t, s, "default")
	must(t, s, remoteproto.NetworkPortCreateXML, &remoteproto.NetworkPortCreateXMLArgs{Network: n, XML: portXML + "</networkport>"})
	r := must(t, s, remoteproto.NetworkGetDHCPLeases, &remoteproto.NetworkGetDHCPLeasesArgs{Net: n, NeedResults: 1})
	if r.Ret != 1 || r.Leases[0].Ipaddr != "192.168.122.2" || r.Leases[0].Prefix != 24 || r.Leases[0].Iface != "virbr0" ||
		*r.Leases[0].MAC != "52:54:00:7b:35:93" || *r.Leases[0].Hostname != "guest" || r.Leases[0].Expirytime != now().Unix()+3600 {
		t.Errorf("leases %+v", r)
	}
	other := "52:54:00:00:00:01"
	if r := must(t, s, remoteproto.NetworkGetDHCPLeases, &remoteproto.NetworkGetDHCPLeasesArgs{Net: n, MAC: &other, NeedResults: 1}); r.Ret != 0 {
		t.Errorf("another card has %d leases", r.Ret)
	}
	must(t, s, remoteproto.NetworkUpdate, &remoteproto.NetworkUpdateArgs{Net: n, Command: 3, Section: 4, ParentIndex: -1,
		XML: "<host mac='52:54:00:7b:35:93' name='fixed' ip='192.168.122.99'/>"})
	if r := must(t, s, remoteproto.NetworkGetDHCPLeases, &remoteproto.NetworkGetDHCPLeasesArgs{Net: n, NeedResults: 1}); r.Leases[0].Ipaddr != "192.168.122.99" || *r.Leases[0].Hostname != "fixed" {
		t.Errorf("leases %+v", r)
	}
}

// TestDifference19NetworkWithoutAddress: cards have the first address of their
// network's range and count on from there; without any, made up ones.
func TestDifference19NetworkWithoutAddress(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	for i, c := range []struct{ ip, want string }{
		{"", "192.168.0.1"},
		{"<ip address='10.0.0.1' prefix='24'/>", "10.0.0.42"},
		{"<ip family='ipv6' address='fd00::1' prefix='64'/><ip address='10.0.0.1' prefix='20'/>", "fd00::3e"},
		{"<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.100' end='10.0.0.200'/></dhcp></ip>", "10.0.0.181"},
	} {
		net := fmt.Sprintf("net%d", i)
		must(t, s, remoteproto.NetworkDefineXML, &remoteproto.NetworkDefineXMLArgs{XML: "<network><name>" + net + "</name>" + c.ip + "</network>"})
		dom := must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: fmt.Sprintf(
			`<domain type='test'><name>d%d</name><memory>65536</memory><os><type>hvm</type></os><devices>
<interface type='network'><source network='%s'/></interface></devices></domain>`, i, net)}).Dom
		r := must(t, s, remoteproto.DomainInterfaceAddresses, &remoteproto.DomainInterfaceAddressesArgs{Dom: dom})
		if got := r.Ifaces[0].Addrs[0].Addr; got != c.want {
			t.Errorf("domain %d in %s: %s, want %s", dom.ID, c.ip, got, c.want)
		}
	}
}

package engine_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestNetworkSettled has what the network driver of 11.3.0 answers: the bridge
// and its address, or the text of the error. There is a network with virbr0.
func TestNetworkSettled(t *testing.T) {
	const (
		ip   = "<ip address='10.9.9.1' netmask='255.255.255.0'/>"
		dhcp = "<ip address='10.9.9.1' netmask='255.255.255.0'><dhcp><range start='10.9.9.2' end='10.9.9.9'/></dhcp></ip>"
		host = "<ip address='10.7.7.1' netmask='255.255.255.0'><dhcp><host mac='52:54:00:01:02:03' ip='10.7.7.2'/></dhcp></ip>"
		six  = "<ip family='ipv6' address='2001:db8::1' prefix='64'><dhcp><range start='2001:db8::2' end='2001:db8::9'/></dhcp></ip>"
		dns  = "<dns><host ip='10.9.9.4'><hostname>x</hostname></host></dns>"
		tag  = "<vlan><tag id='1'/></vlan>"
		band = "<bandwidth><inbound average='1'/></bandwidth>"
		ovs  = "<virtualport type='openvswitch'/>"
		qbh  = "<virtualport type='802.1Qbh'><parameters profileid='x'/></virtualport>"

		noTag  = "<vlan> element specified for network n, whose type doesn't support vlan configuration"
		twice  = "multiple <portgroup> elements with the same name (s) in network 'n'"
		two    = "network 'n' has multiple default <portgroup> elements (d and e), but only one default is allowed"
		noBand = "Unsupported <bandwidth> element in network 'n' in portgroup 'q' with forward mode='private'"
		two4   = "Multiple IPv4 dhcp sections found -- dhcp is supported only for a single IPv4 address on each network"
		two6   = "Multiple IPv6 dhcp sections found -- dhcp is supported only for a single IPv6 address on each network"
	)
	mode := func(m, rest string) string { return "<forward mode='" + m + "'/>" + rest }
	group := func(name, in string) string { return "<portgroup name='" + name + "'>" + in + "</portgroup>" }
	same, defaults := group("s", "")+group("s", ""), "<portgroup name='d' default='yes'/><portgroup name='e' default='yes'/>"
	no := func(element, mode string) string {
		return "Unsupported " + element + " element in network n with forward mode='" + mode + "'"
	}
	const made, none = "name='virbr1' stp='on' delay='0' +MAC", ""
	for _, c := range []struct{ doc, want string }{
		{"", made}, {mode("nat", ip), made}, {mode("route", ip), made}, {mode("open", ""), made},
		{"<bridge stp='off' delay='3'/>", "name='virbr1' stp='off' delay='3' +MAC"}, {"<bridge name=''/>", made}, {"<bridge name='virbr%d'/>", made},
		{"<bridge name='foo%dbar'/>", "name='foo0bar' stp='on' delay='0' +MAC"}, {"<bridge name='foo%s'/>", "name='foo%s' stp='on' delay='0' +MAC"},
		{"<bridge name='foo%d%d'/>", made}, {"<bridge name='foo%%d'/>", made}, {"<bridge name='own'/>", "name='own' stp='on' delay='0' +MAC"},
		{mode("bridge", ""), none}, {mode("bridge", "<bridge name='vv%d'/>"), "name='vv%d'"},

		{mode("bridge", ip), no("<ip>", "bridge")}, {mode("vepa", dns), no("<dns>", "vepa")}, {mode("private", "<dns enable='no'/>"), none},
		{mode("hostdev", "<domain name='x'/>"), no("<domain>", "hostdev")},
		{mode("private", "<mac address='52:54:00:11:22:33'/>"+ip), no("<mac>", "private")}, {mode("private", "<domain name='x'/>"+dns), no("<dns>", "private")},
		{mode("private", band), no("network-wide <bandwidth>", "private")}, {mode("bridge", band), none},
		{mode("private", band+"<domain name='x'/>"), no("<domain>", "private")},
		{mode("private", group("q", band)), noBand}, {mode("bridge", group("q", band)), none},

		{tag, noTag}, {mode("nat", ip+group("p", tag)), noTag}, {ovs + tag, noTag}, {mode("private", ovs+tag), noTag},
		{mode("bridge", tag), none}, {mode("bridge", ovs+tag), none}, {mode("bridge", qbh+tag), noTag},
		{mode("bridge", group("p", tag)), none}, {mode("bridge", ovs+group("p", tag)), none}, {mode("bridge", qbh+group("p", tag)), noTag},
		{mode("bridge", qbh+group("p", tag+ovs)), none}, {mode("bridge", ovs+group("p", tag+"<virtualport><parameters profileid='x'/></virtualport>")), noTag},
		{mode("passthrough", qbh+tag), none}, {mode("hostdev", group("p", tag)), none}, {mode("hostdev", group("p", tag+ovs)), noTag},

		{same, twice}, {defaults, two}, {tag + same, twice}, {tag + defaults, two}, {same + defaults, twice}, {defaults + same, two},
		{mode("private", group("q", band)+same), noBand}, {mode("private", same+group("q", band)), twice}, {mode("private", group("q", tag+band)), noBand},
		{dhcp + host, two4}, {six + strings.ReplaceAll(six, "db8:", "db9:"), two6}, {dhcp + six, made}, {dhcp + host + same, two4},
	} {
		s, _ := filesHost(t)
		must(t, s, remoteproto.NetworkDefineXML, &remoteproto.NetworkDefineXMLArgs{XML: "<network><name>other</name><bridge name='virbr0'/></network>"})
		xml := netXML("n", c.doc)
		if !strings.HasPrefix(c.want, "name=") && c.want != none {
			fails(t, s, remoteproto.NetworkDefineXML, &remoteproto.NetworkDefineXMLArgs{XML: xml}, vir.ErrConfigUnsupported, "unsupported configuration: "+c.want)
			continue
		}
		n := must(t, s, remoteproto.NetworkDefineXML, &remoteproto.NetworkDefineXMLArgs{XML: xml}).Net
		doc := netDoc(t, s, n, 0)
		got := ""
		if m := regexp.MustCompile(`<bridge (.*)/>`).FindStringSubmatch(doc); m != nil {
			got = m[1]
		}
		if regexp.MustCompile(`(?m)^  <mac address='52:54:00:..:..:..'/>`).MatchString(doc) {
			got += " +MAC"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.doc, got, c.want)
		}
		// Defined again it has the same bridge, since it is its own.
		must(t, s, remoteproto.NetworkDefineXML, &remoteproto.NetworkDefineXMLArgs{XML: xml})
		if again := netDoc(t, s, n, 0); strings.Contains(c.want, "virbr1") != strings.Contains(again, "virbr1") {
			t.Errorf("%s: again\n%s", c.doc, again)
		}
	}
}

// TestNetworksOfGuests: a guest starts once its network is active.
func TestNetworksOfGuests(t *testing.T) {
	s, _ := filesHost(t)
	d := must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: "<domain type='test'><name>w</name><memory>1024</memory>" +
		"<os><type>hvm</type></os><devices><interface type='network'><source network='n'/></interface></devices></domain>"}).Dom
	start := &remoteproto.DomainCreateArgs{Dom: d}
	fails(t, s, remoteproto.DomainCreate, start, vir.ErrNoNetwork, "Network not found: no network with matching name 'n'")
	n := defineNet(t, s, "n", "")
	fails(t, s, remoteproto.DomainCreate, start, vir.ErrOperationInvalid, "Requested operation is not valid: network 'n' is not active")
	must(t, s, remoteproto.NetworkCreate, &remoteproto.NetworkCreateArgs{Net: n})
	must(t, s, remoteproto.DomainCreate, start)
}

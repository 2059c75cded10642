package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// The answers in these tests are those of libvirt 11.3.0's test driver.

const netUUID = "11111111-1111-1111-1111-111111111111"

func netXML(name, body string) string {
	return fmt.Sprintf("<network><name>%s</name><uuid>%s</uuid>%s</network>", name, netUUID, body)
}

func defineNet(t *testing.T, s *session, name, body string) remoteproto.Network {
	t.Helper()
	return must(t, s, remoteproto.NetworkDefineXML, &remoteproto.NetworkDefineXMLArgs{XML: netXML(name, body)}).Net
}

func lookupNet(t *testing.T, s *session, name string) remoteproto.Network {
	t.Helper()
	return must(t, s, remoteproto.NetworkLookupByName, &remoteproto.NetworkLookupByNameArgs{Name: name}).Net
}

func netDoc(t *testing.T, s *session, net remoteproto.Network, flags uint32) string {
	t.Helper()
	return must(t, s, remoteproto.NetworkGetXMLDesc, &remoteproto.NetworkGetXMLDescArgs{Net: net, Flags: flags}).XML
}

// netState is active, persistent, autostart.
func netState(t *testing.T, s *session, net remoteproto.Network) string {
	t.Helper()
	return fmt.Sprint(
		must(t, s, remoteproto.NetworkIsActive, &remoteproto.NetworkIsActiveArgs{Net: net}).Active,
		must(t, s, remoteproto.NetworkIsPersistent, &remoteproto.NetworkIsPersistentArgs{Net: net}).Persistent,
		must(t, s, remoteproto.NetworkGetAutostart, &remoteproto.NetworkGetAutostartArgs{Net: net}).Autostart)
}

// netEvents are the lifecycle events since the last call: callback, name, event.
func netEvents(s *session) string {
	var out []string
	for _, e := range s.take() {
		var m remoteproto.NetworkEventLifecycleMsg
		m.DecodeXDR(xdr.NewReader(e.body))
		out = append(out, fmt.Sprintf("%d %s %d", m.CallbackID, m.Net.Name, m.Event))
	}
	return strings.Join(out, ", ")
}

// TestNetworkLife goes through the states of a network, with the events of
// all networks and of the default one.
func TestNetworkLife(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	d := lookupNet(t, s, "default")
	register := func(net *remoteproto.Network) int32 {
		return must(t, s, remoteproto.ConnectNetworkEventRegisterAny, &remoteproto.ConnectNetworkEventRegisterAnyArgs{Net: net}).CallbackID
	}
	if a, b := register(nil), register(&d); a != 0 || b != 1 {
		t.Fatalf("callbacks %d and %d", a, b)
	}
	n := remoteproto.Network{Name: "n", UUID: remoteproto.UUID{0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11}}
	destroy := func(n remoteproto.Network) step {
		return ask(remoteproto.NetworkDestroy, remoteproto.NetworkDestroyArgs{Net: n})
	}
	create := func(n remoteproto.Network) step {
		return ask(remoteproto.NetworkCreate, remoteproto.NetworkCreateArgs{Net: n})
	}
	undefine := ask(remoteproto.NetworkUndefine, remoteproto.NetworkUndefineArgs{Net: n})
	define := ask(remoteproto.NetworkDefineXML, remoteproto.NetworkDefineXMLArgs{XML: netXML("n", "")})
	createXML := ask(remoteproto.NetworkCreateXML, remoteproto.NetworkCreateXMLArgs{XML: netXML("n", "")})
	gone := "Network not found: no network with matching name 'n'"
	for i, c := range []struct {
		what              string
		do                step
		err, events, then string
		net               remoteproto.Network
	}{
		{"stop", destroy(d), "", "0 default 3, 1 default 3", "0 1 0", d},
		{"stop what is off", destroy(d), "", "0 default 3, 1 default 3", "0 1 0", d},
		{"start", create(d), "", "0 default 2, 1 default 2", "1 1 0", d},
		{"start what is on", create(d), "Requested operation is not valid: Network 'default' is already running", "", "1 1 0", d},
		{"define", define, "", "0 n 0", "0 1 0", n},
		{"define again", define, "", "0 n 0", "0 1 0", n},
		{"autostart", ask(remoteproto.NetworkSetAutostart, remoteproto.NetworkSetAutostartArgs{Net: n, Autostart: 1}), "", "", "0 1 1", n},
		{"start from a document", createXML, "", "0 n 2", "1 1 1", n},
		{"again", createXML, "Requested operation is not valid: network is already active as 'n'", "", "1 1 1", n},
		{"undefine what is on", undefine, "Requested operation is not valid: Network 'n' is still running", "", "1 1 1", n},
		{"stop", destroy(n), "", "0 n 3", "0 1 1", n},
		{"undefine", undefine, "", "0 n 1", "", n},
		{"undefine again", undefine, gone, "", "", n},
		{"transient", createXML, "", "0 n 2", "1 0 0", n},
		{"undefine a transient one", undefine, "Requested operation is not valid: Network 'n' is still running", "", "1 0 0", n},
		{"define a transient one", define, "", "0 n 0", "1 1 0", n},
		{"stop", destroy(n), "", "0 n 3", "0 1 0", n},
		{"undefine", undefine, "", "0 n 1", "", n},
		{"transient", createXML, "", "0 n 2", "1 0 0", n},
		{"stop a transient one", destroy(n), "", "0 n 3", "", n},
		{"start what has gone", create(n), gone, "", "", n},
	} {
		got := ""
		if err := c.do(s); err != nil {
			got = err.Error()
		}
		if got != c.err {
			t.Errorf("%d, %s: %q, want %q", i, c.what, got, c.err)
		}
		if got := netEvents(s); got != c.events {
			t.Errorf("%d, %s: events %q, want %q", i, c.what, got, c.events)
		}
		if c.then != "" {
			if got := netState(t, s, c.net); got != c.then {
				t.Errorf("%d, %s: %s afterwards, want %s", i, c.what, got, c.then)
			}
		} else {
			fails(t, s, remoteproto.NetworkIsActive, &remoteproto.NetworkIsActiveArgs{Net: c.net}, vir.ErrNoNetwork,
				"Network not found: no network with matching uuid '"+netUUID+"'")
		}
	}
	must(t, s, remoteproto.ConnectNetworkEventDeregisterAny, &remoteproto.ConnectNetworkEventDeregisterAnyArgs{CallbackID: 0})
	fails(t, s, remoteproto.ConnectNetworkEventDeregisterAny, &remoteproto.ConnectNetworkEventDeregisterAnyArgs{CallbackID: 0},
		vir.ErrInternalError, "internal error: network event callback 0 not registered")
	fails(t, s, remoteproto.ConnectNetworkEventRegisterAny, &remoteproto.ConnectNetworkEventRegisterAnyArgs{EventID: 2},
		vir.ErrInternalError, "internal error: unsupported network event ID 2")
	if must(t, s, remoteproto.NetworkDestroy, &remoteproto.NetworkDestroyArgs{Net: d}); netEvents(s) != "1 default 3" {
		t.Error("the wrong callback has gone")
	}
}

func TestNetworkClashes(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	const uuid = "dd8fe884-6c02-601e-7551-cca97df1c5df"
	exists := "operation failed: network 'default' already exists with uuid " + uuid
	for _, c := range []struct {
		doc, err string
		code     vir.ErrorNumber
	}{
		{netXML("default", ""), exists, vir.ErrOperationFailed},
		{"<network><name>default</name></network>", exists, vir.ErrOperationFailed},
		{
			strings.ReplaceAll(netXML("foo", ""), netUUID, uuid),
			"operation failed: network 'default' is already defined with uuid " + uuid, vir.ErrOperationFailed,
		},
		{netXML("a/b", ""), "invalid char in name: /", vir.ErrXMLDetail},
	} {
		fails(t, s, remoteproto.NetworkDefineXML, &remoteproto.NetworkDefineXMLArgs{XML: c.doc}, c.code, c.err)
		fails(t, s, remoteproto.NetworkCreateXML, &remoteproto.NetworkCreateXMLArgs{XML: c.doc}, c.code, c.err)
	}
	schema := "XML document failed to validate against schema: Unable to validate doc against /usr/share/libvirt/schemas/network.rng\nElement network has extra content: foo\n"
	fails(t, s, remoteproto.NetworkDefineXMLFlags, &remoteproto.NetworkDefineXMLFlagsArgs{XML: netXML("n", "<foo/>"), Flags: 1}, vir.ErrXMLInvalidSchema, schema)
	fails(t, s, remoteproto.NetworkCreateXMLFlags, &remoteproto.NetworkCreateXMLFlagsArgs{XML: netXML("n", "<foo/>"), Flags: 1}, vir.ErrXMLInvalidSchema, schema)
	fails(t, s, remoteproto.NetworkLookupByUUID, &remoteproto.NetworkLookupByUUIDArgs{}, vir.ErrNoNetwork,
		"Network not found: no network with matching uuid '00000000-0000-0000-0000-000000000000'")
	// A carriage return, which any reader of plain text takes for a line feed.
	if doc := netDoc(t, s, defineNet(t, s, "n", "<title>a&#13;b</title>"), 0); !strings.Contains(doc, "<title>a\rb</title>") {
		t.Errorf("the title has changed:\n%s", doc)
	}
	n := defineNet(t, s, "n", "")
	fails(t, s, remoteproto.NetworkGetBridgeName, &remoteproto.NetworkGetBridgeNameArgs{Net: n}, vir.ErrInternalError,
		"internal error: network 'n' does not have a bridge name.")
	if b := must(t, s, remoteproto.NetworkGetBridgeName, &remoteproto.NetworkGetBridgeNameArgs{Net: lookupNet(t, s, "default")}); b.Name != "virbr0" {
		t.Errorf("bridge %q", b.Name)
	}
}

// TestNetworkLists has every flag of virConnectListAllNetworks.
func TestNetworkLists(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	doc := func(name string, i int) string {
		return fmt.Sprintf("<network><name>%s</name><uuid>21111111-1111-1111-1111-11111111111%d</uuid></network>", name, i)
	}
	must(t, s, remoteproto.NetworkDefineXML, &remoteproto.NetworkDefineXMLArgs{XML: doc("off", 1)})
	auto := must(t, s, remoteproto.NetworkDefineXML, &remoteproto.NetworkDefineXMLArgs{XML: doc("auto", 2)}).Net
	must(t, s, remoteproto.NetworkSetAutostart, &remoteproto.NetworkSetAutostartArgs{Net: auto, Autostart: 1})
	must(t, s, remoteproto.NetworkCreateXML, &remoteproto.NetworkCreateXMLArgs{XML: doc("transient", 3)})
	for flags, want := range map[uint32]string{
		0: "default off auto transient", 1: "off auto", 2: "default transient", 4: "default off auto", 8: "transient",
		0x10: "auto", 0x20: "default off transient", 3: "default off auto transient", 0x0c: "default off auto transient", 6: "default",
	} {
		r := must(t, s, remoteproto.ConnectListAllNetworks, &remoteproto.ConnectListAllNetworksArgs{NeedResults: 1, Flags: flags})
		var names []string
		for _, n := range r.Nets {
			names = append(names, n.Name)
		}
		if got := strings.Join(names, " "); got != want || int(r.Ret) != len(names) {
			t.Errorf("flags %#x: %s (%d), want %s", flags, got, r.Ret, want)
		}
	}
	if r := must(t, s, remoteproto.ConnectListAllNetworks, &remoteproto.ConnectListAllNetworksArgs{}); r.Ret != 4 || len(r.Nets) != 0 {
		t.Errorf("count %d with %d results", r.Ret, len(r.Nets))
	}
	if n := must(t, s, remoteproto.ConnectNumOfNetworks, &proc.Void{}).Num; n != 2 {
		t.Errorf("%d active", n)
	}
	if n := must(t, s, remoteproto.ConnectNumOfDefinedNetworks, &proc.Void{}).Num; n != 2 {
		t.Errorf("%d inactive", n)
	}
	if l := must(t, s, remoteproto.ConnectListNetworks, &remoteproto.ConnectListNetworksArgs{Maxnames: 1}).Names; fmt.Sprint(l) != "[default]" {
		t.Errorf("active %s", l)
	}
	if l := must(t, s, remoteproto.ConnectListDefinedNetworks, &remoteproto.ConnectListDefinedNetworksArgs{Maxnames: 9}).Names; fmt.Sprint(l) != "[off auto]" {
		t.Errorf("inactive %s", l)
	}
	fails(t, s, remoteproto.ConnectListNetworks, &remoteproto.ConnectListNetworksArgs{Maxnames: 16385}, vir.ErrRPC, "maxnames > REMOTE_NETWORK_LIST_MAX")
	fails(t, s, remoteproto.ConnectListDefinedNetworks, &remoteproto.ConnectListDefinedNetworksArgs{Maxnames: -1}, vir.ErrRPC, "maxnames must be non-negative")
}

// addTXT is an update that adds a DNS record.
func addTXT(net remoteproto.Network, name string, flags uint32) *remoteproto.NetworkUpdateArgs {
	return &remoteproto.NetworkUpdateArgs{
		Net: net, Command: uint32(vir.NetworkUpdateCommandAddLast), Section: uint32(vir.NetworkSectionDNSTxt), ParentIndex: -1,
		XML: "<txt name='" + name + "' value='v'/>", Flags: flags,
	}
}

// TestNetworkUpdateStates is about which definition an update changes.
func TestNetworkUpdateStates(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	n := defineNet(t, s, "n", "")
	off := "Requested operation is not valid: network is not running"
	fails(t, s, remoteproto.NetworkUpdate, addTXT(n, "a", 1), vir.ErrOperationInvalid, off)
	fails(t, s, remoteproto.NetworkUpdate, addTXT(n, "a", 3), vir.ErrOperationInvalid, off)
	must(t, s, remoteproto.NetworkUpdate, addTXT(n, "a", 0))
	must(t, s, remoteproto.NetworkCreate, &remoteproto.NetworkCreateArgs{Net: n})
	must(t, s, remoteproto.NetworkUpdate, addTXT(n, "current", 0))
	must(t, s, remoteproto.NetworkUpdate, addTXT(n, "config", 2))
	must(t, s, remoteproto.NetworkUpdate, addTXT(n, "both", 3))
	doc := netDoc(t, s, n, 0)
	for name, want := range map[string]bool{"a": true, "current": true, "config": false, "both": true} {
		if got := strings.Contains(doc, "<txt name='"+name+"'"); got != want {
			t.Errorf("record %s: %v in the running network", name, got)
		}
	}
	fails(t, s, remoteproto.NetworkUpdate, addTXT(n, "config", 2), vir.ErrOperationInvalid,
		"Requested operation is not valid: there is already a DNS TXT record with name 'config' in network n")
	must(t, s, remoteproto.NetworkDestroy, &remoteproto.NetworkDestroyArgs{Net: n})
	must(t, s, remoteproto.NetworkUndefine, &remoteproto.NetworkUndefineArgs{Net: n})

	n = must(t, s, remoteproto.NetworkCreateXML, &remoteproto.NetworkCreateXMLArgs{XML: netXML("t", "")}).Net
	transient := "Requested operation is not valid: cannot change persistent config of a transient network"
	fails(t, s, remoteproto.NetworkUpdate, addTXT(n, "a", 2), vir.ErrOperationInvalid, transient)
	fails(t, s, remoteproto.NetworkUpdate, addTXT(n, "a", 3), vir.ErrOperationInvalid, transient)
	fails(t, s, remoteproto.NetworkUpdate, addTXT(n, "a", 4), vir.ErrInvalidArg, "unsupported flags (0x4) in function testNetworkUpdate")
	must(t, s, remoteproto.NetworkUpdate, addTXT(n, "a", 0))
}

func TestNetworkMetadata(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	n := defineNet(t, s, "n", "")
	must(t, s, remoteproto.ConnectNetworkEventRegisterAny, &remoteproto.ConnectNetworkEventRegisterAnyArgs{EventID: 1})
	text := func(v string) *string { return &v }
	get := func(kind int32, uri *string, flags uint32) string {
		r, err := do(s, remoteproto.NetworkGetMetadata, &remoteproto.NetworkGetMetadataArgs{Network: n, Type: kind, URI: uri, Flags: flags})
		if err != nil {
			return err.Error()
		}
		return r.Metadata
	}
	set := func(kind int32, v, key, uri *string, flags uint32) string {
		_, err := do(s, remoteproto.NetworkSetMetadata, &remoteproto.NetworkSetMetadataArgs{Network: n, Type: kind, Metadata: v, Key: key, URI: uri, Flags: flags})
		if err != nil {
			return err.Error()
		}
		return ""
	}
	const none = "metadata not found: Requested metadata element is not present"
	uri := text("http://a.example/1")
	for i, c := range []struct{ got, want string }{
		{get(0, nil, 0), none},
		{set(0, text("words"), nil, nil, 0), ""},
		{set(1, text("title"), nil, nil, 2), ""},
		{set(1, text("a\nb"), nil, nil, 0), "metadata title can't contain newlines"},
		{set(2, text("<x>one</x>"), text("k"), uri, 0), ""},
		{get(0, nil, 0), "words"},
		{get(1, nil, 2), "title"},
		{get(2, uri, 0), "<x>one</x>"},
		{get(2, text("u:2"), 0), none},
		{set(2, nil, nil, uri, 0), ""},
		{get(2, uri, 0), none},
		{set(0, nil, nil, nil, 0), ""},
		{get(0, nil, 0), none},
		{set(2, text("<x/>"), text("k"), nil, 0), "uri in virNetworkSetMetadata must not be NULL"},
		{set(2, text("<x/>"), nil, uri, 0), "key in virNetworkSetMetadata must not be NULL"},
		{set(0, text("w"), text("k"), nil, 0), "key in virNetworkSetMetadata must be NULL"},
		{set(0, text("w"), nil, uri, 0), "uri in virNetworkSetMetadata must be NULL"},
		{set(3, text("w"), nil, nil, 0), "invalid argument: unknown metadata type '3'"},
		{get(3, nil, 0), "invalid argument: unknown metadata type '3'"},
		{get(0, nil, 3), "Flags 'VIR_NETWORK_UPDATE_AFFECT_LIVE' and 'VIR_NETWORK_UPDATE_AFFECT_CONFIG' are mutually exclusive"},
		{get(0, nil, 1), "Requested operation is not valid: network is not running"},
		{get(0, nil, 4), "unsupported flags (0x4) in function testNetworkGetMetadata"},
	} {
		if c.got != c.want {
			t.Errorf("%d: %q, want %q", i, c.got, c.want)
		}
	}
	var kinds []string
	for _, e := range s.take() {
		var m remoteproto.NetworkEventCallbackMetadataChangeMsg
		m.DecodeXDR(xdr.NewReader(e.body))
		kind := fmt.Sprint(m.Net.Name, " ", m.Type)
		if m.Nsuri != nil {
			kind += " " + *m.Nsuri
		}
		kinds = append(kinds, kind)
	}
	if got, want := strings.Join(kinds, ", "), "n 0, n 1, n 2 http://a.example/1, n 2 http://a.example/1, n 0"; got != want {
		t.Errorf("events %s, want %s", got, want)
	}
	n.UUID[0] = 9
	fails(t, s, remoteproto.NetworkGetMetadata, &remoteproto.NetworkGetMetadataArgs{Network: n}, vir.ErrNoNetwork,
		"Network not found: no network with matching uuid '09111111-1111-1111-1111-111111111111' (n)")
}

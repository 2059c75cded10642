package engine_test

import (
	"slices"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func noSupport(api string) string {
	return "this function is not supported by the connection driver: " + api
}

func TestDifference20Secrets(t *testing.T) {
	define := &remoteproto.SecretDefineXMLArgs{XML: "<secret><usage type='tls'><name>n</name></usage></secret>"}
	s := connect(t, newEngine(true), "test:///default")
	fails(t, s, remoteproto.SecretDefineXML, define, vir.ErrNoSupport, noSupport("virSecretDefineXML"))
	fails(t, s, remoteproto.ConnectNumOfSecrets, &proc.Void{}, vir.ErrNoSupport, noSupport("virConnectNumOfSecrets"))
	fails(t, s, remoteproto.SecretSetValue, &remoteproto.SecretSetValueArgs{}, vir.ErrInvalidArg, "value in virSecretSetValue must not be NULL")
	fails(t, s, remoteproto.ConnectSecretEventRegisterAny, &remoteproto.ConnectSecretEventRegisterAnyArgs{EventID: 2}, vir.ErrInternalError,
		"internal error: unsupported secret event ID 2")

	s = connect(t, newEngine(false), "test:///default")
	ref := must(t, s, remoteproto.SecretDefineXML, define).Secret
	must(t, s, remoteproto.SecretSetValue, &remoteproto.SecretSetValueArgs{Secret: ref, Value: []byte{0, 1}})
	if v := must(t, s, remoteproto.SecretGetValue, &remoteproto.SecretGetValueArgs{Secret: ref}).Value; string(v) != "\x00\x01" {
		t.Errorf("value %q", v)
	}
}

func TestDifference21Filters(t *testing.T) {
	define := &remoteproto.NWFilterDefineXMLArgs{XML: "<filter name='f'/>"}
	bind := &remoteproto.NWFilterBindingCreateXMLArgs{XML: "<filterbinding><owner><name>o</name><uuid>11111111-2222-3333-4444-555555555555</uuid></owner>" +
		"<portdev name='nosuch'/><mac address='52:54:00:00:00:01'/><filterref filter='f'/></filterbinding>"}
	s := connect(t, newEngine(true), "test:///default")
	fails(t, s, remoteproto.NWFilterDefineXML, define, vir.ErrNoSupport, noSupport("virNWFilterDefineXML"))
	fails(t, s, remoteproto.NWFilterBindingCreateXML, bind, vir.ErrNoSupport, noSupport("virNWFilterBindingCreateXML"))
	fails(t, s, remoteproto.ConnectListNWFilters, &remoteproto.ConnectListNWFiltersArgs{Maxnames: -1}, vir.ErrRPC, "maxnames must be non-negative")

	s = connect(t, newEngine(false), "test:///default")
	f := must(t, s, remoteproto.NWFilterDefineXML, define).NWFilter
	b := must(t, s, remoteproto.NWFilterBindingCreateXML, bind).NWFilter
	fails(t, s, remoteproto.NWFilterUndefine, &remoteproto.NWFilterUndefineArgs{NWFilter: f}, vir.ErrOperationInvalid,
		"Requested operation is not valid: nwfilter is in use")
	must(t, s, remoteproto.NWFilterBindingDelete, &remoteproto.NWFilterBindingDeleteArgs{NWFilter: b})
	must(t, s, remoteproto.NWFilterUndefine, &remoteproto.NWFilterUndefineArgs{NWFilter: f})
}

func TestDifference22SCSIHost(t *testing.T) {
	args := &remoteproto.NodeDeviceLookupSCSIHostByWWNArgs{WWNN: "2000000056785678", WWPN: "1000000056785678"}
	s := connect(t, newEngine(true), "test:///default")
	fails(t, s, remoteproto.NodeDeviceLookupSCSIHostByWWN, args, vir.ErrNoSupport, noSupport("virNodeDeviceLookupSCSIHostByWWN"))
	s = connect(t, newEngine(false), "test:///default")
	if n := must(t, s, remoteproto.NodeDeviceLookupSCSIHostByWWN, args).Dev.Name; n != "scsi_host2" {
		t.Errorf("found %s", n)
	}
	args.WWPN = "zz"
	if _, err := do(s, remoteproto.NodeDeviceLookupSCSIHostByWWN, args); err == nil {
		t.Error("found a device with another name")
	}
}

func TestDifference24DeviceOrder(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	got := must(t, s, remoteproto.NodeListDevices, &remoteproto.NodeListDevicesArgs{Maxnames: 3}).Names
	if want := []string{"computer", "scsi_host1", "scsi_host2"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestDeviceEventFilter: a callback may be about one device, and the ids of
// events end at 1.
func TestDeviceEventFilter(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	register := func(name string) int32 {
		return must(t, s, remoteproto.ConnectNodeDeviceEventRegisterAny, &remoteproto.ConnectNodeDeviceEventRegisterAnyArgs{
			Dev: &remoteproto.NodeDevice{Name: name}}).CallbackID
	}
	register("scsi_host1")
	id := register("scsi_host2")
	for _, n := range []string{"scsi_host1", "scsi_host2"} {
		must(t, s, remoteproto.NodeDeviceDestroy, &remoteproto.NodeDeviceDestroyArgs{Name: n})
	}
	wantNames(t, "two devices", s, "node_device_event_lifecycle", "node_device_event_lifecycle")
	must(t, s, remoteproto.ConnectNodeDeviceEventDeregisterAny, &remoteproto.ConnectNodeDeviceEventDeregisterAnyArgs{CallbackID: id})
	fails(t, s, remoteproto.ConnectNodeDeviceEventDeregisterAny, &remoteproto.ConnectNodeDeviceEventDeregisterAnyArgs{CallbackID: id},
		vir.ErrInternalError, "internal error: node device event callback 1 not registered")
	fails(t, s, remoteproto.ConnectNodeDeviceEventRegisterAny, &remoteproto.ConnectNodeDeviceEventRegisterAnyArgs{EventID: 2},
		vir.ErrInternalError, "internal error: unsupported node device event ID 2")
}

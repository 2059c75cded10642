package engine_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestHotplugCorpus attaches the devices of the corpus to running domains.
func TestHotplugCorpus(t *testing.T) {
	dir := corpus.Dir(t)
	equal, n := 0, 0
	for _, a := range corpus.Answers(t, "ref1130-test", "hotplug") {
		doc, err := os.ReadFile(filepath.Join(dir, "hotplug", a.In))
		if err != nil {
			t.Fatal(err)
		}
		n++
		var more struct {
			Before string
			Flags  uint32
		}
		if err := json.Unmarshal(a.Raw, &more); err != nil {
			t.Fatal(err)
		}
		got := hotplug(t, more.Before, string(doc), more.Flags)
		want := domainID.ReplaceAllString(a.XML, "id='2'") // the second of its world
		if !a.OK {
			want = fmt.Sprintf("error %d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message)
		}
		if got != want {
			t.Logf("%s\ngot  %s\nwant %s", a.In, got, want)
			continue
		}
		equal++
	}
	t.Logf("%d of %d equal", equal, n)
	if equal < 22 {
		t.Errorf("%d equal, less than 22", equal)
	}
}

var domainID = regexp.MustCompile(`\bid='\d+'`)

// hotplug is the document of a domain after a device has been attached, or
// the error.
func hotplug(t *testing.T, before, device string, flags uint32) string {
	t.Helper()
	s := connect(t, newEngine(true), "test:///default")
	if before == "" {
		before = "<domain type='test'><name>QEMUGuest1</name><memory>219100</memory><os><type machine='pc'>hvm</type></os></domain>"
	}
	dom := must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: before}).Dom
	if _, err := do(s, remoteproto.DomainAttachDeviceFlags, &remoteproto.DomainAttachDeviceFlagsArgs{Dom: dom, XML: device, Flags: flags}); err != nil {
		e := err.(*vir.Error)
		return fmt.Sprintf("error %d/%d %s", e.Code, e.Domain, e.Message)
	}
	return must(t, s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: dom}).XML
}

// TestDifference9Hotplug: outside of the strict mode every device comes and goes,
// in the definition too, by name or by document.
func TestDifference9Hotplug(t *testing.T) {
	s := connect(t, newEngine(false), "test:///default")
	must(t, s, remoteproto.ConnectDomainEventCallbackRegisterAny,
		&remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{EventID: int32(vir.DomainEventIDDeviceRemoved)})
	dom := lookup(t, s, "test")
	const both = uint32(vir.DomainAffectLive | vir.DomainAffectConfig)
	doc := func(flags vir.DomainXMLFlags) string {
		return must(t, s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: dom, Flags: uint32(flags)}).XML
	}
	for _, device := range []struct{ xml, alias, shows string }{
		{"<disk type='file' device='disk'><source file='/s'/><target dev='sda' bus='scsi'/></disk>", "scsi-disk0", "<controller type='scsi' index='0'"},
		{"<interface type='network'><mac address='52:54:00:00:00:09'/><source network='default'/></interface>", "net0", "52:54:00:00:00:09"},
		{"<rng model='virtio'><backend model='random'>/dev/random</backend></rng>", "rng0", "<rng model='virtio'>"},
		{"<sound model='ich6'/>", "sound0", "<sound model='ich6'>"},
		{"<channel type='pty'><target type='virtio' name='x'/></channel>", "channel0", "name='x'"},
		{"<watchdog model='i6300esb' action='reset'/>", "watchdog0", "i6300esb"},
	} {
		must(t, s, remoteproto.DomainAttachDeviceFlags, &remoteproto.DomainAttachDeviceFlagsArgs{Dom: dom, XML: device.xml, Flags: both})
		if live := doc(0); !strings.Contains(live, device.shows) || !strings.Contains(live, "<alias name='"+device.alias+"'/>") {
			t.Errorf("%s is not in the guest:\n%s", device.alias, live)
		}
		if config := doc(vir.DomainXMLInactive); strings.Contains(config, "'"+device.alias+"'") {
			t.Errorf("the definition has the guest's name %s", device.alias)
		}
		s.take()
		must(t, s, remoteproto.DomainDetachDeviceFlags, &remoteproto.DomainDetachDeviceFlagsArgs{Dom: dom, XML: device.xml, Flags: both})
		if strings.Contains(doc(0), "'"+device.alias+"'") {
			t.Errorf("%s is still there", device.alias)
		}
		if n := len(s.take()); n != 1 {
			t.Errorf("%d events for %s", n, device.alias)
		}
		fails(t, s, remoteproto.DomainDetachDevice, &remoteproto.DomainDetachDeviceArgs{Dom: dom, XML: device.xml}, vir.ErrDeviceMissing,
			"device not found: no matching "+device.xml[1:strings.IndexAny(device.xml, " ")]+" device in the domain")
	}
	// A definition alone.
	must(t, s, remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: dom})
	must(t, s, remoteproto.DomainAttachDevice, &remoteproto.DomainAttachDeviceArgs{Dom: dom, XML: "<sound model='ac97'/>"})
	must(t, s, remoteproto.DomainUpdateDeviceFlags, &remoteproto.DomainUpdateDeviceFlagsArgs{Dom: dom, Flags: 2,
		XML: "<interface type='network'><mac address='aa:bb:cc:dd:ee:ff'/><source network='other'/></interface>"})
	if x := doc(0); !strings.Contains(x, "ac97") || !strings.Contains(x, "network='other'") {
		t.Errorf("the definition has not changed:\n%s", x)
	}
}

func TestDifference11DetachCard(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	dom := lookup(t, s, "test")
	attach := &remoteproto.DomainAttachDeviceArgs{Dom: dom, XML: "<interface type='bridge'><source bridge='b'/></interface>"}
	must(t, s, remoteproto.DomainAttachDevice, attach)
	must(t, s, remoteproto.DomainAttachDevice, attach)
	must(t, s, remoteproto.DomainDetachDeviceAlias, &remoteproto.DomainDetachDeviceAliasArgs{Dom: dom, Alias: "net0", Flags: 1})
	x := must(t, s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: dom}).XML
	if strings.Contains(x, "'net0'") || !strings.Contains(x, "'net1'") {
		t.Errorf("another card has gone:\n%s", x)
	}
}

func TestDifference10LaunchSecurity(t *testing.T) {
	const refusal = "unsupported flags (0x4) in function testDomainGetLaunchSecurityInfo"
	s := connect(t, newEngine(true), "test:///default")
	fails(t, s, remoteproto.DomainGetLaunchSecurityInfo, &remoteproto.DomainGetLaunchSecurityInfoArgs{Dom: lookup(t, s, "test")}, vir.ErrInvalidArg, refusal)
	s = connect(t, newEngine(false), "test:///default")
	r := must(t, s, remoteproto.DomainGetLaunchSecurityInfo, &remoteproto.DomainGetLaunchSecurityInfoArgs{Dom: lookup(t, s, "test")})
	if len(r.Params) != 0 {
		t.Errorf("a guest without launch security has %v", r.Params)
	}
}

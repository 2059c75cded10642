package engine_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	qemupersonality "github.com/govirtd/govirtd/drivers/personality/qemu"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/proc"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// lookedAt is a host whose devices and interfaces come and go.
type lookedAt struct {
	definitionsOnly
	mu         sync.Mutex
	devices    []string
	interfaces []drivers.HostInterface
	looks      int
	changed    func()
	watching   chan bool
}

// definitionsOnly is a simulation that can switch no interfaces.
type definitionsOnly struct{ drivers.Backend }

func (l *lookedAt) NodeDevices(context.Context) (list []*domxml.NodeDevice, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looks++
	for _, name := range l.devices {
		kind := domxml.CapNet
		if name == "computer" {
			kind = domxml.CapSystem
		}
		list = append(list, &domxml.NodeDevice{Name: name, Capabilities: []domxml.NodeDeviceCapability{{Type: kind}}})
	}
	return list, nil
}

func (l *lookedAt) WatchNodeDevices(ctx context.Context, changed func()) error {
	l.mu.Lock()
	l.changed = changed
	l.mu.Unlock()
	close(l.watching)
	<-ctx.Done()
	return nil
}

func (l *lookedAt) Interfaces(context.Context) ([]drivers.HostInterface, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.interfaces, nil
}

func (l *lookedAt) set(devices ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.devices = devices
}

func (l *lookedAt) open(t *testing.T) *session {
	t.Helper()
	l.definitionsOnly, l.watching = definitionsOnly{sim.New(drivers.SimulatedHost{}, now)}, make(chan bool)
	e := engine.New(engine.Config{Drivers: []drivers.Driver{oneHost{drivers.Host{
		Key: "kept", URI: "kept:///", Personality: qemupersonality.New(qemupersonality.Config{}), Backend: l,
	}}}, Now: now})
	if err := e.Open(t.Context(), "kept:///"); err != nil {
		t.Fatal(err)
	}
	<-l.watching
	return connect(t, e, "kept:///")
}

func deviceNames(t *testing.T, s *session) string {
	t.Helper()
	return strings.Join(must(t, s, rp.NodeListDevices, &rp.NodeListDevicesArgs{Maxnames: 100}).Names, " ")
}

func TestDevicesComeAndGo(t *testing.T) {
	l := &lookedAt{}
	l.set("computer", "net_a")
	s := l.open(t)
	must(t, s, rp.ConnectNodeDeviceEventRegisterAny, &rp.ConnectNodeDeviceEventRegisterAnyArgs{})
	if got := deviceNames(t, s); got != "computer net_a" {
		t.Errorf("at first: %s", got)
	}
	for range 50 {
		deviceNames(t, s)
	}
	l.mu.Lock()
	looks := l.looks
	l.mu.Unlock()
	if looks > 3 {
		t.Errorf("%d looks for 50 calls", looks)
	}
	l.set("computer", "net_b", "net_c")
	l.changed()
	if got := deviceNames(t, s); got != "computer net_b net_c" {
		t.Errorf("after a change: %s", got)
	}
	told := map[string]int{}
	for _, e := range s.take() {
		if e.info == rp.NodeDeviceEventLifecycle.Info {
			for _, name := range []string{"net_a", "net_b", "net_c"} {
				if strings.Contains(string(e.body), name) {
					told[name]++
				}
			}
		}
	}
	if len(told) != 3 || told["net_a"]+told["net_b"]+told["net_c"] != 3 {
		t.Errorf("told: %v", told)
	}
	// Without a word from the host a look is good for a second.
	l.set("computer")
	deadline := time.Now().Add(10 * time.Second)
	for deviceNames(t, s) != "computer" && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
	}
	if got := deviceNames(t, s); got != "computer" {
		t.Errorf("in the end: %s", got)
	}
}

// What 11.3.0 says of devices that it has found.
func TestFoundDevices(t *testing.T) {
	l := &lookedAt{}
	l.set("computer", "net_a")
	s := l.open(t)
	persistent := func(name string) int32 {
		return must(t, s, rp.NodeDeviceIsPersistent, &rp.NodeDeviceIsPersistentArgs{Name: name}).Persistent
	}
	if persistent("computer") != 1 || persistent("net_a") != 0 {
		t.Error("nobody but the computer is persistent")
	}
	if must(t, s, rp.NodeDeviceGetAutostart, &rp.NodeDeviceGetAutostartArgs{Name: "computer"}).Autostart != 1 {
		t.Error("the computer starts by itself")
	}
	fails(t, s, rp.NodeDeviceGetXMLDesc, &rp.NodeDeviceGetXMLDescArgs{Name: "net_a", Flags: uint32(vir.NodeDeviceXMLInactive)}, vir.ErrOperationInvalid,
		"Requested operation is not valid: node device 'net_a' is not persistent")
	fails(t, s, rp.NodeDeviceUndefine, &rp.NodeDeviceUndefineArgs{Name: "net_a"}, vir.ErrOperationInvalid,
		"Requested operation is not valid: Node device 'net_a' is not defined")
	fails(t, s, rp.NodeDeviceUndefine, &rp.NodeDeviceUndefineArgs{Name: "computer"}, vir.ErrConfigUnsupported,
		"unsupported configuration: Unsupported device type")
	fails(t, s, rp.NodeDeviceCreate, &rp.NodeDeviceCreateArgs{Name: "net_a"}, vir.ErrOperationInvalid,
		"Requested operation is not valid: Device is already active")
	fails(t, s, rp.NodeDeviceSetAutostart, &rp.NodeDeviceSetAutostartArgs{Name: "net_a", Autostart: 1}, vir.ErrOperationUnsupported,
		"Operation not supported: Unsupported device type")
}

func TestInterfacesAreLookedAt(t *testing.T) {
	ethernet := func(name, mac string, active, hidden bool) drivers.HostInterface {
		return drivers.HostInterface{
			Document: &domxml.HostInterface{Type: domxml.HostInterfaceEthernet, Name: name, MAC: &domxml.HostInterfaceMAC{Address: mac}},
			MAC:      mac, Active: active, Hidden: hidden,
		}
	}
	l := &lookedAt{interfaces: []drivers.HostInterface{ethernet("a", "52:54:00:00:00:01", true, false), ethernet("b", "52:54:00:00:00:02", false, false),
		ethernet("tap0", "52:54:00:00:00:03", true, true)}}
	s := l.open(t)
	if n := must(t, s, rp.ConnectNumOfInterfaces, &proc.Void{}).Num; n != 1 {
		t.Errorf("%d are up", n)
	}
	if got := must(t, s, rp.ConnectListAllInterfaces, &rp.ConnectListAllInterfacesArgs{NeedResults: 1}).Ifaces; len(got) != 2 {
		t.Errorf("listed: %v", got)
	}
	if got := must(t, s, rp.InterfaceLookupByName, &rp.InterfaceLookupByNameArgs{Name: "tap0"}).Iface.MAC; got != "52:54:00:00:00:03" {
		t.Errorf("the hidden one has %s", got)
	}
	fails(t, s, rp.InterfaceLookupByMACString, &rp.InterfaceLookupByMACStringArgs{MAC: "52:54:00:00:00:09"}, vir.ErrNoInterface,
		"Interface not found: couldn't find interface with MAC address '52:54:00:00:00:09'")
	fails(t, s, rp.InterfaceCreate, &rp.InterfaceCreateArgs{Iface: rp.Interface{Name: "b"}}, vir.ErrNoSupport,
		"this function is not supported by the connection driver: virInterfaceCreate")
	fails(t, s, rp.InterfaceChangeBegin, &rp.InterfaceChangeBeginArgs{}, vir.ErrNoSupport,
		"this function is not supported by the connection driver: virInterfaceChangeBegin")
	l.mu.Lock()
	l.interfaces = nil
	l.mu.Unlock()
	fails(t, s, rp.InterfaceLookupByName, &rp.InterfaceLookupByNameArgs{Name: "a"}, vir.ErrNoInterface,
		"Interface not found: couldn't find interface named 'a'")
}

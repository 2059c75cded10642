package testpersonality

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// open opens test:///path with a backend that only keeps the host's size.
func open(t *testing.T, path string) (*drivers.Host, drivers.SimulatedHost, error) {
	t.Helper()
	var size drivers.SimulatedHost
	d := Driver{NewBackend: func(h drivers.SimulatedHost) drivers.Backend {
		size = h
		return nil
	}}
	host, err := d.Open(context.Background(), &url.URL{Scheme: "test", Path: path})
	return host, size, err
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWorldFile(t *testing.T) {
	const guest = "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>%</name><memory>1</memory><os><type>hvm</type></os>"
	included := write(t, "guest.xml", "<domain type='test'><name>included</name><memory>1</memory><os><type>hvm</type></os></domain>")
	link := write(t, "link.xml", "<interface type='ethernet' name='eth7'/>")
	path := write(t, "node.xml", `<node>
  <cpu><nodes>4</nodes><sockets>4</sockets><cores>4</cores><threads>2</threads><active>50</active><mhz>6000</mhz></cpu>
  <memory>123456</memory>
  `+guest+`</domain>
  `+guest+`<test:runstate>5</test:runstate><test:hasmanagedsave/></domain>
  `+guest+`<test:transient/></domain>
  <domain file='`+included+`'/>
  <network><name>inside</name></network>
  <network file='`+write(t, "net.xml", "<network><name>outside</name></network>")+`'/>
  <interface type='ethernet' name='eth6'/>
  <interface file='`+link+`'/>
  <device><name>dev</name><capability type='net'><interface>eth6</interface></capability></device>
  <unknown/>
</node>`)
	host, size, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if host.Key != "" {
		t.Error("the world of a file is shared")
	}
	if n := size.Node; n.CPUs != 50 || n.Memory != 123456 || n.MHz != 6000 || n.Nodes != 4 {
		t.Errorf("host %+v", n)
	}
	w, err := host.World()
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Domains) != 4 {
		t.Fatalf("%d domains", len(w.Domains))
	}
	if d := w.Domains[1]; d.State != vir.DomainShutoff || !d.ManagedSave || d.Transient {
		t.Errorf("second domain %+v", d)
	}
	if d := w.Domains[2]; d.State != vir.DomainRunning || !d.Transient {
		t.Errorf("third domain %+v", d)
	}
	if d := w.Domains[3]; d.Domain.Name != "included" {
		t.Errorf("fourth domain is %s", d.Domain.Name)
	}
	if len(w.Networks) != 2 || w.Networks[0].Name != "inside" || w.Networks[1].Name != "outside" {
		t.Errorf("networks %v", w.Networks)
	}
	if i := w.Interfaces; len(i) != 2 || i[0].Name != "eth6" || i[1].Name != "eth7" {
		t.Errorf("interfaces %+v", i)
	}
	if d := w.NodeDevices; len(d) != 1 || d[0].Name != "dev" {
		t.Errorf("devices %+v", d)
	}
}

// TestWorldPools reads pools with volumes, which may be in files of their own
// beside that of the pool's world.
func TestWorldPools(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"node.xml": "<node><pool type='dir'><name>a</name><target><path>/a</path></target>" +
			"<volume><name>v</name><capacity>5</capacity></volume>" +
			"<volume><name>w</name><key>k</key><capacity>5</capacity><target><path>/w</path></target></volume></pool>" +
			"<pool file='b.xml'/></node>",
		"b.xml":   "<pool type='dir'><name>b</name><target><path>/b</path></target><volume file='v.xml'/></pool>",
		"v.xml":   "<volume><name>x</name><capacity>5</capacity></volume>",
		"bad.xml": "<node><pool type='dir'><name>a</name><target><path>/a</path></target><volume><name>v</name></volume></pool></node>",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	host, _, err := open(t, filepath.Join(dir, "node.xml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := host.World()
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Pools) != 2 || len(w.Pools[0].Volumes) != 2 || len(w.Pools[1].Volumes) != 1 {
		t.Fatalf("pools %+v", w.Pools)
	}
	if v := w.Pools[0].Volumes[1]; v.Key != "k" || v.Target.Path != "/w" {
		t.Errorf("volume %+v", v)
	}
	if v := w.Pools[1].Volumes[0]; v.Name != "x" {
		t.Errorf("volume %+v", v)
	}
	if host, _, err = open(t, filepath.Join(dir, "bad.xml")); err == nil {
		_, err = host.World()
	}
	if err == nil || err.Error() != "XML error: missing capacity element" {
		t.Errorf("a volume without a size: %v", err)
	}
}

func TestWorldErrors(t *testing.T) {
	for _, c := range []struct {
		name, path, message string
		code                vir.ErrorNumber
	}{
		{"no path", "", "invalid argument: testOpen: supply a path or use test:///default", vir.ErrInvalidArg},
		{"no file", "/nosuch.xml", "Failed to open file '/nosuch.xml': No such file or directory", vir.ErrSystemError},
		{"other root", write(t, "root.xml", "<domain/>"), "XML error: expecting root element of 'node', not 'domain'", vir.ErrXMLError},
		{"run state", write(t, "state.xml", "<node><domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>a</name><memory>1</memory>"+
			"<os><type>hvm</type></os><test:runstate>99</test:runstate></domain></node>"), "XML error: runstate '99' out of range'", vir.ErrXMLError},
		{"bad interface", write(t, "iface.xml", "<node><interface type='zz' name='e'/></node>"),
			"XML error: Invalid value for attribute 'type' in element 'interface': 'zz'.", vir.ErrXMLError},
		{"no device", write(t, "device.xml", "<node><device/></node>"), "missing name information", vir.ErrNoName},
		{"no name", write(t, "name.xml", "<node><domain type='test'/></node>"), "missing name information", vir.ErrNoName},
	} {
		host, _, err := open(t, c.path)
		if err == nil {
			_, err = host.World()
		}
		e, ok := err.(*vir.Error)
		if !ok || e.Code != c.code || e.Message != c.message {
			t.Errorf("%s: %v, want %d %q", c.name, err, c.code, c.message)
		}
	}
}

package argv

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
)

// chainDocument has a chain of three images, the lowest raw in one of two
// disks, and an encrypted one.
const chainDocument = `<domain type='qemu'><name>chain</name><uuid>a0000000-0000-4000-8000-0000000000aa</uuid>
<memory unit='MiB'>64</memory><os><type arch='x86_64' machine='pc-i440fx-10.0'>hvm</type><boot dev='hd'/></os>
<devices>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/tmp/chain/top'/>
<backingStore type='file'><format type='qcow2'/><source file='/tmp/chain/mid'/>
<backingStore type='file'><format type='qcow2'/><source file='/tmp/chain/base'/><backingStore/></backingStore></backingStore>
<target dev='vda' bus='virtio'/><address type='pci' slot='0x5'/></disk>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/tmp/chain/over'/>
<backingStore type='file'><format type='raw'/><source file='/tmp/chain/raw'/><backingStore/></backingStore>
<target dev='vdb' bus='virtio'/><address type='pci' slot='0x6'/></disk>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/tmp/chain/luks'>
<encryption format='luks'><secret type='passphrase' usage='x'/></encryption></source>
<target dev='vdc' bus='virtio'/><address type='pci' slot='0x7'/></disk>
<controller type='pci' index='0' model='pci-root'/>
</devices></domain>`

const chainImages = `cd /tmp/chain; q='qemu-img create -q'
$q -f qcow2 base 10M; $q -f qcow2 -b base -F qcow2 mid; $q -f qcow2 -b mid -F qcow2 top
$q -f raw raw 10M; $q -f qcow2 -b raw -F raw over
$q --object secret,id=s,data=open -f qcow2 -o encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10 luks 10M
head -c 32 /dev/zero >master-key.aes`

// chainCommand builds the command of that document.
func chainCommand(t *testing.T) Command {
	t.Helper()
	d, err := domxml.ParseDomain([]byte(chainDocument), domxml.Stored())
	if err != nil {
		t.Fatal(err)
	}
	o := nativeOptions(d.Name)
	o.Lib = "/tmp/chain"
	o.Secret = func(SecretRef) ([]byte, error) { return []byte("open"), nil }
	if err := Prepare(d, &o); err != nil {
		t.Fatal(err)
	}
	c, err := Build(d, qemu10(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestBackingNodes: each image below another is opened so that its place can be
// written to when its format is, and its format cannot be written to.
func TestBackingNodes(t *testing.T) {
	args := chainCommand(t).Args
	nodes := map[string]map[string]any{}
	for i, a := range args {
		if i > 0 && args[i-1] == "-blockdev" {
			var node map[string]any
			if err := json.Unmarshal([]byte(a), &node); err != nil {
				t.Fatal(err)
			}
			nodes[node["node-name"].(string)] = node
		}
	}
	below := []string{"libvirt-5", "libvirt-6", "libvirt-3"}
	for _, name := range below {
		place, format := nodes[name+"-storage"], nodes[name+"-format"]
		if place["auto-read-only"] != true || place["read-only"] != nil {
			t.Errorf("%s: place %v", name, place)
		}
		if format["read-only"] != true {
			t.Errorf("%s: format %v", name, format)
		}
	}
	for _, name := range []string{"libvirt-4", "libvirt-2", "libvirt-1"} {
		if nodes[name+"-format"]["read-only"] != false {
			t.Errorf("%s: %v", name, nodes[name+"-format"])
		}
	}
}

// TestChainRuns lets QEMU 10.0 run that guest: no image below another may be
// written to, all on top may, and the encrypted one was opened.
func TestChainRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("starts an emulator")
	}
	system := qemuSystem(t)
	dir := t.TempDir()
	c := chainCommand(t)
	script := chainImages + "\ncd - >/dev/null; exec " + quote(c.Path)
	for _, a := range c.Args {
		if strings.HasPrefix(a, "socket,id=charmonitor") {
			a = "stdio,id=charmonitor"
		}
		script += " " + quote(a)
	}
	commands := ""
	for _, name := range []string{"qmp_capabilities", "cont", "query-status", "query-named-block-nodes", "quit"} {
		commands += `{"execute":"` + name + `"}` + "\n"
	}
	for name, text := range map[string]string{"jobs/chain": script, "commands/chain": commands} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	runJobs(t, system, dir)
	ok, out := jobResult(t, dir, "chain")
	if !ok || !strings.Contains(out, `"status": "running"`) {
		t.Fatal(out)
	}
	type node struct {
		Name string `json:"node-name"`
		RO   bool   `json:"ro"`
	}
	var list []node
	for line := range strings.Lines(out) {
		var reply struct{ Return []node }
		if json.Unmarshal([]byte(line), &reply) == nil && len(reply.Return) > 0 {
			list = reply.Return
		}
	}
	want := map[string]bool{
		"libvirt-4-format": false, "libvirt-5-format": true, "libvirt-6-format": true,
		"libvirt-2-format": false, "libvirt-3-format": true, "libvirt-1-format": false,
	}
	for _, n := range list {
		if ro, ok := want[n.Name]; ok {
			delete(want, n.Name)
			if n.RO != ro {
				t.Errorf("%s: read-only is %v", n.Name, n.RO)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("not there: %v in %s", want, out)
	}
}

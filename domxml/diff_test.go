package domxml

import (
	"strings"
	"testing"
)

const diffBase = `<domain type='kvm'>
  <name>a</name>
  <memory unit='KiB'>1024</memory>
  <os><type>hvm</type><boot dev='hd'/><boot dev='cdrom'/></os>
  <devices>
    <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk>
    <controller type='usb' index='0' model='qemu-xhci'/>
    <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
  </devices>
</domain>`

func TestDiff(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"nothing", "", "", nil},
		{"layout", "<name>a</name>", "<name>a</name>\n\n<!-- x -->", nil},
		{"text", ">1024<", ">2048<", []string{"~ /domain/memory: '1024' -> '2048'"}},
		{"unit", "<memory unit='KiB'>1024<", "<memory unit='MiB'>1<", nil},
		{"disk", "/b'", "/c'", []string{"~ /domain/devices/disk[vdb]/source/@file: '/b' -> '/c'"}},
		{"removed", "<disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>", "",
			[]string{"- /domain/devices/disk[vda]: <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>"}},
		{"attribute", " model='qemu-xhci'", "", []string{
			"- /domain/devices/controller[usb 0 qemu-xhci]: <controller type='usb' index='0' model='qemu-xhci'/>",
			"+ /domain/devices/controller[usb 0]: <controller type='usb' index='0'/>"}},
		{"added attribute", "<source network='default'/>", "<source network='default' portgroup='x'/>",
			[]string{"+ /domain/devices/interface[52:54:00:00:00:01]/source/@portgroup: 'x'"}},
		{"order", "<boot dev='hd'/><boot dev='cdrom'/>", "<boot dev='cdrom'/><boot dev='hd'/>",
			[]string{"~ /domain/os/boot[1]/@dev: 'hd' -> 'cdrom'", "~ /domain/os/boot[2]/@dev: 'cdrom' -> 'hd'"}},
	} {
		got, err := DiffDocuments([]byte(diffBase), []byte(strings.Replace(diffBase, c.old, c.new, 1)))
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, d := range got {
			lines = append(lines, d.String())
		}
		if strings.Join(lines, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, strings.Join(lines, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestDiffClone finds nothing between a domain and its copy, and the change of
// one disk.
func TestDiffClone(t *testing.T) {
	a, err := ParseDomain([]byte(diffBase))
	if err != nil {
		t.Fatal(err)
	}
	b := a.Clone()
	if d, err := Diff(a, b); err != nil || len(d) != 0 {
		t.Errorf("%v %v", d, err)
	}
	b.Devices.Disks[0].Source.File = "/z"
	if d, err := Diff(a, b); err != nil || len(d) != 1 || d[0].New != "'/z'" {
		t.Errorf("%v %v", d, err)
	}
}

// TestCanonicalOther lays out a kind of document that has no type.
func TestCanonicalOther(t *testing.T) {
	got, err := Canonical([]byte(`<x a="1"><y/><z b='&lt;'> t </z></x>`), 0)
	if want := "<x a='1'>\n  <y/>\n  <z b='&lt;'> t </z>\n</x>\n"; err != nil || string(got) != want {
		t.Errorf("%s %v", got, err)
	}
}

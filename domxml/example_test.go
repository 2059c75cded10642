package domxml_test

import (
	"fmt"
	"log"
	"os"

	"github.com/govirtd/govirtd/domxml"
)

// Building a domain: the zero value of everything else is fine. Complete adds
// what libvirt would add for any driver.
func ExampleFormatDomain() {
	d := &domxml.Domain{Type: "kvm", Name: "web", VCPU: domxml.VCPU{Value: 2}}
	d.UUID, d.UUIDSet = domxml.ParseUUID("6f1d0a52-3c1b-4c0e-9a57-2f4b8d1e7c90")
	d.Memory.Memory = domxml.GiB(1)
	d.OS.Type = domxml.OSType{Arch: "x86_64", Machine: "q35", Value: "hvm"}
	d.Clock.Offset = "utc"
	d.Devices.Disks = []domxml.Disk{{
		Type:   domxml.DiskFile,
		Device: "disk",
		Driver: &domxml.DiskDriver{Name: "qemu", Type: "qcow2"},
		Source: &domxml.DiskSource{Type: domxml.DiskFile, File: "/images/web.qcow2"},
		Target: domxml.DiskTarget{Dev: d.FreeTarget(domxml.DiskBusVirtio), Bus: domxml.DiskBusVirtio},
	}}
	if err := d.Complete(); err != nil {
		log.Fatal(err)
	}
	if err := d.Validate(); err != nil {
		log.Fatal(err)
	}
	text, err := domxml.FormatDomain(d, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(text))
	// Output:
	// <domain type='kvm'>
	//   <name>web</name>
	//   <uuid>6f1d0a52-3c1b-4c0e-9a57-2f4b8d1e7c90</uuid>
	//   <memory unit='KiB'>1048576</memory>
	//   <currentMemory unit='KiB'>1048576</currentMemory>
	//   <vcpu placement='static'>2</vcpu>
	//   <os>
	//     <type arch='x86_64' machine='q35'>hvm</type>
	//     <boot dev='hd'/>
	//   </os>
	//   <clock offset='utc'/>
	//   <on_poweroff>destroy</on_poweroff>
	//   <on_reboot>restart</on_reboot>
	//   <on_crash>destroy</on_crash>
	//   <devices>
	//     <disk type='file' device='disk'>
	//       <driver name='qemu' type='qcow2'/>
	//       <source file='/images/web.qcow2'/>
	//       <target dev='vda' bus='virtio'/>
	//     </disk>
	//   </devices>
	// </domain>
}

// Reading what virsh dumpxml prints of a running domain: Live keeps the id,
// aliases and what else only a running domain has.
func ExampleParseDomain() {
	dump, err := os.ReadFile("testdata/guest.xml")
	if err != nil {
		log.Fatal(err)
	}
	d, err := domxml.ParseDomain(dump, domxml.Live())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Name, d.Memory, d.VcpusCurrent(), "vcpus")
	for i := range d.Devices.Disks {
		k := &d.Devices.Disks[i]
		fmt.Println(k.Target.Dev, k.Device, k.Target.Bus, k.Address)
	}
	for _, c := range d.Devices.Interfaces {
		fmt.Println(c.Type, c.MAC.Address)
	}
	// Output:
	// shop-frontend 8 GiB 4 vcpus
	// vda disk virtio 0000:03:00.0
	// vdb disk virtio 0000:07:00.0
	// sda cdrom sata 0:0:0:0
	// network 52:54:00:3d:6e:1a
	// bridge 52:54:00:3d:6e:1b
}

// Changing one disk, and saying what changed.
func ExampleDiff() {
	doc, err := os.ReadFile("testdata/guest.xml")
	if err != nil {
		log.Fatal(err)
	}
	before, err := domxml.ParseDomain(doc)
	if err != nil {
		log.Fatal(err)
	}
	after := before.Clone()
	after.DiskByTarget("vda").Source.File = "/var/lib/libvirt/images/shop-frontend-2.qcow2"
	after.DiskByTarget("vda").Driver.Cache = "writeback"
	after.Memory.Memory = domxml.GiB(16)
	differences, err := domxml.Diff(before, after)
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range differences {
		fmt.Println(d)
	}
	// Output:
	// ~ /domain/memory: '8388608' -> '16777216'
	// ~ /domain/devices/disk[vda]/driver/@cache: 'none' -> 'writeback'
	// ~ /domain/devices/disk[vda]/source/@file: '/var/lib/libvirt/images/shop-frontend.qcow2' -> '/var/lib/libvirt/images/shop-frontend-2.qcow2'
}

// Finding what libvirt's schema does not allow.
func ExampleCheckSchema() {
	found, err := domxml.CheckSchema([]byte(`<network>
  <name>lab</name>
  <forward mode='nut'/>
  <brigde name='virbr7'/>
</network>`))
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range found {
		fmt.Printf("line %d, column %d: %s: %s\n", f.Line, f.Column, f.Path, f.Problem)
	}
	fmt.Println(found[0].Allowed[:3])
	// Output:
	// line 3, column 12: /network/forward: attribute 'mode' cannot be 'nut'
	// line 4, column 3: /network/brigde: unknown element in 'network'
	// [nat route open]
}

// Putting a document of any kind into libvirt's form.
func ExampleCanonical() {
	text, err := domxml.Canonical([]byte(`<pool type="dir"><target><path>/srv//images/</path></target><name>images</name></pool>`), 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(text))
	// Output:
	// <pool type='dir'>
	//   <name>images</name>
	//   <uuid>00000000-0000-0000-0000-000000000000</uuid>
	//   <capacity unit='bytes'>0</capacity>
	//   <allocation unit='bytes'>0</allocation>
	//   <available unit='bytes'>0</available>
	//   <source>
	//   </source>
	//   <target>
	//     <path>/srv/images</path>
	//   </target>
	// </pool>
}

func ExampleParseSize() {
	bytes, ok := domxml.ParseSize("10 GiB")
	fmt.Println(bytes, ok, domxml.FormatSize(bytes))
	// Output: 10737418240 true 10 GiB
}

func ExampleTargetAddress() {
	fmt.Println(domxml.TargetBus("sdi"), domxml.TargetAddress("sdi", domxml.DiskBusSCSI))
	// Output: scsi 1:0:0:1
}

func ExampleParseAddress() {
	a, ok := domxml.ParseAddress(domxml.AddressPCI, "0000:00:1f.2")
	fmt.Println(a.Slot, a.Function, ok)
	// Output: 31 2 true
}

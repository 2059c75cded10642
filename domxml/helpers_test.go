package domxml

import "testing"

func TestSizes(t *testing.T) {
	for text, want := range map[string]uint64{
		"10 GiB": 10 << 30, "10GiB": 10 << 30, "1k": 1024, "1 KB": 1000, "5": 5, "7 bytes": 7, " 2 mib ": 2 << 20, "16 EB": 16e18,
	} {
		if got, ok := ParseSize(text); !ok || got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
	for _, text := range []string{"", "x", "1 XiB", "-1", "1.5 GiB", "32 EiB", "99999999999999999999"} {
		if got, ok := ParseSize(text); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
	for n, want := range map[uint64]string{0: "0 bytes", 1025: "1025 bytes", 2048: "2 KiB", 10 << 30: "10 GiB", 1536 << 20: "1536 MiB"} {
		if got := FormatSize(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
		if back, ok := ParseSize(want); !ok || back != n {
			t.Errorf("%q is %d", want, back)
		}
	}
	if b, ok := UnitBytes("MB"); !ok || b != 1e6 {
		t.Errorf("MB is %d", b)
	}
	if MiB(2) != KiB(2048) || GiB(1).Bytes() != 1<<30 || GiB(3).String() != "3 GiB" {
		t.Error("amounts of memory")
	}
}

func TestAddressText(t *testing.T) {
	for _, c := range []struct {
		a    *Address
		text string
	}{
		{PCIAddress(0, 0, 0x1f, 2), "0000:00:1f.2"}, {PCIAddress(1, 0xff, 0, 7), "0001:ff:00.7"},
		{DriveAddress(1, 0, 2, 3), "1:0:2:3"}, {USBAddress(1, "1.2"), "1:1.2"}, {CCWAddress(0xfe, 0, 1), "fe.0.0001"},
		{DIMMAddress(3, 0x100000000), "3@0x100000000"},
	} {
		if got := c.a.String(); got != c.text {
			t.Errorf("%q, want %q", got, c.text)
		}
		back, ok := ParseAddress(c.a.Type, c.text)
		if !ok || back.String() != c.text {
			t.Errorf("%q is %v", c.text, back)
		}
	}
	if a, ok := ParseAddress(AddressPCI, "00:02.0"); !ok || a.Slot != 2 {
		t.Errorf("short form: %v", a)
	}
	for kind, text := range map[AddressType]string{
		AddressPCI: "0000:00:20.0", AddressDrive: "1:2:3", AddressUSB: "1:1.2.3.4.5", AddressCCW: "ff.0.0001", AddressDIMM: "x@1", AddressISA: "1",
	} {
		if a, ok := ParseAddress(kind, text); ok {
			t.Errorf("%s %q is %v", kind, text, a)
		}
	}
	if a, ok := ParseAddress(AddressPCI, "0000:00.00:1"); ok {
		t.Errorf("separators in another order: %v", a)
	}
}

func TestTargets(t *testing.T) {
	for _, c := range []struct {
		dev  string
		bus  DiskBus
		text string
	}{
		{"sda", DiskBusSCSI, "0:0:0:0"}, {"sdi", DiskBusSCSI, "1:0:0:1"}, {"hdd", DiskBusIDE, "0:1:0:1"}, {"sdaa", DiskBusSATA, "4:0:0:2"}, {"fdb", DiskBusFDC, "0:0:0:1"},
	} {
		a := TargetAddress(c.dev, c.bus)
		if a == nil || a.String() != c.text {
			t.Errorf("%s is at %v, want %s", c.dev, a, c.text)
			continue
		}
		if dev, ok := AddressTarget(a, c.bus); !ok || dev != c.dev {
			t.Errorf("%s is %s, want %s", c.text, dev, c.dev)
		}
	}
	if a := TargetAddress("vda", DiskBusVirtio); a != nil {
		t.Errorf("vda has a place: %v", a)
	}
	for dev, bus := range map[string]DiskBus{"vda": DiskBusVirtio, "sdb": DiskBusSCSI, "hdc": DiskBusIDE, "fda": DiskBusFDC, "xvda": DiskBusXen, "x": ""} {
		if got := TargetBus(dev); got != bus {
			t.Errorf("%s is on %q, want %q", dev, got, bus)
		}
	}
	if _, ok := AddressTarget(DriveAddress(0, 0, 0, 9), DiskBusSCSI); ok {
		t.Error("unit 9 has a name")
	}
	d := &Domain{Devices: Devices{Disks: []Disk{{Target: DiskTarget{Dev: "vda"}}, {Target: DiskTarget{Dev: "vdc"}}}}}
	if got := d.FreeTarget(DiskBusVirtio); got != "vdb" {
		t.Errorf("free is %s", got)
	}
	if d.DiskByTarget("vdc") != &d.Devices.Disks[1] || d.DiskByTarget("vdz") != nil {
		t.Error("DiskByTarget")
	}
}

func TestIdentifiers(t *testing.T) {
	for text, want := range map[string]string{
		"C7A5FDBD-EDAF-9455-926A-D65C16DB1809": "c7a5fdbd-edaf-9455-926a-d65c16db1809", " c7a5fdbdedaf9455926ad65c16db1809 ": "c7a5fdbd-edaf-9455-926a-d65c16db1809",
	} {
		if u, ok := ParseUUID(text); !ok || u.String() != want {
			t.Errorf("%q is %s", text, u)
		}
	}
	for _, text := range []string{"", "c7a5", "g7a5fdbd-edaf-9455-926a-d65c16db1809", "c7a5fdbd-edaf-9455-926a-d65c16db180900"} {
		if u, ok := ParseUUID(text); ok {
			t.Errorf("%q is %s", text, u)
		}
	}
	if m, ok := ParseMAC("52:54:0:AB:1:2"); !ok || m.String() != "52:54:00:ab:01:02" || m.IsMulticast() {
		t.Errorf("%v %v", m, ok)
	}
	for _, text := range []string{"", "52:54:00:00:00", "52:54:00:00:00:100", "52-54-00-00-00-01", "52:54:00:00:00:0x1"} {
		if m, ok := ParseMAC(text); ok {
			t.Errorf("%q is %s", text, m)
		}
	}
}

//go:build linux

package qemucaps

import (
	"bytes"
	"os"
	"reflect"
	"testing"
)

// recorded loads a recording of testdata.
func recorded(t *testing.T, name string) *Emulator {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestRecordings asks what differs between the recorded emulators, and what
// every emulator has.
func TestRecordings(t *testing.T) {
	for _, v := range []struct {
		name, q35, pc string
		number        uint64
		shm           bool // memory-backend-shm is of 9.1
	}{
		{"qemu-7.2-x86_64.json", "pc-q35-7.2", "pc-i440fx-7.2", 7002022, false},
		{"qemu-10.0-x86_64.json", "pc-q35-10.0", "pc-i440fx-10.0", 10000013, true},
	} {
		e := recorded(t, v.name)
		if e.Arch != "x86_64" || e.Version != v.number || !e.KVM {
			t.Errorf("%s: arch %s, version %d, kvm %t", v.name, e.Arch, e.Version, e.KVM)
		}
		if m, _ := e.Machine("q35"); m.Name != v.q35 || m.DefaultRAM != "pc.ram" || m.DefaultCPU != "qemu64-x86_64-cpu" {
			t.Errorf("%s: q35 is %+v", v.name, m)
		}
		if m, _ := e.Machine("pc"); m.Name != v.pc || !m.Default {
			t.Errorf("%s: pc is %+v", v.name, m)
		}
		if _, ok := e.Machine("none"); ok {
			t.Errorf("%s: has the machine none", v.name)
		}
		for name, have := range map[string][2]bool{
			"virtio-blk-pci.iothread":      {e.HasProperty("virtio-blk-pci", "iothread"), true},
			"virtio-blk-pci.bogus":         {e.HasProperty("virtio-blk-pci", "bogus"), false},
			"bogus":                        {e.HasType("bogus"), false},
			"memory-backend-shm":           {e.HasType("memory-backend-shm"), v.shm},
			"memory-backend-memfd.hugetlb": {e.HasProperty("memory-backend-memfd", "hugetlb"), true},
			"device_add":                   {e.HasCommand("device_add"), true},
			"no_such_command":              {e.HasCommand("no_such_command"), false},
			"-sandbox spawn":               {e.HasOption("sandbox", "spawn"), true},
			"-sandbox bogus":               {e.HasOption("sandbox", "bogus"), false},
			"-bogus":                       {e.HasOption("bogus", ""), false},
			"blockdev-add file locking":    {e.Command("blockdev-add").Case("file").Member("locking").Exists(), true},
			"blockdev-add file bogus":      {e.Command("blockdev-add").Case("file").Member("bogus").Exists(), false},
			"blockdev-add bogus locking":   {e.Command("blockdev-add").Case("bogus").Member("locking").Exists(), false},
			"aio io_uring":                 {e.Command("blockdev-add").Case("file").Member("aio").Has("io_uring"), true},
			"backing of qcow2":             {e.Command("blockdev-add").Case("qcow2").Member("backing").Case("file").Exists(), true},
			"chardev-add socket reconnect": {e.Command("chardev-add").Member("backend").Case("socket").Member("data").Member("reconnect").Exists(), true},
			"query-block inserted":         {e.Returns("query-block").Member("inserted").Member("node-name").Exists(), true},
			"bogus returns":                {e.Returns("bogus").Exists(), false},
			"BLOCK_IO_ERROR node-name":     {e.Event("BLOCK_IO_ERROR").Member("node-name").Exists(), true},
		} {
			if have[0] != have[1] {
				t.Errorf("%s: %s is %t", v.name, name, have[0])
			}
		}
		var out bytes.Buffer
		if err := e.Save(&out); err != nil {
			t.Fatal(err)
		}
		again, err := Load(&out)
		if err != nil || !reflect.DeepEqual(e, again) {
			t.Errorf("%s: not the same after it has been saved: %v", v.name, err)
		}
	}
}

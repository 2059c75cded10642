package argv

import (
	"fmt"
	"testing"

	"github.com/govirtd/govirtd/domxml"
)

// TestAssignNodes: no number is given twice, whether images are known at once
// or found later.
func TestAssignNodes(t *testing.T) {
	file := func() *domxml.DiskSource { return &domxml.DiskSource{File: "/a"} }
	below := func() *domxml.BackingStore {
		return &domxml.BackingStore{Type: "file", Format: &domxml.ImageFormat{Type: "qcow2"}, Source: file()}
	}
	d := &domxml.Domain{}
	for range 3 {
		d.Devices.Disks = append(d.Devices.Disks, domxml.Disk{Type: "file", Source: file()})
	}
	d.Devices.Disks[0].BackingStore = below()
	d.Devices.Disks[1].ThrottleFilters = []domxml.ThrottleFilter{{Group: "a"}, {Group: "b"}}
	d.Devices.Disks = append(d.Devices.Disks, domxml.Disk{Type: "file", Device: "cdrom"})
	last := AssignNodes(d, 0)
	k := d.Devices.Disks
	got := fmt.Sprint(k[2].Source.Index, k[1].Source.Index, firstFilter(&k[1]), k[0].Source.Index, k[0].BackingStore.Index, last)
	if want := fmt.Sprint(2, 3, 4, 6, 7, 7); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	k[1].BackingStore, k[2].BackingStore = below(), below()
	last = AssignNodes(d, last)
	got = fmt.Sprint(k[2].BackingStore.Index, k[1].BackingStore.Index, firstFilter(&k[1]))
	if want := fmt.Sprint(9, 10, 4); got != want {
		t.Errorf("%s, want %s; last %d", got, want, last)
	}
}

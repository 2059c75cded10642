//go:build linux

package qemu

import (
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

// runsOn is where a thread may run.
func runsOn(t *testing.T, thread int) string {
	t.Helper()
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(thread, &set); err != nil {
		t.Fatal(err)
	}
	out := domxml.CPUSet{}
	for i := range 1024 {
		if set.IsSet(i) {
			out.Add(i)
		}
	}
	return out.String()
}

// TestTune: limits, pins and links of a definition are those of the process, and
// change with it.
func TestTune(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("pins need two processors")
	}
	b := newBackend(t, testConfig(t, testDirs(t)))
	image := t.TempDir() + "/image"
	if err := os.WriteFile(image, make([]byte, 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	d := small(t, "tune", `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='`+image+`'/><target dev='vda' bus='virtio'/>
<iotune><total_bytes_sec>1000</total_bytes_sec></iotune><address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/></disk>
<disk type='file' device='cdrom'><target dev='hda' bus='ide'/><iotune><total_bytes_sec>7</total_bytes_sec></iotune><address type='drive' controller='0' bus='0' target='0' unit='0'/></disk>
<controller type='ide' index='0'><address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x1'/></controller>
<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/><address type='pci' domain='0x0000' bus='0x00' slot='0x04' function='0x0'/></interface>`)
	d.IOThreads = 1
	one, both := domxml.CPUSet{2}, domxml.CPUSet{3}
	d.CPUTune = &domxml.CPUTune{EmulatorPin: &domxml.EmulatorPin{CPUSet: one}, IOThreadPins: []domxml.IOThreadPin{{IOThread: 1, CPUSet: domxml.CPUSet{1}}}}
	g, _ := begin(t, b, d, drivers.StartOptions{ID: 1, Paused: true})
	disk := &g.LiveDocument().Devices.Disks[0]

	now, err := g.IOTune(t.Context(), disk)
	if err != nil || now.TotalBytesSec != 1000 || now.GroupName.Name != qomName(disk) {
		t.Errorf("limits at the start %+v, %v", now, err)
	}
	want := domxml.IOTune{ReadIOPSSec: 10, ReadIOPSSecMax: 20, ReadIOPSSecMaxLength: 3, GroupName: domxml.ThrottleGroupName{Name: "group", Set: true}}
	if err := g.SetIOTune(t.Context(), disk, &want); err != nil {
		t.Fatal(err)
	}
	if now, err = g.IOTune(t.Context(), disk); err != nil || now != want {
		t.Errorf("limits %+v, %v", now, err)
	}
	if err := g.SetIOTune(t.Context(), disk, &domxml.IOTune{TotalIOPSSec: 1, ReadIOPSSec: 1}); err == nil {
		t.Error("limits that contradict one another are taken")
	}

	threads, err := g.IOThreads(t.Context())
	if err != nil || len(threads) != 1 {
		t.Fatalf("iothreads %v, %v", threads, err)
	}
	vcpu := g.vcpuThreads()[0]
	if e, i, v := runsOn(t, g.proc.pid), runsOn(t, threads[0].Thread), runsOn(t, vcpu); e != "1" || i != "0" || v == "0" || v == "1" {
		t.Errorf("at the start the emulator runs on %s, the iothread on %s, the virtual CPU on %s", e, i, v)
	}
	if err := g.PinVcpu(t.Context(), 0, one); err != nil || runsOn(t, vcpu) != "1" {
		t.Errorf("the virtual CPU runs on %s, %v", runsOn(t, vcpu), err)
	}
	if err := g.PinIOThread(t.Context(), 1, both); err != nil || runsOn(t, threads[0].Thread) != "0-1" {
		t.Errorf("the iothread runs on %s, %v", runsOn(t, threads[0].Thread), err)
	}
	if err := g.PinEmulator(t.Context(), both); err != nil || runsOn(t, g.proc.pid) != "0-1" {
		t.Errorf("the emulator runs on %s, %v", runsOn(t, g.proc.pid), err)
	}
	if g.PinIOThread(t.Context(), 9, one) == nil || g.PinVcpu(t.Context(), 9, one) == nil || g.PinEmulator(t.Context(), domxml.CPUSet{}) == nil {
		t.Error("what is not there is pinned, or pinned nowhere")
	}

	if err := g.AddIOThread(t.Context(), &domxml.IOThread{ID: 5}); err != nil {
		t.Fatal(err)
	}
	most := uint64(5000)
	if err := g.SetIOThread(t.Context(), &domxml.IOThread{ID: 5, Poll: &domxml.IOThreadPoll{Max: &most}}); err != nil {
		t.Fatal(err)
	}
	// The first answer may be an older one.
	polls := func(want ...uint64) {
		t.Helper()
		var got []uint64
		for range 50 {
			list, err := g.IOThreads(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			threads := slices.SortedFunc(slices.Values(list), func(a, b IOThread) int { return int(a.ID) - int(b.ID) })
			got = nil
			for _, t := range threads {
				got = append(got, uint64(t.ID), t.PollMax)
			}
			if slices.Equal(got, want) {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Errorf("iothreads and their polling %v, want %v", got, want)
	}
	polls(1, 32768, 5, 5000)
	if err := g.RemoveIOThread(t.Context(), 5); err != nil {
		t.Error(err)
	}
	polls(1, 32768)
	if err := g.SetLink(t.Context(), &g.LiveDocument().Devices.Interfaces[0], false); err != nil {
		t.Error(err)
	}
	var nobodys domxml.Interface
	nobodys.Alias = &domxml.Alias{Name: "net9"}
	if g.SetLink(t.Context(), &nobodys, false) == nil {
		t.Error("the cable of no card is pulled out")
	}
}

//go:build linux

package qemu

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may do this")
	}
}

func ownerOf(t *testing.T, path string) string {
	t.Helper()
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d:%d", s.Uid, s.Gid)
}

// TestUser runs guests as somebody else, who is given their images as long as
// one of them runs.
func TestUser(t *testing.T) {
	needRoot(t)
	c := testConfig(t, testDirs(t))
	c.User = &User{UID: 64999, GID: 64998, Groups: []uint32{64997}}
	dir := strings.TrimSuffix(c.Dirs.Run, "/run")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b := newBackend(t, c)
	qemuImg(t, "create", "-q", "-f", "qcow2", dir+"/base", "8M")
	for _, n := range []string{"1", "2"} {
		qemuImg(t, "create", "-q", "-f", "qcow2", "-b", "base", "-F", "qcow2", dir+"/top"+n)
	}
	if err := os.Chown(dir+"/top1", 1234, 4321); err != nil {
		t.Fatal(err)
	}
	disk := func(n, more string) string {
		return "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='" + dir + "/top" + n + "'/><target dev='vda' bus='virtio'/>" + diskAddress + "</disk>" +
			"<serial type='file'><source path='" + dir + "/serial" + n + "'/></serial>" + more
	}
	check := func(when string, want ...string) {
		t.Helper()
		for i, name := range []string{"top1", "top2", "base"} {
			if got := ownerOf(t, dir+"/"+name); got != want[i] {
				t.Errorf("%s, %s belongs to %s", when, name, got)
			}
		}
	}
	const theirs, ours = "64999:64998", "0:0"
	one, _ := begin(t, b, small(t, "one", disk("1", "")), drivers.StartOptions{ID: 1})
	check("with one", theirs, ours, theirs)
	two, _ := begin(t, b, small(t, "two", disk("2", "")), drivers.StartOptions{ID: 2})
	check("with both", theirs, theirs, theirs)
	status, err := os.ReadFile(one.proc.path("status"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"Uid:\t64999\t64999\t64999\t64999", "Gid:\t64998\t64998\t64998\t64998", "Groups:\t64997 ", "CapEff:\t0000000000000000", "NoNewPrivs:\t1"} {
		if !strings.Contains(string(status), line) {
			t.Errorf("no %q in %s", line, status)
		}
	}
	for _, file := range []string{one.dirs.Lib, one.dirs.Lib + "/master-key.aes", dir + "/serial1"} {
		if got := ownerOf(t, file); got != theirs {
			t.Errorf("%s belongs to %s", file, got)
		}
	}
	if l := one.LiveDocument().SecLabels; len(l) != 1 || l[0].Label != "+64999:+64998" || l[0].Model != "dac" {
		t.Errorf("labels %+v", l)
	}
	if err := one.Destroy(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	check("without one", "1234:4321", theirs, theirs)
	// A start that fails leaves no trace.
	if _, err := b.Start(t.Context(), small(t, "bad", disk("1", "<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='nobr0'/><model type='e1000'/></interface>")),
		drivers.StartOptions{ID: 3}, func(drivers.Fact) {}); err == nil {
		t.Error("it has started")
	}
	bad := small(t, "bad2", disk("1", ""))
	bad.OS.Kernel = dir + "/serial1"
	if _, err := b.Start(t.Context(), bad, drivers.StartOptions{ID: 3}, func(drivers.Fact) {}); err == nil {
		t.Error("it has started")
	}
	check("after failures", "1234:4321", theirs, theirs)
	if err := two.Destroy(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	check("at the end", "1234:4321", ours, ours)
	b2 := make([]byte, 64)
	if n, err := unix.Getxattr(dir+"/base", attrOwner, b2); err == nil {
		t.Errorf("the owner is still remembered: %s", b2[:n])
	}
}

// inNetwork runs f in a network of its own.
func inNetwork(t *testing.T, f func()) {
	t.Helper()
	done := make(chan bool)
	go func() {
		defer close(done)
		runtime.LockOSThread() // until the end of the goroutine, which is that of the thread
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			done <- false
			return
		}
		f()
	}()
	if ok, first := <-done; first && !ok {
		t.Skip("networks of one's own are not possible here")
	}
}

// TestBridge plugs a guest into a bridge of the host.
func TestBridge(t *testing.T) {
	needRoot(t)
	needQEMU(t)
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		t.Skip("/dev/net/tun is missing")
	}
	b := newBackend(t, testConfig(t, testDirs(t)))
	inNetwork(t, func() {
		bridge := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "br0", MTU: 1400}}
		if err := netlink.LinkAdd(bridge); err != nil {
			t.Log("bridges are not possible here: ", err)
			return
		}
		s := &start{b: b, g: b.newGuest(small(t, "net", ""), 1, nil, func(drivers.Fact) {})}
		s.d = small(t, "net", "<interface type='bridge'><mac address='52:54:00:12:34:56'/><source bridge='br0'/><model type='virtio'/></interface>"+
			"<interface type='ethernet'><mac address='52:54:00:12:34:57'/><target dev='mytap'/><model type='e1000'/></interface>"+
			"<interface type='bridge'><mac address='52:54:00:12:34:58'/><source bridge='br0'/><model type='virtio'/><driver queues='3'/></interface>"+
			"<interface type='user'><mac address='52:54:00:12:34:59'/></interface>")
		for i := range s.d.Devices.Interfaces {
			s.d.Devices.Interfaces[i].Alias = &domxml.Alias{Name: fmt.Sprint("net", i)}
		}
		if err := s.devices(context.Background()); err != nil {
			t.Error(err)
			return
		}
		for i, c := range []struct {
			name, mac string
			queues    int
			bridged   bool
		}{{"vnet0", "fe:54:00:12:34:56", 1, true}, {"mytap", "", 1, false}, {"vnet1", "fe:54:00:12:34:58", 3, true}} {
			if got := s.d.Devices.Interfaces[i].Target.Dev; got != c.name {
				t.Errorf("device %d is %s", i, got)
			}
			if n := len(s.opts.NetFDs[fmt.Sprint("net", i)].Tap); n != c.queues {
				t.Errorf("%s has %d queues", c.name, n)
			}
			l, err := netlink.LinkByName(c.name)
			if err != nil {
				t.Error(err)
				continue
			}
			a := l.Attrs()
			if c.mac != "" && a.HardwareAddr.String() != c.mac || c.bridged != (a.MasterIndex == bridge.Attrs().Index) || a.Flags&net.FlagUp == 0 || c.bridged && a.MTU != 1400 {
				t.Errorf("%s: %+v", c.name, a)
			}
		}
		s.closeFiles()
		if _, err := netlink.LinkByName("vnet0"); err == nil {
			t.Error("the device outlives its guest")
		}
	})
}

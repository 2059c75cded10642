//go:build linux

package qemu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

const diskAddress = "<address type='pci' domain='0x0000' bus='0x00' slot='0x04' function='0x0'/>"

func qemuImg(t testing.TB, args ...string) {
	t.Helper()
	if out, err := exec.Command("qemu-img", args...).CombinedOutput(); err != nil {
		t.Fatalf("qemu-img %v: %v: %s", args, err, out)
	}
}

// TestChain is a disk on three images: each has a node of its own.
func TestChain(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	dir := t.TempDir()
	qemuImg(t, "create", "-q", "-f", "qcow2", dir+"/base", "8M")
	qemuImg(t, "create", "-q", "-f", "qcow2", "-b", "base", "-F", "qcow2", dir+"/mid")
	qemuImg(t, "create", "-q", "-f", "qcow2", "-b", dir+"/mid", "-F", "qcow2", dir+"/top")
	d := small(t, "chain", `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='`+dir+`/top'/><target dev='vda' bus='virtio'/>`+diskAddress+`</disk>`)
	g, _ := begin(t, b, d, drivers.StartOptions{ID: 1})
	k := &g.LiveDocument().Devices.Disks[0]
	if got := fmt.Sprint(k.Source.Index, k.BackingStore.Index, k.BackingStore.Store.Index, k.BackingStore.Store.Store.Source == nil); got != "1 2 3 true" {
		t.Errorf("numbers %s", got)
	}
	var nodes []struct {
		Name     string `json:"node-name"`
		Driver   string `json:"drv"`
		ReadOnly bool   `json:"ro"`
	}
	if err := g.mon.Run(t.Context(), "query-named-block-nodes", object{"flat": true}, &nodes); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, n := range nodes {
		got[n.Name] = fmt.Sprint(n.Driver, " ", n.ReadOnly)
	}
	for i, ro := range []bool{false, true, true} {
		name := "libvirt-" + strconv.Itoa(i+1)
		if got[name+"-format"] != fmt.Sprint("qcow2 ", ro) || got[name+"-storage"] != "file false" {
			t.Errorf("nodes %v", got)
		}
		// The node of the place is ready to be written, but nobody does.
		if file := dir + "/" + []string{"top", "mid", "base"}[i]; writable(t, g, file) == ro {
			t.Errorf("%s is open for writing: %v", file, !ro)
		}
	}
	info, err := b.BlockInfo(t.Context(), g.LiveDocument(), g, "vda")
	if err != nil || info.Capacity != 8<<20 || info.Physical == 0 || info.Allocation == 0 {
		t.Errorf("info %+v, %v", info, err)
	}
	off, err := b.BlockInfo(t.Context(), d, nil, "vda")
	if err != nil || off.Capacity != 8<<20 || off.Physical != info.Physical {
		t.Errorf("info %+v, %v", off, err)
	}
	var text strings.Builder
	for _, s := range b.DomainStats(t.Context(), drivers.DomainStatsQuery{Domain: g.LiveDocument(), Guest: g, Groups: b.DomainStatsGroups(), Backing: true}) {
		switch s.Value.(type) {
		case int32, uint32, int64, uint64, string:
		default:
			t.Errorf("%s is a %T", s.Name, s.Value)
		}
		fmt.Fprintf(&text, "%s=%v\n", s.Name, s.Value)
	}
	for _, want := range []string{
		"cpu.time=", "balloon.current=32768\nballoon.maximum=32768\nballoon.rss=", "vcpu.current=1\nvcpu.maximum=1\nvcpu.0.state=1\nvcpu.0.time=",
		"net.count=0\nblock.count=3\nblock.0.name=vda\nblock.0.path=" + dir + "/top\nblock.0.backingIndex=1\nblock.0.rd.reqs=",
		"block.0.capacity=8388608\nblock.0.physical=", "block.2.path=" + dir + "/base\nblock.2.backingIndex=3\nblock.2.allocation=0\nblock.2.capacity=8388608\nblock.2.physical=",
		"dirtyrate.calc_status=0\ndirtyrate.calc_start_time=0\ndirtyrate.calc_period=0\ndirtyrate.calc_mode=page-sampling\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in %s", want, text.String())
		}
	}
	text.Reset()
	for _, s := range b.DomainStats(t.Context(), drivers.DomainStatsQuery{Domain: d, Groups: b.DomainStatsGroups()}) {
		fmt.Fprintf(&text, "%s=%v\n", s.Name, s.Value)
	}
	if want := "balloon.current=32768\nballoon.maximum=32768\nvcpu.current=1\nvcpu.maximum=1\nblock.count=1\nblock.0.name=vda\nblock.0.path=" + dir +
		"/top\nblock.0.allocation="; !strings.HasPrefix(text.String(), want) || !strings.Contains(text.String(), "block.0.capacity=8388608\n") {
		t.Errorf("inactive: %s", text.String())
	}
	stats, err := g.BlockStats(t.Context(), "vda")
	if err != nil || stats.Errors != -1 {
		t.Errorf("stats %+v, %v", stats, err)
	}
	if list, err := g.DiskErrors(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("errors %v, %v", list, err)
	}
}

// writable reports whether a guest has a file open for writing.
func writable(t testing.TB, g *Guest, file string) bool {
	t.Helper()
	fds, err := os.ReadDir(g.proc.path("fd"))
	if err != nil {
		t.Fatal(err)
	}
	found, write := false, false
	for _, e := range fds {
		if at, _ := os.Readlink(g.proc.path("fd", e.Name())); at != file {
			continue
		}
		b, err := os.ReadFile(g.proc.path("fdinfo", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		_, flags, _ := strings.Cut(string(b), "flags:\t")
		flags, _, _ = strings.Cut(flags, "\n")
		found = true
		write = write || !strings.HasSuffix(flags, "0")
	}
	if !found {
		t.Errorf("%s is not open", file)
	}
	return write
}

// TestStartErrors is what clients hear when a process does not come up, and
// that nothing is left of it.
func TestStartErrors(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/text", []byte("text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	disk := func(format, file string) string {
		return `<disk type='file' device='disk'><driver name='qemu' type='` + format + `'/><source file='` + file + `'/><target dev='vda' bus='virtio'/>` + diskAddress + `</disk>`
	}
	for _, c := range []struct {
		name, devices string
		change        func(*domxml.Domain)
		code          vir.ErrorNumber
		want          string
	}{
		{"nodisk", disk("qcow2", "/nonexistent"), nil, vir.ErrSystemError, "Cannot access storage file '/nonexistent': No such file or directory"},
		{"notqcow", disk("qcow2", dir+"/text"), nil, vir.ErrInternalError, "internal error: process exited while connecting to monitor: *: Image is not in qcow2 format"},
		{"isdir", disk("raw", dir), nil, vir.ErrInternalError, "internal error: process exited while connecting to monitor: *"},
		{"kernel", "", func(d *domxml.Domain) { d.OS.Kernel = dir + "/text" }, vir.ErrInternalError, "internal error: process exited while connecting to monitor: qemu: invalid kernel header"},
		{"memory", "", func(d *domxml.Domain) { d.SetMaxMemoryKiB(1 << 40) }, vir.ErrInternalError, "internal error: process exited while connecting to monitor: *"},
		{"serial", "<serial type='file'><source path='/nonexistent/x'/></serial>", nil, vir.ErrSystemError, "Unable to open file: /nonexistent/x: No such file or directory"},
		{"bridge", "<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='nobr0'/><model type='e1000'/>" + diskAddress + "</interface>", nil, vir.ErrSystemError, "Cannot get interface MTU on 'nobr0': No such device"},
		{"network", "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><model type='e1000'/>" + diskAddress + "</interface>", nil, vir.ErrOperationUnsupported, "*networks cannot be started yet"},
	} {
		d := small(t, c.name, c.devices)
		if c.change != nil {
			c.change(d)
		}
		f := &facts{}
		_, err := b.Start(t.Context(), d, drivers.StartOptions{ID: 1}, f.notify)
		var e *vir.Error
		if !errors.As(err, &e) || e.Code != c.code || !matches(c.want, e.Message) {
			t.Errorf("%s: error %v", c.name, err)
		}
		if list := f.take(); len(list) > 0 {
			t.Errorf("%s: facts %#v", c.name, list)
		}
	}
	for _, dir := range []string{b.cfg.Dirs.Run, b.cfg.Dirs.Lib} {
		list, _ := filepath.Glob(dir + "/*-1*")
		files, _ := filepath.Glob(dir + "/*.*")
		if len(list)+len(files) > 0 {
			t.Errorf("left are %v %v", list, files)
		}
	}
}

// matches reports whether a text fits a pattern in which * is anything.
func matches(pattern, text string) bool {
	head, tail, ok := strings.Cut(pattern, "*")
	if !ok {
		return pattern == text
	}
	return strings.HasPrefix(text, head) && strings.HasSuffix(text[len(head):], tail)
}

func TestConsole(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	g, _ := begin(t, b, small(t, "console", `<serial type='pty'/><console type='pty'/><serial type='null'/>
<parallel type='unix'><source mode='bind' path='`+t.TempDir()+`/s'/></parallel>`), drivers.StartOptions{ID: 1})
	for _, device := range []string{"", "serial0"} {
		con, err := g.OpenConsole(t.Context(), device)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() {
			_, err := io.ReadAll(con)
			done <- err
		}()
		time.Sleep(10 * time.Millisecond)
		con.Close()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			t.Fatal("the reader hangs")
		}
	}
	if c, err := g.OpenConsole(t.Context(), "parallel0"); err != nil {
		t.Error(err)
	} else {
		c.Close()
	}
	for device, want := range map[string]string{
		"nosuch": "internal error: cannot find character device nosuch", "serial1": "internal error: character device serial1 is not using a PTY",
	} {
		if _, err := g.OpenConsole(t.Context(), device); err == nil || err.Error() != want {
			t.Errorf("error %v", err)
		}
	}
	// The end of the guest is the end of the stream.
	con, err := g.OpenConsole(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer con.Close()
	if err := g.Destroy(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(con); err != nil {
		t.Errorf("error %v", err)
	}
}

func TestScreen(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	screen := `<graphics type='vnc' port='-1' autoport='yes' passwd='abc'/><video><model type='vga' vram='16384' heads='1'/><address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0'/></video>`
	g, f := begin(t, b, small(t, "screen", screen), drivers.StartOptions{ID: 1})
	other, _ := begin(t, b, small(t, "screen2", screen), drivers.StartOptions{ID: 2})
	p, q := *g.LiveDocument().Devices.Graphics[0].Port, *other.LiveDocument().Devices.Graphics[0].Port
	if p < firstDisplayPort || q <= p {
		t.Errorf("ports %d and %d", p, q)
	}
	mime, picture, err := b.Screenshot(t.Context(), "screen", vir.DomainRunning, g, 0)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(picture)
	picture.Close()
	if err != nil || mime != "image/png" || !strings.HasPrefix(string(data), "\x89PNG") {
		t.Errorf("%s of %d bytes, %v", mime, len(data), err)
	}
	if _, _, err := b.Screenshot(t.Context(), "screen", vir.DomainRunning, g, 1); err == nil || err.Error() != "Requested operation is not valid: no such screen ID" {
		t.Errorf("error %v", err)
	}
	if _, _, err := b.Screenshot(t.Context(), "screen", vir.DomainShutoff, nil, 0); err == nil || err.Error() != "Requested operation is not valid: domain is not running" {
		t.Errorf("error %v", err)
	}
	if files, _ := filepath.Glob(g.dirs.Lib + "/qemu.*"); len(files) > 0 {
		t.Errorf("left are %v", files)
	}
	if err := g.SendKeys(t.Context(), []uint32{29, 56, 111}, 20*time.Millisecond); err != nil {
		t.Error(err)
	}
	if err := g.SendKeys(t.Context(), []uint32{600}, 0); err == nil || err.Error() != "internal error: cannot translate keycode 600 of linux codeset to qnum keycode" {
		t.Errorf("error %v", err)
	}
	if err := g.InjectNMI(t.Context()); err != nil {
		t.Error(err)
	}
	// Somebody looks.
	c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(p))
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	deadline := time.Now().Add(5 * time.Second)
	var phases []vir.DomainEventGraphicsPhase
	for len(phases) < 2 && time.Now().Before(deadline) {
		for _, x := range f.take() {
			if x, ok := x.(drivers.GraphicsClient); ok {
				phases = append(phases, x.Phase)
				if x.Local.Node != "127.0.0.1" || x.Local.Service != strconv.Itoa(p) || x.Remote.Node != "127.0.0.1" || x.AuthScheme != "vnc" {
					t.Errorf("client %+v", x)
				}
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	if fmt.Sprint(phases) != fmt.Sprint([]vir.DomainEventGraphicsPhase{vir.DomainEventGraphicsConnect, vir.DomainEventGraphicsDisconnect}) {
		t.Errorf("phases %v", phases)
	}
}

func TestMemory(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	d := small(t, "memory", "<memballoon model='virtio'><stats period='5'/><address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/></memballoon>")
	d.SetMemoryKiB(16 << 10)
	g, _ := begin(t, b, d, drivers.StartOptions{ID: 1})
	if n := g.LiveDocument().MemoryKiB(); n != 32<<10 { // nobody in the guest gives anything back
		t.Errorf("the guest has %d KiB", n)
	}
	stats, err := g.MemoryStats(t.Context(), 0)
	if err != nil || len(stats) != 3 || stats[0] != (drivers.MemoryStat{Tag: vir.DomainMemoryStatActualBalloon, Value: 32 << 10}) ||
		stats[1].Tag != vir.DomainMemoryStatLastUpdate || stats[2].Tag != vir.DomainMemoryStatRSS || stats[2].Value == 0 {
		t.Errorf("stats %v, %v", stats, err)
	}
	if err := g.SetMemory(t.Context(), 20<<10); err != nil {
		t.Error(err)
	}
	for _, physical := range []bool{true, false} {
		// The vector of the reset is the end of the firmware.
		m, err := g.PeekMemory(t.Context(), 0xfffffff0, 16, physical)
		if err != nil || len(m) != 16 || m[0] != 0xea {
			t.Errorf("memory %x, %v", m, err)
		}
	}
	if err := g.DumpCore(t.Context(), t.TempDir()+"/core", vir.DomainCoreDumpFormatRaw); err != nil {
		t.Error(err)
	}
	i, err := g.VcpuInfo(t.Context(), 0, nil)
	if err != nil || i.State != vir.VCPURunning {
		t.Errorf("vcpu %+v, %v", i, err)
	}
}

func TestAgentChannel(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	d := small(t, "agent", `<controller type='virtio-serial' index='0'><address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/></controller>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/><address type='virtio-serial' controller='0' bus='0' port='1'/></channel>`)
	g, f := begin(t, b, d, drivers.StartOptions{ID: 3})
	c := g.LiveDocument().Devices.Channels[0]
	if c.Target.State != "disconnected" || c.Sources[0].Path != b.cfg.Dirs.Run+"/channel/3-agent/org.qemu.guest_agent.0" {
		t.Errorf("channel %+v %+v", c.Target, c.Sources)
	}
	want(t, f, drivers.AgentChanged{State: vir.ConnectDomainEventAgentLifecycleStateDisconnected, Reason: vir.ConnectDomainEventAgentLifecycleReasonDomainStarted})
	if err := g.Shutdown(t.Context(), vir.DomainShutdownGuestAgent); err == nil || err.Error() != "Guest agent is not responding: QEMU guest agent is not connected" {
		t.Errorf("error %v", err)
	}
	conn, err := net.Dial("unix", c.Sources[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

// TestHandedOver gives the guest connections that were made elsewhere.
func TestHandedOver(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	g, _ := begin(t, b, small(t, "handed", `<graphics type='vnc' port='-1' autoport='yes'/>
<video><model type='vga' vram='16384' heads='1'/><address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0'/></video>
<controller type='virtio-serial' index='0'><address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/></controller>
<channel type='unix'><target type='virtio' name='mine'/><address type='virtio-serial' controller='0' bus='0' port='1'/></channel>
<channel type='pty'><target type='virtio' name='tty'/><address type='virtio-serial' controller='0' bus='0' port='2'/></channel>`), drivers.StartOptions{ID: 1})
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "ours"), os.NewFile(uintptr(pair[1]), "theirs")
	defer ours.Close()
	if err := g.OpenGraphics(t.Context(), 0, theirs, true); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	hello := make([]byte, 12)
	if _, err := io.ReadFull(ours, hello); err != nil || string(hello) != "RFB 003.008\n" {
		t.Errorf("the screen says %q, %v", hello, err)
	}
	if err := g.OpenGraphics(t.Context(), 1, ours, false); err == nil || err.Error() != "internal error: No graphics backend with index 1" {
		t.Errorf("error %v", err)
	}
	for name, want := range map[string]string{
		"": "", "mine": "", "channel0": "", "tty": "internal error: channel tty is not using a UNIX socket", "nosuch": "internal error: cannot find channel nosuch",
	} {
		c, err := g.OpenChannel(t.Context(), name)
		if err == nil {
			c.Close()
		}
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && got != want {
			t.Errorf("channel %q: %v", name, err)
		}
	}
	if err := g.StartDirtyRate(t.Context(), 61, 0); err == nil || !strings.HasSuffix(err.Error(), "seconds=61 is invalid, please choose value within [1, 60].") {
		t.Errorf("error %v", err)
	}
	if err := g.StartDirtyRate(t.Context(), 1, vir.DomainDirtyrateModeDirtyRing); err == nil {
		t.Error("a guest without a ring has one")
	}
	if err := g.StartDirtyRate(t.Context(), 1, 0); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		r, err := g.dirtyRate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.status == 2 && r.rate != nil && r.period == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("rate %+v", r)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestMonitorCommand(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	g, f := begin(t, b, small(t, "monitor", ""), drivers.StartOptions{ID: 9})
	for _, c := range []struct {
		command string
		human   bool
		want    string
	}{
		{"info status", true, "VM status: running\r\n"},
		{`{"execute": "query-name"}`, false, `{"return":{"name":"monitor"},"id":"libvirt-*"}`},
		{`{"execute": "nosuch"}`, false, `{"id":"libvirt-*","error":{"class":"CommandNotFound","desc":"The command nosuch has not been found"}}`},
		{`{"foo": 1}`, false, `{*"error":{"class":"GenericError","desc":"QMP input member 'foo' is unexpected"}}`},
		{`[]`, false, `{"error":{"class":"GenericError","desc":"QMP input must be a JSON object"}}`},
		{`garbage`, false, "internal error: failed to parse JSON: unexpected character"},
		{`{"execute":"query-name","id":1}`, false, "internal error: Unable to append command 'id' string"},
	} {
		got, err := g.MonitorCommand(t.Context(), c.command, c.human, nil)
		if err != nil {
			got = err.Error()
		}
		if !matches(c.want, got) {
			t.Errorf("%s: %q", c.command, got)
		}
	}
	if _, err := g.MonitorCommand(t.Context(), "stop", true, nil); err != nil {
		t.Error(err)
	}
	f.wait(t, drivers.Paused{})
	log, _ := os.ReadFile(b.logs.path("monitor"))
	if strings.Count(string(log), ": Domain id=9 is tainted: custom-monitor\n") != 1 {
		t.Errorf("log %s", log)
	}
}

// TestMany starts and ends guests at the same time.
func TestMany(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	var wg sync.WaitGroup
	for i := range 6 {
		d := small(t, fmt.Sprintf("many%d", i), "")
		wg.Go(func() {
			for range 2 {
				g, err := b.Start(context.Background(), d, drivers.StartOptions{ID: int32(i + 1)}, func(drivers.Fact) {})
				if err != nil {
					t.Error(err)
					return
				}
				if err := g.Destroy(context.Background(), i%2 == 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(b.guests); n != 0 {
		t.Errorf("%d guests are left", n)
	}
}

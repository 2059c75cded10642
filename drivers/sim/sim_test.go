package sim

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

func start(t *testing.T, notify drivers.Notify) (*Backend, *Guest) {
	t.Helper()
	b := New(drivers.SimulatedHost{Node: drivers.NodeInfo{Cores: 2}}, func() time.Time { return time.Unix(1000, 0) })
	d, err := domxml.ParseDomain([]byte(`<domain type='test'><name>g</name><memory>65536</memory><os><type>hvm</type></os><devices>
<disk type='file' device='disk'><source file='/var/lib/libvirt/images/g.img'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk></devices></domain>`))
	if err != nil {
		t.Fatal(err)
	}
	g, err := b.Start(t.Context(), d, drivers.StartOptions{ID: 1}, notify)
	if err != nil {
		t.Fatal(err)
	}
	return b, g.(*Guest)
}

// TestFacts: what is asked for is reported before the call returns.
func TestFacts(t *testing.T) {
	var facts []drivers.Fact
	_, g := start(t, func(f drivers.Fact) { facts = append(facts, f) })
	if err := g.Reboot(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if err := g.Shutdown(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if len(facts) != 2 || facts[0] != (drivers.Rebooted{}) || facts[1] != (drivers.ShutDown{}) {
		t.Errorf("reported %v", facts)
	}
}

func TestDisks(t *testing.T) {
	_, g := start(t, nil)
	errs, err := g.DiskErrors(t.Context())
	if err != nil || len(errs) != 2 || errs[0].Disk != "vda" || errs[1].Disk != "hda" || errs[0].Code == errs[1].Code {
		t.Errorf("disk errors %v %v", errs, err)
	}
	fs, err := g.FileSystems(t.Context())
	if err != nil || len(fs) != 2 || fs[1].Name != "vda2" || fs[1].MountPoint != "/boot" {
		t.Errorf("file systems %v %v", fs, err)
	}
}

func TestFreeze(t *testing.T) {
	_, g := start(t, nil)
	for i, c := range []struct {
		thaw  bool
		which []string
		want  int
	}{{false, []string{"/"}, 1}, {false, nil, 1}, {false, nil, 0}, {true, []string{"/boot"}, 1}, {true, nil, 1}, {true, nil, 0}} {
		f := g.Freeze
		if c.thaw {
			f = g.Thaw
		}
		if n, err := f(t.Context(), c.which); n != c.want || err != nil {
			t.Errorf("step %d: %d changed, %v", i, n, err)
		}
	}
	if _, err := g.Freeze(t.Context(), []string{"/nosuch"}); !errors.Is(err, &vir.Error{Code: vir.ErrOperationInvalid}) {
		t.Errorf("unknown mount point: %v", err)
	}
}

func TestControlInfo(t *testing.T) {
	_, g := start(t, nil)
	for sec, want := range map[int64]drivers.ControlInfo{
		0:     {State: vir.DomainControlOk},
		1:     {State: vir.DomainControlJob, StateTime: 1},
		9999:  {State: vir.DomainControlJob, StateTime: 9999},
		10000: {State: vir.DomainControlOccupied},
		29999: {State: vir.DomainControlOccupied, StateTime: 19999},
		30001: {State: vir.DomainControlError, Details: vir.DomainControlErrorReasonUnknown, StateTime: 1},
		59999: {State: vir.DomainControlError, Details: vir.DomainControlErrorReasonInternal, StateTime: 29999},
		60000: {State: vir.DomainControlOk},
	} {
		if err := g.SetTime(t.Context(), drivers.GuestTime{Seconds: sec}); err != nil {
			t.Fatal(err)
		}
		if got, err := g.ControlInfo(t.Context()); got != want || err != nil {
			t.Errorf("at %d: %+v %v", sec, got, err)
		}
	}
}

// TestConsole types, waits for answers, and is hung up by the guest's end.
func TestConsole(t *testing.T) {
	_, g := start(t, nil)
	con, err := g.OpenConsole(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(con, "hostnamX\be\rnosuch\r"+strings.Repeat("y", consoleLine+100)); err != nil {
		t.Fatal(err)
	}
	if err := g.Destroy(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(con)
	if err != nil || !strings.Contains(string(out), "\r\nghost\r\n") || !strings.Contains(string(out), "nosuch: not found") {
		t.Errorf("%q %v", out, err)
	}
	if n := strings.Count(string(out), "y"); n > consoleLine+2 {
		t.Errorf("a line of %d bytes", n)
	}
	if _, err := con.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("typing after the end: %v", err)
	}
}

// TestConsoleBound: a reader that does not come loses the oldest output.
func TestConsoleBound(t *testing.T) {
	_, g := start(t, nil)
	con, err := g.OpenConsole(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for range 2000 {
		if _, err := io.WriteString(con, "echo "+strings.Repeat("z", 100)+"\r"); err != nil {
			t.Fatal(err)
		}
	}
	con.Close()
	if out, err := io.ReadAll(con); len(out) != consoleOutput || err != nil {
		t.Errorf("%d bytes kept, %v", len(out), err)
	}
}

func TestProcesses(t *testing.T) {
	b, _ := start(t, nil)
	if err := b.CheckProcess(t.Context(), 1); err != nil {
		t.Error(err)
	}
	if err := b.CheckProcess(t.Context(), 2); !errors.Is(err, &vir.Error{Code: vir.ErrInvalidArg}) {
		t.Errorf("process 2: %v", err)
	}
}

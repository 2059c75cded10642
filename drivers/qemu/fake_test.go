//go:build linux

package qemu

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/qmp/qmptest"
	"github.com/govirtd/govirtd/protocol/vir"
)

const fakeDomain = `<domain type='qemu'><name>fake</name><uuid>a1b2c3d4-0000-4000-8000-000000000001</uuid><memory unit='MiB'>64</memory>
<os><type arch='x86_64' machine='pc-i440fx-10.0'>hvm</type></os><clock offset='variable' adjustment='3600' basis='utc'/><devices>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/d/top'/><backingStore type='file'><format type='qcow2'/><source file='/d/base'/><backingStore/></backingStore><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><source file='/d/iso'/><target dev='hda' bus='ide'/><readonly/></disk>
<channel type='unix'><source mode='bind' path='/c/a'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<channel type='unix'><source mode='bind' path='/c/b'/><target type='virtio' name='other'/></channel>
<memballoon model='virtio'/></devices></domain>`

// fake is a guest whose process exists in words only.
func fake(t *testing.T) (*Guest, *qmptest.Server, *facts) {
	t.Helper()
	d := parse(t, fakeDomain)
	if err := argv.Prepare(d, &argv.Options{}); err != nil {
		t.Fatal(err)
	}
	b := &Backend{cfg: Config{}, log: slog.New(slog.NewTextHandler(t.Output(), nil)), ports: newPorts(), guests: map[*Guest]struct{}{}}
	b.cfg.Times.fill()
	f := &facts{}
	g := b.newGuest(d, 1, &qemucaps.Emulator{Version: 10000000}, f.notify)
	g.live.Store(d)
	g.proc = &process{pid: os.Getpid(), done: make(chan struct{})}
	g.life.begun = true
	s := &qmptest.Server{Handlers: map[string]qmptest.Handler{}}
	g.connect(s.Pipe())
	t.Cleanup(func() { g.mon.Close() })
	if _, err := g.mon.Handshake(t.Context()); err != nil {
		t.Fatal(err)
	}
	return g, s, f
}

type data map[string]any

// TestEvents gives a guest every event of interest.
func TestEvents(t *testing.T) {
	for _, c := range []struct {
		name string
		data any
		want []drivers.Fact
	}{
		{"STOP", nil, []drivers.Fact{drivers.Paused{}}},
		{"RESUME", nil, []drivers.Fact{drivers.Continued{}}},
		{"RESET", data{"guest": true, "reason": "guest-reset"}, []drivers.Fact{drivers.WasReset{}}},
		{"SHUTDOWN", data{"guest": true, "reason": "guest-shutdown"}, []drivers.Fact{drivers.ShutDown{Detail: vir.DomainEventShutdownGuest}}},
		{"SHUTDOWN", data{"guest": false, "reason": "host-signal"}, []drivers.Fact{drivers.ShutDown{Detail: vir.DomainEventShutdownHost}}},
		{"SHUTDOWN", "nonsense", nil},
		{"GUEST_PANICKED", data{"action": "pause"}, []drivers.Fact{drivers.Paused{Reason: vir.DomainPausedCrashed}, drivers.Crashed{Waiting: true}}},
		{"GUEST_PANICKED", data{"action": "run"}, nil},
		{"GUEST_CRASHLOADED", data{"action": "run"}, []drivers.Fact{drivers.Crashloaded{}}},
		{"SUSPEND", nil, []drivers.Fact{drivers.Slept{}}},
		{"SUSPEND_DISK", nil, []drivers.Fact{drivers.Slept{ToDisk: true}}},
		{"WAKEUP", nil, []drivers.Fact{drivers.Woken{}}},
		{"RTC_CHANGE", data{"offset": -7, "qom-path": "/machine/x"}, []drivers.Fact{drivers.ClockChanged{Offset: 3593}}},
		{"WATCHDOG", data{"action": "pause"}, []drivers.Fact{drivers.WatchdogFired{Action: vir.DomainEventWatchdogPause}}},
		{"WATCHDOG", data{"action": "inject-nmi"}, []drivers.Fact{drivers.WatchdogFired{Action: vir.DomainEventWatchdogInjectnmi}}},
		{"WATCHDOG", data{"action": "dance"}, nil},
		{"BALLOON_CHANGE", data{"actual": 33554432}, []drivers.Fact{drivers.BalloonChanged{Actual: 32768}}},
		{
			"BLOCK_IO_ERROR", data{"device": "", "node-name": "libvirt-2-format", "operation": "write", "action": "stop", "nospace": true, "reason": "No space left on device"},
			[]drivers.Fact{drivers.IOFailed{Path: "/d/top", Alias: "virtio-disk0", Action: vir.DomainEventIOErrorPause, Reason: "enospc"}},
		},
		{
			"BLOCK_IO_ERROR", data{"device": "", "node-name": "libvirt-3-storage", "operation": "read", "action": "report", "nospace": false},
			[]drivers.Fact{drivers.IOFailed{Path: "/d/top", Alias: "virtio-disk0", Action: vir.DomainEventIOErrorReport}},
		},
		{
			"BLOCK_IO_ERROR", data{"device": "", "qom-path": "/machine/peripheral/ide0-0-0", "operation": "read", "action": "ignore"},
			[]drivers.Fact{drivers.IOFailed{Path: "/d/iso", Alias: "ide0-0-0"}},
		},
		{"DEVICE_TRAY_MOVED", data{"device": "", "id": "ide0-0-0", "tray-open": true}, []drivers.Fact{drivers.TrayMoved{Alias: "ide0-0-0", Reason: vir.DomainEventTrayChangeOpen}}},
		{"DEVICE_TRAY_MOVED", data{"device": "", "id": "ide0-0-0", "tray-open": false}, []drivers.Fact{drivers.TrayMoved{Alias: "ide0-0-0", Reason: vir.DomainEventTrayChangeClose}}},
		{"DEVICE_TRAY_MOVED", data{"device": "", "id": "nobody", "tray-open": false}, nil},
		{"BLOCK_WRITE_THRESHOLD", data{"node-name": "libvirt-2-storage", "amount-exceeded": 5, "write-threshold": 100}, []drivers.Fact{
			drivers.ThresholdPassed{Target: "vda", Path: "/d/top", Threshold: 100, Excess: 5}, drivers.ThresholdPassed{Target: "vda[2]", Path: "/d/top", Threshold: 100, Excess: 5},
		}},
		{"BLOCK_WRITE_THRESHOLD", data{"node-name": "libvirt-3-storage", "amount-exceeded": 5, "write-threshold": 100}, []drivers.Fact{
			drivers.ThresholdPassed{Target: "vda[3]", Path: "/d/base", Threshold: 100, Excess: 5},
		}},
		{"BLOCK_WRITE_THRESHOLD", data{"node-name": "libvirt-33-storage", "amount-exceeded": 5, "write-threshold": 100}, nil},
		{"DEVICE_DELETED", data{"device": "net0", "path": "/machine/peripheral/net0"}, []drivers.Fact{drivers.DeviceRemoved{Alias: "net0"}}},
		{"DEVICE_DELETED", data{"path": "/machine/peripheral/net0/virtio-backend"}, nil},
		{"DEVICE_UNPLUG_GUEST_ERROR", data{"device": "net0"}, []drivers.Fact{drivers.DeviceKept{Alias: "net0"}}},
		{"MEMORY_DEVICE_SIZE_CHANGE", data{"id": "virtiomem0", "size": 1 << 30, "qom-path": "/x"}, []drivers.Fact{drivers.MemoryDeviceResized{Alias: "virtiomem0", Size: 1 << 20}}},
		{
			"MEMORY_FAILURE", data{"recipient": "guest", "action": "inject", "flags": data{"action-required": true, "recursive": false}},
			[]drivers.Fact{drivers.MemoryFailed{Recipient: vir.DomainEventMemoryFailureRecipientGuest, Action: vir.DomainEventMemoryFailureActionInject, Flags: vir.DomainMemoryFailureActionRequired}},
		},
		{"VSERPORT_CHANGE", data{"id": "channel0", "open": true}, []drivers.Fact{
			drivers.ChannelChanged{Alias: "channel0", Connected: true},
			drivers.AgentChanged{State: vir.ConnectDomainEventAgentLifecycleStateConnected, Reason: vir.ConnectDomainEventAgentLifecycleReasonChannel},
		}},
		{"VSERPORT_CHANGE", data{"id": "channel1", "open": false}, []drivers.Fact{drivers.ChannelChanged{Alias: "channel1"}}},
		{"VSERPORT_CHANGE", data{"id": "channel9", "open": false}, nil},
		{
			"VNC_INITIALIZED", data{
				"server": data{"auth": "sasl", "family": "ipv6", "service": "5900", "host": "::1", "websocket": false},
				"client": data{"family": "ipv4", "service": "4711", "host": "10.0.0.1", "x509_dname": "CN=me", "sasl_username": "me", "websocket": false},
			},
			[]drivers.Fact{drivers.GraphicsClient{
				Phase: vir.DomainEventGraphicsInitialize, AuthScheme: "sasl",
				Local:      drivers.GraphicsAddress{Family: vir.DomainEventGraphicsAddressIPv6, Node: "::1", Service: "5900"},
				Remote:     drivers.GraphicsAddress{Node: "10.0.0.1", Service: "4711"},
				Identities: [][2]string{{"x509dname", "CN=me"}, {"saslUsername", "me"}},
			}},
		},
		{
			"SPICE_DISCONNECTED", data{"server": data{"port": "5901", "family": "unix", "host": "/s"}, "client": data{"port": "5902", "family": "unknown", "host": "h"}},
			[]drivers.Fact{drivers.GraphicsClient{
				Phase: vir.DomainEventGraphicsDisconnect, Local: drivers.GraphicsAddress{Family: vir.DomainEventGraphicsAddressUnix, Node: "/s", Service: "5901"},
				Remote: drivers.GraphicsAddress{Node: "h", Service: "5902"},
			}},
		},
		{"NIC_RX_FILTER_CHANGED", data{"name": "net0"}, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			g, s, f := fake(t)
			s.Event(c.name, c.data)
			synctest.Wait()
			if got := f.take(); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s %v: %#v", c.name, c.data, got)
			}
			g.mon.Close()
			synctest.Wait()
			g.backend.remove(g)
		})
	}
}

// TestStopsThatAreNoNews has events that come with a reason of their own.
func TestStopsThatAreNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, s, f := fake(t)
		for _, first := range []struct {
			name string
			data data
		}{
			{"BLOCK_IO_ERROR", data{"node-name": "libvirt-2-format", "action": "stop"}},
			{"WATCHDOG", data{"action": "pause"}},
			{"GUEST_PANICKED", data{"action": "pause"}},
			{"SHUTDOWN", data{"guest": true}},
		} {
			s.Event(first.name, first.data)
			synctest.Wait()
			f.take()
			s.Event("STOP", nil)
			synctest.Wait()
			if got := f.take(); len(got) > 0 {
				t.Errorf("%s: %#v", first.name, got)
			}
		}
		g.life.off = false
		s.Event("STOP", nil)
		synctest.Wait()
		if got := f.take(); len(got) != 1 {
			t.Errorf("the next stop: %#v", got)
		}
		g.mon.Close()
	})
}

// TestKnown has a monitor that stops answering.
func TestKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, s, _ := fake(t)
		n, hold := 0, make(chan struct{})
		s.Handle("query-status", func(qmptest.Call) (any, error) {
			if n++; n == 3 {
				<-hold
			}
			return n, nil
		})
		var k known[int]
		ask := func(most time.Duration) (int, error) {
			t.Helper()
			start := time.Now()
			v, err := k.ask(t.Context(), g, func(ctx context.Context) (v int, err error) {
				err = g.mon.Run(ctx, "query-status", nil, &v)
				return v, err
			})
			if d := time.Since(start); d != most {
				t.Errorf("waited %v, not %v", d, most)
			}
			return v, err
		}
		for i := range 2 {
			if v, err := ask(0); v != i+1 || err != nil {
				t.Errorf("%d, %v", v, err)
			}
		}
		glance := g.backend.cfg.Times.Glance
		// It is waited for once, and then no more.
		if v, err := ask(glance); v != 2 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
		time.Sleep(time.Millisecond)
		if v, err := ask(0); v != 2 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
		// The question ends long before the process answers; others that know
		// nothing hear why.
		time.Sleep(time.Minute)
		if v, err := ask(0); v != 2 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
		_, err := g.DiskErrors(t.Context())
		var e *vir.Error
		if !errors.As(err, &e) || e.Code != vir.ErrOperationTimeout {
			t.Errorf("error %v", err)
		}
		synctest.Wait()
		close(hold)
		synctest.Wait()
		if v, err := ask(0); v != 4 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
		// A refusal is the answer.
		s.Handle("query-status", func(qmptest.Call) (any, error) {
			return nil, &qmptest.Refusal{Class: "GenericError", Desc: "no"}
		})
		if _, err := ask(0); !isRefused(err, "GenericError") {
			t.Errorf("error %v", err)
		}
		g.mon.Close()
		if v, err := ask(0); v != 4 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
	})
}

// TestGone has a monitor that hangs up: what is asked for afterwards fails.
func TestGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, s, f := fake(t)
		s.Hangup()
		synctest.Wait()
		if got := f.take(); !reflect.DeepEqual(got, []drivers.Fact{drivers.ControlFailed{}}) {
			t.Errorf("facts %#v", got)
		}
		if err := g.Pause(t.Context()); err == nil || err.Error() != "internal error: End of file from qemu monitor (vm='fake')" {
			t.Errorf("error %v", err)
		}
		if i, _ := g.ControlInfo(t.Context()); i.State != vir.DomainControlError || i.Details != vir.DomainControlErrorReasonMonitor {
			t.Errorf("control %+v", i)
		}
	})
}

func TestBlockFigures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, s, _ := fake(t)
		s.Handle("query-blockstats", func(qmptest.Call) (any, error) {
			return []data{{
				"qdev": "/machine/peripheral/virtio-disk0/virtio-backend", "node-name": "libvirt-2-format",
				"stats":   data{"rd_operations": 1, "rd_bytes": 2, "rd_total_time_ns": 3, "wr_operations": 4, "wr_bytes": 5, "wr_total_time_ns": 6, "flush_operations": 7, "flush_total_time_ns": 8, "wr_highest_offset": 9},
				"parent":  data{"stats": data{"wr_highest_offset": 4096}},
				"backing": data{"stats": data{}, "parent": data{"stats": data{"wr_highest_offset": 512}}},
			}, {"qdev": "somebody"}}, nil
		})
		s.Handle("query-named-block-nodes", func(qmptest.Call) (any, error) {
			return []data{
				{"node-name": "libvirt-2-format", "image": data{"virtual-size": 1 << 20}},
				{"node-name": "libvirt-2-storage", "image": data{"virtual-size": 1 << 16, "actual-size": 1 << 14}},
				{"node-name": "libvirt-3-storage", "image": data{"virtual-size": 1 << 19, "actual-size": 1 << 13}},
			}, nil
		})
		all, err := g.figures(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]blockFigures{"vda": {
			stats: drivers.BlockStats{ReadRequests: 1, ReadBytes: 2, ReadTime: 3, WriteRequests: 4, WriteBytes: 5, WriteTime: 6, FlushRequests: 7, FlushTime: 8, Errors: -1},
			images: []imageFigures{
				{index: 2, path: "/d/top", capacity: 1 << 20, physical: 1 << 14, highest: 4096},
				{index: 3, path: "/d/base", capacity: 1 << 19, physical: 1 << 13, highest: 512},
			},
		}}
		if !reflect.DeepEqual(all, want) {
			t.Errorf("figures %+v", all)
		}
		if _, err := g.BlockStats(t.Context(), "hda"); err == nil || err.Error() != "internal error: cannot find statistics for device 'hda'" {
			t.Errorf("error %v", err)
		}
		g.mon.Close()
	})
}

// TestStatusText reads what was written.
func TestStatusText(t *testing.T) {
	g, _, _ := fake(t)
	g.backend.cfg.Dirs = testDirs(t)
	if err := os.MkdirAll(g.backend.cfg.Dirs.Run, 0o700); err != nil {
		t.Fatal(err)
	}
	g.lastNode = 7
	d := g.live.Load().Clone()
	d.Description = "  <devices>\n    <disk type='x'>\n      <source index='9'/>\n--> <domain >"
	for _, state := range []vir.DomainState{vir.DomainRunning, vir.DomainPaused, vir.DomainShutdown, vir.DomainCrashed, vir.DomainPmsuspended} {
		for reason := range int32(max(len(reasonWords[state]), 1)) {
			if err := g.KeepStatus(drivers.Status{State: state, Reason: reason, Domain: d}); err != nil {
				t.Fatal(err)
			}
			s, err := readStatus(statusPath(g.backend.cfg.Dirs.Run, "fake"))
			if err != nil {
				t.Fatal(err)
			}
			if st, r := s.state(); st != state || r != reason {
				t.Errorf("state %d %d became %d %d", state, reason, st, r)
			}
			if s.PID != g.proc.pid || s.NodeName.Index != 7 || s.LibDir.Path != g.dirs.Lib || s.ChannelDir.Path != g.dirs.Channel || s.RAMDir.Path != g.dirs.RAM {
				t.Errorf("status %+v", s)
			}
			if list, err := domxml.Diff(d, s.doc); err != nil || len(list) > 0 {
				t.Fatalf("document: %v, %v", list, err)
			}
		}
	}
}

//go:build linux

package qemu

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// hmp does by hand what a guest or a user would do.
func hmp(t testing.TB, g *Guest, line string) {
	t.Helper()
	if err := g.mon.Run(t.Context(), "human-monitor-command", object{"command-line": line}, nil); err != nil {
		t.Fatal(err)
	}
	g.mon.Settle(t.Context())
}

// powerOff is what an operating system does on this board when it has ended.
const powerOff = "o /w 0x604 0x2000"

// booted waits until the firmware has set the board up, and forgets the resets
// of a machine that finds nothing to boot.
func booted(t testing.TB, g *Guest, f *facts) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		var out string
		if err := g.mon.Run(t.Context(), "human-monitor-command", object{"command-line": "x /1xw 0xcf8"}, &out); err != nil {
			t.Fatal(err)
		}
		// The power management's registers answer once they have been mapped.
		if err := g.mon.Run(t.Context(), "human-monitor-command", object{"command-line": "i /2h 0x604"}, &out); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out, "= 0x0001") || strings.Contains(out, "= 0x0000") {
			f.take()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the firmware does not get anywhere: %q", out)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// without leaves out facts of a kind.
func without[T drivers.Fact](list []drivers.Fact) []drivers.Fact {
	return slices.DeleteFunc(list, func(f drivers.Fact) bool { _, ok := f.(T); return ok })
}

func want(t *testing.T, f *facts, list ...drivers.Fact) {
	t.Helper()
	if got := without[drivers.WasReset](f.take()); !slices.Equal(got, list) {
		t.Errorf("facts %#v, want %#v", got, list)
	}
}

func TestPause(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	g, f := begin(t, b, small(t, "pause", ""), drivers.StartOptions{ID: 1, Paused: true})
	for range 3 {
		if err := g.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := g.Pause(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Pause(t.Context()); err != nil {
		t.Error(err)
	}
	want(t, f)
	hmp(t, g, "cont")
	want(t, f, drivers.Continued{})
	hmp(t, g, "stop")
	want(t, f, drivers.Paused{Reason: vir.DomainPausedUnknown})
	if err := g.Reset(t.Context()); err != nil {
		t.Error(err)
	}
	f.wait(t, drivers.WasReset{})
	if err := g.Wake(t.Context()); err == nil || err.Error() != "internal error: unable to execute QEMU command 'system_wakeup': Unable to wake up: guest is not in suspended state" {
		t.Errorf("error %v", err)
	}
}

func TestPowerOff(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	g, f := begin(t, b, small(t, "off", ""), drivers.StartOptions{ID: 1})
	booted(t, g, f)
	// Asked to reboot, it is there again.
	if err := g.Reboot(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	hmp(t, g, powerOff)
	f.wait(t, drivers.WasReset{})
	booted(t, g, f)
	want(t, f)
	// Asked to shut down after that, it stands.
	if err := g.Reboot(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if err := g.Shutdown(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	hmp(t, g, powerOff)
	want(t, f, drivers.ShutDown{Detail: vir.DomainEventShutdownGuest})
	// The engine may want it to start again.
	if err := g.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	booted(t, g, f)
	hmp(t, g, powerOff)
	want(t, f, drivers.ShutDown{Detail: vir.DomainEventShutdownGuest})
	// Its end is told of once.
	if err := g.Destroy(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	want(t, f)
}

func TestRebootAction(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	d := small(t, "reboot", "")
	d.OnReboot = domxml.LifecycleDestroy
	g, f := begin(t, b, d, drivers.StartOptions{ID: 1})
	hmp(t, g, "system_reset")
	f.wait(t, drivers.ShutDown{Detail: vir.DomainEventShutdownHost})
	if err := g.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.take()
	if err := g.SetLifecycleAction(t.Context(), vir.DomainLifecycleReboot, domxml.LifecycleRestart); err != nil {
		t.Fatal(err)
	}
	hmp(t, g, "system_reset")
	f.wait(t, drivers.WasReset{})
	want(t, f)
	// A guest that asks to reboot by powering off is not started again where it
	// is to end.
	if err := g.SetLifecycleAction(t.Context(), vir.DomainLifecycleReboot, domxml.LifecycleDestroy); err != nil {
		t.Fatal(err)
	}
	if err := g.Reboot(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if g.life.rebooting {
		t.Error("a guest that is to end would be started again")
	}
}

func TestPanic(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	g, f := begin(t, b, small(t, "panic", "<panic model='isa'><address type='isa' iobase='0x505'/></panic>"), drivers.StartOptions{ID: 1})
	hmp(t, g, "o /b 0x505 1")
	f.wait(t, drivers.Crashed{Waiting: true})
	g.mon.Settle(t.Context())
	want(t, f, drivers.Paused{Reason: vir.DomainPausedCrashed}, drivers.Crashed{Waiting: true})
	if err := g.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, f)
}

// TestKilled is the end of a process that nobody here has asked for.
func TestKilled(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	for _, c := range []struct {
		name   string
		signal unix.Signal
		want   []drivers.Fact
		log    string
	}{
		{"kill", unix.SIGKILL, []drivers.Fact{drivers.ControlFailed{}, drivers.Gone{Failed: true}}, "crashed"},
		{"term", unix.SIGTERM, []drivers.Fact{drivers.ShutDown{Detail: vir.DomainEventShutdownHost}, drivers.Gone{}}, "shutdown"},
	} {
		g, f := begin(t, b, small(t, c.name, ""), drivers.StartOptions{ID: 1})
		if err := g.proc.signal(c.signal); err != nil {
			t.Fatal(err)
		}
		f.wait(t, c.want[1])
		want(t, f, c.want...)
		log, _ := os.ReadFile(b.logs.path(c.name))
		if !strings.HasSuffix(string(log), "shutting down, reason="+c.log+"\n") {
			t.Errorf("log %s", log)
		}
		if err := g.Destroy(t.Context(), false); err != nil {
			t.Error(err)
		}
		var e *vir.Error
		if err := g.Pause(t.Context()); !errors.As(err, &e) || e.Message != "internal error: End of file from qemu monitor (vm='"+c.name+"')" {
			t.Errorf("error %v", err)
		}
	}
}

// TestFrozen has a process that somebody has stopped: everything ends in time.
func TestFrozen(t *testing.T) {
	c := testConfig(t, testDirs(t))
	c.Times = Times{Verb: 300 * time.Millisecond, Query: 200 * time.Millisecond}
	b := newBackend(t, c)
	g, _ := begin(t, b, small(t, "frozen", "<memballoon model='virtio'><address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/></memballoon>"),
		drivers.StartOptions{ID: 1})
	other, _ := begin(t, b, small(t, "other", ""), drivers.StartOptions{ID: 2})
	first, err := g.MemoryStats(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.proc.signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	timed := func(what string, most time.Duration, f func() error) error {
		t.Helper()
		start := time.Now()
		err := f()
		if d := time.Since(start); d > most {
			t.Errorf("%s has taken %v", what, d)
		}
		return err
	}
	// What was known is the answer.
	for range 3 {
		err := timed("memory", 100*time.Millisecond, func() error {
			now, err := g.MemoryStats(t.Context(), 0)
			if len(now) != len(first) || now[0] != first[0] {
				t.Errorf("figures %v, before %v", now, first)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	// What was not known is an error, at once, since the monitor is silent.
	if err := timed("disk errors", 100*time.Millisecond, func() error { _, err := g.DiskErrors(t.Context()); return err }); err == nil {
		t.Error("a stopped process has answered")
	}
	err = timed("pause", 1500*time.Millisecond, func() error { return g.Pause(t.Context()) })
	var e *vir.Error
	if !errors.As(err, &e) || e.Code != vir.ErrOperationTimeout || !strings.Contains(e.Message, "the monitor of domain 'frozen' has not answered '") {
		t.Errorf("error %v", err)
	}
	if i, _ := g.ControlInfo(t.Context()); i.State != vir.DomainControlOccupied || i.StateTime == 0 {
		t.Errorf("control %+v", i)
	}
	if err := timed("other", 200*time.Millisecond, func() error { return other.Pause(t.Context()) }); err != nil {
		t.Error(err)
	}
	if _, err := b.CPUTime(t.Context(), nil, g); err != nil {
		t.Error(err)
	}
	// It comes back, and what was asked for is done late.
	if err := g.proc.signal(unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for g.silentFor() > 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if err := g.Resume(t.Context()); err != nil {
		t.Error(err)
	}
	if err := g.proc.signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := timed("destroy", 500*time.Millisecond, func() error { return g.Destroy(context.Background(), false) }); err != nil {
		t.Error(err)
	}
}

//go:build linux

package qemu

import (
	"encoding/json"
	"strconv"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/internal/qmp"
	"github.com/govirtd/govirtd/protocol/vir"
)

// events are what the monitor tells of; others are of no interest.
var events = map[string]func(*Guest, json.RawMessage){
	"STOP": plain((*Guest).onStop), "RESUME": plain((*Guest).onResume), "RESET": plain((*Guest).onReset),
	"SHUTDOWN": with((*Guest).onShutdown), "GUEST_PANICKED": with((*Guest).onPanic), "GUEST_CRASHLOADED": plain((*Guest).onCrashload),
	"SUSPEND": plain((*Guest).onSuspend), "SUSPEND_DISK": plain((*Guest).onSuspendDisk), "WAKEUP": plain((*Guest).onWakeup),
	"RTC_CHANGE": with((*Guest).onClock), "WATCHDOG": with((*Guest).onWatchdog), "BALLOON_CHANGE": with((*Guest).onBalloon),
	"BLOCK_IO_ERROR": with((*Guest).onIOError), "DEVICE_TRAY_MOVED": with((*Guest).onTray),
	"BLOCK_WRITE_THRESHOLD": with((*Guest).onThreshold),
	"DEVICE_DELETED":        with((*Guest).onDeleted), "DEVICE_UNPLUG_GUEST_ERROR": with((*Guest).onKept), "MEM_UNPLUG_ERROR": with((*Guest).onKept),
	"MEMORY_DEVICE_SIZE_CHANGE": with((*Guest).onMemoryDevice), "MEMORY_FAILURE": with((*Guest).onMemoryFailure),
	"VSERPORT_CHANGE": with((*Guest).onPort),
	"VNC_CONNECTED":   graphics(vir.DomainEventGraphicsConnect), "VNC_INITIALIZED": graphics(vir.DomainEventGraphicsInitialize),
	"VNC_DISCONNECTED": graphics(vir.DomainEventGraphicsDisconnect), "SPICE_CONNECTED": graphics(vir.DomainEventGraphicsConnect),
	"SPICE_INITIALIZED": graphics(vir.DomainEventGraphicsInitialize), "SPICE_DISCONNECTED": graphics(vir.DomainEventGraphicsDisconnect),
}

func plain(f func(*Guest)) func(*Guest, json.RawMessage) {
	return func(g *Guest, _ json.RawMessage) { f(g) }
}

// with is for an event with data. What cannot be read is as if it had not come.
func with[T any](f func(*Guest, T)) func(*Guest, json.RawMessage) {
	return func(g *Guest, data json.RawMessage) {
		var v T
		if err := json.Unmarshal(data, &v); err != nil {
			g.backend.log.Warn("an event of the monitor makes no sense", "domain", g.name, "error", err)
			return
		}
		f(g, v)
	}
}

// event takes what the monitor tells.
func (g *Guest) event(e qmp.Event) {
	if f := events[e.Name]; f != nil {
		f(g, e.Data)
	}
}

// disconnected is the end of the connection. It comes before that of the
// process as a rule; a process that lives on cannot be spoken to any more.
func (g *Guest) disconnected(err error) {
	g.life.mu.Lock()
	ending := g.life.off || g.life.destroyed || !g.life.begun
	g.life.mu.Unlock()
	if !ending {
		g.notify(drivers.ControlFailed{})
	}
}

func (g *Guest) onStop() {
	g.life.mu.Lock()
	g.life.stopped = true
	news := g.life.asked == 0 && !g.life.off && !g.life.explained
	g.life.explained = false
	g.life.mu.Unlock()
	if news {
		g.notify(drivers.Paused{Reason: vir.DomainPausedUnknown})
	}
}

func (g *Guest) onResume() {
	g.life.mu.Lock()
	news := g.life.asked == 0
	g.life.stopped, g.life.explained = false, false
	g.life.mu.Unlock()
	if news {
		g.notify(drivers.Continued{})
	}
}

func (g *Guest) onReset() { g.notify(drivers.WasReset{}) }

// onShutdown is a guest that has powered off, and stands since; or a process
// that was told to end, and does.
func (g *Guest) onShutdown(e struct {
	Guest  bool   `json:"guest"`
	Reason string `json:"reason"`
},
) {
	detail := vir.DomainEventShutdownHost
	if e.Guest {
		detail = vir.DomainEventShutdownGuest
	}
	l := &g.life
	l.mu.Lock()
	again := l.off
	l.off, l.orderly = true, true
	reboot := l.rebooting && e.Guest && !l.destroyed
	l.rebooting = false
	destroyed := l.destroyed
	l.mu.Unlock()
	switch {
	case again: // it was told of already
	case reboot:
		go g.restart()
	default:
		g.notify(drivers.ShutDown{Detail: detail, Destroyed: destroyed})
	}
}

func (g *Guest) onPanic(e struct {
	Action string `json:"action"`
},
) {
	if e.Action == "run" {
		return
	}
	g.explain()
	g.notify(drivers.Paused{Reason: vir.DomainPausedCrashed})
	g.notify(drivers.Crashed{Waiting: true})
}

// explain says that the next stop is no news.
func (g *Guest) explain() {
	g.life.mu.Lock()
	defer g.life.mu.Unlock()
	g.life.explained = true
}

func (g *Guest) onCrashload()   { g.notify(drivers.Crashloaded{}) }
func (g *Guest) onSuspend()     { g.notify(drivers.Slept{}) }
func (g *Guest) onSuspendDisk() { g.notify(drivers.Slept{ToDisk: true}) }
func (g *Guest) onWakeup()      { g.notify(drivers.Woken{}) }

func (g *Guest) onClock(e struct {
	Offset int64 `json:"offset"`
},
) {
	offset := e.Offset
	// The emulator counts from what it was started with, documents from the
	// host's time.
	if c := g.live.Load().Clock; c.Offset == "variable" {
		if n, err := strconv.ParseInt(c.Adjustment, 10, 64); err == nil {
			offset += n
		}
	}
	g.notify(drivers.ClockChanged{Offset: offset})
}

func (g *Guest) onWatchdog(e struct {
	Action string `json:"action"`
},
) {
	action, ok := map[string]vir.DomainEventWatchdogAction{
		"none": vir.DomainEventWatchdogNone, "pause": vir.DomainEventWatchdogPause, "reset": vir.DomainEventWatchdogReset,
		"poweroff": vir.DomainEventWatchdogPoweroff, "shutdown": vir.DomainEventWatchdogShutdown, "debug": vir.DomainEventWatchdogDebug,
		"inject-nmi": vir.DomainEventWatchdogInjectnmi,
	}[e.Action]
	if !ok {
		return
	}
	if action == vir.DomainEventWatchdogPause {
		g.explain()
	}
	g.notify(drivers.WatchdogFired{Action: action})
}

func (g *Guest) onBalloon(e struct {
	Actual uint64 `json:"actual"` // bytes
},
) {
	g.notify(drivers.BalloonChanged{Actual: e.Actual >> 10})
}

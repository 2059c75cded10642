//go:build linux

package qemu

import (
	"context"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.Pauser     = (*Guest)(nil)
	_ drivers.Shutdowner = (*Guest)(nil)
	_ drivers.Rebooter   = (*Guest)(nil)
	_ drivers.Resetter   = (*Guest)(nil)
	_ drivers.Restarter  = (*Guest)(nil)
	_ drivers.Waker      = (*Guest)(nil)
)

// quietly runs a verb whose stopping and continuing is no news.
func (g *Guest) quietly(ctx context.Context, f func() error) error {
	g.life.mu.Lock()
	g.life.asked++
	g.life.mu.Unlock()
	err := f()
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	g.mon.Settle(ctx)
	g.life.mu.Lock()
	g.life.asked--
	g.life.mu.Unlock()
	return err
}

// Pause stops the virtual CPUs.
func (g *Guest) Pause(ctx context.Context) error {
	return g.quietly(ctx, func() error { return g.verb(ctx, "stop", nil, nil) })
}

// Resume continues the virtual CPUs.
func (g *Guest) Resume(ctx context.Context) error {
	return g.quietly(ctx, func() error { return g.verb(ctx, "cont", nil, nil) })
}

// Shutdown presses the power button.
func (g *Guest) Shutdown(ctx context.Context, flags vir.DomainShutdownFlags) error {
	if flags&vir.DomainShutdownGuestAgent != 0 && flags&vir.DomainShutdownACPIPowerBtn == 0 {
		return g.noAgent()
	}
	g.setRebooting(false)
	return g.verb(ctx, "system_powerdown", nil, nil)
}

// Reboot presses the power button, too: when the guest has powered off, it is
// started again.
func (g *Guest) Reboot(ctx context.Context, flags vir.DomainRebootFlags) error {
	if flags&vir.DomainRebootGuestAgent != 0 && flags&vir.DomainRebootACPIPowerBtn == 0 {
		return g.noAgent()
	}
	g.setRebooting(true)
	err := g.verb(ctx, "system_powerdown", nil, nil)
	if err != nil {
		g.setRebooting(false)
	}
	return err
}

func (g *Guest) setRebooting(on bool) {
	g.life.mu.Lock()
	defer g.life.mu.Unlock()
	g.life.rebooting = on && g.life.actions[vir.DomainLifecycleReboot] == domxml.LifecycleRestart
}

// Reset presses the reset button.
func (g *Guest) Reset(ctx context.Context) error {
	return g.verb(ctx, "system_reset", nil, nil)
}

// Restart resets a guest that stands since it has powered off or panicked.
func (g *Guest) Restart(ctx context.Context) error {
	g.life.mu.Lock()
	action := g.life.actions[vir.DomainLifecycleReboot]
	g.life.mu.Unlock()
	ends := action != domxml.LifecycleRestart && action != ""
	return g.quietly(ctx, func() error {
		if ends { // a reset would power off again
			if err := g.setRebootAction(ctx, domxml.LifecycleRestart); err != nil {
				return err
			}
		}
		if err := g.verb(ctx, "system_reset", nil, nil); err != nil {
			return err
		}
		g.life.mu.Lock()
		g.life.off, g.life.orderly = false, false
		g.life.mu.Unlock()
		if ends {
			if err := g.setRebootAction(ctx, action); err != nil {
				return err
			}
		}
		return g.verb(ctx, "cont", nil, nil)
	})
}

// restart is Restart for a guest that was asked to reboot; nobody waits for it.
func (g *Guest) restart() {
	if err := g.Restart(context.Background()); err != nil {
		g.backend.log.Warn("a guest that has powered off to reboot was not started again", "domain", g.name, "error", err)
		// It stands now, and clients have to know.
		g.notify(drivers.Paused{Reason: vir.DomainPausedUnknown})
	}
}

// Wake wakes a guest that sleeps in memory.
func (g *Guest) Wake(ctx context.Context) error {
	return g.verb(ctx, "system_wakeup", nil, nil)
}

// setRebootAction tells the emulator what a reset by the guest means.
func (g *Guest) setRebootAction(ctx context.Context, action domxml.LifecycleAction) error {
	word := "reset"
	if action != domxml.LifecycleRestart && action != "" {
		word = "shutdown"
	}
	return g.verb(ctx, "set-action", object{"reboot": word}, nil)
}

// noAgent is the refusal of what only the agent in the guest could do.
func (g *Guest) noAgent() error {
	for _, c := range g.live.Load().Devices.Channels {
		if c.Target != nil && c.Target.Name == agentChannel {
			return vir.Errorf(vir.FromQEMU, vir.ErrAgentUnresponsive, "QEMU guest agent is not connected")
		}
	}
	return vir.Errorf(vir.FromQEMU, vir.ErrArgumentUnsupported, "QEMU guest agent is not configured")
}

// agentChannel is the name by which the agent in a guest finds its channel.
const agentChannel = "org.qemu.guest_agent.0"

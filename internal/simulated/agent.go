package simulated

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// A simulated guest has an agent inside if its document has the channel for it.

// agentChannel is the name by which the agent in a guest finds its channel.
const agentChannel = "org.qemu.guest_agent.0"

// connectChannels says who listens at the far end of channels: the agent.
func connectChannels(d *domxml.Domain) (agent bool) {
	for i := range d.Devices.Channels {
		c := &d.Devices.Channels[i]
		if c.Target == nil || c.Target.Type != "virtio" {
			continue
		}
		c.Target.State = "disconnected"
		if c.Target.Name == agentChannel {
			c.Target.State, agent = "connected", true
		}
	}
	return agent
}

// needsAgent is the refusal of what only an agent can do.
func (g *guest) needsAgent() error {
	if g.agent {
		return nil
	}
	return vir.Errorf(vir.FromQEMU, vir.ErrArgumentUnsupported, "QEMU guest agent is not configured")
}

func (g *guest) Hostname(ctx context.Context, domain string) (string, error) {
	if err := g.needsAgent(); err != nil {
		return "", err
	}
	return g.Guest.Hostname(ctx, domain)
}

func (g *guest) FileSystems(ctx context.Context) ([]drivers.FileSystem, error) {
	if err := g.needsAgent(); err != nil {
		return nil, err
	}
	return g.Guest.FileSystems(ctx)
}

func (g *guest) Freeze(ctx context.Context, mountPoints []string) (int, error) {
	if err := g.needsAgent(); err != nil {
		return 0, err
	}
	return g.Guest.Freeze(ctx, mountPoints)
}

func (g *guest) Thaw(ctx context.Context, mountPoints []string) (int, error) {
	if err := g.needsAgent(); err != nil {
		return 0, err
	}
	return g.Guest.Thaw(ctx, mountPoints)
}

func (g *guest) Trim(ctx context.Context, mountPoint *string) error {
	if err := g.needsAgent(); err != nil {
		return err
	}
	return g.Guest.Trim(ctx, mountPoint)
}

func (g *guest) Time(ctx context.Context) (drivers.GuestTime, error) {
	if err := g.needsAgent(); err != nil {
		return drivers.GuestTime{}, err
	}
	return g.Guest.Time(ctx)
}

func (g *guest) SetTime(ctx context.Context, t drivers.GuestTime) error {
	if err := g.needsAgent(); err != nil {
		return err
	}
	return g.Guest.SetTime(ctx, t)
}

func (g *guest) SetUserPassword(ctx context.Context, user, password string, encrypted bool) error {
	if err := g.needsAgent(); err != nil {
		return err
	}
	return g.Guest.SetUserPassword(ctx, user, password, encrypted)
}

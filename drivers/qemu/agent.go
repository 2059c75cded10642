//go:build linux

package qemu

import (
	"context"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// What only the agent inside a guest can do. It is not spoken to yet, and
// clients hear what they hear of one that is not there.

var (
	_ drivers.Hostnamer      = (*Guest)(nil)
	_ drivers.FileSystems    = (*Guest)(nil)
	_ drivers.Clock          = (*Guest)(nil)
	_ drivers.PasswordSetter = (*Guest)(nil)

	_ drivers.GuestVcpuCounter = (*Guest)(nil)
	_ drivers.AgentCommander   = (*Guest)(nil)
	_ drivers.AgentInformer    = (*Guest)(nil)
	_ drivers.AgentSuspender   = (*Guest)(nil)
)

func (g *Guest) Hostname(context.Context, string) (string, error) { return "", g.noAgent() }

func (g *Guest) FileSystems(context.Context) ([]drivers.FileSystem, error) { return nil, g.noAgent() }

func (g *Guest) Freeze(context.Context, []string) (int, error) { return 0, g.noAgent() }

func (g *Guest) Thaw(context.Context, []string) (int, error) { return 0, g.noAgent() }

func (g *Guest) Trim(context.Context, *string) error { return g.noAgent() }

func (g *Guest) Time(context.Context) (drivers.GuestTime, error) {
	return drivers.GuestTime{}, g.noAgent()
}

func (g *Guest) SetTime(context.Context, drivers.GuestTime) error { return g.noAgent() }

func (g *Guest) GuestVcpus(context.Context) (int, error) { return 0, g.noAgent() }

func (g *Guest) SetUserPassword(context.Context, string, string, bool) error { return g.noAgent() }

func (g *Guest) AgentCommand(context.Context, string, int32) (string, error) { return "", g.noAgent() }

func (g *Guest) GuestInfo(context.Context, uint32) ([]drivers.DomainStat, error) {
	return nil, g.noAgent()
}

func (g *Guest) GuestVcpuInfo(context.Context) ([]drivers.DomainStat, error) { return nil, g.noAgent() }

func (g *Guest) SuspendByAgent(context.Context, vir.NodeSuspendTarget) error { return g.noAgent() }

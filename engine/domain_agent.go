package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// What the agent inside a guest is asked directly.

func bindDomainAgent(b *binder) {
	onGuest(b, qemuproto.DomainQemuAgentCommand, func(c *call, g drivers.AgentCommander, a *qemuproto.DomainQemuAgentCommandArgs) (*qemuproto.DomainQemuAgentCommandRet, error) {
		out, err := g.AgentCommand(c, a.Cmd, a.Timeout)
		return &qemuproto.DomainQemuAgentCommandRet{Result: &out}, err
	})
	onGuest(b, remoteproto.DomainGetGuestInfo, func(c *call, g drivers.AgentInformer, a *remoteproto.DomainGetGuestInfoArgs) (*remoteproto.DomainGetGuestInfoRet, error) {
		list, err := g.GuestInfo(c, a.Types)
		return &remoteproto.DomainGetGuestInfoRet{Params: statParams(list)}, err
	})
	onGuest(b, remoteproto.DomainGetGuestVcpus, func(c *call, g drivers.AgentInformer, _ *remoteproto.DomainGetGuestVcpusArgs) (*remoteproto.DomainGetGuestVcpusRet, error) {
		list, err := g.GuestVcpuInfo(c)
		return &remoteproto.DomainGetGuestVcpusRet{Params: statParams(list)}, err
	})
	onGuest(b, remoteproto.DomainPMSuspendForDuration, domainPMSuspendForDuration)
}

// domainPMSuspendForDuration has the guest suspend itself; none wakes up by
// itself.
func domainPMSuspendForDuration(c *call, g drivers.AgentSuspender, a *remoteproto.DomainPMSuspendForDurationArgs) (*proc.Void, error) {
	if a.Duration != 0 {
		return nil, c.host.errorf(vir.ErrArgumentUnsupported, "Duration not supported. Use 0 for now")
	}
	if a.Target > uint32(vir.NodeSuspendTargetHybrid) {
		return nil, c.host.errorf(vir.ErrArgumentUnsupported, "Unknown suspend target: %d", a.Target)
	}
	return nil, g.SuspendByAgent(c, vir.NodeSuspendTarget(a.Target))
}

func statParams(list []drivers.DomainStat) (p params) {
	for _, s := range list {
		switch v := s.Value.(type) {
		case uint32:
			p = p.uint(s.Name, v)
		case int64:
			p = p.llong(s.Name, v)
		case uint64:
			p = p.ullong(s.Name, v)
		case bool:
			p = p.boolean(s.Name, v)
		case string:
			p = p.string(s.Name, v)
		}
	}
	return p
}

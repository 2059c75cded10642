package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindMonitorCommand(b *binder) {
	onGuest(b, qemuproto.DomainQemuMonitorCommand, func(c *call, g drivers.MonitorCommander, a *qemuproto.DomainQemuMonitorCommandArgs) (*qemuproto.DomainQemuMonitorCommandRet, error) {
		out, err := g.MonitorCommand(c, a.Cmd, a.Flags&uint32(vir.DomainQEMUMonitorCommandHMP) != 0, nil)
		return &qemuproto.DomainQemuMonitorCommandRet{Result: out}, err
	})
	onGuest(b, qemuproto.DomainQemuMonitorCommandWithFiles, func(c *call, g drivers.MonitorCommander, a *qemuproto.DomainQemuMonitorCommandWithFilesArgs) (*qemuproto.DomainQemuMonitorCommandWithFilesRet, error) {
		files := c.TakeFDs()
		defer closeFiles(files)
		out, err := g.MonitorCommand(c, a.Cmd, a.Flags&uint32(vir.DomainQEMUMonitorCommandHMP) != 0, files)
		return &qemuproto.DomainQemuMonitorCommandWithFilesRet{Result: out}, err
	})
}

package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindConnectCPU(b *binder) {
	needing[drivers.CPUModeler](onConn(b, remoteproto.ConnectBaselineCPU, connectBaselineCPU).
		args(func(a *remoteproto.ConnectBaselineCPUArgs) error {
			return notNull(remoteproto.ConnectBaselineCPU.Info, "xmlCPUs", len(a.XMLCPUs) > 0)
		}).knows(uint32(vir.ConnectBaselineCPUExpandFeatures)))
	needing[drivers.CPUModeler](onConn(b, remoteproto.ConnectGetCPUModelNames, connectGetCPUModelNames))
}

// connectBaselineCPU reads all documents before it looks at any model.
func connectBaselineCPU(c *call, a *remoteproto.ConnectBaselineCPUArgs) (*remoteproto.ConnectBaselineCPURet, error) {
	var hosts []*domxml.HostCPU
	for _, doc := range a.XMLCPUs {
		h, err := domxml.ParseHostCPU([]byte(doc))
		if err != nil {
			return nil, err
		}
		hosts = append(hosts, h)
	}
	expand := a.Flags&uint32(vir.ConnectBaselineCPUExpandFeatures) != 0
	migratable := a.Flags&uint32(vir.ConnectBaselineCPUMigratable) != 0
	cpu, err := c.host.backend.(drivers.CPUModeler).BaselineCPU(c, hosts, expand, migratable)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectBaselineCPURet{CPU: string(domxml.FormatCPU(cpu))}, nil
}

func connectGetCPUModelNames(c *call, a *remoteproto.ConnectGetCPUModelNamesArgs) (*remoteproto.ConnectGetCPUModelNamesRet, error) {
	names, err := c.host.backend.(drivers.CPUModeler).CPUModelNames(c, a.Arch)
	if err != nil {
		return nil, err
	}
	if len(names) > remoteproto.ConnectCPUModelsMax {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "Too many CPU models '%d' for limit '%d'", len(names), remoteproto.ConnectCPUModelsMax)
	}
	r := &remoteproto.ConnectGetCPUModelNamesRet{Ret: int32(len(names))}
	if a.NeedResults != 0 {
		r.Models = names
	}
	return r, nil
}

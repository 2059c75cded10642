package engine

import (
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

// prompt are the procedures that wait for nothing but the backend and the
// domain's job: on a host whose backend never waits they begin on the
// connection's own goroutine. onConn calls MayWait for the others.
var prompt = []*proc.Info{
	remoteproto.ConnectOpen.Info,
	remoteproto.DomainDefineXML.Info,
	remoteproto.DomainDefineXMLFlags.Info,
	remoteproto.DomainUndefine.Info,
	remoteproto.DomainUndefineFlags.Info,
	remoteproto.DomainCreate.Info,
	remoteproto.DomainCreateWithFlags.Info,
	remoteproto.DomainCreateXML.Info,
	remoteproto.DomainSuspend.Info,
	remoteproto.DomainResume.Info,
	remoteproto.DomainReboot.Info,
	remoteproto.DomainReset.Info,
	remoteproto.DomainShutdown.Info,
	remoteproto.DomainShutdownFlags.Info,
	remoteproto.DomainDestroy.Info,
	remoteproto.DomainDestroyFlags.Info,
	remoteproto.ConnectGetAllDomainStats.Info,
}

func bindPrompt(b *binder) {
	for _, p := range prompt {
		b.engine.bindings[p].handler.Prompt = true
	}
}

package engine

import (
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

// The close callback tells a client that the hypervisor behind the daemon has
// gone while the client's own connection lives. A simulated or local host
// never goes before the connection does, so registering is all there is; the
// reference lets it be done any number of times.

func bindCloseCallback(b *binder) {
	onConn(b, remoteproto.ConnectRegisterCloseCallback, connectRegisterCloseCallback).quick().everywhere()
	onConn(b, remoteproto.ConnectUnregisterCloseCallback, connectUnregisterCloseCallback).quick().everywhere()
}

func connectRegisterCloseCallback(*call, *proc.Void) (*proc.Void, error) {
	return nil, nil
}

func connectUnregisterCloseCallback(*call, *proc.Void) (*proc.Void, error) {
	return nil, nil
}

// Package qemutest makes a host of package virttest qemu:///system: for tests of
// programs that want QEMU, on machines that have none.
//
//	host := virttest.New(t, qemutest.System())
//
// Documents get what libvirt 11.3.0 gives them on a PC with QEMU 10.0: machine,
// controllers, addresses; capabilities and domain capabilities are those of that
// QEMU. The host is empty at first. Guests are those of virttest, and their
// documents tell aliases, ports and sockets while they run. Nothing listens
// there, and nothing else of the machine is touched: pools, volumes and networks
// exist in memory only.
//
// It is a package of its own since it brings along what virttest does without:
// more code, and the recording of that QEMU.
package qemutest

import (
	"github.com/govirtd/govirtd/internal/simulated"
	"github.com/govirtd/govirtd/virttest"
)

// System makes the host qemu:///system. Connections may open qemu:///session as
// well, which is the same host, and test:///default beside it.
func System() virttest.Option {
	return virttest.WithDriver(simulated.New(simulated.Config{}), "qemu:///system")
}

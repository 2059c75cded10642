package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Changes of the host's interfaces can be taken back together: begin notes how
// they are, commit forgets that, rollback goes back to it. There is one such
// transaction on a host, whoever began it, and it outlives its connection.

func bindInterfaceChange(b *binder) {
	needing[drivers.InterfaceSwitcher](onConn(b, remoteproto.InterfaceChangeBegin, interfaceChangeBegin))
	needing[drivers.InterfaceSwitcher](onConn(b, remoteproto.InterfaceChangeCommit, interfaceChangeCommit))
	needing[drivers.InterfaceSwitcher](onConn(b, remoteproto.InterfaceChangeRollback, interfaceChangeRollback))
}

func interfaceChangeBegin(c *call, _ *remoteproto.InterfaceChangeBeginArgs) (*proc.Void, error) {
	s := c.host.interfaces
	done, err := s.lock(c, "virInterfaceChangeBegin")
	if err != nil {
		return nil, err
	}
	defer done()
	if s.changing {
		return nil, c.host.errorf(vir.ErrOperationInvalid, "there is another transaction running.")
	}
	s.changing, s.before = true, s.all()
	return nil, nil
}

func interfaceChangeCommit(c *call, _ *remoteproto.InterfaceChangeCommitArgs) (*proc.Void, error) {
	s := c.host.interfaces
	done, err := s.lock(c, "virInterfaceChangeCommit")
	if err != nil {
		return nil, err
	}
	defer done()
	if !s.changing {
		return nil, c.host.errorf(vir.ErrOperationInvalid, "no transaction running, nothing to be committed.")
	}
	s.changing, s.before = false, nil
	return nil, nil
}

// interfaceChangeRollback brings the documents back. All interfaces are down
// then, as in the reference, which keeps copies of the documents only.
func interfaceChangeRollback(c *call, _ *remoteproto.InterfaceChangeRollbackArgs) (*proc.Void, error) {
	s := c.host.interfaces
	done, err := s.lock(c, "virInterfaceChangeRollback")
	if err != nil {
		return nil, err
	}
	defer done()
	if !s.changing {
		return nil, c.host.errorf(vir.ErrOperationInvalid, "no transaction running, nothing to rollback.")
	}
	sw := c.host.backend.(drivers.InterfaceSwitcher)
	for _, i := range s.all() {
		if i.active {
			if err := sw.StopInterface(c, i.doc); err != nil {
				return nil, err
			}
		}
	}
	var list []*hostInterface
	for _, i := range s.before {
		down := *i
		down.active = false
		list = append(list, &down)
	}
	s.replace(list)
	s.changing, s.before = false, nil
	return nil, nil
}

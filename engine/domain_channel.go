package engine

import (
	"io"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainChannel(b *binder) {
	needsGuest[drivers.ChannelOpener](onDomain(b, remoteproto.DomainOpenChannel, domainOpenChannel))
}

// domainOpenChannel connects the caller's stream to a channel, which has one
// user at a time as a console has.
func domainOpenChannel(c *call, d *Domain, a *remoteproto.DomainOpenChannelArgs) (*proc.Void, error) {
	name := str(a.Name)
	return nil, openText(c, d, "channel "+name, a.Flags&uint32(vir.DomainChannelForce) != 0, func(g drivers.ChannelOpener) (io.ReadWriteCloser, error) {
		return g.OpenChannel(c, name)
	})
}

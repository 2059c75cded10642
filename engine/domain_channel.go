package engine

import (
	"context"

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
	r := d.load()
	if !r.active() {
		return nil, errNotActive()
	}
	g, err := guestOf[drivers.ChannelOpener](c, r)
	if err != nil {
		return nil, err
	}
	name := str(a.Name)
	session, err := d.consoles.take("channel "+name, a.Flags&uint32(vir.DomainChannelForce) != 0)
	if err != nil {
		return nil, err
	}
	con, err := g.OpenChannel(c, name)
	if err != nil {
		session.end()
		return nil, err
	}
	c.ServeStream(func(ctx context.Context, s proc.Stream) error {
		defer session.end()
		return pump(ctx, s, con, session.evicted)
	})
	return nil, nil
}

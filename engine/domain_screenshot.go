package engine

import (
	"context"
	"io"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainScreenshot(b *binder) {
	needing[drivers.Screenshotter](onConn(b, remoteproto.DomainScreenshot, domainScreenshot))
}

// domainScreenshot sends a picture of a screen down the caller's stream. The
// reference's test driver does not look the domain up: one that is not there
// looks like one that is off.
func domainScreenshot(c *call, a *remoteproto.DomainScreenshotArgs) (*remoteproto.DomainScreenshotRet, error) {
	if err := c.host.mayKnow(&a.Dom); err != nil {
		return nil, err
	}
	r := &record{name: a.Dom.Name, state: vir.DomainShutoff}
	if d := c.host.domains.uuid(domxml.UUID(a.Dom.UUID)); d != nil {
		r = d.load()
	}
	mime, picture, err := c.host.backend.(drivers.Screenshotter).Screenshot(c, r.name, r.state, r.guest, a.Screen)
	if err != nil {
		return nil, err
	}
	c.ServeStream(func(_ context.Context, s proc.Stream) error {
		defer picture.Close()
		_, err := io.Copy(s, picture)
		return err
	})
	return &remoteproto.DomainScreenshotRet{Mime: &mime}, nil
}

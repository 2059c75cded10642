package client

import (
	"context"
	"fmt"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// featureKeepAlive is the feature that makes a server send pings
// (VIR_DRV_FEATURE_PROGRAM_KEEPALIVE).
const featureKeepAlive = 10

// Open does what stock clients do first: it asks how to authenticate, asks for
// keepalive, and opens the URI, without its transport part.
func Open(ctx context.Context, c *Conn, uri string, readOnly bool) error {
	auth, err := Call(ctx, c, remoteproto.AuthList, nil)
	if err != nil {
		return err
	}
	if len(auth.Types) > 0 && auth.Types[0] != remoteproto.AuthTypeNone {
		return fmt.Errorf("client: server demands %v", auth.Types[0])
	}
	if _, err := Call(ctx, c, remoteproto.ConnectSupportsFeature,
		&remoteproto.ConnectSupportsFeatureArgs{Feature: featureKeepAlive}); err != nil {
		return err
	}
	a := &remoteproto.ConnectOpenArgs{Name: &uri}
	if readOnly {
		a.Flags = uint32(vir.ConnectRO)
	}
	_, err = Call(ctx, c, remoteproto.ConnectOpen, a)
	return err
}

// Disconnect tells the server that the client leaves, and closes the
// connection.
func Disconnect(ctx context.Context, c *Conn) error {
	_, err := Call(ctx, c, remoteproto.ConnectClose, (*proc.Void)(nil))
	c.Close()
	return err
}

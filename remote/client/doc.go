// Package client is a small typed client of libvirt's RPC, over the same
// procedure values that servers bind handlers to:
//
//	c, err := client.Dial(ctx, "/run/libvirt/libvirt-sock")
//	err = client.Open(ctx, c, "test:///default", false)
//	ret, err := client.Call(ctx, c, remoteproto.DomainLookupByName,
//		&remoteproto.DomainLookupByNameArgs{Name: "demo"})
//
// A connection has one goroutine, which reads; any number of goroutines may
// call at the same time. An error that the server sends is a *vir.Error.
//
// Events queue up until they are taken (Conn.Events) and never hold up the
// reader: beyond a bound they are dropped and counted. A stream does hold it
// up, when more has come for it than is being read: the protocol has no other
// way to tell the server to wait. So read a stream, or abort it.
package client

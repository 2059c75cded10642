package remote_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"

	"github.com/govirtd/govirtd/protocol/keepaliveproto"
	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/remote"
)

// password trusts who knows a word: a SASL mechanism of one step.
type password string

type passwordTry struct {
	word password
	done atomic.Bool
}

func (p password) Begin(proc.Identity) remote.Authentication { return &passwordTry{word: p} }

func (t *passwordTry) Done() bool { return t.done.Load() }

func (t *passwordTry) Serve(_ context.Context, c *proc.Call, args, out []byte) ([]byte, error) {
	switch c.Info.Number {
	case remoteproto.ProcAuthList:
		return remoteproto.AuthList.AppendRet(out, &remoteproto.AuthListRet{
			Types: []remoteproto.AuthType{remoteproto.AuthTypeSASL},
		})
	case remoteproto.ProcAuthSASLInit:
		if string(args) == string(t.word) {
			t.done.Store(true)
			return remoteproto.AuthSASLInit.AppendRet(out, &remoteproto.AuthSASLInitRet{})
		}
	}
	return nil, vir.Errorf(vir.FromRPC, vir.ErrAuthFailed, "authentication failed")
}

// TestAuthentication: before it only procedures 66 to 70 and keepalive; the
// refusals come in the order of the reference.
func TestAuthentication(t *testing.T) {
	srv := remote.NewServer(badTable(), quietOptions())
	a, b := net.Pipe()
	go srv.ServeConn(context.Background(), b, remote.Listener{Auth: password("friend")})
	c := newRaw(t, a)

	refused := func(h netpkt.Header, code vir.ErrorNumber, message string) {
		t.Helper()
		c.send(h)
		if _, e := c.receiveError(); e.Code != code || e.Domain != vir.FromRPC || e.Message != message {
			t.Errorf("procedure %d: %+v", h.Procedure, e)
		}
	}
	refused(callHeader(remoteproto.ProcConnectOpen, 0), vir.ErrRPC, "authentication required")
	refused(callHeader(remoteproto.ProcConnectSupportsFeature, 0), vir.ErrRPC, "authentication required")
	refused(callHeader(remoteproto.ProcConnectClose, 0), vir.ErrRPC, "authentication required")
	refused(callHeader(9999, 0), vir.ErrRPC, "unknown procedure: 9999")
	refused(callHeader(remoteproto.ProcAuthSASLStep, 0), vir.ErrAuthFailed, "authentication failed: authentication failed")
	refused(callHeader(remoteproto.ProcAuthSASLInit, 0), vir.ErrAuthFailed, "authentication failed: authentication failed")

	c.send(keepAliveHeader(keepaliveproto.ProcPing))
	if p := c.receive(); p.Header != keepAliveHeader(keepaliveproto.ProcPong) {
		t.Errorf("got %+v, want a pong", p.Header)
	}
	c.send(callHeader(remoteproto.ProcAuthList, 1))
	if p := c.receive(); string(p.Payload) != "\x00\x00\x00\x01\x00\x00\x00\x01" {
		t.Errorf("auth_list: % x", p.Payload)
	}
	c.send(callHeader(remoteproto.ProcAuthSASLInit, 1), []byte("friend")...)
	if p := c.receive(); p.Status != netpkt.StatusOK {
		t.Errorf("auth_sasl_init: %+v", p.Header)
	}
	c.wantAlive()
}

// TestNoAuthentication: with nobody to ask, the procedures fail as on the
// reference.
func TestNoAuthentication(t *testing.T) {
	_, path := startServer(t, newTable(), quietOptions())
	c := dialRaw(t, path)
	for _, p := range []int32{
		remoteproto.ProcAuthSASLInit, remoteproto.ProcAuthSASLStart,
		remoteproto.ProcAuthSASLStep, remoteproto.ProcAuthPolkit,
	} {
		c.send(callHeader(p, 3))
		_, e := c.receiveError()
		if e.Code != vir.ErrAuthFailed || e.Domain != vir.FromRPC ||
			e.Message != "authentication failed: authentication failed" {
			t.Errorf("procedure %d: %+v", p, e)
		}
	}
	c.wantAlive()
}

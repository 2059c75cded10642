package remote_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/protocol/keepaliveproto"
	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote"
	"github.com/govirtd/govirtd/remote/client"
)

func keepAliveHeader(procedure int32) netpkt.Header {
	return netpkt.Header{Program: keepaliveproto.Program.Number, Version: 1, Procedure: procedure, Type: netpkt.Message}
}

// askKeepAlive asks for the feature and returns when the server pings from
// then on.
func askKeepAlive(c *raw) {
	c.t.Helper()
	c.send(callHeader(remoteproto.ProcConnectSupportsFeature, 1), 0, 0, 0, 10)
	c.receive()
}

// receiveSlow receives a packet with no limit of time.
func receiveSlow(c *raw) (netpkt.Header, error) {
	b := make([]byte, netpkt.MinLength)
	if _, err := io.ReadFull(c.Conn, b); err != nil {
		return netpkt.Header{}, err
	}
	var h netpkt.Header
	h.Decode(b)
	return h, nil
}

// TestPingAnswered: at once, before authentication, whatever else is in it.
func TestPingAnswered(t *testing.T) {
	srv, path := startServer(t, newTable(), quietOptions())
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		for _, odd := range []netpkt.Header{{}, {Serial: 7}, {Status: 1}} {
			h := keepAliveHeader(keepaliveproto.ProcPing)
			h.Serial, h.Status = odd.Serial, odd.Status
			c.send(h)
			got, err := receiveSlow(c)
			if err != nil || got != keepAliveHeader(keepaliveproto.ProcPong) {
				t.Errorf("got %+v %v, want a pong", got, err)
			}
		}
	}
}

// TestSilentClient: with the defaults, pings after 5, 10, 15, 20 and 25
// seconds, and the end after 30.
func TestSilentClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pipeRaw(t, remote.NewServer(newTable(), quietOptions()))
		askKeepAlive(c)
		c.SetReadDeadline(time.Time{})
		start := time.Now()
		for i := range 5 {
			h, err := receiveSlow(c)
			if err != nil || h != keepAliveHeader(keepaliveproto.ProcPing) {
				t.Fatalf("got %+v %v, want a ping", h, err)
			}
			if d, want := time.Since(start), time.Duration(i+1)*5*time.Second; d != want {
				t.Errorf("ping %d after %v, want %v", i, d, want)
			}
		}
		if _, err := receiveSlow(c); !errors.Is(err, io.EOF) {
			t.Errorf("got %v, want EOF", err)
		}
		if d := time.Since(start); d != 30*time.Second {
			t.Errorf("closed after %v, want 30s", d)
		}
	})
}

// TestAnyPacketIsALifeSign: also one that gets no answer.
func TestAnyPacketIsALifeSign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pipeRaw(t, remote.NewServer(newTable(), quietOptions()))
		askKeepAlive(c)
		c.SetReadDeadline(time.Time{})
		pings := make(chan time.Time, 100)
		go func() {
			for {
				if _, err := receiveSlow(c); err != nil {
					close(pings)
					return
				}
				pings <- time.Now()
			}
		}()
		for range 100 {
			time.Sleep(4 * time.Second)
			c.send(netpkt.Header{Program: 7, Version: 1, Type: netpkt.Message})
		}
		if len(pings) != 0 {
			t.Errorf("%d pings for a client that is not silent", len(pings))
		}
		last := time.Now()
		if d := (<-pings).Sub(last); d != 5*time.Second {
			t.Errorf("ping after %v of silence", d)
		}
		// A pong after four pings starts the count again.
		for range 3 {
			<-pings
		}
		c.send(keepAliveHeader(keepaliveproto.ProcPong))
		last = time.Now()
		n := 0
		for range pings {
			n++
		}
		if d := time.Since(last); n != 5 || d != 30*time.Second {
			t.Errorf("%d more pings and the end after %v", n, d)
		}
	})
}

// TestNoPingsUnasked: nor with the interval switched off.
func TestNoPingsUnasked(t *testing.T) {
	for _, off := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			opts := quietOptions()
			if off {
				opts.KeepAliveInterval = -1
			}
			c := pipeRaw(t, remote.NewServer(newTable(), opts))
			if off {
				askKeepAlive(c)
			} else {
				c.wantAlive()
			}
			time.Sleep(time.Hour)
			c.wantAlive()
			c.Close()
		})
	}
}

// TestPausedClientIsNotSilent: a client that the server does not listen to
// must not be taken for dead.
func TestPausedClientIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStuck()
		c := pipeRaw(t, remote.NewServer(s.Table, quietOptions()))
		askKeepAlive(c)
		var all []byte
		const calls = 5 + 64 + 16 + 9 // running, slow, waiting, in the socket
		for i := range uint32(calls) {
			all = append(all, packet(callHeader(remoteproto.ProcDomainSuspend, i), domainArgs...)...)
		}
		go io.Copy(c.Conn, bytes.NewReader(all))
		time.Sleep(10 * time.Minute)
		close(s.release)
		replies := 0
		for replies < calls {
			if p := c.receive(); p.Type == netpkt.Reply {
				replies++
			}
		}
		c.Close()
	})
}

// TestKeepAliveBothWays: our client answers the server's pings and sends its
// own.
func TestKeepAliveBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := remote.NewServer(newTable(), quietOptions())
		c := pipe(t, srv, client.Options{KeepAliveInterval: 3 * time.Second, KeepAliveCount: 2})
		if err := client.Open(t.Context(), c, "test:///default", false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if _, err := client.Call(t.Context(), c, remoteproto.ConnectGetLibVersion, nil); err != nil {
			t.Error(err)
		}
		if err := client.Disconnect(t.Context(), c); err != nil {
			t.Error(err)
		}
	})
}

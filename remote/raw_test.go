package remote_test

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/remote"
)

// raw is a client that sends whatever a test wants.
type raw struct {
	t testing.TB
	net.Conn
	in *netpkt.Reader
}

func newRaw(t testing.TB, nc net.Conn) *raw {
	t.Cleanup(func() { nc.Close() })
	return &raw{t, nc, netpkt.NewReader(nc)}
}

func dialRaw(t testing.TB, path string) *raw {
	t.Helper()
	nc, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	return newRaw(t, nc)
}

// pipeRaw connects without a socket.
func pipeRaw(t testing.TB, srv *remote.Server) *raw {
	a, b := net.Pipe()
	go srv.ServeConn(context.Background(), b, remote.Listener{})
	return newRaw(t, a)
}

// callHeader is the header of a call of the remote program.
func callHeader(procedure int32, serial uint32) netpkt.Header {
	return netpkt.Header{Program: remoteproto.Program.Number, Version: 1, Procedure: procedure, Serial: serial}
}

func packet(h netpkt.Header, payload ...byte) []byte {
	return append(h.Append(nil, len(payload)), payload...)
}

func (r *raw) send(h netpkt.Header, payload ...byte) {
	r.t.Helper()
	r.sendBytes(packet(h, payload...))
}

func (r *raw) sendBytes(b []byte) {
	r.t.Helper()
	if _, err := r.Write(b); err != nil {
		r.t.Fatal(err)
	}
}

// try receives a packet, or the error of the connection.
func (r *raw) try() (netpkt.Packet, error) {
	r.SetReadDeadline(time.Now().Add(10 * time.Second))
	var p netpkt.Packet
	for {
		ok, err := r.in.Next(&p)
		if err != nil || ok {
			return p, err
		}
		if err := r.in.Fill(); err != nil {
			return p, err
		}
	}
}

// receive receives a packet.
func (r *raw) receive() netpkt.Packet {
	r.t.Helper()
	p, err := r.try()
	if err != nil {
		r.t.Fatalf("receive: %v", err)
	}
	return p
}

// receiveError receives a packet that carries an error.
func (r *raw) receiveError() (netpkt.Header, *vir.Error) {
	r.t.Helper()
	p := r.receive()
	if p.Status != netpkt.StatusError {
		r.t.Fatalf("got %+v, want an error", p.Header)
	}
	e, err := netpkt.DecodeError(p.Payload)
	if err != nil {
		r.t.Fatal(err)
	}
	return p.Header, e
}

// wantClosed checks that the server ends the connection.
func (r *raw) wantClosed() {
	r.t.Helper()
	p, err := r.try()
	if err == nil {
		r.t.Fatalf("got %+v, want the connection closed", p.Header)
	}
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		r.t.Fatal("connection is still open")
	}
}

// wantAlive checks that the connection answers, and nothing else comes first.
func (r *raw) wantAlive() {
	r.t.Helper()
	h := callHeader(remoteproto.ProcConnectGetLibVersion, 4242)
	r.send(h)
	p := r.receive()
	if p.Type != netpkt.Reply || p.Serial != 4242 || p.Status != netpkt.StatusOK {
		r.t.Fatalf("got %+v, want the reply that shows life", p.Header)
	}
}

// wantSilence checks that nothing comes for so long.
func (r *raw) wantSilence(d time.Duration) {
	r.t.Helper()
	r.SetReadDeadline(time.Now().Add(d))
	var one [1]byte
	if n, err := r.Read(one[:]); n > 0 {
		r.t.Fatalf("got a byte %#x, want silence", one[0])
	} else if ne, ok := err.(net.Error); err == io.EOF || !ok || !ne.Timeout() {
		r.t.Fatalf("got %v, want silence", err)
	}
}

package remote_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/keepaliveproto"
	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote"
)

// unixPair connects two UNIX sockets, or reports false where there are none.
func unixPair(t testing.TB) (a, b net.Conn, ok bool) {
	dir, err := os.MkdirTemp("", "pair")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", dir+"/s")
	if err != nil {
		return nil, nil, false
	}
	defer l.Close()
	if a, err = net.Dial("unix", dir+"/s"); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return a, b, true
}

// FuzzServe sends anything at all to a server that has a bit of everything.
// It may answer what it likes, but in whole packets, and it must hang up when
// the client has.
func FuzzServe(f *testing.F) {
	table := streamTable(func(_ context.Context, s proc.Stream) error {
		_, err := io.Copy(s, struct{ io.Reader }{s})
		return err
	})
	proc.Bind(table, remoteproto.DomainLookupByName, nil,
		func(_ context.Context, _ *proc.Call, a *remoteproto.DomainLookupByNameArgs) (*remoteproto.DomainLookupByNameRet, error) {
			return nil, errTest
		})
	proc.Bind(table, remoteproto.DomainSuspend, nil,
		func(ctx context.Context, _ *proc.Call, _ *remoteproto.DomainSuspendArgs) (*proc.Void, error) {
			select {
			case <-time.After(time.Millisecond):
			case <-ctx.Done():
			}
			return nil, nil
		})
	srv := remote.NewServer(table, quietOptions())

	console := callHeader(remoteproto.ProcDomainOpenConsole, 8)
	consoleArgs := make([]byte, 4+16+4+4+4)
	stream := console
	stream.Type, stream.Status = netpkt.Stream, netpkt.StatusContinue
	finish := stream
	finish.Status = netpkt.StatusOK
	hole := stream
	hole.Type = netpkt.Hole
	withFDs := callHeader(remoteproto.ProcAuthList, 2)
	withFDs.Type = netpkt.CallFDs
	join := func(list ...[]byte) (all []byte) {
		for _, b := range list {
			all = append(all, b...)
		}
		return all
	}
	f.Add(false, packet(callHeader(remoteproto.ProcAuthList, 0)))
	f.Add(true, join(packet(console, consoleArgs...), packet(stream, 'h', 'i'), packet(finish)))
	f.Add(true, join(packet(console, consoleArgs...), packet(hole, make([]byte, 12)...)))
	f.Add(true, packet(withFDs, 0, 0, 0, 0))
	f.Add(true, append(packet(withFDs, 0, 0, 0, 1), 0))
	f.Add(false, packet(keepAliveHeader(keepaliveproto.ProcPing)))
	f.Add(false, join(packet(callHeader(remoteproto.ProcDomainSuspend, 1), domainArgs...), packet(callHeader(remoteproto.ProcConnectClose, 2))))
	f.Add(true, packet(callHeader(remoteproto.ProcDomainLookupByName, 1), 0, 0, 0, 1, 'x', 0, 0, 0))
	f.Fuzz(func(t *testing.T, socket bool, data []byte) {
		a, b := net.Pipe()
		if socket {
			if x, y, ok := unixPair(t); ok {
				a, b = x, y
			}
		}
		served := make(chan struct{})
		go func() {
			srv.ServeConn(context.Background(), b, remote.Listener{})
			close(served)
		}()
		answers := make(chan error, 1)
		go func() { answers <- wholePackets(a) }()
		a.SetWriteDeadline(time.Now().Add(5 * time.Second))
		if _, err := a.Write(data); os.IsTimeout(err) {
			t.Error("server does not read")
		}
		if u, ok := a.(*net.UnixConn); ok {
			u.CloseWrite()
		} else {
			time.Sleep(100 * time.Microsecond)
			a.Close()
		}
		select {
		case <-served:
		case <-time.After(10 * time.Second):
			t.Fatal("server does not hang up")
		}
		if err := <-answers; err != nil {
			t.Error(err)
		}
		a.Close()
	})
}

// wholePackets checks that what comes is a sequence of packets; only the last
// may be cut short, by the end of the connection.
func wholePackets(r io.Reader) error {
	var length [netpkt.LengthSize]byte
	for {
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return nil
		}
		n := binary.BigEndian.Uint32(length[:])
		if n < netpkt.MinLength || n > netpkt.MaxLength {
			return netpkt.ErrLength
		}
		if _, err := io.CopyN(io.Discard, r, int64(n)-netpkt.LengthSize); err != nil {
			return nil
		}
	}
}

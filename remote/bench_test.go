package remote_test

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote/client"
)

// request is a small call, encoded.
func request(p int32) []byte {
	h := netpkt.Header{Program: remoteproto.Program.Number, Version: 1, Procedure: p}
	return h.Append(nil, 0)
}

// BenchmarkSerial makes one small call after the other, without the cost of a
// real client.
func BenchmarkSerial(b *testing.B) {
	_, path := startServer(b, newTable(), quietOptions())
	nc, err := net.Dial("unix", path)
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	call := request(remoteproto.ProcConnectGetLibVersion)
	reply := make([]byte, netpkt.MinLength+8)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := nc.Write(call); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(nc, reply); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPipelined keeps 50 small calls in flight.
func BenchmarkPipelined(b *testing.B) {
	const depth = 50
	_, path := startServer(b, newTable(), quietOptions())
	nc, err := net.Dial("unix", path)
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	var calls []byte
	for range depth {
		calls = append(calls, request(remoteproto.ProcConnectGetLibVersion)...)
	}
	replies := make([]byte, depth*(netpkt.MinLength+8))
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += depth {
		if _, err := nc.Write(calls); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(nc, replies); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkClient makes small calls with our own client.
func BenchmarkClient(b *testing.B) {
	_, path := startServer(b, newTable(), quietOptions())
	c := dial(b, path)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Call(ctx, c, remoteproto.ConnectGetLibVersion, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDownload streams to a client that throws the data away, and
// BenchmarkUpload the other way, in packets of libvirt's size.
func BenchmarkDownload(b *testing.B) {
	data := make([]byte, 1<<20)
	_, path := startServer(b, streamTable(func(_ context.Context, s proc.Stream) error {
		for {
			if _, err := s.Write(data); err != nil {
				return err
			}
		}
	}), quietOptions())
	nc, err := net.Dial("unix", path)
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	c := newRaw(b, nc)
	c.send(callHeader(remoteproto.ProcDomainOpenConsole, 1), make([]byte, 32)...)
	c.receive()
	buf := make([]byte, netpkt.MinLength+netpkt.StreamChunk)
	b.SetBytes(netpkt.StreamChunk)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := io.ReadFull(nc, buf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpload(b *testing.B) {
	_, path := startServer(b, streamTable(func(_ context.Context, s proc.Stream) error {
		for {
			if _, _, err := s.ReadPiece(); err != nil {
				return err
			}
		}
	}), quietOptions())
	nc, err := net.Dial("unix", path)
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	c := newRaw(b, nc)
	h := callHeader(remoteproto.ProcDomainOpenConsole, 1)
	c.send(h, make([]byte, 32)...)
	c.receive()
	h.Type, h.Status = netpkt.Stream, netpkt.StatusContinue
	buf := packet(h, make([]byte, netpkt.StreamChunk)...)
	b.SetBytes(netpkt.StreamChunk)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := nc.Write(buf); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvents sends each event to 100 clients.
func BenchmarkEvents(b *testing.B) {
	const listeners = 100
	sessions := make(chan proc.Session, listeners)
	table := newTable()
	proc.Bind(table, remoteproto.ConnectDomainEventRegister, nil,
		func(_ context.Context, c *proc.Call, _ *proc.Void) (*remoteproto.ConnectDomainEventRegisterRet, error) {
			sessions <- c.Session
			return nil, nil
		}).Quick = true
	_, path := startServer(b, table, quietOptions())
	body := make([]byte, 40)
	size := netpkt.MinLength + len(body)
	var list []proc.Session
	done := make(chan struct{}, listeners)
	for range listeners {
		nc, err := net.Dial("unix", path)
		if err != nil {
			b.Fatal(err)
		}
		c := newRaw(b, nc)
		c.send(callHeader(remoteproto.ProcConnectDomainEventRegister, 1))
		c.receive()
		list = append(list, <-sessions)
		go func() {
			io.CopyN(io.Discard, struct{ io.Reader }{nc}, int64(b.N*size))
			done <- struct{}{}
		}()
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		for _, s := range list {
			s.Emit(remoteproto.DomainEventLifecycle.Info, body, false)
		}
	}
	for range listeners {
		<-done
	}
	b.ReportMetric(float64(b.N*listeners)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkConnect connects, makes a call and leaves.
func BenchmarkConnect(b *testing.B) {
	_, path := startServer(b, newTable(), quietOptions())
	call := request(remoteproto.ProcAuthList)
	reply := make([]byte, netpkt.MinLength+8)
	for b.Loop() {
		nc, err := net.Dial("unix", path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := nc.Write(call); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(nc, reply); err != nil {
			b.Fatal(err)
		}
		nc.Close()
	}
}

// BenchmarkSerialOwnGoroutine is BenchmarkSerial with a handler that may wait.
func BenchmarkSerialOwnGoroutine(b *testing.B) {
	_, path := startServer(b, newTable(), quietOptions())
	nc, err := net.Dial("unix", path)
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	h := callHeader(remoteproto.ProcConnectOpen, 0)
	call := packet(h, make([]byte, 8)...)
	reply := make([]byte, netpkt.MinLength)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := nc.Write(call); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(nc, reply); err != nil {
			b.Fatal(err)
		}
	}
}
